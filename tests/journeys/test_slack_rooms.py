"""The panel's channel where an answer of Slack's is lost, and where an opinion under seal is typed into it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Action
from tests.fakes.connected import unsaid
from tests.fakes.slack_town import SlackTown, slack_town, words_of
from tests.fakes.society import COORDINATOR
from tests.peers.slack.emulator import Emulator

WORDS = "M50s COVID D8, O2 2->5 L. PE?"
OPINION = "opinion OP pattern"


@pytest.fixture
async def town(tmp_path: Path, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH) as town:
        yield town


async def test_card_whose_answer_was_lost_stands_there_once(town: SlackTown) -> None:
    town.slack.faults.fail("chat.postMessage", channel=town.room, after_effect=True)

    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)
    await town.settle(timedelta(minutes=1))

    cards = [post for post in await town.first.sees(town.room) if "Q417" in words_of(post)]
    assert len(cards) == 1
    assert "room.perhaps_twice" not in await town.society.told(COORDINATOR)


async def test_opinion_under_seal_is_its_authors_to_delete(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_ROUTINE)

    await town.write(town.second, OPINION, channel=town.room, thread=(await town.card()).ts)

    said = ["Please delete it there. Write it to me here", "or on its page", "/questions/"]
    assert unsaid(said, [str(each.content) for each in await town.all(town.second)]) == []
