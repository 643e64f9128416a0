"""The words for codes: why something was refused, what a state, a step and a role are called.

Codes are stable and come from the modules below and above as plain text; this file knows their words and nothing else.
"""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pendopo.web import words_hands as hands
from pendopo.web import words_papers as papers

Words = dict[str, "str | Promise"]

STATES: Final[Words] = {
    "draft": _("Belum dikirim"),
    "submitted": _("Terkirim"),
    "returned": _("Perlu diperbaiki"),
    "in_process": _("Sedang diproses"),
    "in_correction": _("Sedang Anda perbaiki"),
    "awaiting_payment": _("Menunggu pembayaran"),
    "approved": _("Disetujui"),
    "deemed_approved": _("Dianggap disetujui"),
    "rejected": _("Ditolak"),
    "withdrawn": _("Ditarik kembali"),
    "completed": _("Selesai"),
}
STATE_KINDS: Final = {
    "draft": "neutral",
    "submitted": "info",
    "returned": "warn",
    "in_process": "info",
    "in_correction": "warn",
    "awaiting_payment": "warn",
    "approved": "good",
    "deemed_approved": "good",
    "rejected": "bad",
    "withdrawn": "neutral",
    "completed": "good",
}
STEPS: Final[Words] = {
    "completeness": _("Pemeriksaan kelengkapan"),
    "screening": _("Penapisan (dampak lingkungan)"),
    "commitment": _("Pemenuhan komitmen"),
    "verification": _("Pemeriksaan kebenaran berkas (verifikasi)"),
    "recommendation": _("Rekomendasi dinas teknis"),
    "inspection": _("Pemeriksaan lapangan"),
    "fee_assessment": _("Penetapan biaya (retribusi)"),
    "payment": _("Pembayaran"),
    "drafting": _("Penyusunan dokumen"),
    "initials": _("Paraf"),
    "signing": _("Tanda tangan"),
    "numbering": _("Pemberian nomor"),
    "hand_over": _("Penyerahan dokumen"),
    "forward": _("Diteruskan ke instansi"),
    "automatic": _("Pemeriksaan otomatis"),
}
ROLES: Final[Words] = {
    "front_officer": _("Petugas loket"),
    "back_officer": _("Petugas verifikasi"),
    "technical_team": _("Tim teknis"),
    "section_head": _("Kepala bidang"),
    "signatory": _("Pejabat penanda tangan"),
    "cashier": _("Bendahara penerimaan"),
    "catalogue_editor": _("Penyusun katalog layanan"),
    "mall_operator": _("Pengelola mal"),
    "mayor": _("Kepala daerah"),
    "regional_secretary": _("Sekretaris daerah"),
    "citizen": _("Pemohon"),
    "system": _("Sistem"),
}
DENIED: Final[Words] = {
    **papers.DENIED,
    "not_signed_in": _("Masuk dahulu untuk membuka halaman ini."),
    "not_yours": _("Halaman ini milik orang lain, jadi tidak bisa Anda buka."),
    "not_your_agency": _("Berkas ini ditangani instansi lain."),
    "wrong_role": _("Tugas ini bukan untuk peran Anda."),
    "mfa_required": _("Petugas harus memakai pengaman kedua. Pasang kunci sandi atau aplikasi kode dahulu."),
    "not_in_this_state": _("Tahap permohonan sudah berubah, jadi langkah ini tidak bisa dilakukan lagi."),
    "stale": _(
        "Seseorang mengubah berkas ini lebih dahulu. Muat ulang halaman untuk melihat keadaan terbaru."
    ),
    "already_decided": _("Permohonan ini sudah diputuskan."),
    "step_not_open": _("Langkah ini belum terbuka: langkah sebelumnya belum selesai."),
    "step_done": _(
        "Langkah ini sudah diselesaikan, mungkin oleh rekan Anda. Muat ulang halaman untuk melihatnya."
    ),
    "not_complete": _("Masih ada isian atau berkas yang belum lengkap."),
    "not_paid": _("Tagihan belum dibayar."),
    "already_paid": _("Tagihan ini sudah dibayar. Anda tidak perlu membayar lagi."),
    "expired": _("Masa berlakunya sudah lewat."),
    "already_reviewed": _("Petugas sudah meninjau keputusan ini."),
    "no_automatic_decision": _(
        "Permohonan ini tidak diputus oleh sistem, jadi tidak ada yang perlu ditinjau."
    ),
    "reason_missing": _("Tulis alasannya agar pemohon tahu apa yang harus dilakukan."),
    "legal_basis_missing": _("Tulis dasar hukum penolakan."),
    "assigned_to_other": _("Langkah ini sudah dipegang rekan Anda. Ambil alih dahulu bila perlu."),
    "assignee_unknown": _("Pilih rekan yang memegang peran langkah ini."),
    "appointment_needed": _("Buat janji kunjungan dahulu, agar pemohon tahu kapan petugas datang."),
    "appointment_incomplete": _("Isi tanggal, jam, dan tempat kunjungan."),
    "appointment_past": _("Waktu kunjungan harus di depan, dalam satu tahun ini."),
    "appointment_day_off": _(
        "Hari itu bukan hari kerja instansi Anda. Pilih hari lain, atau centang bahwa kunjungan memang pada hari itu."
    ),
    "inspection_early": _(
        "Kunjungannya belum berlangsung. Berita acara diisi pada hari kunjungan atau sesudahnya; datang lebih awal? Ubah dahulu janjinya."
    ),
    "findings_needed": _("Tulis apa yang ditemukan di lapangan: itu menjadi berita acara."),
    "confirmation_needed": _(
        "Centang dahulu bahwa Anda sudah menerima atau melihat yang diminta pada langkah ini."
    ),
    "not_your_colleague": _(
        "Anda hanya dapat menunjuk wakil bagi diri sendiri atau bagi bawahan di instansi Anda."
    ),
    "deputy_unsuitable": _("Wakil harus rekan lain yang bertugas di instansi yang sama selama waktu itu."),
    "deputy_dates": _(
        "Isi yang tidak di tempat, wakilnya, dan tanggalnya: mulai hari ini atau nanti, paling lama satu tahun."
    ),
    "goal_unknown": _("Tujuan atau layanan ini tidak ada lagi. Pilih yang ada sekarang."),
    "plan_cycle": _(
        "Rencana ini belum dapat disusun: syarat layanannya saling menunggu. Beri tahu pengelola mal."
    ),
    "not_due_yet": _("Batas waktunya belum lewat."),
    "rounds_used_up": _("Jumlah perbaikan yang diperbolehkan sudah habis."),
    "calendar_missing": _("Kalender hari kerja tahun itu belum tersedia. Beri tahu pengelola mal."),
    "recount_running": _(
        "Batas waktu masih dihitung ulang karena perubahan sebelumnya. Tunggu beberapa detik, lalu coba lagi."
    ),
    "calendar_unchanged": _("Tidak ada hari yang ditambahkan atau dicabut."),
    "calendar_source_missing": _(
        "Sebutkan dasar perubahan kalender, misalnya nomor keputusan atau surat edaran."
    ),
    "calendar_day_gone": _(
        "Hari itu sudah dicabut lebih dahulu. Muat ulang halaman untuk melihat kalender terbaru."
    ),
    "calendar_day_taken": _(
        "Hari itu sudah ada di kalender. Cabut dahulu yang lama bila ingin menggantinya."
    ),
    "hours_none": _("Isi jam layanan paling sedikit untuk satu hari."),
    "hours_order": _(
        "Jam buka harus sebelum jam tutup, dan istirahat lebih pendek daripada waktu di antaranya."
    ),
    "hours_range": _("Tanggal akhir paling lama 40 hari sesudah tanggal awal."),
    "hours_gone": _(
        "Jam layanan itu sudah dicabut lebih dahulu. Muat ulang halaman untuk melihat yang terbaru."
    ),
    "hours_taken": _(
        "Jam layanan untuk tanggal itu sudah ada. Cabut dahulu yang lama bila ingin menggantinya."
    ),
    "file_too_large": _("Berkas terlalu besar. Ukuran paling besar 10 MB."),
    "file_type": _("Jenis berkas ini tidak diterima. Kirim PDF, JPG, atau PNG."),
    "file_empty": _("Berkas ini kosong. Pilih berkas lain."),
    "plan_changed": _(
        "Ketentuan berubah sejak Anda mulai. Belum ada yang terkirim; periksa perubahannya, lalu kirim lagi."
    ),
    "no_such_part": _("Layanan itu bukan bagian dari pengajuan ini."),
    "part_not_in_this_state": _("Bagian ini sudah berubah, jadi langkah itu tidak bisa dilakukan lagi."),
    "part_not_ready": _("Bagian ini masih menunggu dokumen lain."),
    "service_closed": _("Layanan ini sedang tidak dibuka."),
    "consent_missing": _("Kami memerlukan persetujuan Anda dahulu."),
    "nik_length": _("NIK terdiri dari 16 angka."),
    "nik_region": _("Enam angka pertama NIK bukan kode wilayah."),
    "nik_date": _("Angka ke-7 sampai ke-12 NIK bukan tanggal lahir yang ada."),
    "nik_serial": _("Empat angka terakhir NIK tidak boleh 0000."),
    "nik_taken": _(
        "NIK ini sudah terdaftar pada akun lain. Bila itu NIK Anda, datang ke loket dengan KTP-el."
    ),
    "nik_fixed": _(
        "NIK akun ini sudah tercatat dan tidak dapat diganti sendiri. Datang ke loket dengan KTP-el."
    ),
    "nik_unknown_at_registry": _(
        "Dukcapil tidak menemukan NIK ini. Periksa angkanya, atau isi sendiri dan kami periksa kemudian."
    ),
    "nib_format": _("NIB terdiri dari 13 angka."),
    "nib_unknown": _(
        "OSS tidak mengenal usaha ini. Periksa angkanya, atau selesaikan dahulu pendaftarannya di OSS."
    ),
    "nib_not_yours": _(
        "Menurut OSS, Anda bukan penanggung jawab usaha ini. Minta kuasa dari penanggung jawabnya, atau perbarui datanya di OSS."
    ),
    "nib_not_active": _("Menurut OSS, NIB ini dibekukan atau dicabut. Selesaikan dahulu di OSS."),
    "already_has_nib": _(
        "Anda sudah punya NIB untuk usaha ini. Buka dokumennya di Permohonan saya, atau lihat usaha Anda di Data saya."
    ),
    "number_taken": _(
        "Nomor dari OSS sudah ada pada dokumen yang terbit sebelumnya. Buka di Permohonan saya; bila tidak ada, hubungi loket DPMPTSP."
    ),
    "company_npwp_needed": _(
        "OSS mengenali badan usaha dari NPWP-nya, dan NPWP badan berupa 15 atau 16 angka belum ada. Hubungi loket DPMPTSP."
    ),
    "register_away": _("OSS sedang tidak menjawab."),
    "identity_needed": _("Isi dahulu siapa Anda: nama dan NIK."),
    "staff_cannot_apply": _(
        "Akun petugas tidak dapat mengajukan permohonan. Keluar, lalu masuk dengan akun pribadi Anda."
    ),
    "not_for_businesses": _("Layanan ini hanya untuk perorangan."),
    "business_needed": _(
        "Layanan ini hanya untuk badan usaha. Hubungkan usaha Anda dengan NIB-nya di halaman Data saya."
    ),
    "not_your_application": _("Permohonan ini milik orang lain."),
    "not_your_step": _("Tugas ini bukan untuk peran Anda."),
    "not_this_step": _("Tindakan itu bukan bagian dari langkah ini."),
    "same_agency": _("Pilih instansi lain: pekerjaan tidak dapat diserahkan kepada instansi yang sama."),
    "nobody_to_take_over": _(
        "Instansi penerima belum punya petugas untuk semua peran yang diperlukan. Tetapkan petugasnya dahulu."
    ),
    "no_such_step": _("Langkah itu tidak ada pada permohonan ini."),
    "not_editable": _("Permohonan ini sedang diproses, jadi isiannya tidak dapat diubah sekarang."),
    "not_sure": _("Tekan tombol Ya, tarik kembali untuk menarik permohonan."),
    "remarks_needed": _(
        "Sebutkan sedikitnya satu isian atau berkas yang perlu diperbaiki, beserta sebabnya."
    ),
    "remark_incomplete": _(
        "Lengkapi setiap catatan yang Anda mulai: isian atau berkas, dan sebabnya. Atau kosongkan."
    ),
    "result_missing": _("Pilih hasilnya: memenuhi atau tidak memenuhi."),
    "remark_reason_unknown": _("Pilih sebab dari daftar."),
    "legal_reason_needed": _("Tulis alasan dan dasar hukum penolakan."),
    "recommendation_unfavourable": _(
        "Ada rekomendasi yang tidak memenuhi, jadi permohonan ini hanya dapat ditolak atau diperbaiki."
    ),
    "fee_invalid": _("Tulis jumlah biaya dengan angka bulat rupiah, nol atau lebih."),
    "survey_too_early": _("Penilaian dibuka setelah layanan selesai."),
    "survey_incomplete": _("Jawab semua pertanyaan dahulu."),
    "survey_score": _("Pilih satu jawaban."),
    "validity_reversed": _("Tanggal akhir berlaku mendahului tanggal mulainya."),
    "condition_broken": _("Aturan layanan ini perlu diperbaiki. Pengelola mal sudah diberi tahu."),
    "too_many": _("Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi."),
    **hands.DENIED,
}
REFUSED: Final = _(
    "Tindakan ini tidak diperbolehkan. Bila menurut Anda seharusnya boleh, hubungi meja bantuan mal."
)
CONFLICTS: Final = (
    "not_in_this_state", "stale", "already_", "step_", "not_complete", "not_paid", "rounds_", "not_editable", "survey_too_early",
    "not_in_this_standing", "not_in_this_appeal", "renewal_", "amendment_", "part_", "plan_changed", "hours_gone", "hours_taken",
)  # fmt: skip


