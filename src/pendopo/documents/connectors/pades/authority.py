"""The demo's own certificate authority: a root and one signing certificate (ECDSA P-256), made once.

Not for real service: there, key and certificates come from a certified provider (PSrE) and are put into the same files.
Production therefore never makes its own.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from pendopo.kernel import clock
from pendopo.kernel.errors import Unavailable

DEMO_NAME: Final = "DEMO - bukan untuk layanan nyata"
ROOT_YEARS, SIGNER_YEARS = 20, 10
SIGNER_KEY, SIGNER, CHAIN, ROOT_KEY = "signer.key", "signer.pem", "root.pem", "root.key"


@dataclass(frozen=True, slots=True)
class Material:
    """Key and certificates, as they lie on disk (PEM)."""

    key: bytes
    certificate: bytes
    root: bytes


def load() -> Material:
    """Read the key and the chain of this instance; the demo makes them on first use.

    Raises: Unavailable(permanent) in production when there is no key.
    """
    folder = Path(settings.SIGNING_DIR)
    if not (folder / SIGNER).is_file():
        if settings.MODE == "production":
            raise Unavailable(
                f"there is no signing key. Mend: put {SIGNER_KEY}, {SIGNER} and {CHAIN} of your certificate "
                f"provider into {folder} with mode 0600",
                permanent=True,
            )
        with _locked(folder):
            if not (folder / SIGNER).is_file():
                _make(folder)
    return Material(
        (folder / SIGNER_KEY).read_bytes(), (folder / SIGNER).read_bytes(), (folder / CHAIN).read_bytes()
    )


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Only one process makes the authority."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make(folder: Path) -> None:
    """Write all four files; the signing certificate last, because its presence says that all is there."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root_name = _name(f"{DEMO_NAME} - Otoritas Pendopo")
    root = _certificate(root_name, root_name, root_key, root_key, ROOT_YEARS, authority=True)
    signer_name = _name(f"{DEMO_NAME} - Penanda Tangan Elektronik")
    signer = _certificate(signer_name, root_name, key, root_key, SIGNER_YEARS, authority=False)
    _write(folder / ROOT_KEY, _pem(root_key))
    _write(folder / CHAIN, root.public_bytes(serialization.Encoding.PEM))
    _write(folder / SIGNER_KEY, _pem(key))
    _write(folder / SIGNER, signer.public_bytes(serialization.Encoding.PEM))


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "ID"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, settings.REGION.get("name", "Pendopo")),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    years: int,
    *,
    authority: bool,
) -> x509.Certificate:
    at = clock.now()
    usage = {"key_cert_sign", "crl_sign"} if authority else {"digital_signature", "content_commitment"}
    kinds = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=366))  # the demo's clock may be moved
        .not_valid_after(at + timedelta(days=365 * years))
        .add_extension(
            x509.BasicConstraints(ca=authority, path_length=0 if authority else None), critical=True
        )
        .add_extension(x509.KeyUsage(**{kind: kind in usage for kind in kinds}), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
        .sign(issuer_key, hashes.SHA256())
    )


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    beside.rename(path)
