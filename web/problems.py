"""What goes wrong, as an answer: a code for the page and a sentence for its reader."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers

from domain.delivery import Value
from domain.errors import HilumError, PermanentError, TransientError, UserError
from domain.ids import MemberId
from domain.member import Language, Member
from domain.web import JsonValue

_RETRY_SECONDS = 2

_USER_STATUS: Mapping[str, int] = {
    "text_too_long": 413,
    "too_many_files": 413,
    "file_too_large": 413,
    "uploads_full": 413,
    "upload_offset": 409,
    "frame_unknown": 404,
}

_ABSENT = frozenset({"question_unknown", "image_unknown", "upload_unknown", "object_shredded"})


class ProblemError(Exception):
    """An answer other than the one asked for; its sentence is the wording of "error.<code>"."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        values: Mapping[str, Value] | None = None,
        details: Mapping[str, JsonValue] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.values = dict(values or {})
        self.details = dict(details or {})
        self.retry_after = retry_after

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after is None else {"Retry-After": str(self.retry_after)}


def not_found() -> ProblemError:
    """The same answer for what is not there and for what this member may not know of."""
    return ProblemError(404, "not_found")


def problem_of(error: HilumError) -> ProblemError:
    """Return how an error of ours is answered."""
    match error:
        case UserError():
            return ProblemError(_USER_STATUS.get(error.code, 422), error.code, values=dict(error.values))
        case TransientError():
            wait = _RETRY_SECONDS if error.retry_after is None else max(1, round(error.retry_after.total_seconds()))
            return ProblemError(503, "busy", retry_after=wait)
        case PermanentError() if error.code in _ABSENT:
            return not_found()
        case _:
            return ProblemError(500, "unexpected")


def stranger(headers: Headers) -> Member:
    """Return somebody without rights who reads the language that the browser asks for."""
    return Member(id=MemberId(""), display_name="", alias="", language=preferred_language(headers), active=False)


def preferred_language(headers: Headers) -> Language:
    """Return Korean or English, as Accept-Language prefers; Korean where it says nothing."""
    weights = _weights(headers.get("accept-language", ""))
    if not weights:
        return Language.KOREAN
    korean, english = weights.get("ko", 0.0), weights.get("en", 0.0)
    return Language.KOREAN if korean > english else Language.ENGLISH


def _weights(header: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in header[:1000].split(","):
        tag, _, quality = part.strip().partition(";")
        language = tag.strip().lower().partition("-")[0]
        if language:
            weights[language] = max(weights.get(language, 0.0), _quality(quality))
    return weights


def _quality(text: str) -> float:
    name, _, number = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(number)
    except ValueError:
        return 0.0
