"""Who lives in Batam according to the simulated registry: a fixed cast, and an invented person for every other number.

The invented person follows from the number alone (same number, same person, on every machine); birth date, sex and
district agree with it. Nobody here is real.
"""

import json
import random
import re
import time
from datetime import date
from functools import cache
from pathlib import Path

PROVINCE = ("21", "Kepulauan Riau")
CITY = ("71", "Kota Batam")
DISTRICTS: dict[str, tuple[str, dict[str, str]]] = {
    "01": (
        "Belakang Padang",
        {"1002": "Pemping", "1003": "Kasu", "1006": "Tanjung Sari", "1007": "Sekanak Raya"},
    ),
    "02": ("Batu Ampar", {"1001": "Tanjung Sengkuang", "1002": "Sungai Jodoh", "1004": "Kampung Seraya"}),
    "03": (
        "Sekupang",
        {"1001": "Sungai Harapan", "1003": "Tanjung Riau", "1006": "Tiban Baru", "1008": "Patam Lestari"},
    ),
    "04": ("Nongsa", {"1001": "Sambau", "1002": "Batu Besar", "1003": "Kabil", "1004": "Ngenang"}),
    "05": (
        "Bulang",
        {"1001": "Bulang Lintang", "1002": "Pulau Buluh", "1003": "Temoyong", "1004": "Batu Legong"},
    ),
    "06": ("Lubuk Baja", {"1001": "Kampung Pelita", "1003": "Lubuk Baja Kota", "1006": "Baloi Indah"}),
    "07": (
        "Sei Beduk",
        {"1001": "Muka Kuning", "1002": "Duriangkang", "1003": "Mangsang", "1004": "Tanjung Piayu"},
    ),
    "08": ("Galang", {"1001": "Sijantung", "1002": "Karas", "1005": "Rempang Cate", "1007": "Pulau Abang"}),
    "09": (
        "Bengkong",
        {"1001": "Bengkong Indah", "1002": "Bengkong Laut", "1003": "Sadai", "1004": "Tanjung Buntung"},
    ),
    "10": (
        "Batam Kota",
        {"1001": "Baloi Permai", "1003": "Teluk Tering", "1004": "Belian", "1006": "Sungai Panas"},
    ),
    "11": (
        "Sagulung",
        {"1001": "Tembesi", "1002": "Sungai Binti", "1004": "Sagulung Kota", "1005": "Sungai Langkai"},
    ),
    "12": (
        "Batu Aji",
        {"1001": "Tanjung Uncang", "1002": "Buliang", "1003": "Kibing", "1004": "Bukit Tempayan"},
    ),
}
MEN = (
    "Agus", "Ahmad", "Bambang", "Dedi", "Eko", "Fajar", "I Made", "Joko", "Ketut", "La Ode", "Markus", "Muhammad",
    "Nyoman", "Rizky", "Slamet", "Togar", "Ucok", "Wahyu", "Yohanes", "Zulkifli",
)  # fmt: skip
WOMEN = (
    "Aisyah", "Cut", "Dewi", "Endang", "Fitri", "Ida Ayu", "Intan", "Kartini", "Luh", "Magdalena", "Mutiara", "Ni Made",
    "Nurul", "Puteri", "Ratna", "Sari", "Sri", "Theresia", "Wati", "Yuliana",
)  # fmt: skip
FAMILIES = (
    "Abdullah", "Batubara", "Chaniago", "Damanik", "Effendi", "Fernandes", "Ginting", "Hakim", "Iskandar", "Kusuma",
    "Lestari", "Manurung", "Nasution", "Pattiasina", "Pratama", "Rumengan", "Saputra", "Siregar", "Tanjung", "Wenda",
)  # fmt: skip
STREETS = ("Melati", "Kenanga", "Cempaka", "Anggrek", "Flamboyan", "Kamboja", "Dahlia", "Teratai")
TOWNS = ("Batam", "Tanjung Pinang", "Medan", "Padang", "Pekanbaru", "Palembang", "Surabaya", "Ende", "Ambon")
FAITHS = ("Islam",) * 6 + ("Kristen", "Kristen", "Katholik", "Budha", "Hindu")
JOBS = ("Karyawan Swasta", "Wiraswasta", "Nelayan/Perikanan", "Guru", "Buruh Harian Lepas", "Pedagang")
ADULT_DAYS = 17 * 365.25
MARRIED_SHARE = 0.6
NIK = re.compile(r"2171(?P<district>\d\d)\d{6}(?!0000)\d{4}", re.ASCII)
WOMEN_DAY = 40

Record = dict[str, str]


