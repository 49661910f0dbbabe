"""How an operator writes durations, sizes, lists and hosts; the settings themselves are in `settings.py`."""

from __future__ import annotations

import re
from datetime import timedelta
from ipaddress import ip_address
from typing import Annotated

from pydantic import BeforeValidator

_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
_BYTES = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3, "TiB": 1024**4}
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)\s*")
_SIZE = re.compile(r"(\d+)\s*(B|KiB|MiB|GiB|TiB)?")


def parse_duration(value: object) -> timedelta:
    """Return a duration written as "90s", "10m", "24h", "7d" or "1h 30m".

    Raises:
        ValueError: it is written otherwise; a bare number has no unit and is refused.
    """
    if isinstance(value, timedelta):
        return value
    text = value.strip() if isinstance(value, str) else ""
    if not text or _PART.sub("", text):
        raise ValueError('must be a duration such as "90s", "10m", "24h", "7d" or "1h 30m"')
    return sum((timedelta(seconds=float(number) * _SECONDS[unit]) for number, unit in _PART.findall(text)), timedelta())


def parse_size(value: object) -> int:
    """Return a number of bytes written as "500 MiB", "4 GiB" or as a plain number.

    Raises:
        ValueError: it is written otherwise.
    """
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    found = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise ValueError('must be a size such as "500 MiB" or "4 GiB"')
    return int(found[1]) * _BYTES[found[2] or "B"]


def split_list(value: object) -> object:
    """Return the parts of a list written in one environment variable, separated by commas."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.split(",") if part.strip())


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine itself."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Durations = Annotated[tuple[Duration, ...], BeforeValidator(split_list)]
Size = Annotated[int, BeforeValidator(parse_size)]
Names = Annotated[tuple[str, ...], BeforeValidator(split_list)]
