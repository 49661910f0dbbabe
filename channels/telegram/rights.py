"""What the bot has to be allowed in a panel's group, and what of that it lacks; no I/O."""

from __future__ import annotations

from telegram import ChatMember, ChatMemberAdministrator, ChatMemberOwner

TOPICS = "can_manage_topics"
RIGHTS = {TOPICS: "Manage topics", "can_delete_messages": "Delete messages"}
"""The rights that Hilum needs in a group, with what Telegram's apps call them."""


def missing_rights(own: ChatMember, *, has_topics: bool) -> tuple[str, ...] | None:
    """Return by their names which rights the bot lacks; None where it is no administrator, and hears nothing.

    Source: Bot API, ChatMemberAdministrator, can_manage_topics: "for supergroups only"; where topics are off nobody
    can be given it.
    """
    if isinstance(own, ChatMemberOwner):
        return ()
    if not isinstance(own, ChatMemberAdministrator):
        return None
    needed = (right for right in RIGHTS if has_topics or right != TOPICS)
    return tuple(RIGHTS[right] for right in needed if not getattr(own, right))
