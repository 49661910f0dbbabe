"""What the asker allows a case to be used for, and on which basis they attest that they may."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import MemberId, QuestionId

HOSPITAL = "hospital"
"""The basis that the hospital holds the patient's consent."""
_BOARD = "irb "
_HELD = frozenset({"hospital", "hospital consent", "consent", "병원", "병원 동의", "동의", "동의서"})
_LEAD = re.compile(
    r"(?:(?:irb|drb|data review board|심의|기관윤리심의위원회)\s*)?(?:(?:no|nr|번호)\b\.?|#)?[\s:]*", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:[A-Za-z]{2,8} )?[A-Za-z0-9][A-Za-z0-9/._-]{3,38}[A-Za-z0-9]")
_LEAST_DIGITS = 5


class ConsentScope(StrEnum):
    CONSULT_ONLY = "consult_only"
    TEACHING = "teaching"
    RESEARCH = "research"
    """For a study that a review board knows of; it is shown to no member for that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One given consent; never edited, the latest of a question counts.

    `basis` is what the giver attests (safety rule 6): "hospital" means that the
    hospital holds the patient's consent; "irb 2020-0123" names the decision of a
    review board. Empty where nothing more than the consultation is allowed.
    """

    question_id: QuestionId
    scope: ConsentScope
    given_by: MemberId
    given_at: datetime
    basis: str = ""
    version: int = 1


def basis_in(said: str) -> str | None:
    """Return the basis that words name: that the hospital holds consent, or the number of a review board.

    None where they name none: a number has five digits or more, and at most a board's initials before it.
    """
    words = " ".join(unicodedata.normalize("NFKC", said).split()).strip(" .")
    if words.casefold() in _HELD:
        return HOSPITAL
    lead = _LEAD.match(words)
    number = words[lead.end() :] if lead is not None else words
    if _NUMBER.fullmatch(number) is None or sum(each.isdigit() for each in number) < _LEAST_DIGITS:
        return None
    return f"{_BOARD}{number}"


def board_number(basis: str) -> str:
    """Return the review board's number of a basis; empty where it is another one."""
    return basis.removeprefix(_BOARD) if basis.startswith(_BOARD) else ""
