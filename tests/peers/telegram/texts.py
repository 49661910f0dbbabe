"""What the service makes of a text: trimmed, formatted, counted."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

from aiogram.types import ForceReply, InlineKeyboardMarkup, MessageEntity

from tests.peers.telegram.refusals import bad_request

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
BUTTON_LIMIT_BYTES = 64
PLACEHOLDER_LIMIT = 64
_COMMAND = re.compile(r"(?<!\S)/[A-Za-z0-9_]{1,32}(@\w+)?\b")
_KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler",
}  # fmt: skip
_NAMED = {"lt", "gt", "amp", "quot"}
Formatted = tuple[str, list[MessageEntity] | None]


def read_text(text: str, parse_mode: object, entities: list[MessageEntity] | None) -> Formatted:
    """Return a message's text and its entities.

    Source: sendMessage, text: "Text of the message to be sent, 1-4096 characters after entities parsing".
    """
    plain, found = _format(text, parse_mode, entities)
    if not plain:
        raise bad_request("message text is empty")
    if length_of(plain) > TEXT_LIMIT:
        raise bad_request("message is too long")
    return plain, found


def read_caption(caption: str | None, parse_mode: object, entities: list[MessageEntity] | None) -> Formatted | None:
    """Return a caption and its entities.

    Source: sendPhoto, caption: "0-1024 characters after entities parsing".
    """
    plain, found = _format(caption or "", parse_mode, entities)
    if length_of(plain) > CAPTION_LIMIT:
        raise bad_request("message caption is too long")
    return (plain, found) if plain else None


def commands_in(text: str) -> list[MessageEntity] | None:
    """Return the commands that the apps mark in what people write."""
    found = [
        MessageEntity(type="bot_command", offset=length_of(text[: each.start()]), length=length_of(each[0]))
        for each in _COMMAND.finditer(text)
    ]
    return found or None


def length_of(text: str) -> int:
    """Source: MessageEntity, length: "Length of the entity in UTF-16 code units"."""
    return len(text.encode("utf-16-le")) // 2


def check_keyboard(markup: object) -> InlineKeyboardMarkup | None:
    """Return a keyboard of buttons if it is one that the service takes.

    Source: InlineKeyboardButton, callback_data: "Data to be sent in a callback query to the bot when the button
    is pressed, 1-64 bytes"; "Exactly one of the fields other than text, icon_custom_emoji_id, and style must be
    used to specify the type of the button".
    """
    if not isinstance(markup, InlineKeyboardMarkup):
        return None
    for button in (button for row in markup.inline_keyboard for button in row):
        kinds = button.model_dump(exclude_none=True, exclude={"text", "icon_custom_emoji_id", "style"})
        if len(kinds) != 1:
            raise bad_request("text buttons are unallowed in the inline keyboard")
        data = button.callback_data
        if data is not None and not 1 <= len(data.encode()) <= BUTTON_LIMIT_BYTES:
            raise bad_request("BUTTON_DATA_INVALID")
    return markup


def check_forced(markup: object) -> ForceReply | None:
    """Return what has the apps open the field for a reply, if it is one that the service takes.

    Source: ForceReply, input_field_placeholder: "The placeholder to be shown in the input field when the reply is
    active; 1-64 characters".
    """
    if not isinstance(markup, ForceReply):
        return None
    placeholder = markup.input_field_placeholder
    if placeholder is not None and not 1 <= length_of(placeholder) <= PLACEHOLDER_LIMIT:
        raise bad_request("input field placeholder is invalid")
    return markup


def _format(text: str, parse_mode: object, entities: list[MessageEntity] | None) -> Formatted:
    """Source: Formatting options, HTML style: "To use this mode, pass HTML in the parse_mode field"."""
    if not isinstance(parse_mode, str) or not parse_mode:
        return text.strip(), entities
    if parse_mode.upper() != "HTML":
        raise bad_request("unsupported parse_mode")  # This peer reads the one mode that Hilum may write.
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.finish()


class _Reader(HTMLParser):
    """Source: Formatting options, HTML style: "Only the tags mentioned above are currently supported" and "All <,
    > and & symbols that are not a part of a tag or an HTML entity must be replaced with the corresponding HTML
    entities".
    """

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._text = ""
        self._open: list[tuple[str, int, str | None]] = []
        self._entities: list[MessageEntity] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _KINDS:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset {self.getpos()[1]}')
        self._open.append((tag, length_of(self._text), dict(attrs).get("href")))

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open[-1][0] != tag:
            raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {self.getpos()[1]}")
        _, offset, url = self._open.pop()
        length = length_of(self._text) - offset
        if length:
            self._entities.append(MessageEntity(type=_KINDS[tag], offset=offset, length=length, url=url))

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise bad_request(f'can\'t parse entities: Unsupported start tag "" at byte offset {self.getpos()[1]}')
        self._text += data

    def handle_entityref(self, name: str) -> None:
        self._text += unescape(f"&{name};") if name in _NAMED else f"&{name};"

    def handle_charref(self, name: str) -> None:
        self._text += unescape(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        raise bad_request('can\'t parse entities: Unsupported start tag "!--" at byte offset 0')

    def finish(self) -> Formatted:
        if self._open:
            tag = self._open[-1][0]
            raise bad_request(f"can't parse entities: Can't find end tag corresponding to start tag \"{tag}\"")
        entities = sorted(self._entities, key=lambda each: (each.offset, -each.length))
        lead = length_of(self._text) - length_of(self._text.lstrip())
        moved = [each.model_copy(update={"offset": max(0, each.offset - lead)}) for each in entities]
        return self._text.strip(), moved or None
