"""Words of command about one question: "claim", "back prior CT?", "패스 바쁨", "/close Q417".

In the thread of a question, and behind its code on a phone, they need nothing
before them; elsewhere a stroke says that they are none of a sentence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from domain.messages import Action
from domain.opinions import PassReason
from domain.spelling import folded
from domain.text_blocks import is_block_name
from domain.vocabulary import vocabulary

ALONE = frozenset(
    {
        *(Action.CLAIM, Action.PASS, Action.CLOSE, Action.RELEASE, Action.EXTEND, Action.SECOND_OPINION),
        *(Action.TAKE_OVER, Action.FOLLOW, Action.UNFOLLOW, Action.WRONG_PATIENT, Action.MAKE_CASE),
        *(Action.QUIZ_CANDIDATE, Action.GUIDELINE_PROPOSAL),
    }
)
"""What a word alone asks for."""
_FIELDS: Mapping[Action, str] = {
    Action.ASK_BACK: "text",
    Action.ANSWER: "text",
    Action.OPINION: "text",
    Action.ADD_INFORMATION: "text",
    Action.PASS: "reason",
    Action.HAND_OVER: "colleague",
    Action.ADD_BLOCK: "block",
}
"""What the words behind it fill in."""
_BEHIND_A_STROKE = {"a": Action.ANSWER}
_BY_A_STROKE_ALONE = frozenset({Action.ADD_INFORMATION})
"""What without a stroke begins many a sentence: "add contrast and repeat"."""
_REASONS: Mapping[PassReason, tuple[str, ...]] = {
    PassReason.BUSY: ("busy", "바쁨", "바빠요", "지금 바쁨"),
    PassReason.FIELD: ("field", "not my field", "전공 아님", "분야 아님"),
    PassReason.CONFLICT: ("conflict", "conflict of interest", "이해 상충", "이해충돌"),
}
_REASON_OF = {folded(word): reason for reason, words in _REASONS.items() for word in words}
_COLLEAGUE = re.compile(r"@[\w .\-]{1,60}")
_LONGEST = 3
"""So many words a word of command has at most."""
_STROKE = re.compile(r"\s*[/／]\s?(?=\S)")
_LABEL = re.compile(r"(?:[qQ]\s?(?P<label>\d{1,6})|(?P<bare>\d{1,6})번|(?P<alone>\d{1,6})$)\s*[:,.]?(?:\s+|$)")
"""A bare number is one only where nothing follows: "/back 5 days since onset?" is about no question 5."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directed:
    """What is asked for, with the field that its words fill in; `number` is of the question that was named."""

    action: Action
    field: str = ""
    text: str = ""
    has_stroke: bool = False
    number: int | None = None


def directed(text: str) -> Directed | None:
    """Return what a text asks for about one question; None where it is a sentence for people."""
    text = unicodedata.normalize("NFC", text).strip()
    stroke = _STROKE.match(text)
    body = text if stroke is None else text[stroke.end() :]
    for count in range(_LONGEST, 0, -1):
        head, rest = _split(body, count)
        action = _action(head, has_stroke=stroke is not None)
        if action is None:
            continue
        number = _LABEL.match(rest) if stroke is not None else None
        said = rest if number is None else rest[number.end() :]
        found = _filled(action, said.strip())
        if found is not None:
            named = None if number is None else int(number["label"] or number["bare"] or number["alone"])
            return Directed(action=action, **found, has_stroke=stroke is not None, number=named)
    return None


def _split(text: str, count: int) -> tuple[str, str]:
    """Return the first so many words of a text, and the rest as it stands."""
    match = re.match(rf"\s*(\S+(?:\s+\S+){{{count - 1}}})\s*", text)
    return ("", "") if match is None else (match[1], text[match.end() :])


def _action(head: str, *, has_stroke: bool) -> Action | None:
    known = vocabulary().actions.get(folded(head), frozenset()) if head else frozenset()
    known = known if has_stroke else known - _BY_A_STROKE_ALONE
    action = next((each for each in known if each in ALONE or each in _FIELDS), None)
    return _BEHIND_A_STROKE.get(folded(head)) if action is None and has_stroke else action


def _filled(action: Action, words: str) -> dict[str, str] | None:
    """Return the field that the words fill in; None where they do not belong to this action."""
    if not words:
        # Without its words an action of words is asked for all the same: it says what is missing.
        return {"field": "", "text": ""}
    if action is Action.PASS:
        reason = _REASON_OF.get(folded(words))
        return None if reason is None else {"field": "reason", "text": reason.value}
    if action is Action.ADD_BLOCK and not is_block_name(words):
        return None
    if action is Action.SECOND_OPINION:
        # Only a name with its sign before it: "second, look at the ventricle" is a sentence.
        return {"field": "colleague", "text": words} if _COLLEAGUE.fullmatch(words) else None
    return {"field": _FIELDS[action], "text": words} if action in _FIELDS else None
