"""How often somebody may try."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from tests.fakes.web_world import START
from web.problems import ProblemError
from web.rate_limits import RateLimit, client_key

INTERVAL = timedelta(seconds=6)


@given(st.lists(st.integers(0, 30), max_size=60))
def test_no_span_holds_more_tries_than_it_may(waits: list[int]):
    limit, now, taken = RateLimit(burst=5, interval=INTERVAL), START, []

    for wait in waits:
        now += timedelta(seconds=wait)
        try:
            limit.take("key", now)
        except ProblemError:
            continue
        taken.append(now)

    for first, begin in enumerate(taken):
        for count, end in enumerate(taken[first:], start=1):
            assert count <= 5 + (end - begin) / INTERVAL


def test_named_wait_is_long_enough():
    limit = RateLimit(burst=1, interval=INTERVAL)
    limit.take("key", START)

    with pytest.raises(ProblemError) as refused:
        limit.take("key", START + timedelta(seconds=1.5))

    assert refused.value.retry_after == 5
    limit.take("key", START + timedelta(seconds=1.5 + 5))


def test_keys_do_not_share_their_tries():
    limit = RateLimit(burst=1, interval=INTERVAL)
    limit.take("one", START)

    limit.take("other", START)


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "::ffff:203.0.113.7"),
        ("testclient", "testclient"),
    ],
)
def test_one_client_is_one_key(host: str, key: str):
    request = Request({"type": "http", "client": (host, 1), "headers": []})

    assert client_key(request) == key
