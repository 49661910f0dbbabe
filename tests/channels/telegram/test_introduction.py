"""The bot says what it is in both languages, once."""

from __future__ import annotations

import pytest

from channels.telegram.introduction import Introduction
from domain.errors import TransientError


@pytest.fixture
def introduction(client, world):
    return Introduction(client, world.services().wording)


async def test_commands_and_descriptions_in_both_languages(peer, introduction):
    await introduction.say()

    profile = peer.service.profile
    by_scope = {(scope.split('"')[3], language): found for (scope, language), found in profile.commands.items()}
    assert {language for _, language in by_scope} == {"", "en", "ko"}
    assert [each.command for each in by_scope["all_group_chats", ""]][:6] == [
        *("a", "back", "second", "snip", "case", "close"),
    ]
    assert by_scope["all_private_chats", "ko"][1].description == "지금 당직자"
    assert "web" in [each.command for each in by_scope["all_private_chats", "en"]]
    assert "DICOM" in profile.read("description", "ko")
    assert profile.buttons[None].type == "commands"


async def test_what_is_registered_is_not_registered_again(peer, introduction):
    await introduction.say()
    before = len(peer.journal.entries)

    await introduction.say()

    changes = [each.method for each in peer.journal.entries[before:] if not each.method.startswith("get")]
    assert changes == ["setChatMenuButton"]


async def test_busy_service_is_asked_later(peer, introduction):
    peer.faults.busy(method="setMyCommands")

    with pytest.raises(TransientError):
        await introduction.say()