def denied(code: str) -> "str | Promise":
    """The sentence for a refusal. An unknown code gets a general one that still says what to do."""
    return DENIED.get(code, REFUSED)


def is_conflict(code: str) -> bool:
    """True when the thing is in another state than the asker thought (409), false when asker may not (403)."""
    return code.startswith(CONFLICTS)


def state(code: str) -> "str | Promise":
    """What a state of an application is called."""
    return STATES.get(str(code), str(code))


def state_kind(code: str) -> str:
    """Kind of tag a state is shown with: neutral, info, good, warn, bad."""
    return STATE_KINDS.get(str(code), "neutral")


def step(kind: str) -> "str | Promise":
    """What a kind of step is called."""
    return STEPS.get(str(kind), str(kind))


def role(code: str) -> "str | Promise":
    """What a role is called."""
    return ROLES.get(str(code), str(code))


VERBS: Final[Words] = {
    "submit": _("Permohonan dikirim"),
    "complete": _("Berkas lengkap"),
    "return": _("Kembalikan untuk dilengkapi"),
    "resubmit": _("Perbaikan dikirim"),
    "verify": _("Berkas benar, lanjutkan"),
    "request_correction": _("Minta perbaikan"),
    "inspect": _("Catat hasil pemeriksaan lapangan"),
    "recommend": _("Beri rekomendasi"),
    "assess_fee": _("Tetapkan biaya"),
    "settle": _("Pembayaran diterima"),
    "draft": _("Naskah selesai"),
    "initial": _("Paraf"),
    "sign": _("Setujui dan tanda tangani"),
    "forward": _("Teruskan ke instansi"),
    "reject": _("Tolak permohonan"),
    "withdraw": _("Ditarik oleh pemohon"),
    "issue": _("Dokumen terbit"),
    "hand_over": _("Dokumen diserahkan"),
    "automate": _("Diselesaikan sistem"),
    "screen": _("Penapisan selesai, lanjutkan"),
    "fulfil": _("Komitmen terpenuhi"),
    "schedule": _("Buat janji kunjungan"),
    "issue_provisional": _("Terbitkan sementara"),
    "reassign": _("Serahkan kepada rekan"),
    "ask_person": _("Minta diperiksa petugas"),
    "deem_approve": _("Dikabulkan secara hukum"),
    "reopen": _("Diproses kembali"),
}
"""What an act is called: on its button, and in the history where ``HAPPENED`` has no better word."""

