"""Words about the rota: "/oncall" says who is on call, "/swap" lists one's shifts, "/swap 2 Lee" offers the second."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.messages import Action

_ON_CALL = re.compile(r"/?(?:on-?call|당직|당직자)", re.IGNORECASE)
_SWAP = re.compile(r"/?(?:swap|교대)(?:\s+(?P<number>\d{1,2})(?:\s+(?P<colleague>\S.*))?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class RotaWords:
    """What a text asks of the rota, with the form that its words fill in."""

    action: Action
    fields: Mapping[str, str] = field(default_factory=dict)


def rota_words(text: str) -> RotaWords | None:
    """Return what a whole message asks of the rota; None where it is about something else."""
    said = " ".join(unicodedata.normalize("NFKC", text).split())
    if _ON_CALL.fullmatch(said):
        return RotaWords(action=Action.ON_CALL)
    match = _SWAP.fullmatch(said)
    if match is None:
        return None
    if match["number"] is None:
        return RotaWords(action=Action.MY_SHIFTS)
    given = {name: value for name, value in match.groupdict().items() if value is not None}
    return RotaWords(action=Action.OFFER_SWAP, fields=given)
