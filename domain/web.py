"""The web channel's values: conversation lines, links and sessions. Tokens are kept as hashes only."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.ids import MemberId, QuestionId

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]


UPLOAD_LINK_LASTS = timedelta(minutes=30)
"""Of one that is handed out by another channel."""


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebLine:
    """One line of a member's conversation as the page shows it; de-identified, so stored in clear.

    `cause` is unique (a delivery id), so that sending twice adds one line.
    """

    cause: str
    member_id: MemberId
    direction: Direction
    payload: Mapping[str, JsonValue]
    at: datetime
    question_id: QuestionId | None = None
    id: int = 0


SIGN_IN_LINK_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInLink:
    token_hash: str
    member_id: MemberId
    expires_at: datetime
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebSession:
    """`seen_at` moves with use; ten idle minutes lock the session (safety rule 18)."""

    token_hash: str
    member_id: MemberId
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLink:
    """A one-time way to send files without signing in; what comes goes to the member's draft or question."""

    code_hash: str
    member_id: MemberId
    expires_at: datetime
    question_id: QuestionId | None = None
    used_at: datetime | None = None


def hash_token(token: str) -> str:
    """Return what is stored of a token of at least 128 random bits, or of a short code."""
    return hashlib.sha256(token.encode()).hexdigest()
