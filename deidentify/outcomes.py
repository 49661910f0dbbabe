"""What comes out of the door: a de-identified instance, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.identity import Fingerprint
from domain.study import ImageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedInstance:
    """One de-identified file; `index` is its place in its source, `report` counts the rules applied.

    `facts` are those of a picture, None for an object without one. `identities` are
    fingerprints of whom the header of the original named, `burned_in` of whom its pixels did.
    """

    source: int = 0
    index: int
    body: bytes
    media_type: str
    facts: ImageFacts | None
    report: Mapping[str, int]
    identities: frozenset[Fingerprint] = frozenset()
    burned_in: frozenset[Fingerprint] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedInstance:
    """One file that stays outside; `refusal.<code>` is the wording of the reason.

    It is quarantined, not plainly refused, where it was read and cleaned, and something still shows.
    """

    source: int = 0
    index: int
    code: str
    is_quarantined: bool = False


Outcome = CleanedInstance | RefusedInstance
