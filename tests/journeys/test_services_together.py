"""One question on two services: asked on Telegram, answered in Slack, and shown to the panel on both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Action
from tests.fakes.case_files import ANSWER, FILES
from tests.fakes.connected import unsaid
from tests.fakes.slack_town import SlackTown, slack_beside, words_of
from tests.fakes.telegram_play import ask
from tests.fakes.telegram_town import TelegramTown, take_room, telegram_town
from tests.peers.slack.emulator import Emulator

Towns = tuple[TelegramTown, SlackTown]


@pytest.fixture
async def towns(tmp_path: Path, slack_emulator: Emulator) -> AsyncIterator[Towns]:
    async with telegram_town(tmp_path, Language.ENGLISH) as telegram:
        await take_room(telegram)
        async with slack_beside(slack_emulator, telegram.script) as slack:
            yield telegram, slack


async def test_answer_goes_back_to_where_it_was_asked(towns: Towns) -> None:
    telegram, slack = towns
    await ask(telegram)
    await slack.press(slack.first, Action.CLAIM, channel=slack.room)

    await slack.press(slack.first, Action.ANSWER, channel=slack.room)
    await slack.first.submits({"text": ANSWER})
    await slack.settle()

    assert unsaid(["Dr A took Q417.", ANSWER], telegram.asker.hears()) == []
    assert ANSWER not in "\n".join(await slack.texts(slack.asker))
    assert "accepted by Telegram" in words_of(await slack.card())


async def test_panel_sees_it_on_both_and_what_is_said_in_one_is_read_in_the_other(towns: Towns) -> None:
    telegram, slack = towns
    await ask(telegram)
    await telegram.press(telegram.in_topic(telegram.first), Action.CLAIM)
    await slack.write(slack.second, "looks like OP", channel=slack.room, thread=(await slack.card()).ts)

    assert words_of(await slack.card()).startswith("🟡 Q417 Dr A")
    assert sum(len(post.files) for post in await slack.all(slack.first, slack.room)) == len(FILES)
    assert unsaid(["looks like OP"], telegram.forum.texts(telegram.topic)) == []
