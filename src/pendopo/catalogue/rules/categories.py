"""The situations of life under which services are browsed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Category:
    """A situation: its id in addresses, names, and one line that says what it holds."""

    id: str
    name: str
    name_en: str
    hint: str
    hint_en: str


def _category(key: str, name: str, name_en: str, hint: str, hint_en: str) -> Category:
    return Category(key, name, name_en, hint, hint_en)


CATEGORIES: Final[Mapping[str, Category]] = {
    category.id: category
    for category in (
        _category(
            "civil-registration", "Kependudukan dan keluarga", "Civil registration and family",
            "KTP, Kartu Keluarga, akta lahir dan kematian, pindah",
            "Identity card, family card, birth and death, moving",
        ),
        _category(
            "business", "Usaha dan perdagangan", "Business and trade",
            "NIB, merek, UMKM, halal, impor dan ekspor",
            "Business number, trademarks, small business, halal, trade",
        ),
        _category(
            "health", "Kesehatan", "Health",
            "Izin praktik, BPJS Kesehatan, apotek, klinik, pangan",
            "Practice licences, health insurance, pharmacies, clinics, food",
        ),
        _category(
            "construction-land", "Rumah, bangunan, dan tanah", "Housing, building and land",
            "PBG, sertifikat tanah, tata ruang, alokasi lahan",
            "Building approval, land titles, spatial planning",
        ),
        _category(
            "labour", "Pekerjaan", "Work",
            "Kartu kuning, tenaga kerja asing, BPJS Ketenagakerjaan",
            "Job-seeker card, foreign workers, labour insurance",
        ),
        _category(
            "transport", "Kendaraan dan transportasi", "Vehicles and transport",
            "STNK, pajak kendaraan, kapal, parkir, angkutan",
            "Vehicle papers, vehicle tax, ships, parking, transport",
        ),
        _category(
            "tax", "Pajak dan retribusi", "Taxes and levies",
            "NPWP, PBB, BPHTB, pajak restoran dan hotel",
            "Tax number, property tax, transfer duty, local taxes",
        ),
        _category(
            "police", "Kepolisian dan keamanan", "Police and safety",
            "SKCK, SIM, izin keramaian, laporan kehilangan",
            "Police certificate, driving licence, events, lost items",
        ),
        _category(
            "immigration", "Paspor dan keimigrasian", "Passports and immigration",
            "Paspor, izin tinggal, visa",
            "Passports, stay permits, visas",
        ),
        _category(
            "social", "Bantuan sosial", "Social support",
            "DTKS, disabilitas, yayasan, zakat",
            "Assistance, disability, foundations, charity",
        ),
        _category(
            "education", "Pendidikan", "Education",
            "Pindah sekolah, izin sekolah, legalisasi ijazah",
            "Changing schools, school licences, certificates",
        ),
        _category(
            "religion", "Agama dan pernikahan", "Religion and marriage",
            "Nikah, haji, rumah ibadah, wakaf",
            "Marriage, pilgrimage, houses of worship",
        ),
        _category(
            "environment", "Lingkungan hidup", "Environment",
            "Persetujuan lingkungan, limbah, sampah",
            "Environmental approval, waste",
        ),
        _category(
            "utility", "Listrik, air, dan telepon", "Electricity, water and telephone",
            "Pasang baru, ubah daya, tagihan",
            "New connections, changes, bills",
        ),
        _category(
            "finance", "Perbankan dan keuangan", "Banking and finance",
            "Rekening, kredit usaha, pegadaian, SLIK",
            "Accounts, business credit, pawn loans, credit history",
        ),
        _category(
            "justice", "Hukum dan peradilan", "Law and courts",
            "Pengadilan, bantuan hukum, notaris",
            "Courts, legal aid, notaries",
        ),
        _category(
            "tourism", "Pariwisata dan hiburan", "Tourism and entertainment",
            "Hotel, restoran, tempat hiburan, acara",
            "Hotels, restaurants, entertainment, events",
        ),
        _category(
            "other", "Layanan lain", "Other services",
            "Pengaduan, informasi, pos",
            "Complaints, information, post",
        ),
    )
}  # fmt: skip
