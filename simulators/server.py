"""What every simulator shares: a small threaded HTTP server, ``/_health`` and ``/_control``.

Control: ``POST /_control`` with ``{"mode": "ok|slow|fail|repeat|reorder|lie", ...options}``; ``{"reset": true}`` forgets
everything. ``slow`` and ``fail`` act here, on every call; the other modes are each simulator's own business. Options:
``delay_s`` (slow), ``status`` and ``times`` (fail: how often, then ok again; status 0 drops the connection).
"""

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

MODES = ("ok", "slow", "fail", "repeat", "reorder", "lie")
MAX_BODY_BYTES = 64 * 1024
DROP = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read completely."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""
    host: str = ""

    def json(self) -> dict[str, Any]:
        """Return the body as an object; anything else raises ``Refuse`` 400."""
        try:
            value = json.loads(self.body or b"{}")
        except ValueError as error:
            raise Refuse(400, "body is not JSON") from error
        if not isinstance(value, dict):
            raise Refuse(400, "body is not an object")
        return value

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode("utf-8", "replace")))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


class Refuse(Exception):
    """Ends a call with a status and one sentence."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


def as_json(value: object, status: int = 200) -> Answer:
    return Answer(status, json.dumps(value, ensure_ascii=False).encode())


class Simulator:
    """Keeps the mode; subclasses answer the calls."""

    name: ClassVar[str] = "simulator"

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """Forget everything and behave."""
        self.mode = "ok"
        self.options: dict[str, Any] = {}
        self.calls = 0

    def answer(self, call: Call) -> Answer:
        raise NotImplementedError

    def control(self, wish: dict[str, Any]) -> dict[str, Any]:
        """Change the mode; returns what ``/_control`` shows. Subclasses add wishes of their own."""
        if wish.get("reset"):
            self.reset()
        if "mode" in wish:
            if wish["mode"] not in MODES:
                raise Refuse(400, f"mode is one of {', '.join(MODES)}")
            self.mode = wish["mode"]
            self.options = {key: value for key, value in wish.items() if key not in {"mode", "reset"}}
        return {"name": self.name, "mode": self.mode, "options": self.options, "calls": self.calls}

    def respond(self, call: Call) -> Answer:
        """Health and control first, then the mode, then the simulator itself."""
        if call.path == "/_health":
            return as_json({"name": self.name, "ok": True})
        if call.path == "/_control":
            return as_json(self.control(call.json() if call.method == "POST" else {}))
        with self.lock:
            self.calls += 1
            failing = self._fails()
        if failing is not None:
            return Answer(failing, b'{"message": "told to fail"}' if failing else b"")
        if self.mode == "slow":
            time.sleep(float(self.options.get("delay_s", 2)))
        return self.answer(call)

    def _fails(self) -> int | None:
        """Status to fail with, or None; counts down ``times``."""
        if self.mode != "fail":
            return None
        if "times" in self.options:
            if self.options["times"] <= 0:
                return None
            self.options["times"] -= 1
        return int(self.options.get("status", 503))


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the simulator, writes the answer in one packet."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    timeout = 30
    simulator: ClassVar[Simulator]

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._write(Answer(413, b'{"message": "body too large"}'))
            return
        body = self.rfile.read(int(length))
        headers = {key.lower(): value for key, value in self.headers.items()}
        call = Call(self.command, urlsplit(self.path).path, headers, body, headers.get("host", ""))
        try:
            answer = self.simulator.respond(call)
        except Refuse as refusal:
            answer = as_json({"message": str(refusal)}, refusal.status)
        self._write(answer)

    def _write(self, answer: Answer) -> None:
        if answer.status == DROP:
            self.close_connection = True
            return
        with suppress(
            BrokenPipeError, ConnectionResetError
        ):  # a client that lost patience is no fault of ours
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.kind)
            self.send_header("Content-Length", str(len(answer.body)))
            for key, value in answer.headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(answer.body)
            self.wfile.flush()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
        """Stay silent: the demo's terminal belongs to the demo."""


class LoopbackServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print one line instead of a traceback when a client goes away."""
        del request
        error = sys.exc_info()[1]
        if not isinstance(error, ConnectionError | TimeoutError):
            print(f"{client_address}: {error!r}", file=sys.stderr)


def make_server(simulator: Simulator, port: int = 0) -> LoopbackServer:
    """Bind to loopback only; port 0 takes a free one."""
    handler = type("BoundHandler", (Handler,), {"simulator": simulator})
    return LoopbackServer(("127.0.0.1", port), handler)


@contextmanager
def running(simulator: Simulator) -> Iterator[str]:
    """Serve in a thread on a free port; yields the address. For tests."""
    server = make_server(simulator)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def arguments(what: str, port: int) -> argparse.ArgumentParser:
    """Return the options every simulator takes."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument(
        "--port", type=int, default=port, help="port on 127.0.0.1 (default %(default)s, 0 = a free one)"
    )
    return parser


def serve(simulator: Simulator, port: int) -> int:
    """Serve until interrupted; returns the exit code."""
    try:
        server = make_server(simulator, port)
    except OSError as error:
        print(
            f"{simulator.name}: port {port} is not free ({error.strerror}). Mend: --port with another number",
            file=sys.stderr,
        )
        return 1
    print(f"{simulator.name}: http://127.0.0.1:{server.server_address[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    server.server_close()
    return 0