@cache
def cast() -> dict[str, dict[str, str]]:
    """Return the fixed people by number, as written in ``cast.json``."""
    people = json.loads((Path(__file__).parent / "cast.json").read_text(encoding="utf-8"))["people"]
    return {person["NIK"]: person for person in people}


def _today() -> date:
    return date.fromtimestamp(time.time())  # noqa: DTZ012 - the registry's own local day


def born(nik: str) -> date | None:
    """Birth date written in a number, or None when there is no such day. The century is the latest possible."""
    day, month, year = int(nik[6:8]), int(nik[8:10]), int(nik[10:12])
    day -= WOMEN_DAY if day > WOMEN_DAY else 0
    for century in (2000, 1900):
        try:
            on = date(century + year, month, day)
        except ValueError:
            continue
        if on <= _today():
            return on
    return None


def find(nik: str) -> Record | None:
    """Record of the person with this number, or None when the registry knows nobody."""
    if nik in cast():
        person = cast()[nik]
        return _complete(
            {k: v for k, v in person.items() if k not in {"key", "KEC", "KEL"}}, person["KEC"], person["KEL"]
        )
    match = NIK.fullmatch(nik)
    if match is None or match["district"] not in DISTRICTS:
        return None
    on = born(nik)
    return _invent(nik, on) if on else None


def _invent(nik: str, on: date) -> Record:
    dice = random.Random(nik)
    woman = int(nik[6:8]) > WOMEN_DAY
    family, mother_family = dice.sample(FAMILIES, 2)
    adult = (_today() - on).days >= ADULT_DAYS
    married = adult and dice.random() < MARRIED_SHARE
    kelurahan = dice.choice(sorted(DISTRICTS[nik[4:6]][1]))
    person = {
        "NIK": nik,
        "NO_KK": f"{nik[:6]}{dice.randint(1, 28):02}{dice.randint(1, 12):02}{dice.randint(5, 24):02}{dice.randint(1, 9999):04}",
        "NAMA_LGKP": f"{dice.choice(WOMEN if woman else MEN)} {family}",
        "TMPT_LHR": dice.choice(TOWNS),
        "TGL_LHR": on.isoformat(),
        "JENIS_KLMIN": "Perempuan" if woman else "Laki-Laki",
        "GOL_DARAH": dice.choice(("A", "B", "AB", "O", "Tidak Tahu")),
        "AGAMA": dice.choice(FAITHS),
        "STATUS_KAWIN": "Kawin Tercatat" if married else "Belum Kawin",
        "STAT_HBKEL": ("Istri" if woman else "Kepala Keluarga") if married else "Anak",
        "PDDK_AKH": dice.choice(("SLTP/Sederajat", "SLTA/Sederajat", "Diploma IV/Strata I"))
        if adult
        else "Belum Tamat SD/Sederajat",
        "JENIS_PKRJN": dice.choice(JOBS) if adult else "Belum/Tidak Bekerja",
        "NAMA_LGKP_IBU": f"{dice.choice(WOMEN)} {mother_family}",
        "NAMA_LGKP_AYAH": f"{dice.choice(MEN)} {family}",
        "ALAMAT": f"Jalan {dice.choice(STREETS)} Nomor {dice.randint(1, 180)}",
        "NO_RT": f"{dice.randint(1, 9):03}",
        "NO_RW": f"{dice.randint(1, 20):03}",
        "KODE_POS": f"294{dice.randint(11, 67)}",
        "NO_AKTA_LHR": f"2171-LU-{on:%d%m%Y}-{dice.randint(1, 999):04}",
    }
    return _complete(person, nik[4:6], kelurahan)


def _complete(person: Record, district: str, kelurahan: str) -> Record:
    """Add names of the areas and the fields that are empty for most people."""
    name, villages = DISTRICTS[district]
    adult = (_today() - date.fromisoformat(person["TGL_LHR"])).days >= ADULT_DAYS
    areas = {
        "DUSUN": "", "NO_PROP": PROVINCE[0], "PROP_NAME": PROVINCE[1], "NO_KAB": CITY[0], "KAB_NAME": CITY[1],
        "NO_KEC": district, "KEC_NAME": name, "NO_KEL": kelurahan, "KEL_NAME": villages[kelurahan],
    }  # fmt: skip
    rare = dict.fromkeys(("NO_AKTA_LHR", "TGL_KWN", "NO_AKTA_KWN", "TGL_CRAI", "NO_AKTA_CRAI"), "")
    card = {"EKTP_STATUS": "CARD_ISSUED" if adult else "", "EKTP_CREATED": "2019-02-11" if adult else ""}
    return {**rare, **person, **areas, **card}
