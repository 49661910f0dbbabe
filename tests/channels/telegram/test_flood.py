"""What the service's limits mean: whom a refusal holds up, and how much a group takes in a minute."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.flood import Flood
from domain.errors import TransientError
from tests.fakes.telegram_world import START

GROUP, SECOND, MINUTE = -100, timedelta(seconds=1), timedelta(minutes=1)


class Watch:
    """A clock that stands still."""

    now = START

    def __call__(self):
        return self.now


def refused(flood: Flood, chat_id: int, error: TransientError) -> TransientError:
    with pytest.raises(TransientError) as caught, flood.minding(chat_id):
        raise error
    return caught.value


def test_refusals_of_many_chats_in_a_row_hold_up_everybody():
    flood, busy = Flood(Watch()), TransientError("telegram_busy", retry_after=SECOND)

    found = [refused(flood, chat, busy).is_local for chat in (1, 1, 2, 3)]
    flood.taken(1)

    assert found == [True, True, True, False]
    assert refused(flood, 4, busy).is_local
    assert refused(flood, 4, busy).retry_after == SECOND


def test_full_groups_never_hold_up_everybody():
    flood, busy = Flood(Watch()), TransientError("telegram_busy", retry_after=SECOND)

    groups = [refused(flood, -chat, busy) for chat in (1, 2, 3, 4)]

    assert [(each.is_local, each.retry_after) for each in groups] == [(True, SECOND)] * 4
    assert refused(flood, 1, busy).is_local


def test_what_else_goes_wrong_stays_as_it_is():
    error = TransientError("telegram_away")

    assert refused(Flood(Watch()), 1, error) is error


def test_full_group_names_the_time_at_which_it_takes_more():
    watch = Watch()
    flood = Flood(watch)
    flood.taken(GROUP, 11)
    watch.now += SECOND
    flood.taken(GROUP, 4)

    flood.make_room(GROUP, 4)
    with pytest.raises(TransientError) as caught:
        flood.make_room(GROUP, 5)
    watch.now += MINUTE - SECOND
    flood.make_room(GROUP, 15)

    assert (caught.value.retry_after, caught.value.is_local) == (MINUTE - SECOND, True)


def test_more_than_a_minute_holds_goes_when_it_is_empty():
    watch = Watch()
    flood = Flood(watch)
    flood.make_room(GROUP, 30)
    flood.taken(GROUP, 1)

    with pytest.raises(TransientError) as caught:
        flood.make_room(GROUP, 30)

    assert caught.value.retry_after == MINUTE


def test_private_chats_have_no_such_limit():
    flood = Flood(Watch())

    flood.taken(5, 100)

    flood.make_room(5, 100)


@given(st.lists(st.tuples(st.integers(1, 11), st.integers(0, 30)), max_size=40))
def test_no_minute_ever_holds_more_than_a_group_takes(plan):
    watch, sent = Watch(), []
    flood = Flood(watch)
    for messages, pause in plan:
        watch.now += pause * SECOND
        try:
            flood.make_room(GROUP, messages)
        except TransientError as error:
            watch.now += error.retry_after
            flood.make_room(GROUP, messages)
        flood.taken(GROUP, messages)
        sent.append((watch.now, messages))

    assert all(sum(count for at, count in sent if begins <= at < begins + MINUTE) <= 20 for begins, _ in sent)
