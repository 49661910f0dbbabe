"""By what a group can be read by people who are no members of it, and what ends that; no I/O."""

from __future__ import annotations

from telegram import ChatFullInfo

_WAYS_IN = {
    "username": ("it is public", "in the group: Edit, Group Type, Private"),
    "linked_chat_id": (
        "it is the discussion group of a channel",
        "in the group: Edit, Linked Channel, Unlink; or make another group, and type /panel {panel_id} there",
    ),
    "location": (
        "it has a location, by which anybody nearby finds it",
        "make a group without a location, and type /panel {panel_id} there",
    ),
}
"""What of a group lets anybody in, how that is said, and what ends it.

Source: Bot API, Chat, username: "for private chats, supergroups and channels if available"; ChatFullInfo,
linked_chat_id: "the discussion group identifier for a channel and vice versa", of which
core.telegram.org/api/discussion says "a user can comment in channel posts without joining the actual discussion
supergroup"; location: "For supergroups, the location to which the supergroup is connected", by which the server of the
Bot API counts it as public.
"""


def is_open(chat: ChatFullInfo) -> bool:
    """Return whether others than its members can read a group."""
    return _way_in(chat) is not None


def said_of(chat: ChatFullInfo, panel_id: str) -> tuple[str, str] | None:
    """Return why others can read a panel's group, and what ends that; None where they cannot."""
    way = _way_in(chat)
    return None if way is None else (_WAYS_IN[way][0], _WAYS_IN[way][1].format(panel_id=panel_id))


def _way_in(chat: ChatFullInfo) -> str | None:
    return next((name for name in _WAYS_IN if getattr(chat, name)), None)
