"""Public holidays of a country, as days. What a rota does with them is decided in domain."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import holidays

from domain.errors import PermanentError


def public_holidays(country: str, years: Iterable[int]) -> frozenset[date]:
    """Return a country's public holidays, days in lieu included.

    Args:
        country: two letters of ISO 3166, such as KR.
    Raises:
        PermanentError("country_unknown"): its calendar is not known.
    """
    if country not in holidays.list_supported_countries():
        raise PermanentError("country_unknown")
    return frozenset(holidays.country_holidays(country, years=list(years)))
