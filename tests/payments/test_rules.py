from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pendopo.kernel.errors import Denied
from pendopo.payments import rules
from pendopo.payments.connectors.snap import mapping
from pendopo.payments.rules import AttemptState, BillLine, BillState, Notice, Outcome

STATIC = (
    "00020101021126680016ID.CO.CONTOH.WWW011893600999000000001702150000000000000010303URE51440014ID.CO.QRIS.WWW"
    "0215ID00000000000010303URE5204939953033605802ID5920MPP CONTOH RETRIBUSI6010KOTA BATAM6105294326304DBF7"
)
DYNAMIC = (
    "00020101021226680016ID.CO.CONTOH.WWW011893600999000000001702150000000000000010303URE51440014ID.CO.QRIS.WWW"
    "0215ID00000000000010303URE52049399530336054061500005802ID5920MPP CONTOH RETRIBUSI6010KOTA BATAM610529432"
    "62250114217120260001230703A016304626E"
)
NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=1)


# QRIS


def test_crc_of_the_standard_check_text() -> None:
    assert rules.qris_crc("123456789") == "29B1"


def test_known_static_string_is_read() -> None:
    tags = rules.parse_qris(STATIC)
    assert tags["59"] == "MPP CONTOH RETRIBUSI"
    assert tags["51"] == {"00": "ID.CO.QRIS.WWW", "02": "ID0000000000001", "03": "URE"}


def test_dynamic_string_is_built_exactly() -> None:
    assert (
        rules.build_dynamic(STATIC, amount_idr=150_000, bill_number="21712026000123", terminal="A01")
        == DYNAMIC
    )


def test_names_longer_than_the_standard_are_read() -> None:
    tags = {tag: v for tag, v in rules._tags(STATIC).items() if tag != "63"} | {"59": "X" * 44}
    body = rules._written(tags) + "6304"
    assert rules.parse_qris(body + rules.qris_crc(body))["59"] == "X" * 44


@pytest.mark.parametrize("place", range(0, len(DYNAMIC) - 8, 7))
def test_one_wrong_character_is_noticed(place: int) -> None:
    wrong = "7" if DYNAMIC[place] != "7" else "8"
    with pytest.raises(Denied, match="qris"):
        rules.parse_qris(DYNAMIC[:place] + wrong + DYNAMIC[place + 1 :])


@given(st.text(max_size=60))
def test_any_text_is_refused_and_never_breaks(text: str) -> None:
    with pytest.raises(Denied):
        rules.parse_qris(text)


@given(st.text(alphabet="0123456789AB", max_size=40))
def test_rubbish_with_a_right_check_sum_never_breaks(text: str) -> None:
    body = f"{text}6304"
    whole = body + rules.qris_crc(body)
    with suppress(Denied):
        assert rules.parse_qris(whole)["63"] == whole[-4:]


@given(st.integers(1, 10**12), st.text(alphabet="0123456789", min_size=1, max_size=25))
def test_built_strings_are_for_their_amount(amount_idr: int, number: str) -> None:
    text = rules.build_dynamic(STATIC, amount_idr=amount_idr, bill_number=number)
    assert rules.is_qris_for(text, amount_idr)
    assert not rules.is_qris_for(text, amount_idr + 1)
    assert rules.parse_qris(text)["62"] == {"01": number}


def test_amount_with_cents_of_zero_is_the_same_amount() -> None:
    body = rules._written({"53": "360", "54": "10000.00"}) + "6304"
    assert rules.is_qris_for(body + rules.qris_crc(body), 10_000)


@pytest.mark.parametrize(("amount_idr", "number"), [(0, "1"), (-5, "1"), (5, ""), (5, "1" * 26), (5, "é")])
def test_what_cannot_be_a_dynamic_qris(amount_idr: int, number: str) -> None:
    with pytest.raises(Denied):
        rules.build_dynamic(STATIC, amount_idr=amount_idr, bill_number=number)


# signatures


def test_signature_of_the_published_vector() -> None:
    body = b'{"partnerReferenceNo":"ORD1234567890AB","amount":{"value":"10000.00","currency":"IDR"},"merchantId":"MERCHANT1"}'
    given_signature = mapping.sign(
        "test-client-secret",
        "POST:/snap-adapter/b2b/v1.0/qr/qr-mpm-generate",
        body=body,
        timestamp="2021-01-08T09:57:39.000+07:00",
        token="test-access-token",
    )
    assert (
        given_signature
        == "dPb44R7y98p5vrM8Wa7O1KHInPSV9FmwFYTkEBXIbPnSnbLlj6W+QErkDLZZsP8LZq3W8gsPJRG/03LpSJM4wQ=="
    )


def test_white_space_outside_strings_does_not_change_the_signature() -> None:
    assert mapping.minify(b'{ "a b" : [ 1,\n 2 ],\t"c\\" d": "e  f" }') == b'{"a b":[1,2],"c\\" d":"e  f"}'


# bill numbers


@given(
    st.dates(date(2020, 1, 1), date(2098, 1, 1)), st.integers(0, 10**9), st.integers(0, 14), st.integers(1, 9)
)
def test_a_mistyped_digit_of_a_billing_code_is_noticed(on: date, serial: int, place: int, shift: int) -> None:
    number = rules.make_number(on, serial)
    rules.check_number(number)
    typo = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    with pytest.raises(Denied, match="bill number"):
        rules.check_number(typo)


@pytest.mark.parametrize("number", ["", "1", "26112300000001x", "٢٦١١٢٣٠٠٠٠٠٠٠١٤", "0" * 16])
def test_what_is_no_billing_code(number: str) -> None:
    with pytest.raises(Denied):
        rules.check_number(number)


# money


