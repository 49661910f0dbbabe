"""What befalls the app or a room of a panel at Slack, rather than being said; no I/O, and no trust."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from channels.slack.payloads import Payload, part_at, text_at


class Happening(StrEnum):
    REMOVED = "app_removed"
    ARCHIVED = "room_archived"
    """Or deleted."""
    ROSTER = "roster_changed"
    """Somebody has come or gone, perhaps the app itself, or everybody has come back."""
    HOME = "home_opened"


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    what: Happening
    room: str = ""
    user: str = ""


HAPPENINGS = {
    "app_uninstalled": Happening.REMOVED,
    "tokens_revoked": Happening.REMOVED,
    **dict.fromkeys(("channel_archive", "group_archive", "channel_deleted", "group_deleted"), Happening.ARCHIVED),
    **dict.fromkeys(("channel_unarchive", "group_unarchive", "channel_left", "group_left"), Happening.ROSTER),
    "member_joined_channel": Happening.ROSTER,
    "member_left_channel": Happening.ROSTER,
    "app_home_opened": Happening.HOME,
}


def happened_in(body: Payload) -> Happened | None:
    """Return what befell the app or a room; None where the event is something else, or nothing to us."""
    event = part_at(body, "event")
    what = HAPPENINGS.get(text_at(event, "type"))
    if what is None or (what is Happening.HOME and text_at(event, "tab") != "home"):
        return None
    if text_at(event, "type") == "tokens_revoked" and not part_at(event, "tokens").get("bot"):
        return None
    return Happened(what=what, room=text_at(event, "channel"), user=text_at(event, "user"))
