"""A bank that takes payments by page and by QRIS, and tells the biller by signed webhook.

Calls and webhooks carry the symmetric signature of the national payment standard (SNAP). Modes beside those of
``server`` act on webhooks: ``repeat`` (``times`` copies at once), ``reorder`` (kept back until ``{"release": true}``, then
last first), ``lie`` (``about``: ``amount`` | ``signature`` | ``reference`` | ``state``), ``silent`` option of any mode (no
webhook at all). ``{"pay": reference}`` pays as a telephone that scanned the QR would; with ``"late": true`` even when
the payment has expired or was cancelled. Webhooks that are not answered with 2xx are sent again, waiting longer each time.
"""

import base64
import hashlib
import hmac
import html
import json
import os
import re
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections import OrderedDict
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from simulators.server import Answer, Call, Refuse, Simulator, arguments, as_json, serve

WIB = timezone(timedelta(hours=7))
KEEP = 20_000
ATTEMPTS = 6
EXTERNAL_ID_DIGITS = 36
STATUS = re.compile(r"/v1/payments/(?P<reference>[A-Z0-9]{1,40})")
PAGE = re.compile(r"/bayar/(?P<reference>[A-Z0-9]{1,40})")
SPACE_OUTSIDE_STRINGS = re.compile(rb'("(?:[^"\\]|\\.)*")|\s+', re.DOTALL)


def sign(secret: str, call: str, body: bytes, timestamp: str) -> str:
    """Symmetric SNAP signature; ``call`` is ``METHOD:PATH``. The access token is empty: this bank knows one partner."""
    tight = SPACE_OUTSIDE_STRINGS.sub(rb"\1", body)
    text = f"{call}::{hashlib.sha256(tight).hexdigest()}:{timestamp}"
    return base64.b64encode(hmac.digest(secret.encode(), text.encode(), "sha512")).decode()


def now() -> datetime:
    return datetime.fromtimestamp(time.time(), WIB)


def stamp() -> str:
    return now().isoformat(timespec="seconds")


def qris(amount_idr: int, bill: str) -> str:
    """Dynamic QRIS of an invented merchant."""

    def tag(number: str, value: str) -> str:
        return f"{number}{len(value):02}{value}"

    acquirer = (
        tag("00", "ID.CO.CONTOH.WWW")
        + tag("01", "936009990000000017")
        + tag("02", "000000000000001")
        + tag("03", "URE")
    )
    national = tag("00", "ID.CO.QRIS.WWW") + tag("02", "ID0000000000001") + tag("03", "URE")
    text = (
        tag("00", "01") + tag("01", "12") + tag("26", acquirer) + tag("51", national) + tag("52", "9399") + tag("53", "360")
        + tag("54", str(amount_idr)) + tag("58", "ID") + tag("59", "MPP CONTOH RETRIBUSI") + tag("60", "KOTA BATAM")
        + tag("61", "29432") + tag("62", tag("01", bill[:25])) + "6304"
    )  # fmt: skip
    crc = 0xFFFF
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return f"{text}{crc:04X}"


@dataclass(slots=True)
class Payment:
    provider_reference: str
    partner_reference: str
    amount_idr: int
    description: str
    callback_url: str
    return_url: str
    expires_at: str
    external_id: str
    digest: str
    state: str = "pending"
    paid_at: str | None = None


FIELDS = {
    "partner_reference": str, "amount_idr": int, "description": str,
    "callback_url": str, "return_url": str, "expires_at": str,
}  # fmt: skip


