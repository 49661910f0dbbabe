"""The panel's answer as a form: ranked diagnoses, recommendation, scores, citations, and the text made of them.

All words of an answer stand in one text, so that whatever is found in it
late is struck out at one place; numbers and references stand beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

from domain.errors import UserError
from domain.text import DeidentifiedText, Replacement, joined

MOST_DIAGNOSES = 3
HIGHEST_CONFIDENCE = 5
HIGHEST_CT_SEVERITY = 25
HIGHEST_CO_RADS = 6
_CITATION = re.compile(r"#\s?[Gg](\d{1,4})(?!\d)")
_BARE = re.compile(r"(?<![^\s,;#])#?[Gg]?(\d{1,4})(?![^\s,;])")
_CONFIDENCE = re.compile(
    r"(?<!\w)(?:conf(?:idence)?|확신도?)\.?\s*[:=]?\s*([1-5])(?:\s?/\s?5)?(?=\s*(?:$|[#,;\n]|\.(?!\d)))", re.IGNORECASE
)
_NOTHING = DeidentifiedText(value="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a panelist filled in; at least one diagnosis or one line of recommendation."""

    diagnoses: tuple[DeidentifiedText, ...] = ()
    text: DeidentifiedText = _NOTHING
    confidence: int | None = None
    ct_severity: int | None = None
    co_rads: int | None = None
    score: DeidentifiedText = _NOTHING
    """Any other score, as its name and value were written."""
    citations: tuple[int, ...] = ()
    """Numbers of items of the guideline: #G6."""
    short: DeidentifiedText = _NOTHING
    """The line that goes by SMS."""

    def __post_init__(self) -> None:
        if not self.diagnoses and not self.text.value.strip():
            raise UserError("text_missing")
        if len(self.diagnoses) > MOST_DIAGNOSES:
            raise UserError("too_many_diagnoses", limit=MOST_DIAGNOSES)
        _check(self.confidence, "confidence_unknown", lowest=1, highest=HIGHEST_CONFIDENCE)
        _check(self.ct_severity, "ct_severity_unknown", lowest=0, highest=HIGHEST_CT_SEVERITY)
        _check(self.co_rads, "co_rads_unknown", lowest=1, highest=HIGHEST_CO_RADS)

    def composed(self) -> DeidentifiedText:
        """Return the whole answer as its reader sees it: a line for each diagnosis, then the rest."""
        ranked = [_prefixed(f"{rank}) ", line) for rank, line in enumerate(self.diagnoses, start=1)]
        return reduce(joined, [*ranked, self.text, self._scores(), self._cited()], _NOTHING)

    def details(self) -> Mapping[str, str | int]:
        """Return what the timeline keeps beside the text."""
        numbers = {"confidence": self.confidence, "ct_severity": self.ct_severity, "co_rads": self.co_rads}
        given: dict[str, str | int] = {name: number for name, number in numbers.items() if number is not None}
        if self.diagnoses:
            given["diagnoses"] = len(self.diagnoses)
        if self.citations:
            given["citations"] = " ".join(f"G{number}" for number in self.citations)
        return given

    def _scores(self) -> DeidentifiedText:
        severity = "" if self.ct_severity is None else f"CT-SS {self.ct_severity}/{HIGHEST_CT_SEVERITY}"
        co_rads = "" if self.co_rads is None else f"CO-RADS {self.co_rads}"
        lead = " · ".join(part for part in (severity, co_rads) if part)
        if not self.score.value:
            return DeidentifiedText(value=lead)
        return _prefixed(f"{lead} · " if lead else "", self.score)

    def _cited(self) -> DeidentifiedText:
        """Return the references that stand in no line yet."""
        said = {number for part in (*self.diagnoses, self.text) for number in citations_in(part.value)}
        return DeidentifiedText(value=" ".join(f"#G{number}" for number in self.citations if number not in said))


def citations_in(text: str) -> tuple[int, ...]:
    """Return the items of the guideline that a text cites as #G6, each once, in their order."""
    return tuple(dict.fromkeys(int(number) for number in _CITATION.findall(text)))


def confidence_in(text: str) -> str:
    """Return the confidence that an answer in words ends with, "conf 4" or "확신 4/5"; nothing where it says none.

    The words stay as they are: only a number that nothing follows but a sign or a citation is taken for one.
    """
    found = _CONFIDENCE.findall(text)
    return found[-1] if found else ""


def added_words(text: str) -> str | None:
    """Return the words behind a plus sign, which join the answer that waits; None where it is an answer of its own.

    With no blank behind it the sign is part of a finding: "+ve D-dimer".
    """
    match = re.fullmatch(r"\s*[+＋]\s+(\S.*)", text, re.DOTALL)
    return None if match is None else match[1].strip()


def listed_citations(text: str) -> tuple[int, ...]:
    """Return the items that a field of its own lists: "6, #G7" or "G6 7".

    Raises:
        UserError("citation_unknown"): something else stands there.
    """
    if _BARE.sub("", text).strip(" ,;\n"):
        raise UserError("citation_unknown")
    return tuple(dict.fromkeys(int(number) for number in _BARE.findall(text)))


def released_words(text: DeidentifiedText) -> DeidentifiedText | None:
    """Return what stands behind ">>", which sends a panelist's words to the asker; None where there is no such sign."""
    lead = re.match(r"\s*(?:>>|&gt;&gt;|》|≫|＞＞)\s*", text.value)
    return None if lead is None else _cut(text, lead.end(), len(text.value))


def lines_of(text: DeidentifiedText) -> tuple[DeidentifiedText, ...]:
    """Return the lines of a text that say anything, each without the number and the spaces before it."""
    lines: list[DeidentifiedText] = []
    for match in re.finditer(r"[^\n]+", text.value):
        lead = re.match(r"\s*(?:\d[.)]\s+)?", match.group())
        start = match.start() + (lead.end() if lead else 0)
        end = match.start() + len(match.group().rstrip())
        if end > start:
            lines.append(_cut(text, start, end))
    return tuple(lines)


def _cut(text: DeidentifiedText, start: int, end: int) -> DeidentifiedText:
    inside = (r for r in text.replacements if r.start >= start and r.end <= end)
    moved = tuple(Replacement(start=r.start - start, end=r.end - start, kind=r.kind) for r in inside)
    return DeidentifiedText(value=text.value[start:end], replacements=moved)


def _prefixed(lead: str, text: DeidentifiedText) -> DeidentifiedText:
    shift = len(lead)
    moved = tuple(Replacement(start=r.start + shift, end=r.end + shift, kind=r.kind) for r in text.replacements)
    return DeidentifiedText(value=lead + text.value, replacements=moved)


def _check(number: int | None, code: str, *, lowest: int, highest: int) -> None:
    if number is not None and not lowest <= number <= highest:
        raise UserError(code)
