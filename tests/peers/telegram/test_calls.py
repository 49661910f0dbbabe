"""Calls over HTTP: tokens, methods, parameters as the schema has them; and what the bot says of itself."""

from __future__ import annotations

import httpx
import pytest
from telegram import BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands
from telegram.error import BadRequest


async def test_bot_knows_itself(peer, bot):
    me = await bot.get_me()

    assert (me.id, me.is_bot, me.can_read_all_group_messages) == (peer.service.bot.id, True, False)


@pytest.mark.parametrize(("token", "status"), [("12:" + "x" * 35, 401), ("nonsense", 404)])
async def test_wrong_token_is_refused(peer, token, status):
    async with httpx.AsyncClient(trust_env=False) as client:
        got = await client.post(f"{peer.base_url}{token}/getMe")

    assert (got.status_code, got.json()["error_code"]) == (status, status)


@pytest.mark.parametrize(
    ("method", "values", "answer"),
    [
        ("sendmessage", {"chat_id": 0, "text": "x"}, (400, "Bad Request: chat not found")),
        ("sendMessage", {"chat_id": 0}, (400, "Bad Request: wrong parameter text in request")),
        ("sendMessage", {"chat_id": 0, "text": "x", "txt": 1}, (400, "Bad Request: this method has no parameter txt")),
        ("sendPhoto", {"chat_id": 0, "photo": "attach://x"}, (400, "Bad Request: attached file not found")),
        ("sendTelegram", {}, (404, "Not Found")),
    ],
)
async def test_schema_judges_what_is_sent(peer, method, values, answer):
    async with httpx.AsyncClient(trust_env=False) as client:
        got = await client.post(f"{peer.base_url}{peer.token}/{method}", json=values)

    assert (got.status_code, got.json()["description"]) == answer
    assert got.json()["ok"] is False


async def test_get_request_and_form_are_taken_too(peer, ana):
    async with httpx.AsyncClient(trust_env=False) as client:
        await client.get(f"{peer.base_url}{peer.token}/sendMessage", params={"chat_id": ana.id, "text": "12"})
        await client.post(f"{peer.base_url}{peer.token}/sendMessage", data={"chat_id": ana.id, "text": "[]"})

    assert ana.hears() == ["12", "[]"]


async def test_commands_are_kept_by_scope_and_language(bot):
    scope = BotCommandScopeAllPrivateChats()

    await bot.set_my_commands([BotCommand("help", "도움말")], scope=scope, language_code="ko")

    assert (await bot.get_my_commands(scope=scope, language_code="ko"))[0].description == "도움말"
    assert await bot.get_my_commands() == ()
    with pytest.raises(BadRequest, match=r"(?i)bot_command_invalid"):
        await bot.set_my_commands([BotCommand("Help", "x")])

    await bot.delete_my_commands(scope=scope, language_code="ko")
    assert await bot.get_my_commands(scope=scope, language_code="ko") == ()


async def test_descriptions_fall_back_to_the_default(bot):
    await bot.set_my_description("Ask a radiologist")
    await bot.set_my_short_description("영상의학", language_code="ko")
    await bot.set_my_name("Hilum KO", language_code="ko")

    assert (await bot.get_my_description("ko")).description == "Ask a radiologist"
    assert (await bot.get_my_short_description("ko")).short_description == "영상의학"
    assert ((await bot.get_my_name("ko")).name, (await bot.get_my_name()).name) == ("Hilum KO", "Hilum")
    with pytest.raises(BadRequest):
        await bot.set_my_short_description("x" * 121)


async def test_menu_button_is_set_for_all_or_one(bot, ana):
    await bot.set_chat_menu_button(menu_button=MenuButtonCommands())

    assert (await bot.get_chat_menu_button(ana.id)).type == "commands"
