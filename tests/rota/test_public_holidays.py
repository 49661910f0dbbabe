"""Public holidays: days in lieu are among them, and an unknown country is said to be one."""

from __future__ import annotations

from datetime import date

import pytest

from domain.errors import PermanentError
from rota.public_holidays import public_holidays


def test_korean_holidays_include_lunar_ones_and_days_in_lieu() -> None:
    found = public_holidays("KR", (2026, 2027))

    assert {date(2026, 2, 17), date(2026, 9, 25), date(2026, 3, 2), date(2027, 1, 1)} <= found
    assert date(2026, 11, 23) not in found


def test_other_countries_have_their_own() -> None:
    assert date(2026, 10, 3) in public_holidays("DE", (2026,))


def test_unknown_country_is_refused() -> None:
    with pytest.raises(PermanentError, match="country_unknown"):
        public_holidays("XX", (2026,))
