"""What the account pages say when something is wrong, in our words instead of the library's."""

from allauth.account.adapter import DefaultAccountAdapter
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Only words; what is allowed stays as the library decides."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _(
            "Alamat email atau kata sandi tidak cocok. Periksa keduanya, lalu coba lagi."
        ),
        "email_taken": _("Alamat email ini sudah punya akun. Masuk saja, atau buat kata sandi baru."),
        "duplicate_email": _("Alamat email ini sudah ada di akun Anda."),
        "enter_current_password": _("Kata sandi sekarang tidak cocok."),
        "incorrect_password": _("Kata sandi tidak cocok. Coba lagi."),
        "incorrect_code": _("Kode tidak cocok. Kode berganti setiap 30 detik; coba kode yang terbaru."),
        "too_many_login_attempts": _("Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi."),
        "account_inactive": _("Akun ini tidak aktif. Hubungi meja informasi mal."),
        "unverified_primary_email": _("Periksa dahulu alamat email utama Anda lewat tautan yang kami kirim."),
        "rate_limited": _("Terlalu banyak percobaan. Tunggu beberapa menit, lalu coba lagi."),
    }
