"""The panel's channel where an answer of Slack's is lost or a program dies, and where an opinion is typed into it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from domain.member import Language
from domain.messages import Action
from domain.ports.store import Store
from tests.fakes.case_files import FILES
from tests.fakes.connected import connect, fresh_database, unsaid
from tests.fakes.faults import CrashError, Faults
from tests.fakes.slack_town import A_MOMENT, SlackTown, slack_town, words_of
from tests.fakes.society import COORDINATOR, MEMBER
from tests.peers.slack.emulator import Emulator
from tests.peers.slack.record import Call

WORDS = "M50s COVID D8, O2 2->5 L. PE?"
OPINION = "opinion OP pattern"
LONG = "\n".join(f"{number}. CT 5일 전 추적 검사" for number in range(700))
"""More than one message of Slack's."""


@dataclass(slots=True)
class Deadly:
    """A store, as the channel has it, whose first change is the last thing that its program does."""

    store: Store
    faults: Faults

    async def read(self, work: Callable[[Any], Any]) -> Any:
        return await self.store.read(work)

    async def write(self, work: Callable[[Any], Any]) -> Any:
        self.faults.crash_after = self.faults.commits + 1
        return await self.store.write(work)


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


@asynccontextmanager
async def _program(town: SlackTown) -> AsyncIterator[None]:
    """Give the society a channel that remembers nothing, for what it posts."""
    app = town.slack.installation
    table = {"bot_token": app.bot_token, "signing_secret": app.signing_secret, "api_url": town.slack.api_url}
    channel = connect(town.society, slack=table)["slack"]
    try:
        yield
    finally:
        await channel.close()


async def _dies_in_mid_post(town: SlackTown) -> None:
    """Have the program die once the first part of what it posts is noted, and another take its place."""
    society, services = town.society, town.society.services
    society.services = replace(services, store=Deadly(services.store, society.faults))  # type: ignore[arg-type]  # enough
    async with _program(town):
        society.services = replace(society.services, store=services.store)
        with pytest.raises(CrashError):
            await society.advance(A_MOMENT)
    society.restart()
    async with _program(town):
        await society.queue.return_expired(society.now)
        await society.advance(A_MOMENT)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
async def test_message_that_a_dead_program_had_begun_stands_there_once(
    tmp_path: Path, slack_emulator: Emulator, request: pytest.FixtureRequest, kind: str
) -> None:
    url = fresh_database(request, tmp_path, kind=kind)
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH, database_url=url) as town:
        await town.write(town.asker, WORDS)
        await town.press(town.asker, Action.SEND_URGENT)
        (question,) = await town.society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
        await town.society.press(MEMBER, Action.ADD_INFORMATION, question.id, {"text": LONG})

        await _dies_in_mid_post(town)

        said = "\n".join(await town.texts(town.first, town.room))
    assert [said.count(f"\n{number}. CT") for number in (1, 698)] == [1, 1]


async def _card_is_deleted(town: SlackTown) -> str:
    """Let somebody who may delete anything delete the card; returns its thread."""
    card = await town.card()
    where = {"channel": town.room, "ts": card.ts}
    await town.slack.workspace.emulated.call("chat.delete", where, town.slack.installation.bot_token)
    return card.ts


def _pictures(town: SlackTown) -> tuple[set[str], set[str]]:
    """Return which pictures were shown, and which of them are there no more."""
    shown = {each["id"] for call in town.slack.record.of("files.completeUploadExternal") for each in _files(call)}
    return shown, {str(call.arguments["file"]) for call in town.slack.record.of("files.delete")}


def _files(call: Call) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = call.arguments["files"]
    return found


async def test_pictures_below_a_deleted_card_go_with_it(town: SlackTown) -> None:
    await town.asker.writes(WORDS, files=FILES)
    await town.settle()
    await town.look()
    await town.press(town.asker, Action.SEND_URGENT)
    await town.settle(timedelta(seconds=30))
    before, _ = _pictures(town)

    thread = await _card_is_deleted(town)
    await town.write(town.first, "claim", channel=town.room, thread=thread)
    await town.settle(timedelta(minutes=1))

    shown, deleted = _pictures(town)
    assert (len(before), deleted, len(shown - deleted)) == (3, before, 3)


async def test_what_is_written_below_a_deleted_card_is_still_about_it(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)
    thread = (await town.card()).ts
    await town.write(town.first, "claim", channel=town.room, thread=thread)
    await _card_is_deleted(town)
    await town.write(town.first, "back prior CT date?", channel=town.room, thread=thread)
    await town.settle(timedelta(minutes=1))

    await town.write(town.first, "answer OP pattern. PE not excluded.", channel=town.room, thread=thread)
    await town.press(town.first, Action.SEND_ANSWER)

    assert any("OP pattern" in each for each in await town.texts(town.asker))


async def test_opinion_under_seal_is_its_authors_to_delete(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_ROUTINE)

    await town.write(town.second, OPINION, channel=town.room, thread=(await town.card()).ts)

    said = ["Please delete it there. Write it to me here", "or on its page", "/questions/"]
    assert unsaid(said, [str(each.content) for each in await town.all(town.second)]) == []
