"""The second net: what the original told of names, numbers, dates and uids must not stand in the output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from deidentify.headers.structure import Told
from domain.errors import DeidentificationError

_FEWEST_CHARACTERS = 4
_FEWEST_DIGITS = 6
"""Shorter numbers stand in every header by chance (rows, window, exposure); they are looked for in no bytes."""
_SEPARATORS = re.compile(rb"[\\^=, ]+|\x1b[()$&%-][)(A-Z0-9]?[A-Z0-9]?")
_NUMBERS = re.compile(rb"(?<![0-9.])[0-9]{6,}(?![0-9.])")
_UIDS = re.compile(rb"[0-9]+(?:\.[0-9]+)+")
_STANDARD = b"1.2.840.10008."


class Tokens(NamedTuple):
    """What was told, cut up: words, numbers (dates too), and uids."""

    words: frozenset[bytes]
    numbers: frozenset[bytes]
    uids: frozenset[bytes]


def tokens_of(told: Iterable[Told]) -> Tokens:
    """Return what must not stand anywhere in the output, in lower case."""
    uids: set[bytes] = set()
    texts: set[bytes] = set()
    for item in told:
        (uids if item.vr == b"UI" else texts).update(_split(item.vr, item.value))
    numbers = {text for text in texts if text.isdigit()}
    return Tokens(frozenset(texts - numbers), frozenset(numbers), frozenset(uids))


def refuse_leftovers(header: bytes, tokens: Tokens, written: Iterable[bytes]) -> None:
    """Search the output's header for what was received.

    Args:
        header: the output without its pixel data.
        tokens: of the values as received, undecoded.
        written: values of ours, which may resemble one received (a moved date).
    Raises:
        DeidentificationError("door_leftover"): something identifying still stands there.
    """
    ours = set(written)
    if not tokens.numbers.isdisjoint(set(_NUMBERS.findall(header)) - ours):
        raise DeidentificationError("door_leftover")
    if not tokens.uids.isdisjoint(set(_UIDS.findall(header)) - ours):
        raise DeidentificationError("door_leftover")
    lowered = header.lower()
    for word in tokens.words:
        if word in lowered and word in _without(lowered, ours, word):
            raise DeidentificationError("door_leftover")


def _without(lowered: bytes, ours: set[bytes], word: bytes) -> bytes:
    """Return the header without what we wrote ourselves and what has the word in it by chance."""
    for value in sorted((value.lower() for value in ours), key=len, reverse=True):
        if word in value:
            lowered = lowered.replace(value, b"")
    return lowered


@lru_cache(1 << 12)
def _split(vr: bytes, value: bytes) -> frozenset[bytes]:
    return frozenset(_tokens(vr, value))


def _tokens(vr: bytes, value: bytes) -> Iterator[bytes]:
    if vr == b"UI":
        uids = (uid.strip(b"\0 ") for uid in value.split(b"\\"))
        yield from (uid for uid in uids if b"." in uid and not uid.startswith(_STANDARD))
        return
    if vr in (b"DA", b"DT"):
        yield from re.findall(rb"(?:19|20)[0-9]{6}", value)
        return
    for token in {*_SEPARATORS.split(value.strip(b"\0 ")), value.strip(b"\0 ")}:
        lowered = token.lower()
        if _is_worth_a_search(token):
            yield lowered


def _is_worth_a_search(token: bytes) -> bool:
    if token.isdigit():
        return len(token) >= _FEWEST_DIGITS and len(set(token)) > 1
    return len(token) >= _FEWEST_CHARACTERS and len(set(token)) > 1
