"""Every error of the library has a meaning of ours."""

from __future__ import annotations

import inspect
from datetime import timedelta

import httpx
import pytest
from telegram import error as library

from channels.telegram.errors import ours, translated, unless_unchanged
from domain.errors import PermanentError, RoomMovedError, TransientError

SAMPLES = {
    library.BadRequest: (library.BadRequest("whatever"), "telegram_refused"),
    library.ChatMigrated: (library.ChatMigrated(-100), "room_moved"),
    library.Conflict: (library.Conflict("two"), "telegram_conflict"),
    library.EndPointNotFound: (library.EndPointNotFound("none"), "telegram_token"),
    library.Forbidden: (library.Forbidden("Forbidden: bot was blocked by the user"), "address_blocked"),
    library.InvalidToken: (library.InvalidToken(), "telegram_token"),
    library.NetworkError: (library.NetworkError("cut"), "telegram_away"),
    library.PassportDecryptionError: (library.PassportDecryptionError("x"), "telegram_away"),
    library.TelegramError: (library.TelegramError("Invalid server response"), "telegram_away"),
    library.TimedOut: (library.TimedOut(), "telegram_away"),
}


@pytest.mark.parametrize("kind", SAMPLES)
def test_error_has_a_code_of_ours(kind):
    error, code = SAMPLES[kind]

    assert ours(error).code == code
    assert isinstance(ours(error), TransientError) == (code == "telegram_away")


@pytest.mark.parametrize(
    ("cause", "is_unsure"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.ReadTimeout("silent"), True),
        (httpx.ReadError("cut"), True),
        (None, True),
    ],
)
def test_call_whose_answer_was_lost_may_have_been_done(cause, is_unsure):
    error = library.TimedOut() if cause is None else library.NetworkError("httpx")
    error.__cause__ = cause

    assert ours(error).is_unsure is is_unsure


def test_call_that_was_limited_was_not_done():
    assert not ours(library.RetryAfter(timedelta(seconds=3))).is_unsure


def test_no_public_error_of_the_library_is_missing():
    public = {each for _, each in inspect.getmembers(library, inspect.isclass) if each.__name__ in library.__all__}

    assert public == {*SAMPLES, library.RetryAfter}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Bad Request: message thread not found", "thread_gone"),
        ("Bad Request: TOPIC_DELETED", "thread_gone"),
        ("Bad Request: TOPIC_NOT_MODIFIED", "unchanged"),
        ("Bad Request: message can't be deleted for everyone", "not_deletable"),
        ("Bad Request: not enough rights to create a topic", "room_rights"),
        ("Bad Request: CHAT_ADMIN_REQUIRED", "room_rights"),
        ("Bad Request: the chat is not a forum", "no_topics"),
        ("Bad Request: chat not found", "chat_gone"),
        ("Bad Request: invalid user_id specified", "user_unknown"),
        ("Bad Request: member not found", "user_unknown"),
        ("Bad Request: user not found", "user_unknown"),
        ("Bad Request: USER_NOT_PARTICIPANT", "user_unknown"),
        ("Bad Request: bad webhook: Failed to resolve host: Name or service not known", "webhook_refused"),
        ("Bad Request: reply message not found", "thread_gone"),
    ],
)
def test_what_the_service_says_of_one_call(said, code):
    assert ours(library.BadRequest(said)).code == code


def test_put_out_of_a_group_is_not_blocked_by_a_person():
    assert ours(library.Forbidden("Forbidden: bot was kicked from the supergroup chat")).code == "room_gone"


def test_right_that_is_missing_is_no_loss_of_the_group():
    assert ours(library.Forbidden("Forbidden: not enough rights to send photos to the chat")).code == "room_rights"


async def test_cause_is_kept():
    with pytest.raises(RoomMovedError) as caught:
        async with translated():
            raise library.ChatMigrated(-100)

    assert caught.value.address.external_id == "-100"
    assert isinstance(caught.value.__cause__, library.ChatMigrated)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 409])
async def test_page_of_a_proxy_says_nothing_of_anybody(peer, channel, client, hers, code):
    peer.faults.broken(2, code=code)

    with pytest.raises(TransientError, match="telegram_away"):
        await channel.retract(hers, "1")
    with pytest.raises(TransientError, match="telegram_away"):
        await client.call("get_Me", {})


@pytest.mark.parametrize("page", [b"[" * 100_000, b"[]", b'{"message": "blocked"}', b'{"ok": "no"}', b"<html>"])
def test_answer_of_others_is_not_read(client, page):
    with pytest.raises(library.TelegramError, match="Invalid server response"):
        client.bot.request.parse_json_payload(page)


@pytest.mark.parametrize(("named", "wait"), [(7, 7), (31_536_000, 3600), (10**12, 3600), (-1, 1)])
def test_retry_after_is_the_wait(named, wait):
    assert ours(library.RetryAfter(timedelta(seconds=named))).retry_after == timedelta(seconds=wait)


@pytest.mark.parametrize("kind", [KeyError, TypeError, AttributeError, ValueError, OverflowError])
async def test_answer_that_the_library_cannot_read_may_have_been_done(kind):
    with pytest.raises(TransientError, match="telegram_unreadable") as caught:
        async with translated():
            raise kind

    assert (caught.value.is_unsure, caught.value.is_outage) == (True, False)


async def test_change_of_which_nothing_is_said_was_made():
    async with unless_unchanged():
        raise KeyError

    with pytest.raises(TransientError, match="telegram_away"):
        async with unless_unchanged():
            raise library.NetworkError("cut")


def test_unknown_refusal_is_permanent():
    assert isinstance(ours(library.BadRequest("something new")), PermanentError)