class Bank(Simulator):
    name = "payment"

    def __init__(self, secret: str = "demo-payment-secret") -> None:
        self.secret = secret
        super().__init__()

    def reset(self) -> None:
        super().reset()
        self.payments: OrderedDict[str, Payment] = OrderedDict()
        self.by_partner: dict[str, str] = {}
        self.by_external: dict[str, str] = {}
        self.kept_back: list[tuple[Payment, dict[str, Any]]] = []
        self.delivered: list[int] = []

    # --- control -------------------------------------------------------------------------------------------------

    def control(self, wish: dict[str, Any]) -> dict[str, Any]:
        seen = super().control(wish)
        if wish.get("release"):
            with self.lock:
                kept, self.kept_back = self.kept_back[::-1], []
            for payment, event in kept:
                self._deliver(payment, event)
        if "pay" in wish:
            self._conclude(self._find(str(wish["pay"])), "paid", late=bool(wish.get("late")))
        return {
            **seen,
            "payments": len(self.payments),
            "kept_back": len(self.kept_back),
            "delivered": self.delivered[-50:],
        }

    # --- calls ---------------------------------------------------------------------------------------------------

    def answer(self, call: Call) -> Answer:
        page = PAGE.fullmatch(call.path)
        if page:
            return self._page(self._find(page["reference"]), call)
        self._check_signature(call)
        if call.path == "/v1/payments" and call.method == "POST":
            return as_json(self._shown(self._create(call), call), 201)
        status = STATUS.fullmatch(call.path)
        if status and call.method == "GET":
            return as_json(self._shown(self._find(status["reference"]), call))
        raise Refuse(404, "no such call")

    def _check_signature(self, call: Call) -> None:
        given = call.headers.get("x-signature", "")
        right = sign(
            self.secret, f"{call.method}:{call.path}", call.body, call.headers.get("x-timestamp", "")
        )
        if not hmac.compare_digest(given.encode(), right.encode()):
            raise Refuse(401, "4014700 Unauthorized. Signature")

    def _create(self, call: Call) -> Payment:
        wish, external = call.json(), call.headers.get("x-external-id", "")
        if not (external.isascii() and external.isdigit() and len(external) <= EXTERNAL_ID_DIGITS):
            raise Refuse(400, "4004702 X-EXTERNAL-ID must be at most 36 digits")
        for name, kind in FIELDS.items():
            if type(wish.get(name)) is not kind:
                raise Refuse(400, f"4004701 Invalid Field Format {name}")
        if wish["amount_idr"] <= 0:
            raise Refuse(400, "4004701 Invalid Field Format amount_idr")
        digest = hashlib.sha256(SPACE_OUTSIDE_STRINGS.sub(rb"\1", call.body)).hexdigest()
        with self.lock:
            known = self.by_external.get(external) or self.by_partner.get(wish["partner_reference"])
            if known:
                payment = self.payments[known]
                if (
                    payment.amount_idr != wish["amount_idr"]
                    or payment.partner_reference != wish["partner_reference"]
                ):
                    raise Refuse(409, "4094700 Conflict")
                return payment
            payment = Payment(
                f"CTH{uuid.uuid4().hex[:17].upper()}",
                external_id=external,
                digest=digest,
                **{k: wish[k] for k in FIELDS},
            )
            self.payments[payment.provider_reference] = payment
            self.by_partner[payment.partner_reference] = payment.provider_reference
            self.by_external[external] = payment.provider_reference
            self._forget_oldest()
        return payment

    def _forget_oldest(self) -> None:
        while len(self.payments) > KEEP:
            _, old = self.payments.popitem(last=False)
            self.by_partner.pop(old.partner_reference, None)
            self.by_external.pop(old.external_id, None)

    def _find(self, reference: str) -> Payment:
        payment = self.payments.get(reference)
        if payment is None:
            raise Refuse(404, "4044701 Transaction Not Found")
        if payment.state == "pending" and datetime.fromisoformat(payment.expires_at) < now():
            payment.state = "expired"
        return payment

    def _shown(self, payment: Payment, call: Call) -> dict[str, Any]:
        told = self._told(payment)
        told["pay_url"] = f"http://{call.host}/bayar/{payment.provider_reference}"
        told["qr_content"] = qris(payment.amount_idr, payment.description)
        return told

    def _told(self, payment: Payment) -> dict[str, Any]:
        """Return what the bank says about a payment; in mode ``lie`` something is not so."""
        keys = ("provider_reference", "partner_reference", "amount_idr", "state", "paid_at", "expires_at")
        told = {key: value for key, value in asdict(payment).items() if key in keys}
        if self.mode == "lie":
            about = self.options.get("about", "amount")
            lies: dict[str, dict[str, Any]] = {
                "amount": {"amount_idr": max(1, payment.amount_idr // 10)},
                "reference": {"provider_reference": "CTHUNKNOWN", "partner_reference": str(uuid.UUID(int=0))},
                "state": {"state": "paid", "paid_at": stamp()},
            }
            told.update(lies.get(about, {}))
        return told

    # --- the page people pay on ----------------------------------------------------------------------------------

    def _page(self, payment: Payment, call: Call) -> Answer:
        if call.method == "POST":
            choice = call.form().get("pilihan")
            if choice not in {"bayar", "batal"}:
                raise Refuse(400, "pilihan is bayar or batal")
            self._conclude(payment, "paid" if choice == "bayar" else "cancelled")
            return Answer(303, headers={"Location": payment.return_url})
        return Answer(200, _html(payment).encode(), "text/html; charset=utf-8")

    def _conclude(self, payment: Payment, state: str, *, late: bool = False) -> None:
        """Set the end of a payment once and tell the biller."""
        with self.lock:
            if payment.state != "pending" and not (late and payment.state in {"expired", "cancelled"}):
                return
            payment.state = state
            payment.paid_at = stamp() if state == "paid" else None
        if not self.options.get("silent"):
            self._tell(payment)

    # --- webhooks ------------------------------------------------------------------------------------------------

    def _tell(self, payment: Payment) -> None:
        event = {
            "event_id": str(uuid.uuid4().int % 10**20),
            "type": f"payment.{payment.state}",
            **self._told(payment),
        }
        if self.mode == "reorder":
            with self.lock:
                self.kept_back.append((payment, event))
                if self.options.get("also_pending"):
                    self.kept_back.insert(
                        0, (payment, {**event, "event_id": event["event_id"] + "0", "state": "pending"})
                    )
            return
        for _ in range(int(self.options.get("times", 16)) if self.mode == "repeat" else 1):
            self._deliver(payment, event)

    def _deliver(self, payment: Payment, event: dict[str, Any]) -> None:
        threading.Thread(target=self._send, args=(payment.callback_url, event), daemon=True).start()

    def _send(self, url: str, event: dict[str, Any]) -> None:
        """Send until it is taken; waits 1, 2, 4, ... seconds (option ``backoff_s``) between tries."""
        if urlsplit(url).scheme not in {"http", "https"}:
            return
        wait = float(self.options.get("backoff_s", 1))
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(wait * 2 ** (attempt - 1))
            status = self._post(url, event)
            self.delivered.append(status)
            del self.delivered[:-1000]
            if status // 100 == 2:  # noqa: PLR2004
                return

    def _post(self, url: str, event: dict[str, Any]) -> int:
        body, at = json.dumps(event).encode(), stamp()
        lying = self.mode == "lie" and self.options.get("about") == "signature"
        secret = "not the secret" if lying else self.secret
        headers = {
            "Content-Type": "application/json", "X-TIMESTAMP": at, "X-EXTERNAL-ID": event["event_id"],
            "X-SIGNATURE": sign(secret, f"POST:{urlsplit(url).path}", body, at),
        }  # fmt: skip
        request = urllib.request.Request(url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as reply:
                return int(reply.status)
        except urllib.error.HTTPError as refusal:
            refusal.close()
            return int(refusal.code)
        except OSError:
            return 0


WORDS = {
    "pending": "Menunggu pembayaran", "paid": "Sudah dibayar",
    "cancelled": "Dibatalkan", "expired": "Batas waktu sudah lewat",
}  # fmt: skip


def _html(payment: Payment) -> str:
    amount = f"Rp{payment.amount_idr:,}".replace(",", ".")
    buttons = (
        f'<form method="post"><button name="pilihan" value="bayar">Bayar {amount}</button> '
        '<button name="pilihan" value="batal" class="quiet">Batal</button></form>'
    )
    link = f'<p><a href="{html.escape(payment.return_url)}">Kembali ke layanan</a></p>'
    return f"""<!doctype html>
<html lang="id"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Bayar {amount} - Bank Contoh</title>
<style>
body {{ font: 1.125rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 2rem auto; padding: 0 1rem; color: #1b1b1b; background: #fff }}
button {{ font: inherit; font-weight: 600; min-height: 3rem; padding: .5rem 1.25rem; border: 2px solid #0b4f6c;
  background: #0b4f6c; color: #fff; border-radius: .25rem; margin: .5rem .5rem .5rem 0 }}
button.quiet {{ background: #fff; color: #0b4f6c }}
button:focus-visible, a:focus-visible {{ outline: 3px solid #b35900; outline-offset: 2px }}
dt {{ font-weight: 600 }} dd {{ margin: 0 0 .75rem }}
</style></head>
<body><main><h1>Bayar {amount}</h1>
<p>Bank Contoh adalah bank tiruan untuk mencoba. Tidak ada uang yang berpindah.</p>
<dl><dt>Untuk</dt><dd>{html.escape(payment.description)}</dd>
<dt>Keadaan</dt><dd>{WORDS[payment.state]}</dd></dl>
{buttons if payment.state == "pending" else ""}{link}
</main></body></html>"""


def main() -> int:
    parser = arguments("Simulator of a payment provider (page and QRIS).", 8102)
    parser.add_argument("--secret", default=os.environ.get("PENDOPO_PAYMENT_SECRET", "demo-payment-secret"))
    chosen = parser.parse_args()
    return serve(Bank(chosen.secret), chosen.port)


if __name__ == "__main__":
    sys.exit(main())
