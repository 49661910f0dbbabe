"""Script 1 by programs that die after a few commits each, wherever they are: nothing is lost, nothing comes twice."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from tests.fakes.case_files import ANSWER, CAPTION, FILES
from tests.fakes.connected import unsaid
from tests.fakes.faults import CrashError
from tests.fakes.society import MEMBER
from tests.fakes.telegram_town import A_MOMENT, TelegramTown, take_room, telegram_town

LIVES = 60


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(tmp_path, Language.KOREAN) as town:
        await take_room(town)
        yield town


async def live(town: TelegramTown, *, life: int) -> None:
    """Have programs live for so many commits, one after the other, until one has nothing left to do."""
    for _ in range(LIVES):
        faults = town.society.faults
        faults.crash_after = faults.commits + life
        try:
            await town.heard()
            await town.society.advance(A_MOMENT)
        except CrashError:
            assert faults.is_down
        if not (faults.is_down or town.line.is_dead):
            faults.crash_after = None
            return
        await town.restart()
    raise AssertionError("it never came to an end")


async def press(town: TelegramTown, action: Action, *, life: int) -> None:
    """Have the asker press a button, and the first on call what follows from it."""
    people = {Action.SEND_URGENT: town.asker, Action.CLAIM: town.first}
    person = people.get(action) or town.in_topic(town.first)
    town.tap(person, action)
    await live(town, life=life)


@pytest.mark.parametrize("life", [7, 12])
async def test_programs_that_die_young_still_bring_the_answer(town: TelegramTown, life: int) -> None:
    town.asker.sends_album(FILES, caption=CAPTION)
    await live(town, life=life)
    await town.look()
    await press(town, Action.SEND_URGENT, life=life)
    await press(town, Action.CLAIM, life=life)
    town.in_topic(town.first).writes(f"/a {ANSWER}")
    await live(town, life=life)
    await press(town, Action.SEND_ANSWER, life=life)

    (question,) = await town.society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    answers = [each for each in await town.society.entries(question.id) if each.kind is EntryKind.ANSWER]
    assert (question.state, question.number, len(answers)) == (QuestionState.ANSWERED, 417, 1)
    assert len(await town.society.images(question.id)) == len(FILES)
    assert unsaid([ANSWER], town.asker.hears()) == []
    assert not any(each.document for each in town.asker.sees())
    assert len(town.forum.topics()) == 1


async def test_album_that_a_dead_program_had_only_heard_is_previewed(town: TelegramTown) -> None:
    town.asker.sends_album(FILES, caption=CAPTION)
    await town.heard()

    await town.restart()
    await town.settle()

    assert len(await town.society.images(await town.draft())) == len(FILES)
    assert unsaid(["패널에게 보이는 그대로입니다."], town.asker.hears()) == []
