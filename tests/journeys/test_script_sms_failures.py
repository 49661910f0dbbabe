"""What can go wrong with a question by text messages alone: each is answered in one sentence, in both languages."""

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ids import MemberId
from domain.member import Language
from domain.question import EntryKind, QuestionState
from tests.fakes.society import MEMBER, PANELIST, SECOND, found_society
from tests.fakes.texting import Texting

UNKNOWN = replace(MEMBER, id=MemberId("+821099990000"))


@pytest.fixture(params=list(Language), ids=str)
async def phones(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Texting]:
    society = await found_society(tmp_path)
    texting = Texting(society, request.param)
    await texting.begin()
    yield texting
    society.close()


def say(phones: Texting, english: str, korean: str) -> str:
    return korean if phones.language is Language.KOREAN else english


async def ask(phones: Texting, text: str = "covid M50s D8 PE?") -> None:
    await phones.text(MEMBER, text)
    await phones.text(MEMBER, "1")
    phones.got(MEMBER)


async def state(phones: Texting) -> QuestionState:
    question = await phones.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    return question.state


async def test_resident_number_is_cut_explained_and_confirmed(phones: Texting) -> None:
    await phones.text(MEMBER, "900101-1234567 effusion? PE?")
    assert say(phones, "cut out before anything was stored", "저장 전에 잘라 냈습니다") in phones.got(MEMBER)[-1]

    await phones.text(MEMBER, "1")
    await phones.text(MEMBER, "1")

    assert await state(phones) is QuestionState.OPEN
    assert not any("1234567" in text.body for text in phones.sms.texts)


async def test_unknown_number_is_told_once_to_link_first(phones: Texting) -> None:
    await phones.text(UNKNOWN, say(phones, "M50s PE?", "50대남 PE?"))
    await phones.text(UNKNOWN, "hello?")

    (told,) = phones.got(UNKNOWN)

    assert "link" in told.lower() or "연결" in told


async def test_no_answer_within_the_hour_names_the_telephone(phones: Texting) -> None:
    await ask(phones)

    await phones.society.advance(timedelta(minutes=60))

    told = phones.got(MEMBER)[-1]
    assert "02-000-0000" in told
    assert say(phones, "no answer yet. The coordinator has it now.", "아직 답변 없음. 코디네이터가 맡습니다.") in told


async def test_second_to_take_is_told_who_has_it(phones: Texting) -> None:
    await ask(phones)
    await phones.society.advance(timedelta(minutes=5))
    await phones.text(PANELIST, "41 1")
    phones.got(SECOND)

    await phones.text(SECOND, "41 1")

    assert say(phones, "already taken by Dr A", "이미 Dr A 선생님이 맡으셨습니다") in phones.got(SECOND)[-1]


async def test_digit_pressed_twice_is_answered_once_more(phones: Texting) -> None:
    await ask(phones)

    await phones.text(MEMBER, "1")

    assert len(phones.got(MEMBER)) == 1
    assert await phones.society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


@pytest.mark.parametrize(
    "words", ["41 back days since onset?", "41 추가 질문 days since onset?", "41 ? days since onset?"]
)
async def test_words_behind_the_code_ask_back(phones: Texting, words: str) -> None:
    await ask(phones)

    await phones.text(PANELIST, words)

    assert "days since onset?" in phones.got(MEMBER)[-1]
    assert await state(phones) is QuestionState.NEEDS_INFO


@pytest.mark.parametrize(
    "word", ["４１ １", "41 담당", unicodedata.normalize("NFD", "41 담당"), "41 담ㄷㅏㅇ", "41  Take.", "41 claim"]
)
async def test_take_is_understood_however_it_is_typed(phones: Texting, word: str) -> None:
    await ask(phones)

    await phones.text(PANELIST, word)

    assert await state(phones) is QuestionState.CLAIMED


@pytest.mark.parametrize("word", ["41 pass busy", "41 패스 바쁨", "41 2"])
async def test_pass_behind_the_code_pages_the_next(phones: Texting, word: str) -> None:
    await ask(phones)

    await phones.text(PANELIST, word)

    question = await phones.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    assert EntryKind.PASSED in [entry.kind for entry in await phones.society.entries(question.id)]
    assert len(phones.got(SECOND)) == 1


async def test_answer_after_withdrawal_is_not_sent(phones: Texting) -> None:
    await ask(phones)
    await phones.text(MEMBER, say(phones, "/withdraw Q417", "/철회 Q417"))
    phones.got(PANELIST)

    await phones.text(PANELIST, "41 CTPA now")

    assert len(phones.got(PANELIST)) == 1
    assert await state(phones) is QuestionState.WITHDRAWN


async def test_discard_by_digit_drops_the_draft(phones: Texting) -> None:
    await phones.text(MEMBER, "covid M50s D8 PE?")
    phones.got(MEMBER)

    await phones.text(MEMBER, "0")

    assert len(phones.got(MEMBER)) == 1
    assert await phones.society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_question_that_was_not_sent_is_reminded_of(phones: Texting) -> None:
    await phones.text(MEMBER, "covid M50s D8 PE?")
    phones.got(MEMBER)

    await phones.society.advance(timedelta(minutes=3))

    assert say(phones, "has NOT been sent yet", "아직 전송되지 않았습니다") in phones.got(MEMBER)[0]


@pytest.mark.parametrize("command", ["/help", "/도움말", "／help"])
async def test_help_is_two_texts_of_one_segment(phones: Texting, command: str) -> None:
    await phones.text(MEMBER, command)

    helped = [text for text in phones.sms.texts if text.key == "request.help"]
    assert len(helped) == 2
    assert all(text.length.fits_one_message for text in helped)


async def test_words_behind_ask_are_another_question(phones: Texting) -> None:
    await ask(phones)

    await phones.text(MEMBER, say(phones, "/ask nodule in the left apex?", "/질문 좌상엽 결절?"))

    draft = await phones.society.draft(MEMBER)
    assert draft.text.value == say(phones, "nodule in the left apex?", "좌상엽 결절?")
