"""How often somebody may try: token buckets in this process, by client address and by code."""

from __future__ import annotations

import ipaddress
import math
from collections import OrderedDict
from datetime import datetime, timedelta

from starlette.requests import Request

from web.problems import ProblemError

_KEPT_KEYS = 10_000


class RateLimit:
    """`burst` tries at once, then one each `interval`, for each key of its own."""

    def __init__(self, *, burst: int, interval: timedelta) -> None:
        self._slack = interval * (burst - 1)
        self._interval = interval
        self._arrivals: OrderedDict[str, datetime] = OrderedDict()

    def check(self, key: str, now: datetime) -> None:
        """Raise the problem "too_many_tries" where the key has no try left; takes none."""
        wait = self._arrivals.get(key, now) - now - self._slack
        if wait > timedelta():
            raise ProblemError(429, "too_many_tries", retry_after=max(1, math.ceil(wait.total_seconds())))

    def take(self, key: str, now: datetime) -> None:
        """Use up one try, or raise as `check` does."""
        self.check(key, now)
        self._arrivals[key] = max(now, self._arrivals.get(key, now)) + self._interval
        self._arrivals.move_to_end(key)
        while len(self._arrivals) > _KEPT_KEYS:
            self._arrivals.popitem(last=False)


class RateLimits:
    """The limits of everything that answers without a session."""

    def __init__(self) -> None:
        self.sign_in_by_address = RateLimit(burst=30, interval=timedelta(seconds=2))
        self.join_by_address = RateLimit(burst=5, interval=timedelta(minutes=1))
        self.sign_in_by_token = RateLimit(burst=10, interval=timedelta(seconds=6))
        self.wrong_code_by_address = RateLimit(burst=10, interval=timedelta(seconds=6))
        self.upload_by_code = RateLimit(burst=30, interval=timedelta(seconds=2))
        self.feed_by_token = RateLimit(burst=10, interval=timedelta(seconds=30))


def client_key(request: Request) -> str:
    """Return the client's address; of IPv6 the /64, since one client owns all of it."""
    host = "" if request.client is None else request.client.host
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return host
