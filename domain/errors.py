"""Every error of Hilum.

HilumError
├── UserError            the member can fix it; carries a message key
│   └── AlreadyTakenError           somebody else has the question, which can be followed
├── TransientError       later it may work; may carry `retry_after`
└── PermanentError       park it and tell an operator
    └── DeidentificationError   the door stays closed
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.ids import QuestionId


class HilumError(Exception):
    """Root of the tree; `code` is a fixed word that may be logged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UserError(HilumError):
    """The member can fix it: told with the wording of `code` and its values."""

    def __init__(self, code: str, **values: str | int | datetime) -> None:
        super().__init__(code)
        self.values: Mapping[str, str | int | datetime] = dict(values)


class AlreadyTakenError(UserError):
    """Somebody else has the question: told who, since when, and that it can be followed."""

    def __init__(self, question_id: QuestionId, **values: str | int | datetime) -> None:
        super().__init__("already_taken", **values)
        self.question_id = question_id


class TransientError(HilumError):
    """Tried again later, after `retry_after` where the service named a time."""

    def __init__(self, code: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(code)
        self.retry_after = retry_after


class PermanentError(HilumError):
    """Will never work: parked, and an operator is told."""


class DeidentificationError(PermanentError):
    """The door stays closed; `code` is the wording of the reason a radiologist is given."""
