"""What a short text means beside the choices that wait for it: one of them, a question which, or words for people."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domain.messages import Action
from domain.spelling import folded, plain
from domain.vocabulary import digits_of, vocabulary

NEW = "new"
"""The name of a question that was not sent yet and so has no number."""
_NUMBER = r"(?:q\s?)?(?P<number>\d{1,6})\s?번?"
_LONE_NUMBER = re.compile(_NUMBER)
_NAMED_FIRST = re.compile(rf"{_NUMBER}\s*[:,]?\s+(?P<sign>.+)")
_NAMED_LAST = re.compile(rf"(?P<sign>.*\D)\s+{_NUMBER}")
_CODED = re.compile(r"\s*(?P<code>\d{2})(?:\s*[:,.]\s*|\s+|(?=\s*\?))(?P<ask>\?\s*)?(?P<text>\S.*)", re.DOTALL)
_AN_AGE = re.compile(
    r"(?:y|yo|yr|yrs|years?|m|f|male|female)\b(?!/)|y/o|(?:세|살|대)(?=\s|$|[남여])|[남여](?:자|성)?(?=[\s,.]|$)",
    re.IGNORECASE,
)
"""What after a number makes it the age of a patient, and no code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One pending choice, by the names that its question goes by."""

    token: str
    actions: tuple[Action, ...]
    names: tuple[str, ...] = ()
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    token: str
    action: Action


@dataclass(frozen=True, slots=True, kw_only=True)
class WhichOne:
    """It could be about several questions; `sign` is what was said."""

    names: tuple[str, ...]
    sign: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """The answer to "which one?": the name, and what had been said before."""

    token: str
    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NothingWaits:
    """A word or digit of ours alone, and nothing that waits for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """Words for people."""


Meaning = Chosen | WhichOne | Named | NothingWaits | Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """Words behind the short code of a page: "41 text", or "41 ? text" where it asks back."""

    code: int
    text: str
    asks_back: bool = False


def meaning_of(text: str, offers: Sequence[Offer]) -> Meaning:
    """Return what a text means to somebody to whom these choices are open, the newest first."""
    said = plain(text)
    named = _named(said, offers)
    if named is not None:
        return named
    if is_sign(said):
        return _resolved(said, offers)
    match = _NAMED_FIRST.fullmatch(said) or _NAMED_LAST.fullmatch(said)
    if match is None or not is_sign(match["sign"]):
        return Sentence()
    among = [offer for offer in offers if match["number"] in offer.names]
    return _resolved(match["sign"], among) if among else Sentence()


def is_sign(text: str) -> bool:
    """Return whether a text is a digit or a word of ours, and nothing else."""
    said = plain(text)
    return (len(said) == 1 and said.isdecimal()) or folded(said) in vocabulary().actions


def is_lone_number(text: str) -> bool:
    """Return whether a text is a number and nothing else: it asks nothing of anybody."""
    return _LONE_NUMBER.fullmatch(plain(text)) is not None


def coded(text: str) -> Coded | None:
    """Return what stands behind a code of two digits; None where the number is a patient's age, or nothing follows."""
    match = _CODED.fullmatch(text)
    if match is None or (match["ask"] is None and _AN_AGE.match(match["text"])):
        return None
    return Coded(code=int(match["code"]), text=match["text"].strip(), asks_back=match["ask"] is not None)


def sign_for(text: str, actions: Sequence[Action]) -> Action | None:
    """Return the action of a list that a word or digit means."""
    said = plain(text)
    if len(said) == 1 and said.isdecimal():
        return next((action for action, digit in zip(actions, digits_of(actions), strict=True) if digit == said), None)
    meant = vocabulary().actions.get(folded(said), frozenset())
    return next((action for action in actions if action in meant), None)


def _named(said: str, offers: Sequence[Offer]) -> Named | None:
    """Only the newest choice counts: "which one?" has been asked just now."""
    match = _LONE_NUMBER.fullmatch(said)
    name = NEW if folded(said) in (NEW, folded("새 질문")) else "" if match is None else match["number"]
    if not offers or Action.WHICH_QUESTION not in offers[0].actions or name not in offers[0].names:
        return None
    return Named(token=offers[0].token, name=name, about=offers[0].about)


def _resolved(said: str, offers: Sequence[Offer]) -> Meaning:
    """What has no name can be meant only while it is the newest; a draft that was shown last is what one talks of."""
    hits = _hits(said, offers)
    if not hits:
        return NothingWaits()
    first, _ = hits[0]
    is_newest = first is offers[0] and (not first.names or NEW in first.names)
    named = [offer for offer, _ in hits if offer.names]
    if is_newest or len(named) < 2:
        chosen = first if is_newest or not named else named[0]
        return Chosen(token=chosen.token, action=next(each for offer, each in hits if offer is chosen))
    return WhichOne(names=tuple(offer.names[0] for offer in named), sign=said)


def _hits(said: str, offers: Sequence[Offer]) -> list[tuple[Offer, Action]]:
    """Return what a sign means, once a question: a digit its newest choice alone, a word also an older one."""
    hits, settled = [], set()
    for offer in offers:
        question = offer.names or (offer.token,)
        if question in settled or Action.WHICH_QUESTION in offer.actions:
            continue
        action = sign_for(said, offer.actions)
        if action is not None:
            hits.append((offer, action))
        if action is not None or said.isdecimal():
            settled.add(question)
    return hits
