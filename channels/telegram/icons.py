"""The icons of topics: the service's own stickers, chosen by the sign that a title begins with."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.telegram.client import Client
from channels.telegram.errors import translated
from domain.errors import PermanentError

_WISHES = {
    "🔴": ("‼️", "❗️", "🔥"),
    "🟠": ("❗️", "❓"),
    "🔵": ("❓", "💬"),
    "🟡": ("👀", "💡", "🩺"),
    "🟢": ("✅", "🏁"),
    "⚪": ("📁", "🏁"),
}
"""By sign, the stickers that say it best; which of them there are, the service decides."""
_VARIANT = "\ufe0f"


@dataclass(slots=True)
class Icons:
    """Asks for the stickers once."""

    client: Client
    _by_emoji: dict[str, str] | None = field(default=None)

    async def of(self, title: str) -> str | None:
        """Return the icon for a title; None where there is none, which leaves the icon as it is.

        Source: Bot API, getForumTopicIconStickers: "custom emoji stickers, which can be used as a forum topic icon by
        any user".
        """
        wishes = _WISHES.get(title[:1], ())
        if not wishes:
            return None
        known = await self._known()
        return next((known[_bare(wish)] for wish in wishes if _bare(wish) in known), None)

    async def _known(self) -> dict[str, str]:
        if self._by_emoji is None:
            try:
                async with translated():
                    stickers = await self.client.bot.get_forum_topic_icon_stickers()
            except PermanentError:
                # A title says it all: without icons a topic is opened all the same.
                stickers = ()
            self._by_emoji = {_bare(each.emoji or ""): each.custom_emoji_id or "" for each in stickers}
        return self._by_emoji


def _bare(emoji: str) -> str:
    return emoji.replace(_VARIANT, "")
