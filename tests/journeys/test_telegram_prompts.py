"""A button that needs words, on a phone: pressed in the panel's topic or in one's own chat, answered by a reply."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest

from domain.messages import Action
from domain.question import QuestionState
from tests.fakes.case_files import ANSWER, BACK, REPLY
from tests.fakes.connected import Say, Stage, unsaid
from tests.fakes.telegram_town import TelegramTown, take_room, telegram_town
from tests.peers.telegram.people import Person

WORDS = "M50s COVID D8, O2 2->5 L. PE?"
MORE = "no contrast allergy"


@dataclass(slots=True)
class Played:
    """What people saw, and how the question stands at the end."""

    told: str | None = None
    """What the press in the topic was answered by."""
    asker: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    forum: list[str] = field(default_factory=list)
    state: QuestionState = QuestionState.DRAFT


@pytest.fixture(scope="module")
def show(stage: Stage) -> Played:
    """What was seen when each of these buttons was pressed, and its words came as a reply."""

    async def run() -> Played:
        async with telegram_town(stage.folder, stage.language, stage.url) as town:
            return await _play(town)

    return asyncio.run(run())


async def _play(town: TelegramTown) -> Played:
    await take_room(town)
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)
    played = Played(told=await _pressed(town, Action.ASK_BACK))
    await _reply(town.first, town, BACK)
    await town.write(town.asker, REPLY)
    await town.press(town.asker, Action.ADD_INFORMATION)
    await _reply(town.asker, town, MORE)
    await _pressed(town, Action.ANSWER)
    await _reply(town.first, town, ANSWER)
    await town.press(town.first, Action.SEND_ANSWER)
    played.asker, played.first = town.asker.hears(), town.first.hears()
    played.forum = town.forum.texts(town.topic)
    question = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    played.state = question.state
    return played


async def _pressed(town: TelegramTown, action: Action) -> str | None:
    """Press a button in the topic; return what its own small answer says."""
    town.tap(town.in_topic(town.first), action)
    press = list(town.peer.service.presses.values())[-1]
    await town.peer.until(lambda: press.answer is not None)
    await town.settle()
    return None if press.answer is None else press.answer.text


async def _reply(person: Person, town: TelegramTown, words: str) -> None:
    person.replies(words)
    await town.settle()


def test_press_in_the_topic_leads_to_ones_own_chat(played: Played, say: Say) -> None:
    asked = say("Q417 – what do you want to ask? Reply to this message.", "Q417: 무엇을 물어볼까요?")

    assert say("Go on in our own chat: I have written to you there.", "1:1 대화에 메시지를 보냈습니다") in str(
        played.told
    )
    assert unsaid([asked], played.first) == []
    assert not any(asked in text for text in played.forum)


def test_reply_is_the_ask_back_and_the_answer(played: Played, say: Say) -> None:
    shown = say("this is your answer as the asker will read it", "질문자에게 갈 답변입니다")

    assert unsaid([BACK, ANSWER], played.asker) == []
    assert unsaid([shown, ANSWER], played.first) == []
    assert played.state is QuestionState.ANSWERED


def test_topic_shows_it_like_what_was_typed_there(played: Played) -> None:
    assert unsaid([BACK, REPLY, MORE, ANSWER], played.forum) == []


def test_what_the_asker_adds_reaches_whoever_has_it(played: Played) -> None:
    assert unsaid([REPLY, MORE], played.first) == []
