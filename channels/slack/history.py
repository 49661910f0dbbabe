"""What was written in a conversation or a room since an instant, with its threads, as events would have brought it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from channels.slack.calls import Ask, pages
from channels.slack.payloads import Payload, parts_at, text_at
from domain.errors import PermanentError

_PAGE = 200
"""Source: Slack, *conversations.history*: "We recommend no more than 200 results at a time"."""
_THREADS_KEPT = timedelta(days=14)
"""So long after a message was written its thread is looked at, and it itself for an edit."""
_EDITS_KEPT = timedelta(days=1)
"""So long after a reply was written it is looked at for an edit."""
_THREAD_GONE = frozenset({"thread_gone", "message_gone"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A room, or somebody's conversation with the app, whose id may not be known yet."""

    id: str
    person: str = ""

    @property
    def kind(self) -> str:
        return "im" if self.person else "group"


@dataclass(frozen=True, slots=True)
class History:
    """`own` is the app's user id, by which it is called in a channel."""

    ask: Ask
    own: str = ""

    async def since(self, place: Place, instant: datetime) -> Sequence[Payload]:
        """Return what was written or edited after an instant, oldest first.

        A channel's history holds no replies: those are asked for by the thread, where the newest is new enough.

        Raises:
            HilumError: the place could not be read to its end.
        """
        oldest = timestamp_of(instant - _THREADS_KEPT)
        parents = await self._messages("conversations.history", place, oldest=oldest)
        found = list(parents)
        for parent in parents:
            if _has_replies(parent, after=instant - _EDITS_KEPT):
                found += await self._replies(place, text_at(parent, "ts"), after=instant - _EDITS_KEPT)
        dated = {moment: message for message in found if (moment := moment_of(text_at(message, "ts"))) is not None}
        events = (_event_of(place, dated[moment], since=instant) for moment in sorted(dated))
        about = {"type": "event_callback", "authorizations": [{"user_id": self.own, "is_bot": True}]}
        return [{**about, "event": event} for event in events if event is not None]

    async def _replies(self, place: Place, thread: str, *, after: datetime) -> list[Payload]:
        """Return a thread's newer replies; Slack puts the message that they are to before them."""
        try:
            found = await self._messages("conversations.replies", place, ts=thread, oldest=timestamp_of(after))
        except PermanentError as error:
            if error.code not in _THREAD_GONE:
                raise
            return []
        return [message for message in found if text_at(message, "ts") != thread]

    async def _messages(self, method: str, place: Place, **asked: str) -> list[Payload]:
        room = "" if place.person else place.id
        answers = pages(self.ask, method, room=room, channel=place.id, limit=_PAGE, **asked)
        return [message async for answer in answers for message in parts_at(answer, "messages")]


def moment_of(timestamp: str) -> datetime | None:
    """Return when a message was written, by its timestamp; None where that is none."""
    seconds, _, rest = timestamp.partition(".")
    try:
        moment = datetime.fromtimestamp(int(seconds), UTC)
        return moment + timedelta(microseconds=int(rest[:6].ljust(6, "0")))
    except (ArithmeticError, OSError, ValueError):
        return None


def timestamp_of(moment: datetime) -> str:
    return f"{int(moment.timestamp())}.{moment.microsecond:06}"


def _has_replies(parent: Payload, *, after: datetime) -> bool:
    newest = moment_of(text_at(parent, "latest_reply"))
    return bool(parent.get("reply_count")) and (newest is None or newest > after)


def _event_of(place: Place, message: Payload, *, since: datetime) -> Payload | None:
    """Return what an event would have brought of a message that was found; None where that was before."""
    about = {"type": "message", "channel": place.id, "channel_type": place.kind}
    written, edited = moment_of(text_at(message, "ts")), moment_of(text_at(message, "edited", "ts"))
    if written is not None and written > since:
        return {**message, **about}
    if edited is not None and edited > since:
        return {**about, "subtype": "message_changed", "message": message}
    return None
