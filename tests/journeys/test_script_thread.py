"""Scripts 3 and 4: a question from a form, and the panel in its thread, by buttons and by words alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ids import QuestionId
from domain.member import Language, Member
from domain.messages import Action
from domain.question import Entry, EntryKind, QuestionState
from tests.fakes.scripted import Scripted
from tests.fakes.society import MEMBER, PANELIST, SECOND, found_society

ANSWER = "Progression, OP pattern. CTPA now."


@pytest.fixture(params=list(Language), ids=str)
async def thread(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scripted]:
    society = await found_society(tmp_path)
    scripted = Scripted(society, request.param)
    await scripted.begin()
    yield scripted
    society.close()


async def reply(thread: Scripted, question_id: QuestionId, words: str, member: Member = PANELIST) -> None:
    """Write in the thread of a question."""
    await thread.society.say(member, words, to=question_id)


async def kinds(thread: Scripted, question_id: QuestionId) -> list[EntryKind]:
    return [entry.kind for entry in await thread.society.entries(question_id)]


async def last(thread: Scripted, question_id: QuestionId) -> Entry:
    return (await thread.society.entries(question_id))[-1]


async def state(thread: Scripted, question_id: QuestionId) -> QuestionState:
    return (await thread.society.question(question_id)).state


@pytest.mark.parametrize("command", ["/ask", "/질문", "／ask"])
async def test_words_behind_ask_begin_a_question(thread: Scripted, command: str) -> None:
    await thread.society.say(MEMBER, f"{command} 58M covid D8: PE?")

    assert (await thread.society.draft(MEMBER)).text.value.startswith("[50s]M covid D8")


async def test_ask_alone_says_how(thread: Scripted) -> None:
    await thread.society.say(MEMBER, "/ask")

    assert (await thread.heard(MEMBER))[-1].key == "request.ask"
    assert await thread.society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


async def test_card_says_who_when_and_offers_its_buttons(thread: Scripted) -> None:
    await thread.ask()

    card = await thread.newest(PANELIST, "panel.card_urgent")

    head = thread.say("🔴 URGENT Q417 · 14:02 · due 15:02 · Member-73", "🔴 긴급 Q417 · 14:02 · 15:02까지 · Member-73")
    assert card.text.startswith(head + thread.say(" · resident · CT · ICU · ", " · 전공의 · CT · 중환자실 · "))
    labels = ("담당하기", "패스", "추가 질문", "2차 의견")
    english = ("Claim", "Pass", "Ask back", "2nd opinion")
    assert card.labels[:4] == (labels if thread.language is Language.KOREAN else english)


async def test_second_to_claim_is_told_who_has_it_since_when(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.at("14:06")
    await thread.society.press(PANELIST, Action.CLAIM, question_id)
    await thread.society.press(SECOND, Action.CLAIM, question_id)

    lost = await thread.newest(SECOND, "error.already_taken")

    assert thread.say("already taken by Dr A 14:06", "이미 A 선생님이 맡으셨습니다(14:06)") in lost.text
    assert lost.labels == (thread.say("Follow", "지켜보기"),)


@pytest.mark.parametrize("word", ["claim", "담당", "1", "１", " Claim.", "담 당"])
async def test_words_claim_in_the_thread(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()

    await reply(thread, question_id, word)

    assert await state(thread, question_id) is QuestionState.CLAIMED


@pytest.mark.parametrize("word", ["pass", "패스", "2", "pass busy", "패스 바쁨"])
async def test_words_pass_in_the_thread(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()

    await reply(thread, question_id, word)

    assert EntryKind.PASSED in await kinds(thread, question_id)


@pytest.mark.parametrize("word", ["back", "/back", "추가 질문", "추가질문", "Back:"])
async def test_words_ask_back_in_the_thread(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()

    await reply(thread, question_id, f"{word} Prior CT date? D-dimer? allergy?")

    asked = await last(thread, question_id)
    assert await state(thread, question_id) is QuestionState.NEEDS_INFO
    assert asked.text is not None
    assert asked.text.value == "Prior CT date? D-dimer? allergy?"


@pytest.mark.parametrize("word", ["answer", "답변", "/a", "/answer"])
async def test_answer_in_words_is_shown_once_before_it_goes(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()
    await reply(thread, question_id, f"{word} {ANSWER}")
    assert (await thread.newest(PANELIST, "panel.answer_echo")).quoted == ANSWER
    assert await state(thread, question_id) is QuestionState.OPEN

    await reply(thread, question_id, "1")

    assert (await thread.newest(MEMBER, "question.answer_without_confidence")).quoted == ANSWER


SECOND_LINE = ("✅ Q417 SECOND OPINION – Dr B", "✅ Q417 2차 의견 – B")
ADDITION = ("➕ Q417 ADDITIONAL OPINION – Dr B", "➕ Q417 추가 의견 – B")
CORRECTION = ("✏️ Q417 CORRECTION – Dr A", "✏️ Q417 정정 – A")


@pytest.mark.parametrize(
    ("key", "author", "line"),
    [("second", SECOND, SECOND_LINE), ("addition", SECOND, ADDITION), ("correction", PANELIST, CORRECTION)],
)
@pytest.mark.parametrize("confidence", ["", "3"])
async def test_later_answer_says_its_confidence_where_it_has_one(
    thread: Scripted, key: str, author: Member, line: tuple[str, str], confidence: str
) -> None:
    question_id = await thread.ask()
    if key == "second":
        await thread.society.press(MEMBER, Action.SECOND_OPINION, question_id)
    await thread.society.press(PANELIST, Action.ANSWER, question_id, {"text": ANSWER})

    fields = {"text": "agreed", **({"confidence": confidence} if confidence else {})}
    await thread.society.press(author, Action.ANSWER, question_id, fields)

    sure = thread.say(" (confidence 3/5)", " (확신도 3/5)") if confidence else ""
    said = (await thread.newest(MEMBER, f"question.answer_{key}")).text
    assert said.splitlines()[0] == thread.say(*line) + sure


async def test_answer_that_was_shown_goes_by_its_button(thread: Scripted) -> None:
    question_id = await thread.ask()
    await reply(thread, question_id, f"answer {ANSWER}")

    await thread.press(PANELIST, "panel.answer_echo", Action.SEND_ANSWER)

    assert (await thread.newest(MEMBER, "question.answer_without_confidence")).quoted == ANSWER


@pytest.mark.parametrize("word", ["close", "닫기", "9", "/close"])
async def test_words_close_in_the_thread(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()
    await thread.society.press(PANELIST, Action.ANSWER, question_id, {"text": ANSWER})

    await reply(thread, question_id, word)

    assert await state(thread, question_id) is QuestionState.CLOSED


async def test_talk_in_the_thread_stays_with_the_panel(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.heard(MEMBER)

    await reply(thread, question_id, "looks like OP to me", SECOND)

    assert (await last(thread, question_id)).kind is EntryKind.NOTE
    assert await thread.heard(MEMBER) == []


async def test_two_arrows_release_words_as_a_second_voice(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.society.press(PANELIST, Action.ANSWER, question_id, {"text": ANSWER})

    await reply(thread, question_id, ">> agree, add: look at RV/LV ratio", SECOND)

    assert (await thread.newest(MEMBER, "question.answer_addition")).quoted == "agree, add: look at RV/LV ratio"


async def test_reply_of_the_asker_reaches_the_thread(thread: Scripted) -> None:
    question_id = await thread.ask()
    await reply(thread, question_id, "back Prior CT?")

    await thread.society.say(MEMBER, "CT 5 days ago no effusion")

    assert (await thread.newest(PANELIST, "panel.information")).quoted == "CT 5 days ago no effusion"
    assert await state(thread, question_id) is QuestionState.CLAIMED


async def test_delivered_answer_and_feedback_are_told_in_the_thread(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.at("14:21")
    await thread.society.press(PANELIST, Action.ANSWER, question_id, {"text": ANSWER})
    await thread.society.press(MEMBER, Action.CHANGED_PLAN, question_id)

    sent = await thread.newest(PANELIST, "panel.answer_sent")
    changed = await thread.newest(PANELIST, "panel.changed_plan")
    english = "✅ Answer delivered 14:21 (accepted by web page; 19 min after asking)"
    assert thread.say(english, "✅ 14:21 답변 전달됨(웹 접수, 질문 19분 뒤)") in sent.text
    assert thread.say('Asker: "changed plan".', '질문자: "진료방침 변경".') in changed.text


async def test_silent_claimer_is_asked_then_relieved(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.society.press(PANELIST, Action.CLAIM, question_id)
    await thread.after(timedelta(minutes=15))
    asked = await thread.newest(PANELIST, "panel.still_on_it")

    await thread.after(timedelta(minutes=10))

    assert thread.say("Still on it?", "아직 보고 계신가요?") in asked.text
    assert asked.labels == (("예 +15분", "담당 해제") if thread.language is Language.KOREAN else ("Yes +15", "Release"))
    assert await state(thread, question_id) is QuestionState.OPEN


async def test_stroke_needs_no_thread_while_one_question_is_in_hand(thread: Scripted) -> None:
    question_id = await thread.ask()
    await thread.society.say(PANELIST, "/claim Q417")

    await thread.society.say(PANELIST, "/back 5 days since onset?")

    asked = await last(thread, question_id)
    assert asked.text is not None
    assert asked.text.value == "5 days since onset?"


@pytest.mark.parametrize("words", ["/close", "/back prior CT?", "/claim Q999"])
async def test_stroke_without_a_question_says_how(thread: Scripted, words: str) -> None:
    await thread.society.say(PANELIST, words)

    assert (await thread.heard(PANELIST))[-1].key == "error.which_of_the_panel"


@pytest.mark.parametrize("word", ["back", "추가질문", "/answer"])
async def test_word_that_needs_more_says_so(thread: Scripted, word: str) -> None:
    question_id = await thread.ask()

    await reply(thread, question_id, word)

    assert (await thread.heard(PANELIST))[-1].key == "error.text_missing"


async def test_asker_in_the_thread_commands_nothing_of_the_panel(thread: Scripted) -> None:
    question_id = await thread.ask()

    await reply(thread, question_id, "claim", MEMBER)

    assert await state(thread, question_id) is QuestionState.OPEN
    assert (await last(thread, question_id)).kind is EntryKind.INFORMATION
