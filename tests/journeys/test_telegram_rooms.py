"""What must not stay in the panel's forum leaves it: by Hilum's hand where Telegram lets it, else by people's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Action
from tests.fakes.connected import unsaid
from tests.fakes.society import MEMBER
from tests.fakes.telegram_play import ask
from tests.fakes.telegram_town import TelegramTown, take_room, telegram_town

WORDS = "M50s COVID D8, O2 2->5 L. PE?"
OPINION = "opinion OP pattern"
NOTE = "looks like OP to me"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(tmp_path, Language.ENGLISH) as town:
        yield town


async def _note_in_a_chain(town: TelegramTown) -> None:
    """Have a panelist type a note where topics are off: nothing deletes it together with a topic."""
    town.forum.turns_topics(on=False)
    await take_room(town)
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)
    card = next(each for each in town.forum.messages() if each.reply_markup is not None)
    town.first.at(town.forum).writes(NOTE, reply_to=card)
    await town.settle()


async def _mark_wrong(town: TelegramTown) -> None:
    question = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    await town.society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    await town.settle()


async def test_opinion_under_seal_leaves_the_topic_at_once(town: TelegramTown) -> None:
    await take_room(town)
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_ROUTINE)

    await town.write(town.in_topic(town.second), OPINION)

    assert OPINION not in town.forum.texts(town.topic)
    assert unsaid(["Q417 is sealed", "I deleted it there and did not take it"], town.second.hears()) == []


async def test_note_of_a_wrong_patient_leaves_the_group(town: TelegramTown) -> None:
    await _note_in_a_chain(town)

    await _mark_wrong(town)

    assert NOTE not in town.forum.texts()
    assert unsaid(["so I deleted it there"], town.first.hears()) == []


async def test_note_that_is_too_old_is_deleted_by_people(town: TelegramTown) -> None:
    await _note_in_a_chain(town)
    await town.later(timedelta(hours=49))

    await _mark_wrong(town)

    assert NOTE in town.forum.texts()
    assert unsaid(["please delete it: I cannot"], town.first.hears()) == []
    assert unsaid(["please delete it, or see that Dr"], town.office.hears()) == []


async def test_note_with_a_telephone_number_is_said_without_it(town: TelegramTown) -> None:
    await take_room(town)
    await ask(town, WORDS)

    await town.write(town.in_topic(town.second), "ring the ward at 010-1234-5678, OP")

    texts = "\n".join(town.forum.texts(town.topic))
    assert "5678" not in texts
    assert "[phone], OP" in texts


async def test_images_leave_the_forum_at_the_coordinators_tap(town: TelegramTown) -> None:
    await take_room(town)
    await ask(town, WORDS)
    town.forum.adds(town.peer.person("Passerby"))
    await town.settle()
    before = sum(bool(each.photo) for each in town.forum.messages(town.topic))

    await town.press(town.office, Action.REMOVE_ROOM_IMAGES)
    await town.settle()

    assert (before, sum(bool(each.photo) for each in town.forum.messages(town.topic))) == (3, 0)
    assert unsaid(["What a question says is not shown here"], town.forum.texts(town.topic)) == []
    assert unsaid(["the images are being taken out of the room"], town.office.hears()) == []


@pytest.mark.parametrize(("cut", "told"), [("cut_before", True), ("cut_after", True), ("busy", False)])
async def test_card_whose_answer_was_lost_is_looked_for(town: TelegramTown, cut: str, told: bool) -> None:
    await take_room(town)
    getattr(town.peer.faults, cut)(method="createForumTopic")

    await ask(town, WORDS)
    await town.settle(timedelta(seconds=30))

    assert len(town.forum.topics()) == (2 if cut == "cut_after" else 1)
    assert (unsaid(["or got no answer. If something stands there twice"], town.office.hears()) == []) is told
