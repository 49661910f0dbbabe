"""Reading what was written: emulate gives all of it, by its own cursors, and knows no times and no newest replies."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.peers.slack.emulated import Answer, Emulated
from tests.peers.slack.faults import error_of

METHODS = ("conversations.history", "conversations.replies")
_DEFAULT, _MOST = 100, 999
Message = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    emulated: Emulated

    async def answer(self, method: str, arguments: Mapping[str, Any], token: str) -> Answer:
        """Return a page of a conversation or a thread.

        Source: Slack, *conversations.history* and *conversations.replies*: `limit` is "Maximum of 999"; "If a message
        has the same timestamp as oldest or latest it will not be included in the list", unless `inclusive`; of a
        history "The most recent messages in the time range are returned first", of a thread "The earliest messages".
        """
        whole = await self._whole(method, arguments, token)
        if isinstance(whole, Answer):
            return whole
        limit, start = int(arguments.get("limit") or _DEFAULT), _start(str(arguments.get("cursor") or ""))
        if start is None or not 0 < limit <= _MOST:
            return _json({"ok": False, "error": "invalid_cursor" if start is None else "invalid_limit"})
        thread = str(arguments.get("ts", ""))
        found = [message for message in whole if message["ts"] == thread or _is_within(message["ts"], arguments)]
        page, has_more = found[start : start + limit], len(found) > start + limit
        if method == "conversations.history":
            page = [await self._as_parent(message, str(arguments["channel"]), token) for message in page]
        if str(arguments.get("include_all_metadata", "")).lower() not in {"1", "true"}:
            # Source: Slack, *conversations.history*, include_all_metadata: "Return all metadata associated with this
            # message"; emulate always does.
            page = [{name: value for name, value in each.items() if name != "metadata"} for each in page]
        cursor = urlsafe_b64encode(f"next_ts:{start + limit}".encode()).decode() if has_more else ""
        more = {"has_more": has_more, "response_metadata": {"next_cursor": cursor}}
        return _json({"ok": True, "messages": page, **more})

    async def _whole(self, method: str, arguments: Mapping[str, Any], token: str) -> list[Message] | Answer:
        found: list[Message] = []
        cursor = ""
        while True:
            asked = {"channel": arguments.get("channel", ""), "ts": arguments.get("ts", ""), "limit": _MOST}
            answer = await self.emulated.forward(method, {**asked, "cursor": cursor}, token)
            if error_of(answer.body):
                return answer
            page = json.loads(answer.body)
            found += page["messages"]
            cursor = page.get("response_metadata", {}).get("next_cursor", "")
            if not cursor:
                return found

    async def _as_parent(self, message: Message, channel: str, token: str) -> Message:
        """Source: Slack, *Retrieving messages*, section on threads: a message with replies has `thread_ts`, equal to
        its `ts`, `reply_count`, `reply_users` and `latest_reply`, the timestamp of the newest of them.
        """
        if not message.get("reply_count"):
            return message
        thread = {"channel": channel, "ts": message["ts"]}
        replies = (await self.emulated.call("conversations.replies", thread, token))["messages"]
        return {**message, "thread_ts": message["ts"], "latest_reply": replies[-1]["ts"]}


def _is_within(timestamp: str, arguments: Mapping[str, Any]) -> bool:
    oldest, latest = str(arguments.get("oldest") or "0"), str(arguments.get("latest") or "")
    if str(arguments.get("inclusive", "")).lower() in {"1", "true"}:
        return _time(oldest) <= _time(timestamp) and (not latest or _time(timestamp) <= _time(latest))
    return _time(oldest) < _time(timestamp) and (not latest or _time(timestamp) < _time(latest))


def _time(timestamp: str) -> tuple[int, int]:
    seconds, _, rest = timestamp.partition(".")
    return int(seconds), int(rest or 0)


def _start(cursor: str) -> int | None:
    """Return where a page begins; None where nobody gave out such a cursor."""
    if not cursor:
        return 0
    try:
        name, _, place = urlsafe_b64decode(cursor).decode().partition(":")
        return int(place) if name == "next_ts" else None
    except ValueError:
        return None


def _json(value: object) -> Answer:
    return Answer(status=200, content_type="application/json", body=json.dumps(value).encode())
