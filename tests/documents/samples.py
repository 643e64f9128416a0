"""Small files of every kind people send, good and bad, made by hand."""

import io
import struct
import zipfile
import zlib


def pdf(extra: bytes = b"", *, tail: bytes = b"", stream: bytes = b"", head: bytes = b"") -> bytes:
    """A one-page PDF; ``extra`` goes into the catalogue, ``stream`` is one more object."""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R " + extra + b" >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>",
        *([stream] if stream else []),
    ]
    out, places = head + b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    xref = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, xref)
    return out + tail


def packed(content: bytes, kind: bytes = b"/ObjStm", filter_: bytes = b"/Filter /FlateDecode") -> bytes:
    """A compressed stream object."""
    raw = zlib.compress(content)
    return b"<< /Type %s %s /Length %d >>\nstream\n%s\nendstream" % (kind, filter_, len(raw), raw)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, depth: int = 8, colour: int = 2) -> bytes:
    rows = zlib.compress((b"\0" + b"\xff\0\0" * 2) * 2)
    header = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", rows) + _chunk(b"IEND", b"")


def jpeg(width: int = 4, height: int = 4, *, end: bytes = b"\xff\xd9", after: bytes = b"") -> bytes:
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    sof = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    sos = b"\xff\xda" + struct.pack(">HB", 8, 1) + b"\x01\0\0\x3f\0"
    return b"\xff\xd8" + app0 + b"\xff\xff" + sof[1:] + sos + b"\x12\x34" * 20 + end + after


def archive(name: str = "a.txt", body: bytes = b"x") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, body)
    return out.getvalue()


def updated(signed: bytes) -> bytes:
    """The same PDF with a change appended as PDF editors do it."""
    from pyhanko.pdf_utils.generic import NameObject, TextStringObject
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer = IncrementalPdfFileWriter(io.BytesIO(signed))
    writer.root[NameObject("/Note")] = TextStringObject("changed")
    writer.update_root()
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


EXE = b"MZ\x90\0\x03\0\0\0" + b"\0" * 200
HTML = b"<!doctype html><html><script>alert(1)</script></html>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 100
