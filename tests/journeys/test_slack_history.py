"""Hilum is away for longer than Slack tries: what was written meanwhile is read back, and done once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from domain.member import Language
from domain.messages import Action
from domain.ports.listening import ListeningChannel
from domain.question import Entry, Question, QuestionState
from tests.fakes.case_files import FILES, NOTE
from tests.fakes.connected import connect
from tests.fakes.slack_town import SlackTown, slack_town
from tests.fakes.society import MEMBER
from tests.peers.slack.emulator import Emulator

WORDS = "M50s COVID D8, O2 2->5 L. PE?"
NOWHERE = "http://127.0.0.1:9/hooks/slack"
LIVES = 60


@pytest.fixture
async def town(tmp_path: Path, slack_emulator: Emulator, database_url: str) -> AsyncIterator[SlackTown]:
    """A town that has listened before, on either database."""
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH, database_url=database_url) as town:
        await listen(town)
        yield town
        await hang_up(town)


async def hang_up(town: SlackTown) -> None:
    channel = town.society.services.channels.get("slack")
    if channel is not None:
        await cast(ListeningChannel, channel).close()


@contextmanager
def away(town: SlackTown) -> Iterator[None]:
    """Take Hilum off the line: Slack tries in vain, and gives up."""
    address, town.slack.courier.address = town.slack.courier.address, NOWHERE
    yield
    assert not town.slack.deliveries[-1].is_acknowledged
    town.slack.courier.address = address


async def listen(town: SlackTown) -> bool:
    """Have a program listen until it has read back, or dies; returns whether it lives. Then let all be done."""
    faults, log = town.society.faults, town.society.log
    log.lines.clear()
    await hang_up(town)
    app = town.slack.installation
    table = {"bot_token": app.bot_token, "api_url": town.slack.api_url, "signing_secret": app.signing_secret}
    channel = connect(town.society, slack=table)["slack"]
    listening = asyncio.create_task(channel.listen())
    async with asyncio.timeout(30):
        while not (listening.done() or {"slack_read_back", "slack_reading_failed"} & set(log.events)):
            await asyncio.wait({listening}, timeout=0.01)
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    faults.crash_after = None
    if not faults.is_down:
        await town.settle()
    return not faults.is_down


async def send(town: SlackTown) -> Question:
    await town.press(town.asker, Action.SEND_URGENT)
    (question,) = await town.society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    return question


async def said(town: SlackTown, question: Question, words: str) -> list[Entry]:
    entries = await town.society.entries(question.id)
    return [entry for entry in entries if entry.text is not None and words in entry.text.value]


async def test_question_asked_meanwhile_exists_once(town: SlackTown) -> None:
    with away(town):
        await town.asker.writes(WORDS, files=FILES[:1])

    await listen(town)
    await town.look()
    question = await send(town)
    await listen(town)

    assert (question.number, question.state, question.text.value.count("COVID")) == (417, QuestionState.OPEN, 1)
    assert len(await town.society.images(question.id)) == 1
    assert await town.society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_words_in_the_rooms_thread_reach_the_timeline_once(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)
    question = await send(town)
    thread = (await town.card()).ts
    with away(town):
        await town.second.writes(NOTE, channel=town.room, thread=thread)
        await town.first.writes("claim", channel=town.room, thread=thread)

    await listen(town)
    await listen(town)

    assert len(await said(town, question, NOTE)) == 1
    found = await town.society.read(lambda transaction: transaction.questions.get(question.id))
    assert found.state is QuestionState.CLAIMED


async def test_what_an_event_brought_is_one_with_what_is_found(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)

    await listen(town)
    question = await send(town)

    assert question.text.value.count("COVID") == 1


async def test_edit_made_meanwhile_changes_the_draft(town: SlackTown) -> None:
    post = await town.write(town.asker, WORDS)
    with away(town):
        await town.asker.edits(post, WORDS.replace("D8", "D9"))

    await listen(town)

    question = await send(town)
    assert "D9" in question.text.value
    assert "D8" not in question.text.value


async def test_programs_that_die_while_they_read_lose_nothing(town: SlackTown) -> None:
    with away(town):
        for words in (WORDS, "Fever since yesterday.", "On 5 L now."):
            await town.asker.writes(words)

    deaths = 0
    while deaths < LIVES:
        town.society.faults.crash_after = town.society.faults.commits + 1 + deaths
        if await listen(town):
            break
        await hang_up(town)
        town.society.restart()
        deaths += 1

    draft = await town.society.draft(MEMBER)
    lines = [draft.text.value.count(words) for words in ("COVID", "Fever since", "On 5 L")]
    assert (lines, deaths > 3) == ([1, 1, 1], True)