@pytest.mark.parametrize("lines", [(), (BillLine("x", 0),), (BillLine("x", 5), BillLine("relief", -5))])
def test_no_bill_for_nothing(lines: tuple[BillLine, ...]) -> None:
    with pytest.raises(Denied) as refusal:
        rules.total(lines)
    assert refusal.value.code == "bill_empty"


@given(st.sampled_from(rules.Posting), st.integers(1, 10**15))
def test_every_posting_sums_to_zero(posting: rules.Posting, amount_idr: int) -> None:
    lines = rules.ledger_lines(posting, amount_idr)
    assert sum(amount for _, amount in lines) == 0
    assert len({account for account, _ in lines}) == 2


def test_postings_are_positive() -> None:
    with pytest.raises(Denied):
        rules.ledger_lines(rules.Posting.CHARGE, 0)


@pytest.mark.parametrize("state", BillState)
def test_only_open_bills_in_time_are_payable(state: BillState) -> None:
    codes = {BillState.PAID: "already_paid", BillState.EXPIRED: "expired"}
    if state in rules.OPEN:
        rules.check_payable(state, DUE, DUE)
        with pytest.raises(Denied, match="expired"):
            rules.check_payable(state, DUE, DUE + timedelta(seconds=1))
    else:
        with pytest.raises(Denied) as refusal:
            rules.check_payable(state, DUE, NOW)
        assert refusal.value.code == codes.get(state, "not_in_this_state")


# what a notice means


def judge(
    state: AttemptState,
    bill: BillState,
    attempt: AttemptState,
    *,
    amount_idr: int = 5,
    paid_at: datetime | None = NOW,
) -> Outcome:
    notice = Notice("snap", "R", "P", amount_idr, state, paid_at)
    return rules.judge(notice, bill=bill, due_at=DUE, attempt=attempt, amount_idr=5, now=NOW)


@pytest.mark.parametrize(("state", "bill", "attempt"), list(product(AttemptState, BillState, AttemptState)))
def test_another_amount_never_settles(state: AttemptState, bill: BillState, attempt: AttemptState) -> None:
    assert judge(state, bill, attempt, amount_idr=4) is Outcome.WRONG_AMOUNT


@pytest.mark.parametrize(("state", "bill", "attempt"), list(product(AttemptState, BillState, AttemptState)))
def test_settles_only_from_paid_news_of_an_attempt_not_paid(
    state: AttemptState, bill: BillState, attempt: AttemptState
) -> None:
    may = state is AttemptState.PAID and attempt is not AttemptState.PAID
    may = may and bill in {BillState.UNPAID, BillState.PENDING, BillState.EXPIRED}
    assert (judge(state, bill, attempt) is Outcome.SETTLED) == may


@pytest.mark.parametrize(
    ("bill", "paid_at", "outcome"),
    [
        (BillState.EXPIRED, DUE, Outcome.SETTLED),
        (BillState.EXPIRED, DUE + timedelta(seconds=1), Outcome.LATE_PAYMENT),
        (BillState.PENDING, DUE + timedelta(seconds=1), Outcome.LATE_PAYMENT),
        (BillState.PENDING, None, Outcome.SETTLED),
        (BillState.CANCELLED, NOW, Outcome.LATE_PAYMENT),
        (BillState.PAID, NOW, Outcome.SECOND_PAYMENT),
        (BillState.REFUNDED, NOW, Outcome.SECOND_PAYMENT),
    ],
)
def test_when_money_comes(bill: BillState, paid_at: datetime | None, outcome: Outcome) -> None:
    assert judge(AttemptState.PAID, bill, AttemptState.PENDING, paid_at=paid_at) is outcome


@pytest.mark.parametrize(
    ("told", "attempt", "outcome"),
    [
        (AttemptState.PENDING, AttemptState.PAID, Outcome.NOTED),
        (AttemptState.CANCELLED, AttemptState.PAID, Outcome.CONTRADICTION),
        (AttemptState.EXPIRED, AttemptState.PENDING, Outcome.CLOSED),
        (AttemptState.CANCELLED, AttemptState.CANCELLED, Outcome.DUPLICATE),
    ],
)
def test_when_no_money_comes(told: AttemptState, attempt: AttemptState, outcome: Outcome) -> None:
    assert judge(told, BillState.PENDING, attempt) is outcome


# the provider's JSON

GOOD = {
    "event_id": "1",
    "provider_reference": "R",
    "partner_reference": "P",
    "amount_idr": 5,
    "state": "paid",
    "paid_at": None,
}


@pytest.mark.parametrize(
    "change",
    [
        {"amount_idr": 5.0}, {"amount_idr": "5"}, {"amount_idr": True}, {"amount_idr": 0}, {"amount_idr": 2**60},
        {"state": "opening"}, {"state": []}, {"state": None}, {"provider_reference": ""}, {"provider_reference": "x" * 65},
        {"partner_reference": 7}, {"event_id": ""}, {"event_id": None}, {"paid_at": "yesterday"},
        {"paid_at": "2026-01-01T00:00:00"}, {"provider_reference": "a\u202eb"},
    ],
)  # fmt: skip
def test_a_message_of_the_wrong_shape_is_not_understood(change: dict[str, object]) -> None:
    import json

    assert mapping.read_webhook(json.dumps(GOOD).encode()).amount_idr == 5
    with pytest.raises(mapping.NotUnderstood):
        mapping.read_webhook(json.dumps(GOOD | change).encode())


@pytest.mark.parametrize("raw", [b"", b"[]", b"null", b"{", b"\xff", b"[" * 100_000, b'{"amount_idr": NaN}'])
def test_what_is_not_json_is_not_understood(raw: bytes) -> None:
    with pytest.raises(mapping.NotUnderstood):
        mapping.read_webhook(raw)