HAPPENED: Final[Words] = {
    "moved_version": _("Dilanjutkan dengan aturan layanan yang baru"),
    "agency_followed": _("Diteruskan oleh instansi pengganti"),
    "competence_followed": _("Dialihkan ke instansi yang berwenang"),
    "complete": _("Berkas dinyatakan lengkap"),
    "return": _("Berkas dikembalikan untuk dilengkapi"),
    "verify": _("Berkas diperiksa dan benar"),
    "request_correction": _("Petugas meminta perbaikan"),
    "inspect": _("Pemeriksaan lapangan selesai"),
    "recommend": _("Rekomendasi diberikan"),
    "assess_fee": _("Biaya ditetapkan"),
    "initial": _("Diparaf"),
    "sign": _("Disetujui dan ditandatangani"),
    "forward": _("Diteruskan ke sistem instansi"),
    "reject": _("Permohonan ditolak"),
    "screen": _("Penapisan selesai"),
    "schedule": _("Kunjungan lapangan dijadwalkan"),
    "issue_provisional": _("Izin sementara diminta terbit"),
    "reassign": _("Langkah diserahkan kepada petugas lain"),
    "ask_person": _("Pemohon meminta diperiksa petugas"),
    "review_agreed": _("Petugas meninjau keputusan sistem: benar"),
    "review_overridden": _("Petugas meninjau keputusan sistem: seharusnya diputus lain"),
    "nik_shown": _("Petugas melihat NIK lengkap"),
    "deadline_moved": _("Batas waktu berubah karena kalender berubah"),
    "deadline_warned": _("Batas waktu sudah dekat: pejabat diingatkan"),
    "deem_approve": _("Batas waktu lewat tanpa keputusan: dikabulkan secara hukum"),
    "release": _("Langkah kembali ke meja bersama"),
    "reopen": _("Keberatan dikabulkan: permohonan diproses kembali"),
    "appeal_filed": _("Keberatan diajukan"),
    "appeal_taken_up": _("Keberatan mulai diperiksa"),
    "appeal_upheld": _("Keberatan ditolak, keputusan semula tetap"),
    "appeal_granted": _("Keberatan dikabulkan"),
    "appeal_withdrawn": _("Keberatan ditarik kembali"),
}

REMARKS: Final[Words] = {
    "missing": _("belum ada"),
    "unreadable": _("tidak terbaca"),
    "expired": _("sudah lewat masa berlakunya"),
    "mismatch": _("tidak cocok dengan data lain"),
    "wrong_document": _("bukan dokumen yang diminta"),
    "incomplete": _("kurang lengkap"),
    "other": _("sebab lain"),
}


def verb(code: str) -> "str | Promise":
    """The button of an act."""
    return VERBS.get(str(code), str(code))


def happened(code: str) -> "str | Promise":
    """What an act is called once it is done."""
    return HAPPENED.get(str(code)) or verb(code)


def remark(code: str) -> "str | Promise":
    """Why a field or document was sent back."""
    return REMARKS.get(str(code), str(code))


NOT_FOUND: Final = _("Tidak ditemukan, atau bukan milik Anda.")
INVALID: Final = _("Ada isian yang perlu diperbaiki.")
UNAVAILABLE: Final = _(
    "Sistem di luar sedang tidak menjawab. Coba lagi beberapa saat lagi; isian Anda tidak hilang."
)
