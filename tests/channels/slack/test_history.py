"""What is asked of a conversation's history, and what events would have brought of it; without Slack."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.slack.history import History, Place, moment_of, timestamp_of
from domain.errors import PermanentError, TransientError

ROOM = Place(id="C1")
SINCE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 2**55).map(lambda number: datetime.fromtimestamp(0, UTC) + timedelta(microseconds=number))


def written(minutes, text="words", **more):
    """Return a message that was written so many minutes after the mark."""
    return {"type": "message", "user": "U1", "ts": at(minutes), "text": text, **more}


def at(minutes):
    return timestamp_of(SINCE + timedelta(minutes=minutes))


def slack_with(*pages, threads=None):
    """Return a way to ask a Slack of these pages and threads, and what it was asked."""
    asked = []

    async def ask(method, **arguments):
        asked.append((method, arguments))
        if method == "conversations.replies":
            found = (threads or {})[arguments["ts"]]
            if isinstance(found, Exception):
                raise found
            return {"messages": found}
        place = int(arguments["cursor"] or 0)
        following = str(place + 1) if place + 1 < len(pages) else ""
        return {"messages": list(pages[place]), "response_metadata": {"next_cursor": following}}

    return ask, asked


async def texts_of(ask):
    return [body["event"].get("text") for body in await History(ask).since(ROOM, SINCE)]


async def test_pages_are_read_to_the_end_and_told_oldest_first():
    ask, asked = slack_with([written(3, "third"), written(2, "second")], [written(1, "first"), written(-1, "before")])

    assert await texts_of(ask) == ["first", "second", "third"]
    assert [arguments["cursor"] for _, arguments in asked] == [None, "1"]


async def test_thread_with_new_words_is_asked_for():
    parents = [
        written(-9000, reply_count=1, latest_reply=at(2), thread_ts=at(-9000)),
        written(-9500, reply_count=3, latest_reply=at(-3000), thread_ts=at(-9500)),
        written(1, "newer"),
    ]
    reply = written(2, "agree", thread_ts=at(-9000))
    ask, asked = slack_with(parents, threads={at(-9000): [parents[0], reply]})

    assert await texts_of(ask) == ["newer", "agree"]
    assert [arguments["ts"] for method, arguments in asked if method.endswith("replies")] == [at(-9000)]


async def test_thread_of_unknown_age_is_asked_for():
    parent = written(-10, reply_count=1)
    ask, _ = slack_with([parent], threads={at(-10): [parent, written(1, "agree")]})

    assert await texts_of(ask) == ["agree"]


async def test_thread_that_was_taken_away_meanwhile_is_nothing():
    ask, _ = slack_with([written(-10, reply_count=1)], threads={at(-10): PermanentError("thread_gone")})

    assert await texts_of(ask) == []


async def test_thread_that_may_not_be_read_is_no_empty_one():
    ask, _ = slack_with([written(-10, reply_count=1)], threads={at(-10): PermanentError("room_rights")})

    with pytest.raises(PermanentError):
        await texts_of(ask)


async def test_later_edit_of_an_older_message_is_told_as_one():
    edited = written(-10, "68M", edited={"user": "U1", "ts": at(1)})
    ask, _ = slack_with([edited, written(-20, edited={"user": "U1", "ts": at(-1)})])

    (body,) = await History(ask).since(Place(id="D1", person="U1"), SINCE)

    event = body["event"]
    assert (event["subtype"], event["channel"], event["channel_type"]) == ("message_changed", "D1", "im")
    assert event["message"]["text"] == "68M"


async def test_message_without_a_time_is_left_out():
    ask, _ = slack_with([written(1), {**written(1), "ts": "soon"}, {"text": "nothing"}])

    assert await texts_of(ask) == ["words"]


async def test_history_whose_pages_turn_in_a_circle_was_not_read_to_its_end():
    async def ask(_method, **_arguments):
        return {"messages": [written(1)], "response_metadata": {"next_cursor": "same"}}

    with pytest.raises(TransientError, match="slack_unreadable"):
        await texts_of(ask)


@given(MOMENTS)
def test_timestamp_names_its_moment(moment):
    assert moment_of(timestamp_of(moment)) == moment


@given(st.text(max_size=20) | st.from_regex(r"-?[0-9]{1,30}(\.[0-9a-f-]{0,9})?", fullmatch=True))
def test_any_text_is_a_moment_or_none(text):
    moment = moment_of(text)

    assert moment is None or moment.tzinfo is not None
