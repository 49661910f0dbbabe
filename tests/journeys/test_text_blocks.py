"""Text blocks where a service has no commands in threads: a plain word puts one into the answer at Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Action
from tests.fakes.case_files import BLOCK
from tests.fakes.connected import unsaid
from tests.fakes.slack_town import SlackTown, slack_town
from tests.peers.slack.emulator import Emulator


@pytest.fixture
async def town(tmp_path: Path, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH) as town:
        yield town


async def test_plain_word_in_a_slack_thread_puts_a_block_into_the_answer(town: SlackTown) -> None:
    await town.first.commands(f"snip save egfr {BLOCK}", name="/hilum")
    await town.write(town.asker, "M50s COVID D8, O2 2->5 L. PE?")
    await town.press(town.asker, Action.SEND_URGENT)
    await town.press(town.first, Action.CLAIM, channel=town.room)
    thread = (await town.card()).ts

    await town.write(town.first, "answer OP pattern, CTPA now.", channel=town.room, thread=thread)
    await town.write(town.first, "snip egfr", channel=town.room, thread=thread)
    await town.press(town.first, Action.SEND_ANSWER, channel=town.room)

    answer = f"OP pattern, CTPA now.\n{BLOCK}"
    assert unsaid([answer], await town.texts(town.asker)) == []
    assert "snip egfr" not in "\n".join(await town.texts(town.asker))
