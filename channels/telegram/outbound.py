"""The shape of a message at Telegram: texts cut to its limit, buttons in rows; no call here.

Texts go without a parse mode: nothing in them is markup, so there is nothing to escape.
"""

from __future__ import annotations

from dataclasses import dataclass

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from channels.telegram.presses import data_of
from domain.delivery import OutgoingMessage

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
"""Source: Bot API, sendMessage and sendPhoto: "1-4096", "0-1024 characters after entities parsing", UTF-16 units."""
PLACEHOLDER_LIMIT = 64
"""Source: Bot API, ForceReply, input_field_placeholder: "1-64 characters"."""

_MOST_BUTTONS = 100
_ROW_WIDTH = 30
"""In half widths: what a phone shows of one row without cutting a label off."""
_MOST_IN_ROW = 3
_GAP = "\n\n"
_WIDE = "\u1100"
"""From here on letters are as wide as two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shaped:
    """A message in as many texts as it needs; the buttons stand under the last."""

    texts: tuple[str, ...]
    keyboard: InlineKeyboardMarkup | None
    asks: ForceReply | None = None
    """Opens the field for the reply, where there are no buttons."""

    @property
    def fits_caption(self) -> bool:
        return len(self.texts) == 1 and length_of(self.texts[0]) <= CAPTION_LIMIT


def shaped(message: OutgoingMessage, *, page_address: str = "", is_card: bool = False) -> Shaped:
    """Return how a message looks: its text, what it quotes, what closes it, and where its link leads.

    Args:
        is_card: it is one text, whatever its length, since it will be edited; the rest is read behind its link.
    """
    below = _joined(message.closing, message.reply, link_of(message, page_address))
    said = _joined(message.text, "" if message.quoted is None else message.quoted.value)
    texts: tuple[str, ...]
    if is_card:
        room = TEXT_LIMIT - length_of(below) - len(_GAP)
        texts = (_joined(shortened(said, max(room, 1)), below),)
    else:
        texts = pieces(_joined(said, below), TEXT_LIMIT)
    return Shaped(texts=texts, keyboard=keyboard(message), asks=_asks(message))


def link_of(message: OutgoingMessage, page_address: str) -> str:
    """Return the message's own link; where it has images, else the page on which they are shown whole."""
    if message.link:
        return f"{page_address}{message.link}" if message.link.startswith("/") else message.link
    if message.images and message.question_id and page_address:
        return f"{page_address}/questions/{message.question_id}"
    return ""


def keyboard(message: OutgoingMessage) -> InlineKeyboardMarkup | None:
    """Return the buttons in rows that a phone shows whole; many of them are the menu of this service."""
    rows: list[list[InlineKeyboardButton]] = []
    room = 0
    for choice in message.choices[:_MOST_BUTTONS]:
        data = data_of(message, choice)
        if data is None:
            continue
        width = _width(choice.label)
        if width > room or not rows or len(rows[-1]) == _MOST_IN_ROW:
            rows.append([])
            room = _ROW_WIDTH
        rows[-1].append(InlineKeyboardButton(choice.label, callback_data=data))
        room -= width
    return InlineKeyboardMarkup(rows) if rows else None


def _asks(message: OutgoingMessage) -> ForceReply | None:
    """Source: Bot API, ForceReply: "act as if the user has selected the bot's message and tapped 'Reply'"."""
    if not message.prompt:
        return None
    return ForceReply(selective=True, input_field_placeholder=shortened(message.prompt, PLACEHOLDER_LIMIT))


def pieces(text: str, limit: int) -> tuple[str, ...]:
    """Return a text in pieces that a message holds, whatever lines and words it has."""
    found = []
    while length_of(text) > limit:
        cut = max(_place_to_cut(_head(text, limit)), 1)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return tuple(piece for piece in (*found, text) if piece)


def shortened(text: str, limit: int) -> str:
    """Return as much of a text as fits."""
    if length_of(text) <= limit:
        return text
    head = _head(text, limit - 1)
    return f"{head[: _place_to_cut(head)].rstrip()}…"


def length_of(text: str) -> int:
    """Source: Bot API, MessageEntity, length: "Length of the entity in UTF-16 code units"."""
    return len(text.encode("utf-16-le")) // 2


def _joined(*parts: str) -> str:
    return _GAP.join(part.strip() for part in parts if part.strip())


def _head(text: str, limit: int) -> str:
    """Return as many whole characters as fit."""
    return text.encode("utf-16-le")[: limit * 2].decode("utf-16-le", "ignore")


def _place_to_cut(head: str) -> int:
    """Return where to cut: between lines, else between words, where these end near the end; else at the end.

    A break far before it, such as the one above a paragraph, would leave out most of what there is room for.
    """
    near = len(head) * 3 // 4
    return next((place for sign in ("\n", " ") if (place := head.rfind(sign, near)) > 0), len(head))


def _width(label: str) -> int:
    return sum(2 if letter >= _WIDE else 1 for letter in label) + 2
