"""Script 2: an urgent question by text messages alone, word for word in both languages, with what can go wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.member import Language
from domain.question import QuestionState
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, found_society
from tests.fakes.texting import Texting

LINK = re.compile(r"(?<=[uq]/)[1-9A-HJ-NP-Za-km-z]{10}\b")
QUESTION = {
    Language.ENGLISH: "covid M50s D8 O2 up 2-5L effusion? PE?",
    Language.KOREAN: "코로나 50대남 D8 산소 2→5L 흉수? PE?",
}
ASKED = {
    Language.ENGLISH: "days since onset? any prior CT?",
    Language.KOREAN: "증상 며칠째? 이전 CT?",
}
ANSWER = {
    Language.ENGLISH: "OP pattern favoured over viral; CT-SS 9. Suggest CTA only if D-dimer up/hypoxia.",
    Language.KOREAN: "바이러스보다 OP 양상, CT-SS 9. D-dimer↑·저산소증 때만 CTPA.",
}
SAID = {
    "urgency": {
        Language.ENGLISH: "KSTR: got it. When do you need it? Reply 1=within 1h 2=today 3=no hurry 0=discard. "
        "No names/IDs, no images by SMS.",
        Language.KOREAN: "[KSTR] 접수. 언제 필요? 1=1시간내 2=오늘 3=급하지않음 0=취소. 환자정보·영상 보내지 마세요",
    },
    "receipt": {
        Language.ENGLISH: "KSTR Q417 sent to on-call chest panel. Goal: first reply 10 min. "
        "Images: https://k.kr/u/CODE (30 min). Reply here to add text.",
        Language.KOREAN: "[KSTR] Q417 당직패널 전달. 목표: 담당 10분, 답변 60분. 영상: k.kr/u/CODE (30분)",
    },
    "page": {
        Language.ENGLISH: f"KSTR URGENT 41: {QUESTION[Language.ENGLISH]} 1=take 2=pass. Answer: 41 then text. "
        "https://k.kr/q/CODE",
        Language.KOREAN: f"[KSTR긴급]41 {QUESTION[Language.KOREAN]} 1=담당 2=패스 k.kr/q/CODE",
    },
    "claimed": {
        Language.ENGLISH: "KSTR Q417: Dr A took your question 12:00. Expect an answer by 13:00.",
        Language.KOREAN: "[KSTR] Q417 Dr A 선생님이 맡으셨습니다(12:00). 13:00까지 답변 예정",
    },
    "ask back": {
        Language.ENGLISH: "KSTR Q417 Dr A asks: days since onset? any prior CT? Reply here with the answer.",
        Language.KOREAN: "[KSTR] Q417 추가질문: 증상 며칠째? 이전 CT? 이 번호로 답장하세요",
    },
    "echo": {
        Language.ENGLISH: f"KSTR 41: {ANSWER[Language.ENGLISH]} - reply 1 to send",
        Language.KOREAN: f"[KSTR] 41 {ANSWER[Language.KOREAN]} - 보내려면 1",
    },
    "answer": {
        Language.ENGLISH: f"KSTR Q417: {ANSWER[Language.ENGLISH]} Full: https://k.kr/q/CODE Opinion only.",
        # Real codes are longer than those of the script; the whole answer goes before the link.
        Language.KOREAN: f"[KSTR] Q417 {ANSWER[Language.KOREAN]}",
    },
    "close": {
        Language.ENGLISH: "KSTR Q417: did this help? Reply 1=yes, changed plan 2=yes 3=no, reopen.",
        Language.KOREAN: "[KSTR] Q417 도움됐나요? 1=진료방침 변경 2=도움 3=부족(재질문). 정식판독 아님",
    },
    "nobody yet": {
        Language.ENGLISH: "KSTR Q417: no panelist yet after 20 min; all awake members paged. "
        "If the patient is unstable do not wait - use your local pathway.",
        Language.KOREAN: "[KSTR] Q417 20분째 미배정, 패널 모두 호출 중. 위급하면 기다리지 말고 원내 절차로",
    },
    "which": {
        Language.ENGLISH: "417 or 418? reply the number",
        Language.KOREAN: "417/418 중 어느 질문인가요? 번호로 답장하세요",
    },
}


@pytest.fixture(params=[Language.ENGLISH, Language.KOREAN], ids=["en", "ko"])
async def phones(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Texting]:
    society = await found_society(tmp_path)
    texting = Texting(society, request.param)
    await texting.begin()
    yield texting
    society.close()


def same(texts: list[str]) -> list[str]:
    """Every code of a link is another."""
    return [LINK.sub("CODE", text) for text in texts]


async def ask(phones: Texting, text: str = "") -> None:
    """Ask by text message, and say that it is urgent."""
    await phones.text(MEMBER, text or QUESTION[phones.language])
    await phones.text(MEMBER, "1")


async def answered(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, f"41 {ANSWER[phones.language]}")
    await phones.text(PANELIST, "1")
    phones.got(MEMBER)


async def state(phones: Texting, number: int = 417) -> QuestionState:
    question = await phones.society.read(lambda transaction: transaction.questions.by_number(number))
    assert question is not None
    return question.state


async def test_question_is_asked_and_taken_word_for_word(phones: Texting) -> None:
    await phones.text(MEMBER, QUESTION[phones.language])
    assert phones.got(MEMBER) == [SAID["urgency"][phones.language]]

    await phones.text(MEMBER, "1")
    assert same(phones.got(MEMBER)) == [SAID["receipt"][phones.language]]
    assert same(phones.got(PANELIST)) == [SAID["page"][phones.language]]

    await phones.text(PANELIST, "41 1")
    assert phones.got(MEMBER) == [SAID["claimed"][phones.language]]


async def test_ask_back_and_answer_go_word_for_word(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, f"41 ? {ASKED[phones.language]}")
    assert phones.got(MEMBER)[-1] == SAID["ask back"][phones.language]

    await phones.text(MEMBER, "D8, CT 5 days ago")
    await phones.text(PANELIST, f"41 {ANSWER[phones.language]}")
    assert phones.got(PANELIST)[-1] == SAID["echo"][phones.language]
    assert await state(phones) is QuestionState.CLAIMED

    phones.got(MEMBER)
    await phones.text(PANELIST, "1")
    assert same(phones.got(MEMBER)) == [SAID["answer"][phones.language], SAID["close"][phones.language]]


async def test_every_text_of_the_script_is_one_segment(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, f"41 ? {ASKED[phones.language]}")
    await phones.text(MEMBER, "D8")
    await phones.text(PANELIST, f"41 {ANSWER[phones.language]}")
    await phones.text(PANELIST, "1")
    await phones.text(MEMBER, "1")

    assert len(phones.sms.texts) > 10
    assert [text for text in phones.sms.texts if not text.length.fits_one_message] == []


@pytest.mark.parametrize(
    ("digit", "left"), [("1", QuestionState.CLOSED), ("2", QuestionState.CLOSED), ("3", QuestionState.OPEN)]
)
async def test_digit_closes_or_reopens(phones: Texting, digit: str, left: QuestionState) -> None:
    await answered(phones)

    await phones.text(MEMBER, digit)

    assert await state(phones) is left


async def test_panelist_closes_with_nine(phones: Texting) -> None:
    await answered(phones)

    await phones.text(PANELIST, "41 9")

    assert await state(phones) is QuestionState.CLOSED


async def test_two_passes_page_the_second(phones: Texting) -> None:
    await ask(phones)

    await phones.text(PANELIST, "41 2")

    assert same(phones.got(SECOND)) == [SAID["page"][phones.language]]


async def test_nobody_for_twenty_minutes_is_said(phones: Texting) -> None:
    await ask(phones)
    phones.got(MEMBER)

    await phones.society.advance(timedelta(minutes=20))

    assert phones.got(MEMBER)[-1] == SAID["nobody yet"][phones.language]


async def test_reply_goes_to_the_only_open_question(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 1")
    phones.got(PANELIST)

    await phones.text(MEMBER, "dd 3.1 mg/L")

    assert "dd 3.1 mg/L" in phones.got(PANELIST)[-1]


async def test_with_two_open_the_reply_is_asked_for_its_number(phones: Texting) -> None:
    await ask(phones)
    await ask(phones, "new PE?")
    await phones.society.advance(timedelta(minutes=1))
    await phones.text(PANELIST, "42 1")
    phones.got(MEMBER)

    await phones.text(MEMBER, "dd 3.1 mg/L")
    assert phones.got(MEMBER) == [SAID["which"][phones.language]]

    await phones.text(MEMBER, "418")
    assert "dd 3.1 mg/L" in phones.got(PANELIST)[-1]


async def test_digit_for_two_pages_is_asked_for_its_code(phones: Texting) -> None:
    await ask(phones)
    await ask(phones, "new PE?")
    await phones.society.advance(timedelta(minutes=1))
    phones.got(PANELIST)

    await phones.text(PANELIST, "1")
    assert "41" in (asked := phones.got(PANELIST)[-1])
    assert "42" in asked

    await phones.text(PANELIST, "42")
    assert (await state(phones), await state(phones, 418)) == (QuestionState.OPEN, QuestionState.CLAIMED)


async def test_choice_that_waits_survives_a_restart(phones: Texting) -> None:
    await phones.text(MEMBER, QUESTION[phones.language])

    phones.society.restart()
    phones.connect()
    await phones.text(MEMBER, "1")

    assert await state(phones) is QuestionState.OPEN


@pytest.mark.parametrize("word", ["STOP", "stop.", "수신거부"])
async def test_stop_of_who_is_on_call_is_honoured_and_told(phones: Texting, word: str) -> None:
    await phones.text(PANELIST, word)
    phones.got(PANELIST)

    await ask(phones)

    assert phones.got(PANELIST) == []
    assert "Dr A" in phones.got(COORDINATOR)[0]


async def test_start_takes_the_phone_back(phones: Texting) -> None:
    await phones.text(MEMBER, "STOP")

    await phones.text(MEMBER, "START")

    assert len(phones.got(MEMBER)) == 1
    assert (await phones.society.read(lambda transaction: transaction.members.get(MEMBER.id))).stopped == frozenset()


@pytest.mark.parametrize("word", ["7", "담당", "claim", "12", "42 1"])
async def test_word_that_nothing_waits_for_is_answered_in_one_sentence(phones: Texting, word: str) -> None:
    await phones.text(MEMBER, word)

    assert len(phones.got(MEMBER)) == 1
    assert await phones.society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_long_answer_sends_its_first_sentence_and_a_link(phones: Texting) -> None:
    await ask(phones)
    rest = "The left lower lobe has a band of consolidation; " * 5
    await phones.text(PANELIST, f"41 No PE. {rest}")
    phones.got(MEMBER)

    await phones.text(PANELIST, "1")

    first = same(phones.got(MEMBER))[0]
    assert "No PE." in first
    assert "consolidation" not in first
    assert "k.kr/q/CODE" in first


async def test_long_first_sentence_is_never_cut(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 PE is excluded " + "in every segment that can be judged " * 5 + "but not in others")
    phones.got(MEMBER)

    await phones.text(PANELIST, "1")

    first = same(phones.got(MEMBER))[0]
    assert "excluded" not in first
    assert "k.kr/q/CODE" in first


async def test_corrected_echo_takes_the_place_of_the_former(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 PE on the right")
    await phones.text(PANELIST, "41 PE on the left")

    await phones.text(PANELIST, "1")

    assert "on the left" in phones.got(MEMBER)[-2]


async def test_echo_that_waited_too_long_sends_nothing(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 1")
    await phones.text(PANELIST, "41 PE on the right")
    await phones.society.advance(timedelta(minutes=31))

    await phones.text(PANELIST, "1")

    assert not any("on the right" in text for text in phones.got(MEMBER))


async def test_no_text_carries_an_age_or_a_number_of_a_patient(phones: Texting) -> None:
    await phones.text(MEMBER, "58M 900101-1234567 Hong Gildong, 서울대병원 010-1234-5678: PE?")
    await phones.text(MEMBER, "1")
    await phones.text(PANELIST, "41 1")

    sent = " ".join(text.body for text in phones.sms.texts)
    assert not any(known in sent for known in ("58", "900101", "Gildong", "서울대", "1234-5678"))
