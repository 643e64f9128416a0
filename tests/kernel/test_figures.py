import pytest

from pendopo.kernel.figures import decimal, measured, unit


@pytest.mark.parametrize(
    ("number", "indonesian", "english"),
    [
        (36.5, "36,5", "36.5"),
        (120.0, "120", "120"),
        (100, "100", "100"),
        (1234567.25, "1.234.567,25", "1,234,567.25"),
        (0.005, "0,005", "0.005"),
        (0, "0", "0"),
        (-1500, "-1.500", "-1,500"),
    ],
)
def test_numbers_are_written_as_people_write_them(number: float, indonesian: str, english: str) -> None:
    assert decimal(number) == indonesian
    assert decimal(number, english=True) == english


def test_a_year_or_an_ordinal_is_not_cut_into_thousands() -> None:
    assert decimal(2026, grouped=False) == "2026"


def test_square_and_cubic_metres_have_their_own_sign() -> None:
    assert (unit("m2"), unit("m3"), unit("kg")) == ("m²", "m³", "kg")


@pytest.mark.parametrize(
    ("value", "of", "indonesian", "english"),
    [
        (5_000_000, "Rp/m2", "Rp5.000.000/m²", "Rp5.000.000/m²"),
        (36.5, "m2", "36,5 m²", "36.5 m²"),
        (0.24, "% upah", "0,24% upah", "0.24% upah"),
        (1250, "USD", "USD 1.250", "USD 1,250"),
        (0.005, None, "0,005", "0.005"),
        ("tinggi", "", "tinggi", "tinggi"),
    ],
)
def test_a_value_stands_with_its_unit(value: float, of: str | None, indonesian: str, english: str) -> None:
    assert (measured(value, of), measured(value, of, english=True)) == (indonesian, english)
