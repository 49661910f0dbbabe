"""From the fields of the answer form to an answer."""

from __future__ import annotations

from collections.abc import Mapping

from domain.answer import Answer, citations_in, lines_of, listed_citations
from domain.errors import UserError
from domain.text import DeidentifiedText

_NOTHING = DeidentifiedText(value="")


def read_answer(fields: Mapping[str, DeidentifiedText]) -> Answer:
    """Return what was filled in; whatever was left empty is not there.

    Raises:
        UserError: "text_missing", "too_many_diagnoses", "citation_unknown", or a number that is none or out of range.
    """
    diagnoses = lines_of(fields.get("diagnoses", _NOTHING))
    text = fields.get("text", _NOTHING)
    cited = [number for part in (*diagnoses, text) for number in citations_in(part.value)]
    listed = listed_citations(fields.get("citations", _NOTHING).value)
    return Answer(
        diagnoses=diagnoses,
        text=text,
        confidence=_number(fields, "confidence", code="confidence_unknown"),
        ct_severity=_number(fields, "ct_severity", code="ct_severity_unknown"),
        co_rads=_number(fields, "co_rads", code="co_rads_unknown"),
        score=fields.get("score", _NOTHING),
        citations=tuple(dict.fromkeys((*cited, *listed))),
        short=fields.get("short", _NOTHING),
    )


def _number(fields: Mapping[str, DeidentifiedText], name: str, *, code: str) -> int | None:
    given = fields.get(name, _NOTHING).value.strip()
    if not given:
        return None
    if not (given.isascii() and given.isdecimal() and len(given) < 4):
        raise UserError(code)
    return int(given)
