"""Clients over HTTP, cheap enough to share the machine with what they measure: raw keep-alive sockets, one process, one loop.

Run as a program (``python -m bench.load``): reads a plan as JSON from standard input, writes what happened as JSON.
"""

import json
import re
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
ID = "{id}"  # in a later request of a story: the id that the first was answered with
TIMED = re.compile(rb"(?i)\r\nserver-timing: app;dur=([\d.]+)")
END = b"\r\n\r\n"
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Served:
    """What the clients got."""

    per_second: float
    times_ms: tuple[float, ...]
    statuses: dict[str, int]
    last_refused: str = ""
    server_ms: tuple[float, ...] = ()  # what the server itself says each answer took (Server-Timing)


@dataclass(frozen=True, slots=True)
class Told:
    """What the clients got when each told whole stories: ``per_second`` and ``times_ms`` are of stories, ``asked_ms`` of requests."""

    per_second: float
    times_ms: tuple[float, ...]
    asked_ms: tuple[float, ...]


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
    told = _run(port, [[request] for request in requests], clients, seconds, {expect})
    return Served(
        told["asked"] / told["seconds"], tuple(told["asked_ms"]), told["statuses"], told["last_refused"], tuple(told["server_ms"])
    )  # fmt: skip


def tell(port: int, stories: list[list[str]], *, clients: int = 16, seconds: float, expect: set[int]) -> Told:
    """Have each client tell the stories in turn, request by request, for ``seconds``; what is begun is finished. Raises RuntimeError."""
    told = _run(port, stories, clients, seconds, expect)
    return Told(len(told["told_ms"]) / told["seconds"], tuple(told["told_ms"]), tuple(told["asked_ms"]))


def _run(
    port: int, stories: list[list[str]], clients: int, seconds: float, expect: set[int]
) -> dict[str, Any]:
    plan = {"port": port, "stories": stories, "clients": clients, "seconds": seconds}
    done = subprocess.run(
        [sys.executable, "-m", "bench.load"], input=json.dumps(plan), capture_output=True, text=True, check=False, cwd=ROOT
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the clients failed: {done.stderr.strip()[-600:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    if not set(told["statuses"]) <= {str(status) for status in expect}:
        raise RuntimeError(
            f"answered {told['statuses']}, expected only {sorted(expect)}: {told['last_refused']}"
        )
    return told


Request = tuple[
    bytes, ...
]  # what stands before, between and after the placeholders, which come as single parts


class Client:
    """One connection with one request under way, and the rest of the story it belongs to."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.got = b""
        self.sent_at = self.began_at = 0.0
        self.ahead: list[Request] = []
        self.id = b""

    def begin(self, story: list[Request]) -> None:
        self.ahead, self.id = list(story), b""
        self.began_at = time.perf_counter()
        self.go_on()

    def go_on(self) -> None:
        request = self.ahead.pop(0)
        self.got, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(b"".join(self._filled(part) for part in request))

    def _filled(self, part: bytes) -> bytes:
        if part == KEY.encode():
            return secrets.token_hex(16).encode()
        return self.id if part == ID.encode() else part

    def note_id(self, answer: bytes) -> None:
        """Remember the id in the first answer of a longer story."""
        if self.ahead and not self.id:
            self.id = json.loads(answer.partition(END)[2])["id"].encode()

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
    stories = cycle([[_split(text) for text in story] for story in plan["stories"]])
    selector = selectors.DefaultSelector()
    clients = [Client(plan["port"]) for _ in range(plan["clients"])]
    asked: list[float] = []
    told: list[float] = []
    server: list[float] = []
    statuses, refused = Counter[str](), b""
    started = ended = time.perf_counter()
    until = started + plan["seconds"]
    for client in clients:
        selector.register(client.socket, selectors.EVENT_READ, client)
        client.begin(next(stories))
    under_way = len(clients)
    while under_way:
        for key, _ in selector.select(30):
            client = key.data
            answer = client.take()
            if answer is None:
                continue
            ended = time.perf_counter()
            asked.append((ended - client.sent_at) * 1000)
            server += map(float, TIMED.findall(answer[:2000]))
            status = answer[9:12].decode()
            statuses[status] += 1
            if status >= "400":
                refused, client.ahead = answer, []
            client.note_id(answer)
            if client.ahead:
                client.go_on()
                continue
            told.append((ended - client.began_at) * 1000)
            if ended < until:
                client.begin(next(stories))
            else:
                under_way -= 1
    json.dump(
        {
            "asked": len(asked), "seconds": ended - started, "asked_ms": [round(t, 3) for t in asked],
            "told_ms": [round(t, 3) for t in told], "server_ms": server,
            "statuses": statuses, "last_refused": refused[-400:].decode(errors="replace"),
        },
        sys.stdout,
    )  # fmt: skip


def _split(text: str) -> Request:
    return tuple(part.encode() for part in re.split(r"(\{key\}|\{id\})", text) if part)


if __name__ == "__main__":
    main()
