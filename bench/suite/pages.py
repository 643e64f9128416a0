"""What a first visit costs on a phone's data plan: every byte from the server, headers and assets included, compressed."""

import re
import socket
from urllib.parse import urljoin, urlsplit

from bench.harness import Result, at_most, bench
from bench.place import SERVICE, Place

LINKED = re.compile(
    r"""<(?:link|script|img|source|use|image)\b[^>]*?\b(?:href|src|srcset)=["']?([^"'\s>]+)"""
)
NOT_LOADED = re.compile(
    r"""<link\b[^>]*\brel=["']?(?:canonical|alternate|next|prev|search|help|license)\b[^>]*>"""
)
IN_STYLES = re.compile(r"""url\(\s*["']?([^"')]+)["']?\s*\)""")


@bench("pages", "bytes of a first visit to the heaviest public page, all assets, gzip", at_most(60))
def pages(place: Place) -> Result:
    port = place.web
    from pendopo.catalogue.api import categories, get_service

    content = get_service(SERVICE).content
    paths = [
        "/",
        "/layanan/?q=mau+buka+warung",
        f"/layanan/{SERVICE}/",
        "/instansi/",
        f"/instansi/{content['agency']['id']}/",
    ]
    paths += [f"/kebutuhan/{categories()[0].id}/", "/v/", "/akun/login/", "/akun/signup/"]
    weights = {path: first_visit(port, path) for path in paths}
    heaviest = max(weights, key=lambda path: sum(weights[path].values()))
    return Result(
        "pages", sum(weights[heaviest].values()) / 1000, "kB", conditions={
            "heaviest": heaviest, "its_parts": weights[heaviest],
            "all_kB": {p: round(sum(w.values()) / 1000, 1) for p, w in weights.items()},
            "counted": "status line, headers and body as sent, gzip, 1 kB = 1000 bytes",
        },
    )  # fmt: skip


def first_visit(port: int, path: str) -> dict[str, int]:
    """Bytes of the page and of everything it loads, by path."""
    weights: dict[str, int] = {}
    waiting = [path]
    while waiting:
        here = waiting.pop()
        if here in weights:
            continue
        raw, text = fetch(port, here)
        weights[here] = raw
        waiting += [
            urljoin(here, found) for found in loaded_by(text, is_style=here.endswith(".css")) if _ours(found)
        ]
    return weights


def loaded_by(text: str, *, is_style: bool) -> list[str]:
    """Addresses a browser fetches for this page or style sheet."""
    if is_style:
        return [found for found in IN_STYLES.findall(text) if not found.startswith("data:")]
    text = NOT_LOADED.sub("", text)
    return [found.partition("#")[0] for found in LINKED.findall(text) if not found.startswith(("#", "data:"))]


def _ours(address: str) -> bool:
    parts = urlsplit(address)
    if parts.netloc:
        raise RuntimeError(f"a page loads {address} from elsewhere")
    return bool(parts.path)


def fetch(port: int, path: str) -> tuple[int, str]:
    """(bytes that came over the wire, text of the body)."""
    request = (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(request.encode())
        raw = b"".join(iter(lambda: line.recv(65536), b""))
    head, _, body = raw.partition(b"\r\n\r\n")
    if head[9:12] != b"200":
        raise RuntimeError(f"{path} answered {head[9:12].decode()}")
    return len(raw), _plain(head.lower(), body)


def _plain(head: bytes, body: bytes) -> str:
    import gzip

    if b"transfer-encoding: chunked" in head:
        body = _joined(body)
    if b"content-encoding: gzip" in head:
        body = gzip.decompress(body)
    return body.decode("utf-8", "replace")


def _joined(body: bytes) -> bytes:
    parts = []
    while body:
        size, _, rest = body.partition(b"\r\n")
        length = int(size.partition(b";")[0], 16)
        if not length:
            break
        parts.append(rest[:length])
        body = rest[length + 2 :]
    return b"".join(parts)
