"""What the asker allows a case to be used for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import MemberId, QuestionId


class ConsentScope(StrEnum):
    CONSULT_ONLY = "consult_only"
    TEACHING = "teaching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """One given consent; never edited, the latest of a question counts.

    `basis` is what the giver attests: "hospital" means that the hospital holds
    the patient's consent (safety rule 6).
    """

    question_id: QuestionId
    scope: ConsentScope
    given_by: MemberId
    given_at: datetime
    basis: str = ""
    version: int = 1
