"""The second net: what the original told of names, numbers, dates and uids must not stand in the output."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from deidentify.headers.rules import vocabulary
from deidentify.headers.structure import Told
from domain.errors import DeidentificationError

_FEWEST_CHARACTERS = 4
_FEWEST_DIGITS = 6
"""Shorter numbers stand in every header by chance (rows, window, exposure); they are looked for in no bytes."""
_ENCODINGS = ("utf-8", "euc_kr", "latin-1")
_SEPARATORS = re.compile(rb"[\\^=, ]+|\x1b[()$&%-][)(A-Z0-9]?[A-Z0-9]?")


def refuse_leftovers(header: bytes, told: Iterable[Told], written: Iterable[str]) -> None:
    """Search the output's header for what was received.

    Args:
        header: the output without its pixel data.
        told: values as received, undecoded.
        written: values of ours, which may resemble one received (a moved date).
    Raises:
        DeidentificationError("door_leftover"): something identifying still stands there.
    """
    searched = _without(header, written).lower()
    for token in set(_tokens(told)):
        if _stands(token, searched):
            raise DeidentificationError("door_leftover")


def _without(header: bytes, written: Iterable[str]) -> bytes:
    values = sorted({re.escape(value.encode()) for value in written if value}, key=len, reverse=True)
    return re.sub(b"|".join(values), lambda found: b"\0" * len(found.group()), header) if values else header


def _tokens(told: Iterable[Told]) -> Iterator[bytes]:
    known = vocabulary().encode()
    for item in told:
        for token in _split(item):
            lowered = token.lower()
            if _is_worth_a_search(token) and lowered not in known:
                yield lowered


def _split(item: Told) -> Iterator[bytes]:
    if item.vr == b"UI":
        uids = (uid.strip(b"\0 ") for uid in item.value.split(b"\\"))
        yield from (uid for uid in uids if not uid.startswith(b"1.2.840.10008."))
        return
    if item.vr in (b"DA", b"DT"):
        yield from (day for day in re.findall(rb"(?:19|20)[0-9]{6}", item.value))
        return
    yield from _SEPARATORS.split(item.value.strip(b"\0 "))
    yield item.value.strip(b"\0 ")


def _is_worth_a_search(token: bytes) -> bool:
    if token.isdigit():
        return len(token) >= _FEWEST_DIGITS and len(set(token)) > 1
    return len(token) >= _FEWEST_CHARACTERS and len(set(token)) > 1


def _stands(token: bytes, searched: bytes) -> bool:
    if token not in searched:
        return False
    if not token.isdigit():
        return True
    return re.search(rb"(?<![0-9.])" + token + rb"(?![0-9.])", searched) is not None
