"""One-time links: the sign-in link, and the upload link that other channels hand out."""

from __future__ import annotations

import secrets
from datetime import datetime

from domain.ids import MemberId, QuestionId
from domain.short_codes import upload_code
from domain.web import SignInLink, UploadLink, hash_token
from web.services import WebOptions


def sign_in_link(token: str, member_id: MemberId, *, now: datetime, options: WebOptions) -> SignInLink:
    """Return what is stored of a sign-in link that begins to live now."""
    return SignInLink(
        token_hash=hash_token(token),
        member_id=member_id,
        expires_at=now + options.sign_in_life,
    )


def new_upload_code() -> str:
    """Return a code that opens the page which takes files."""
    return upload_code(secrets.token_urlsafe(32))


def upload_link(
    code: str, member_id: MemberId, *, question_id: QuestionId | None, now: datetime, options: WebOptions
) -> UploadLink:
    """Return what is stored of an upload link that begins to live now."""
    return UploadLink(
        code_hash=hash_token(code),
        member_id=member_id,
        expires_at=now + options.upload_link_life,
        question_id=question_id,
    )
