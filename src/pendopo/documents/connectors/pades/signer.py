"""A pyHanko signer that keeps its key and its chain in memory; the stock one parses the key twice a document.

Imported late, by :mod:`client`: pyHanko and asn1crypto are large and only needed where papers are signed or checked.
"""

from io import BytesIO
from typing import Any, Final

from asn1crypto import pem, x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from pyhanko.keys import load_certs_from_pemder_data
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, Signer
from pyhanko.sign.validation import validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from pendopo.documents.connectors.pades.authority import Material
from pendopo.documents.connectors.pades.mould import Mould
from pendopo.kernel import clock

DIGEST: Final = "sha256"
FIELD: Final = "TandaTangan"
ROOM: Final = 2048  # bytes for signature and attributes, beside the chain


class KeptSigner(Signer):  # type: ignore[misc]  # pyHanko is not typed here
    """Signs with a key that stays loaded."""

    def __init__(
        self, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey, certificate: Any, chain: list[Any]
    ) -> None:
        store = SimpleCertificateStore()
        store.register_multiple([certificate, *chain])
        super().__init__(signing_cert=certificate, cert_registry=store, embed_roots=True)
        self._key = key
        self._mould: Mould | None = None

    async def async_sign(self, data_digest: bytes, digest_algorithm: str, **how: Any) -> Any:
        """The container over a document's digest: pyHanko's own the first time, cast from it afterwards."""
        if (
            self._mould is not None
            and digest_algorithm == DIGEST
            and how.get("use_pades")
            and not how.get("timestamper")
        ):
            return self._mould.cast(data_digest, self._sign)
        made = await super().async_sign(data_digest, digest_algorithm, **how)
        if how.get("use_pades") and not how.get("timestamper") and not how.get("dry_run"):
            self._mould = Mould(made, data_digest)
        return made

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:
        """Signature over ``data``; PAdES here always hashes with SHA-256."""
        if digest_algorithm != DIGEST:
            raise ValueError(f"unexpected digest {digest_algorithm}")
        return bytes(256) if dry_run else self._sign(data)

    def _sign(self, data: bytes) -> bytes:
        if isinstance(self._key, ec.EllipticCurvePrivateKey):
            return self._key.sign(data, ec.ECDSA(hashes.SHA256()))
        return self._key.sign(data, padding.PKCS1v15(), hashes.SHA256())


class Revision(IncrementalPdfFileWriter):  # type: ignore[misc]
    """The signature's own revision. It leaves the typesetter's metadata alone: they declare PDF/A and PDF/UA."""

    def _update_meta(self) -> None:
        """Nothing about the document has changed; pyHanko would write all metadata anew."""


class Desk:
    """Key, chain and trust of one instance, loaded once."""

    def __init__(self, material: Material) -> None:
        key = serialization.load_pem_private_key(material.key, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
            raise TypeError("the signing key must be ECDSA or RSA")
        certificate = x509.Certificate.load(pem.unarmor(material.certificate)[2])
        chain = list(load_certs_from_pemder_data(material.root))
        self._signer = KeptSigner(key, certificate, chain)
        self._roots = chain
        self._reserved = 2 * (ROOM + sum(len(c.dump()) for c in (certificate, *chain)))  # in hex digits
        self.issuer = str(certificate.issuer.native["common_name"])

    def sign(self, pdf: bytes, *, name: str, reason: str, location: str) -> bytes:
        """Append one invisible PAdES signature (ETSI.CAdES.detached)."""
        meta = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm=DIGEST,
            subfilter=fields.SigSeedSubFilter.PADES,
            name=name,
            reason=reason,
            location=location,
        )
        writer = Revision(BytesIO(pdf))
        signed = PdfSigner(meta, self._signer).sign_pdf(writer, bytes_reserved=self._reserved, in_place=False)
        return bytes(signed.getbuffer())

    def check(self, pdf: bytes) -> list[Any]:
        """What pyHanko says of every signature in the file, oldest first."""
        reader = PdfFileReader(BytesIO(pdf))
        context = ValidationContext(trust_roots=self._roots, allow_fetching=False, moment=clock.now())
        return [validate_pdf_signature(found, context) for found in reader.embedded_regular_signatures]
