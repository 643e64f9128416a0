"""Clients over HTTP, cheap enough to share the machine with what they measure: raw keep-alive sockets, one process, one loop.

Run as a program (``python -m bench.load``): reads a plan as JSON from standard input, writes what happened as JSON.
"""

import json
import secrets
import selectors
import socket
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any

KEY = "{key}"  # in a request: a number used once
END = b"\r\n\r\n"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """What the clients got."""

    per_second: float
    times_ms: tuple[float, ...]
    statuses: dict[str, int]
    last_refused: str = ""


def get(port: int, path: str, **headers: str) -> str:
    """A GET as a browser on keep-alive sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Accept-Encoding: gzip", "Accept: text/html"]
    return "\r\n".join([*lines, *(f"{name}: {value}" for name, value in headers.items()), "", ""])


def post_json(port: int, path: str, body: Any, **headers: str) -> str:
    """A POST of JSON."""
    text = json.dumps(body)
    lines = [f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Content-Type: application/json"]
    lines += [f"Content-Length: {len(text)}", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", text])


def drive(port: int, requests: list[str], *, clients: int = 16, seconds: float, expect: int) -> Served:
    """Send the requests in turn for ``seconds``. Raises RuntimeError when one is answered with another status than ``expect``."""
    plan = {"port": port, "requests": requests, "clients": clients, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(plan), capture_output=True, text=True, check=False, cwd=ROOT
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the clients failed: {done.stderr.strip()[-600:]}")
    told = json.loads(done.stdout)
    served = Served(told["per_second"], tuple(told["times_ms"]), told["statuses"], told["last_refused"])
    if set(served.statuses) != {str(expect)}:
        raise RuntimeError(f"answered {served.statuses}, expected only {expect}: {served.last_refused}")
    return served


class Client:
    """One connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""
        self.sent_at = 0.0

    def send(self, request: tuple[bytes, bytes]) -> None:
        before, after = request
        fresh = secrets.token_hex(16).encode() if after else b""
        self.got, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(before + fresh + after)

    def take(self) -> bytes | None:
        """The whole answer once it is there."""
        part = self.socket.recv(262144)
        if not part:
            raise ConnectionError("the server closed the connection")
        self.got += part
        head, found, body = self.got.partition(END)
        if not found:
            return None
        return self.got if len(body) >= _length(head, body) else None


def _length(head: bytes, body: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
        if name.lower() == b"transfer-encoding":
            return len(body) + (0 if body.endswith(b"0" + END) else 1)
    return 0


def main() -> None:
    plan = json.load(sys.stdin)
    requests = cycle([_split(text) for text in plan["requests"]])
    selector = selectors.DefaultSelector()
    clients = [Client(plan["port"]) for _ in range(plan["clients"])]
    times, statuses, refused = [], Counter[str](), b""
    started = time.perf_counter()
    until = started + plan["seconds"]
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.send(next(requests))
    under_way, ended = len(clients), started
    while under_way:
        for key, _ in selector.select(30):
            answer = key.data.take()
            if answer is None:
                continue
            ended = time.perf_counter()
            times.append((ended - key.data.sent_at) * 1000)
            status = answer[9:12].decode()
            statuses[status] += 1
            refused = refused if status < "400" else answer
            if ended < until:
                key.data.send(next(requests))
            else:
                under_way -= 1
    told = {"per_second": len(times) / (ended - started), "times_ms": [round(t, 3) for t in times]}
    json.dump(
        told | {"statuses": statuses, "last_refused": refused[-400:].decode(errors="replace")}, sys.stdout
    )


def _split(text: str) -> tuple[bytes, bytes]:
    before, _, after = text.partition(KEY)
    return before.encode(), after.encode()


if __name__ == "__main__":
    main()
