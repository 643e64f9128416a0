"""What a bill is, what a provider's word about money means for it, which ledger lines follow, and QRIS strings.

Leaves out who may see a bill (queries) and how a provider is reached (connectors).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from pendopo.kernel.errors import Denied


class BillState(StrEnum):
    """Where a bill stands."""

    UNPAID = "unpaid"
    PENDING = "pending"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"


class AttemptState(StrEnum):
    """Where one try to pay stands."""

    OPENING = "opening"  # we have asked the provider, or are about to
    PENDING = "pending"  # the provider waits for the payer
    PAID = "paid"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


OPEN: Final = frozenset({BillState.UNPAID, BillState.PENDING})
LIVE: Final = frozenset({AttemptState.OPENING, AttemptState.PENDING})


@dataclass(frozen=True, slots=True)
class BillLine:
    """One line of a bill. ``explanation`` shows how the amount came about; ``amount_idr`` may be negative (a relief)."""

    name: str
    amount_idr: int
    name_en: str = ""
    legal_basis: str = ""
    explanation: str = ""
    explanation_en: str = ""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to pay a bill through a provider; several bills may share one payment there (``together``)."""

    id: UUID
    together: UUID
    bill_id: UUID
    provider: str
    provider_reference: str
    amount_idr: int
    state: AttemptState
    pay_url: str
    qr_content: str
    created_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bill:
    """A bill as other modules and pages see it. ``attempt`` is the live one, if any."""

    id: UUID
    subject: str
    number: str
    payer_ref: str
    payer_name: str
    title: str
    total_idr: int
    state: BillState
    due_at: datetime
    created_at: datetime
    paid_at: datetime | None
    lines: tuple[BillLine, ...] = ()
    attempt: Attempt | None = None

    @property
    def open(self) -> bool:
        """True while it can still be paid as far as its state says."""
        return self.state in OPEN

    def payable(self, now: datetime) -> bool:
        """True while it can be paid at this instant: open, and its last day is not past."""
        return self.open and now <= self.due_at


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider says about one payment, by webhook or when asked."""

    provider: str
    provider_reference: str
    partner_reference: str
    amount_idr: int
    state: AttemptState
    paid_at: datetime | None = None
    event_id: str = ""


class Outcome(StrEnum):
    """What a notice means."""

    SETTLED = "settled"
    CLOSED = "closed"  # the attempt ended without money; the bill can be paid again
    NOTED = "noted"  # nothing new
    DUPLICATE = "duplicate"
    WRONG_AMOUNT = "wrong_amount"
    UNKNOWN_REFERENCE = "unknown_reference"
    LATE_PAYMENT = "late_payment"  # money came for a bill that had ended
    SECOND_PAYMENT = "second_payment"  # money came for a bill that was already paid
    CONTRADICTION = "contradiction"  # the provider takes back what it had said


DISCREPANCIES: Final = frozenset(
    {
        Outcome.WRONG_AMOUNT,
        Outcome.UNKNOWN_REFERENCE,
        Outcome.LATE_PAYMENT,
        Outcome.SECOND_PAYMENT,
        Outcome.CONTRADICTION,
    }
)


def judge(
    notice: Notice,
    *,
    bill: BillState,
    due_at: datetime,
    attempt: AttemptState,
    amount_idr: int,
    now: datetime,
) -> Outcome:
    """What ``notice`` means for an attempt on a bill in state ``bill``; the whole payment is of ``amount_idr`` rupiah.

    Money paid until ``due_at`` settles even when the news comes after the bill expired. Nothing is ever settled
    from another amount, nor twice.
    """
    if notice.amount_idr != amount_idr:
        return Outcome.WRONG_AMOUNT
    if notice.state == AttemptState.PAID:
        return _judge_money(bill=bill, attempt=attempt, in_time=(notice.paid_at or now) <= due_at)
    if notice.state in LIVE:
        return Outcome.NOTED
    if attempt == AttemptState.PAID:
        return Outcome.CONTRADICTION
    return Outcome.CLOSED if attempt in LIVE else Outcome.DUPLICATE


def _judge_money(*, bill: BillState, attempt: AttemptState, in_time: bool) -> Outcome:
    if attempt == AttemptState.PAID:
        return Outcome.DUPLICATE
    if bill in {BillState.PAID, BillState.REFUNDED}:
        return Outcome.SECOND_PAYMENT
    if bill == BillState.CANCELLED or not in_time:
        return Outcome.LATE_PAYMENT
    return Outcome.SETTLED


def overall(outcomes: Sequence[Outcome]) -> Outcome:
    """What one notice about several bills comes to, for the record: that money settled, else the first thing that was new."""
    if Outcome.SETTLED in outcomes:
        return Outcome.SETTLED
    return next((one for one in outcomes if one not in {Outcome.DUPLICATE, Outcome.NOTED}), outcomes[0])


class Account(StrEnum):
    """Accounts of the ledger. Amounts are signed: money owed to or held by the city is positive."""

    RECEIVABLE = "receivable"
    REVENUE = "revenue"
    BANK = "bank"
    UNAPPLIED = "unapplied"  # money received that belongs to the payer until somebody decides


class Posting(StrEnum):
    """Why money is written down."""

    CHARGE = "charge"
    PAYMENT = "payment"
    REVERSAL = "reversal"
    UNAPPLIED = "unapplied"


POSTINGS: Final[dict[Posting, tuple[Account, Account]]] = {  # plus, minus
    Posting.CHARGE: (Account.RECEIVABLE, Account.REVENUE),
    Posting.PAYMENT: (Account.BANK, Account.RECEIVABLE),
    Posting.REVERSAL: (Account.REVENUE, Account.RECEIVABLE),
    Posting.UNAPPLIED: (Account.BANK, Account.UNAPPLIED),
}


def ledger_lines(posting: Posting, amount_idr: int) -> tuple[tuple[Account, int], ...]:
    """Both sides of a posting of ``amount_idr`` > 0 rupiah; they sum to zero."""
    if amount_idr <= 0:
        raise Denied("amount_not_positive", f"{posting} of {amount_idr}")
    plus, minus = POSTINGS[posting]
    return (plus, amount_idr), (minus, -amount_idr)


def total(lines: Sequence[BillLine]) -> int:
    """Sum in rupiah. Raises: Denied("bill_empty") when nothing is to be paid: make no bill then."""
    amount_idr = sum(line.amount_idr for line in lines)
    if amount_idr <= 0:
        raise Denied("bill_empty", f"{len(lines)} lines, {amount_idr} rupiah")
    return amount_idr


def check_payable(state: BillState, due_at: datetime, now: datetime) -> None:
    """A bill is payable while unpaid or pending and until it is due.

    Raises: Denied("already_paid" | "not_in_this_state" | "expired").
    """
    if state == BillState.PAID:
        raise Denied("already_paid")
    if state == BillState.EXPIRED or (state in OPEN and now > due_at):
        raise Denied("expired")
    if state not in OPEN:
        raise Denied("not_in_this_state", f"bill is {state}")


NUMBER_DIGITS: Final = 15
SERIAL_DIGITS: Final = 8
_DOUBLED: Final = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def make_number(on: date, serial: int) -> str:
    """Billing code (kode bayar) of 15 digits: YYMMDD, a serial of 8 digits, a check digit (Luhn)."""
    body = f"{on:%y%m%d}{serial % 10**SERIAL_DIGITS:0{SERIAL_DIGITS}}"
    return f"{body}{-_luhn(body + '0') % 10}"


def check_number(number: str) -> None:
    """Catch a mistyped billing code. Raises: Denied("bill_number")."""
    if len(number) != NUMBER_DIGITS or not (number.isascii() and number.isdigit()) or _luhn(number) % 10:
        raise Denied("bill_number")


def _luhn(digits: str) -> int:
    return sum(_DOUBLED[int(d)] if place % 2 else int(d) for place, d in enumerate(reversed(digits)))


# QRIS ---------------------------------------------------------------------------------------------------------------

TEMPLATES: Final = (*(f"{tag:02}" for tag in range(26, 52)), "62")  # tags that hold tags
RUPIAH: Final = "360"
CRC_TAG: Final = "6304"
CRC_DIGITS: Final = 4
BILL_NUMBER_LENGTH: Final = 25
_TAG: Final = re.compile(r"(\d\d)(\d\d)", re.ASCII)
_CRC_START: Final = 0xFFFF
_CRC_POLYNOMIAL: Final = 0x1021
_CRC_TOP: Final = 0x8000


def qris_crc(text: str) -> str:
    """CRC-16/CCITT-FALSE of everything up to and including ``6304``, four upper-case hex digits.

    Source: EMVCo Merchant-Presented QR, tag 63.
    """
    crc = _CRC_START
    for byte in text.encode():
        crc ^= byte << 8
        for _ in range(8):
            crc = ((crc << 1) ^ _CRC_POLYNOMIAL if crc & _CRC_TOP else crc << 1) & _CRC_START
    return f"{crc:04X}"


def parse_qris(text: str) -> dict[str, str | dict[str, str]]:
    """Tags of a QRIS string; templates (26-51, 62) as dictionaries of theirs. Lengths of names are not judged.

    Raises: Denied("qris_crc") when the check sum is wrong, Denied("qris_format") when it cannot be read.
    """
    if text[-CRC_DIGITS - len(CRC_TAG) : -CRC_DIGITS] != CRC_TAG:
        raise Denied("qris_format", "no check sum at the end")
    if qris_crc(text[:-CRC_DIGITS]) != text[-CRC_DIGITS:].upper():
        raise Denied("qris_crc")
    tags = _tags(text)
    if tags.get("63") != text[-CRC_DIGITS:]:
        raise Denied("qris_format", "check sum inside another tag")
    return {tag: _tags(value) if tag in TEMPLATES else value for tag, value in tags.items()}


def _tags(text: str) -> dict[str, str]:
    """Read ``tag(2) length(2) value`` again and again until the end."""
    tags: dict[str, str] = {}
    while text:
        match = _TAG.match(text)
        if match is None or match[1] in tags or len(text) < match.end() + int(match[2]):
            raise Denied("qris_format", f"tag {text[:4]!r}")
        end = match.end() + int(match[2])
        tags[match[1]], text = text[match.end() : end], text[end:]
    return tags


def _written(tags: dict[str, str]) -> str:
    return "".join(f"{tag}{len(value):02}{value}" for tag, value in sorted(tags.items()))


def build_dynamic(static: str, *, amount_idr: int, bill_number: str, terminal: str = "") -> str:
    """Turn a merchant's static QRIS into one for exactly this amount and bill. Amounts are whole rupiah.

    Valid for payment only where the acquirer of the merchant agreed to it.
    Raises: Denied("qris_format" | "qris_crc" | "amount_not_positive").
    """
    parse_qris(static)
    if amount_idr <= 0:
        raise Denied("amount_not_positive")
    if not (bill_number.isascii() and 0 < len(bill_number) <= BILL_NUMBER_LENGTH):
        raise Denied("qris_format", "bill number")
    tags = _tags(static)
    del tags["63"]
    extra = _tags(tags.get("62", "")) | {"01": bill_number} | ({"07": terminal} if terminal else {})
    body = _written(tags | {"01": "12", "54": str(amount_idr), "62": _written(extra)}) + CRC_TAG
    return body + qris_crc(body)


def is_qris_for(text: str, amount_idr: int) -> bool:
    """True when ``text`` is a whole QRIS in rupiah for exactly this amount (``10000`` or ``10000.00``)."""
    try:
        tags = parse_qris(text)
    except Denied:
        return False
    told = str(tags.get("54", "")).removesuffix(".00")
    return tags.get("53") == RUPIAH and told == str(amount_idr)
