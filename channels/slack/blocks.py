"""Messages as Slack shows them: text in sections, quotations as such, choices as buttons or a menu."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from channels.slack.mrkdwn import escaped, link
from channels.slack.presses import PRESS, value_of
from domain.delivery import ChoiceShape, OfferedChoice, OutgoingMessage
from domain.messages import Press

Block = dict[str, Any]

MOST_BUTTONS = 10
TEXT_LIMIT = 20_000
MOST_BYTES = 10_000
"""Of one message. Source: github.com/slackapi/bolt-js, issues 2509 and 2867, on `msg_blocks_too_long`: about 13,000
characters over all blocks, their marks counted; nobody says how Hangul counts, so here it counts as its bytes."""
_SECTION = 3000
_TITLE = 150
_LABEL = 75
_NOTICE = 500
_MOST_ENTRIES = 100
_CHOICES_BYTES = 1500
"""What can be pressed counts as so much: menus of a hundred entries are taken."""
_CUT = "…"
_CUT_BYTES = 200
"""What a block with nothing in it but the sign that something was cut off may take."""

_Words = tuple[Callable[[str], Block], str]
"""Words, and what makes a block of them."""


def message_parts(message: OutgoingMessage, *, title: str = "") -> list[list[Block]]:
    """Return a message as blocks; of several messages where one would be too long, the choices in the last.

    Source: Slack, *Blocks*: a section holds 3,000 characters, a header 150, a message 50 blocks, which so many bytes
    never fill: each piece but the last has half of what a section holds.
    """
    choices = [_choices(message)] if message.choices else []
    return _parts([*_said(message, title), *choices])


def card_blocks(message: OutgoingMessage, *, title: str = "") -> list[Block]:
    """Return a message that has to be one, since it is brought up to date later.

    What is too long for it is cut off where it ends: the link, behind which all of it is read, always stands there.
    """
    choices = [_choices(message)] if message.choices else []
    ending = _ending(message, longest=_NOTICE)
    room = MOST_BYTES - _CHOICES_BYTES - _CUT_BYTES - sum(map(_size, ending))
    return [*(_fitting(_spoken(message, title), room=room) or [section(_CUT)]), *ending, *choices]


def notice_of(message: OutgoingMessage, *, title: str = "") -> str:
    """Return what a notification shows, and what stands for the blocks where they cannot be shown."""
    said = "\n".join(part for part in (title, message.text) if part) or _CUT
    return escaped(_shortened(said, _NOTICE))


def pieces(text: str) -> Iterator[str]:
    """Cut a text into sections, near their ends: at a line break where there is one, else at a space; none is empty."""
    left = text.strip()
    while len(left) > _SECTION:
        end = _place_to_cut(left)
        yield left[:end]
        left = left[end:].lstrip()
    if left:
        yield left


def section(text: str) -> Block:
    return {"type": "section", "text": plain_text(text)}


def plain_text(text: str) -> Block:
    """Return text that is shown letter for letter: nothing in it is a link, a mention or an emoji's name."""
    return {"type": "plain_text", "text": text, "emoji": False}


def label(text: str) -> Block:
    return plain_text(_shortened(text, _LABEL))


def button(text: str, *, action: str, value: str) -> Block:
    return {"type": "button", "action_id": action, "text": label(text), "value": value}


def option(text: str, value: str) -> Block:
    return {"text": label(text), "value": value}


def _said(message: OutgoingMessage, title: str) -> list[Block]:
    """Return everything that a message says, without what can be pressed."""
    said = [made(words) for made, words in _spoken(message, title)]
    return [*said, *_ending(message, longest=_SECTION)] or [section(_CUT)]


def _spoken(message: OutgoingMessage, title: str) -> list[_Words]:
    """Return title, text and quotation, in pieces that a block holds."""
    quoted = "" if message.quoted is None else message.quoted.value
    return [
        *([(_header, title)] if title else []),
        *((section, piece) for piece in pieces(message.text)),
        *((_quotation, piece) for piece in pieces(quoted)),
    ]


def _ending(message: OutgoingMessage, *, longest: int) -> list[Block]:
    """Return the link, and what stands below everything else."""
    blocks: list[Block] = []
    if message.link:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": link(message.link)}})
    if message.closing:
        blocks.append({"type": "context", "elements": [plain_text(_shortened(message.closing, longest))]})
    return blocks


def _fitting(spoken: Sequence[_Words], *, room: int) -> list[Block]:
    """Return as many blocks as there is room for, in bytes, and of the next one as many letters."""
    blocks: list[Block] = []
    for made, words in spoken:
        block = made(words)
        if _size(block) > room:
            return [*blocks, _cut(made, words, room=room + _CUT_BYTES)]
        blocks.append(block)
        room -= _size(block)
    return blocks


def _cut(made: Callable[[str], Block], words: str, *, room: int) -> Block:
    """Return a block with the first of these words, as many as there is room for."""
    fits = bisect_right(range(len(words)), room, key=lambda length: _size(made(f"{words[:length]}{_CUT}")))
    return made(f"{words[: max(fits - 1, 0)]}{_CUT}")


def _parts(blocks: Sequence[Block]) -> list[list[Block]]:
    """Put blocks together to messages, in their order, none longer than Slack takes."""
    parts: list[list[Block]] = [[]]
    left = MOST_BYTES
    for block in blocks:
        size = _size(block)
        if size > left and parts[-1]:
            parts.append([])
            left = MOST_BYTES
        parts[-1].append(block)
        left -= size
    return parts


def _size(block: Block) -> int:
    return _CHOICES_BYTES if block["type"] == "actions" else len(json.dumps(block, ensure_ascii=False).encode())


def _header(title: str) -> Block:
    return {"type": "header", "text": plain_text(_shortened(title, _TITLE))}


def _quotation(text: str) -> Block:
    quote = {"type": "rich_text_quote", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "elements": [quote]}


def _choices(message: OutgoingMessage) -> Block:
    if message.shape is ChoiceShape.MENU or len(message.choices) > MOST_BUTTONS:
        return {"type": "actions", "elements": [_menu(message)]}
    buttons = [
        button(choice.label, action=f"{PRESS}:{place}", value=_value(message, choice))
        for place, choice in enumerate(message.choices)
    ]
    return {"type": "actions", "elements": buttons}


def _menu(message: OutgoingMessage) -> Block:
    shown: Sequence[OfferedChoice] = message.choices[:_MOST_ENTRIES]
    entries = [option(choice.label, _value(message, choice)) for choice in shown]
    return {"type": "static_select", "action_id": PRESS, "placeholder": label(_CUT), "options": entries}


def _value(message: OutgoingMessage, choice: OfferedChoice) -> str:
    """A choice of one person has its token; in a room, where all see the same buttons, it names its question."""
    question_id = None if message.token else message.question_id
    return value_of(Press(action=choice.action, token=message.token, question_id=question_id))


def _shortened(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}{_CUT}"


def _place_to_cut(text: str) -> int:
    for sign in ("\n", " "):
        place = text.rfind(sign, _SECTION // 2, _SECTION)
        if place > 0:
            return place
    return _SECTION
