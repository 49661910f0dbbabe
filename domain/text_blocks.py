"""Text blocks: sentences that a panelist writes once, and puts into answers by their name."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.errors import UserError
from domain.ids import MemberId, PanelId, derive_id
from domain.messages import Action
from domain.spelling import folded

MOST_BLOCKS = 50
"""So many a member may have of their own, and a panel for all."""
LONGEST_BLOCK = 1000
_BEGINNING = 48
_NAME = re.compile(r"(?!q?\d+번?$)[^\W_]{2,20}", re.IGNORECASE)
"""Letters and digits; what reads like the number of a question is none."""
_VERBS = {
    **dict.fromkeys(("save", "저장"), Action.SAVE_BLOCK),
    **dict.fromkeys(("delete", "삭제"), Action.DELETE_BLOCK),
    **dict.fromkeys(("share", "공유"), Action.SHARE_BLOCK),
}
_ACTIONS = {folded(word): action for word, action in _VERBS.items()}
BLOCK_ACTIONS = frozenset(_VERBS.values())
_ASKED = re.compile(r"\s*[/／]\s?\w+\s+(?P<verb>\S+)(?:\s+(?P<name>\S+)(?:\s+(?P<rest>\S.*))?)?\s*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextBlock:
    """A member's own, or a panel's: then `owner_id` is of the coordinator who shared it. Its text passed the door."""

    owner_id: MemberId
    name: str
    text: str
    changed_at: datetime
    panel_id: PanelId | None = None

    def __post_init__(self) -> None:
        if block_name(self.name) != self.name or not 0 < len(self.text) <= LONGEST_BLOCK:
            raise ValueError("a text block has a name and at most so many characters")

    @property
    def id(self) -> str:
        """The same for every spelling of its name: saved again, it takes its own place."""
        return derive_id("text_block", self.panel_id or "", "" if self.panel_id else self.owner_id, key_of(self.name))

    @property
    def beginning(self) -> str:
        """Its first words, on one line."""
        words = " ".join(self.text.split())
        return words if len(words) <= _BEGINNING else f"{words[:_BEGINNING].rsplit(' ', 1)[0]} …"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedOfBlock:
    """What was typed behind "/snip": "save ctpa CT now", "delete ctpa", "share ctpa chest"."""

    action: Action
    name: str
    rest: str


def key_of(name: str) -> str:
    """Return what two spellings of a name have in common."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_block_name(text: str) -> bool:
    named = unicodedata.normalize("NFC", text)
    return _NAME.fullmatch(named) is not None and folded(named) not in _ACTIONS


def block_name(text: str) -> str:
    """Return a name as it is kept.

    Raises:
        UserError("block_name"): it is none.
    """
    if not is_block_name(text):
        raise UserError("block_name")
    return unicodedata.normalize("NFC", text)


def asked_of_block(text: str) -> AskedOfBlock | None:
    """Return what a text asks to be done with a block, its words as they were typed; None where it is none of that."""
    match = _ASKED.fullmatch(unicodedata.normalize("NFC", text))
    action = None if match is None else _ACTIONS.get(folded(match["verb"]))
    if match is None or action is None:
        return None
    return AskedOfBlock(action=action, name=match["name"] or "", rest=(match["rest"] or "").strip())


def called(name: str, blocks: Iterable[TextBlock]) -> TextBlock | None:
    """Return the first block of this name, however it is spelled."""
    return next((block for block in blocks if key_of(block.name) == key_of(name)), None)


def offered(own: Iterable[TextBlock], shared: Iterable[TextBlock]) -> tuple[TextBlock, ...]:
    """Return what somebody may use, by name: one's own goes before the panel's of the same name."""
    found: dict[str, TextBlock] = {}
    for block in (*own, *shared):
        found.setdefault(key_of(block.name), block)
    return tuple(found[key] for key in sorted(found))
