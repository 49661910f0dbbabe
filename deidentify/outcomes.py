"""What comes out of the door: a de-identified instance, or a refusal with its reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from domain.study import ImageFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedInstance:
    """One de-identified file; `index` is its place in what was handed in, `report` counts the rules applied."""

    index: int
    body: bytes
    media_type: str
    facts: ImageFacts
    report: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedInstance:
    """One file that stays outside; `refusal.<code>` is the wording of the reason."""

    index: int
    code: str


Outcome = CleanedInstance | RefusedInstance
