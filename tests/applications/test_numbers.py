"""Numbers of applications: one series, of six digits or as many as it takes."""

import pytest
from django.db import connection


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("last", "shown"), [(1, "000002"), (999_998, "999999"), (999_999, "1000000"), (1_000_008, "1000009")]
)
def test_the_series_goes_on_after_a_million(last: int, shown: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_value, is_called FROM application_number")
        before = cursor.fetchone()
        cursor.execute("SELECT setval('application_number', %s)", [last])
        cursor.execute("SELECT application_serial()")
        assert cursor.fetchone() == (shown,)
        cursor.execute("SELECT setval('application_number', %s, %s)", before)  # a sequence does not roll back
        cursor.execute(
            "SELECT pg_get_functiondef('application_submit'::regproc) LIKE '%%application_serial()%%'"
        )
        assert cursor.fetchone() == (True,)
