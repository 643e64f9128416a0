"""The signature container (CMS) of this instance, kept as a mould: only digest and signature differ from paper to paper.

pyHanko builds the first one; building it anew each time takes most of the time of signing. No decision about its content is
made here: what pyHanko put into the first stands in all that follow.
"""

from collections.abc import Callable
from typing import Any, Final

SEQUENCE, SET, OCTETS, EXPLICIT = 0x30, 0x31, 0x04, 0xA0
SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")  # 1.2.840.113549.1.7.2


class Mould:
    """Made of one finished container; :meth:`cast` makes the next."""

    def __init__(self, first: Any, digest: bytes) -> None:
        signed = first["content"]
        info = signed["signer_infos"][0]
        attributes = info["signed_attrs"].dump()
        if len(signed["signer_infos"]) != 1 or attributes.count(digest) != 1 or info["unsigned_attrs"].native:
            raise ValueError("the container does not have the form expected")
        self._before, self._after = attributes.split(digest)
        self._outer = _dumped(signed, "version", "digest_algorithms", "encap_content_info", "certificates")
        self._inner = _dumped(info, "version", "sid", "digest_algorithm")
        self._algorithm = info["signature_algorithm"].dump()

    def cast(self, digest: bytes, sign: Callable[[bytes], bytes]) -> bytes:
        """DER of the container over ``digest``; ``sign`` signs the attributes."""
        attributes = self._before + digest + self._after
        signature = sign(
            bytes([SET]) + attributes[1:]
        )  # signed as a SET, stored under a context tag: RFC 5652, 5.4
        info = _der(SEQUENCE, self._inner + attributes + self._algorithm + _der(OCTETS, signature))
        signed = _der(SEQUENCE, self._outer + _der(SET, info))
        return _der(SEQUENCE, SIGNED_DATA + _der(EXPLICIT, signed))


def _dumped(value: Any, *fields: str) -> bytes:
    return b"".join(value[field].dump() for field in fields)


def _der(tag: int, body: bytes) -> bytes:
    """Tag, length in the shortest form, body."""
    length = len(body)
    if length < 0x80:  # noqa: PLR2004 - short form
        return bytes([tag, length]) + body
    counted = length.to_bytes((length.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(counted)]) + counted + body
