"""What the library and the service say went wrong, in Hilum's own words; every public error of the library is mapped.

Source: Bot API, Making requests: "the error is explained in the 'description'" and "its contents are subject to
change in the future", so what is not known here counts as permanent for the one call, never as done.
"""

from __future__ import annotations

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    EndPointNotFound,
    Forbidden,
    InvalidToken,
    RetryAfter,
    TelegramError,
)

from channels.telegram.inbound import CHANNEL_NAME
from domain.errors import HilumError, PermanentError, RoomMovedError, TransientError
from domain.messages import Address
from domain.tries import SHORTEST_NAMED, wait_named

_SAID = (
    ("not modified", "unchanged"),
    ("not_modified", "unchanged"),
    ("message thread not found", "thread_gone"),
    ("topic_deleted", "thread_gone"),
    ("topic_id_invalid", "thread_gone"),
    ("to be replied not found", "thread_gone"),
    ("reply message not found", "thread_gone"),
    ("to edit not found", "message_gone"),
    ("message_id_invalid", "message_gone"),
    ("to delete not found", "message_gone"),
    ("can't be deleted", "not_deletable"),
    ("can't be edited", "not_editable"),
    ("no text in the message", "no_text"),
    ("not a forum", "no_topics"),
    ("not enough rights", "room_rights"),
    ("chat_write_forbidden", "room_rights"),
    ("admin_required", "room_rights"),
    ("topic_closed", "room_rights"),
    ("have no rights", "room_rights"),
    ("need administrator rights", "room_rights"),
    ("chat not found", "chat_gone"),
    ("group chat was deactivated", "chat_gone"),
    ("peer_id_invalid", "chat_gone"),
    ("user not found", "user_unknown"),
    ("member not found", "user_unknown"),
    ("not_participant", "user_unknown"),
    ("user_id_invalid", "user_unknown"),
    ("invalid user_id", "user_unknown"),
    ("participant_id_invalid", "user_unknown"),
    ("bad webhook", "webhook_refused"),
    ("query is too old", "press_too_old"),
    ("query id is invalid", "press_too_old"),
    ("file is too big", "file_too_large_here"),
    ("wrong file_id", "file_gone"),
    ("wrong file identifier", "file_gone"),
    ("file is temporarily unavailable", "file_gone"),
)
"""Parts of what the service says, and the code that we give it."""

UNREADABLE = "telegram_unreadable"
_UNREAD = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""How the library meets an answer that says "ok", and nothing that makes sense beside it."""

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
"""Behind any other error the service may have done what was asked, and only its answer did not arrive."""


@asynccontextmanager
async def translated() -> AsyncIterator[None]:
    """Turn the library's errors into ours.

    Raises:
        TransientError: "telegram_busy", "telegram_away": later it may work; UNREADABLE: it says that it was done, in
            words that the library cannot read.
        RoomMovedError: the group has another id now.
        PermanentError: "telegram_token", "telegram_conflict", "telegram_forbidden", or what was said of this one call.
    """
    try:
        yield
    except TelegramError as error:
        raise ours(error) from error
    except _UNREAD as error:
        raise TransientError(UNREADABLE, is_unsure=True) from error


@asynccontextmanager
async def unless_unchanged() -> AsyncIterator[None]:
    """Translate errors as `translated` does; that something is as it should be already is none."""
    try:
        async with translated():
            yield
    except PermanentError as error:
        if error.code != "unchanged":
            raise
    except TransientError as error:
        # It was changed, whatever else the service says.
        if error.code != UNREADABLE:
            raise


def ours(error: TelegramError) -> HilumError:
    """Return the error of ours that an error of the library stands for."""
    if _is_of_others(error):
        return TransientError("telegram_away", is_unsure=True)
    if isinstance(error, RetryAfter):
        return TransientError("telegram_busy", retry_after=_wait(error))
    if isinstance(error, ChatMigrated):
        return RoomMovedError(Address(channel=CHANNEL_NAME, external_id=str(error.new_chat_id)))
    code = _permanent(error)
    # What is left is a line that was cut, a server's fault, or a page of some proxy in the place of an answer.
    is_unsure = not isinstance(error.__cause__, _NEVER_SENT)
    return TransientError("telegram_away", is_unsure=is_unsure) if code is None else PermanentError(code)


def _is_of_others(error: BaseException) -> bool:
    """Return whether some proxy or firewall on the way has answered: it says nothing of a chat, nor of our token.

    The library then has the plain `TelegramError` of what it could not read as the cause of what the status says.
    """
    cause = error.__cause__
    return cause is not None and (type(cause) is TelegramError or _is_of_others(cause))


def _permanent(error: TelegramError) -> str | None:
    if isinstance(error, BadRequest):
        return _said(error.message)
    if isinstance(error, Forbidden):
        return _forbidden(error.message)
    if isinstance(error, InvalidToken | EndPointNotFound):
        return "telegram_token"
    return "telegram_conflict" if isinstance(error, Conflict) else None


def _said(message: str) -> str:
    said = message.casefold()
    return next((code for part, code in _SAID if part in said), "telegram_refused")


def _forbidden(message: str) -> str:
    """Source: Bot API, error 403: "bot was blocked by the user", "user is deactivated", "bot was kicked from …"."""
    if _said(message) == "room_rights":
        return "room_rights"
    return "address_blocked" if "user" in message.casefold() else "room_gone"


def _wait(error: RetryAfter) -> timedelta:
    with warnings.catch_warnings():
        # Without PTB_TIMEDELTA in the environment the library warns that these seconds will be a timedelta one day.
        warnings.simplefilter("ignore")
        wait = error.retry_after
    return wait_named(wait.total_seconds() if isinstance(wait, timedelta) else wait) or SHORTEST_NAMED
