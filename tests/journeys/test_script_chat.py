"""Script 1: an urgent question in a chat, word for word in both languages, with what can go wrong.

Where safety rules ask for more or less than the script, they stand: one tap
sends, the urgency is on the button, and wider use is offered after the close.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ids import QuestionId
from domain.member import Language
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from domain.study import Concern
from tests.fakes.scripted import Scripted
from tests.fakes.society import MEMBER, PANELIST, found_society
from tests.fakes.watchful_door import WatchfulDoor

CAPTION = "58M covid D8, O2 2->5L today. new effusion? PE?"
DOOR = WatchfulDoor(None)


@pytest.fixture(params=list(Language), ids=str)
async def chat(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scripted]:
    def door_of(real: object) -> WatchfulDoor:
        DOOR.door, DOOR.concerns = real, (Concern.SCREEN_PHOTO,)
        return DOOR

    society = await found_society(tmp_path, door_of=door_of)
    scripted = Scripted(society, request.param)
    await scripted.begin()
    yield scripted
    society.close()


async def send_album(chat: Scripted) -> QuestionId:
    society = chat.society
    uploads = [await society.upload(MEMBER, b"photo") for _ in range(3)]
    await society.say(MEMBER, CAPTION, uploads=uploads)
    return (await society.draft(MEMBER)).id


async def answered(chat: Scripted) -> QuestionId:
    question_id = await chat.ask()
    await chat.at("14:21")
    answer = {"text": "PE not excluded. CTPA now #G6", "confidence": "4"}
    await chat.society.press(PANELIST, Action.ANSWER, question_id, answer)
    return question_id


async def test_album_is_acknowledged_and_previewed_word_for_word(chat: Scripted) -> None:
    await send_album(chat)

    checking = await chat.newest(MEMBER, "draft.checking")
    preview = await chat.newest(MEMBER, "draft.preview")
    assert checking.text == chat.say("3 images received. Checking…", "사진 3장 받았습니다. 확인 중입니다.")
    assert chat.say("this is exactly what the panel sees", "패널에게 보이는 그대로입니다.") in preview.text
    assert chat.say("Press Mask more", "이름·등록번호가 남아 있으면 [가리기]를 누르세요.") in preview.text
    assert preview.quoted.startswith("[50s]M covid D8, O2 2->5L")


async def test_photos_of_a_screen_are_said_to_be_unreliable(chat: Scripted) -> None:
    await send_album(chat)

    preview = await chat.newest(MEMBER, "draft.preview")

    assert (
        chat.say(
            "Quality: 3 of 3 are photos of a screen (64 px). "
            "Effusion, nodules and nodes are unreliable on such copies.",
            "화면을 찍은 사진입니다(64px). 결절·흉수·림프절 판단은 제한됩니다.",
        )
        in preview.text
    )


async def test_urgency_stands_on_the_buttons(chat: Scripted) -> None:
    await chat.society.say(MEMBER, CAPTION)

    preview = await chat.newest(MEMBER, "draft.preview")

    labels = ("긴급 보내기", "오늘 안에", "급하지 않음 보내기", "버리기")
    assert preview.labels == (
        labels if chat.language is Language.KOREAN else ("Urgent <1 h", "Today", "Routine", "Discard")
    )
    assert chat.say("When do you need it?", "언제까지 필요하세요?") in preview.text


async def test_receipt_names_who_is_on_call_and_when(chat: Scripted) -> None:
    draft = await send_album(chat)
    await chat.society.confirm_all(MEMBER, draft)
    await chat.society.press(MEMBER, Action.SEND_URGENT, draft)

    receipt = await chat.newest(MEMBER, "question.receipt_urgent")

    english = (
        "Q417 · URGENT · sent 14:02 to chest on-call (Dr A, then Dr B).",
        "Goal: someone takes it by 14:12, answer by 15:02.",
        "If the patient is unstable do not wait – use your local pathway.",
        "I deleted your original photos from this chat.",
    )
    korean = (
        "Q417 긴급 · 14:02 흉부 당직(A → B) 전달. 14:12까지 배정, 15:02까지 답변 목표.",
        "환자가 불안정하면 기다리지 말고 원내 절차를 따르세요.",
        "원본 사진은 이 대화에서 지웠습니다.",
    )
    assert [
        part for part in (korean if chat.language is Language.KOREAN else english) if part not in receipt.text
    ] == []
    assert receipt.labels == (("추가 정보", "취소") if chat.language is Language.KOREAN else ("More info", "Withdraw"))


async def test_claim_and_ask_back_are_told_word_for_word(chat: Scripted) -> None:
    question_id = await chat.ask()
    await chat.at("14:06")
    await chat.press(PANELIST, "panel.card_urgent", Action.CLAIM)
    await chat.at("14:09")
    await chat.society.press(PANELIST, Action.ASK_BACK, question_id, {"text": "Prior CT date? D-dimer?"})

    claimed = await chat.newest(MEMBER, "question.claimed")
    asked = await chat.newest(MEMBER, "question.asked_back")
    assert chat.say("14:06 ✔ Dr A took Q417.", "A 선생님이 맡으셨습니다(14:06).") in claimed.text
    assert (
        chat.say(
            "14:09 ❓ Dr A: Prior CT date? D-dimer? (clock paused)",
            "추가 질문: Prior CT date? D-dimer? (시계 멈춤)",
        )
        in asked.whole
    )


async def test_reply_sets_the_clock_running_again(chat: Scripted) -> None:
    question_id = await chat.ask()
    await chat.at("14:09")
    await chat.society.press(PANELIST, Action.ASK_BACK, question_id, {"text": "Prior CT?"})
    await chat.at("14:12")

    await chat.society.say(MEMBER, "CT 5 days ago no effusion, dd 3.1 mg/L, no allergy")

    resumed = await chat.newest(MEMBER, "question.information_resumed")
    assert (
        chat.say("sent. Clock running again, answer due 15:05.", "시계가 다시 갑니다. 15:05까지 답변 목표.")
        in resumed.text
    )


async def test_answer_says_what_it_is_and_offers_four_ways_on(chat: Scripted) -> None:
    await answered(chat)

    answer = await chat.newest(MEMBER, "question.answer")

    assert chat.say("14:21 ✅ ANSWER – Dr A (confidence 4/5)", "답변이 도착했습니다.") in answer.text
    assert answer.closing == chat.say(
        "Peer opinion on de-identified images; the treating doctor decides.",
        "정식 판독이 아닌 동료 의견입니다. 최종 판단은 담당 의료진에게 있습니다.",
    )
    labels = ("👍 도움됨", "🔁 진료방침 변경", "더 묻기", "2차 의견")
    english = ("👍 Helped", "🔁 Changed plan", "Ask more", "2nd opinion")
    assert {*(labels if chat.language is Language.KOREAN else english)} <= {*answer.labels}


async def test_changed_plan_thanks_and_closes(chat: Scripted) -> None:
    question_id = await answered(chat)
    await chat.at("14:30")

    await chat.press(MEMBER, "question.answer", Action.CHANGED_PLAN)

    closed = await chat.newest(MEMBER, "question.closed_asks")
    assert chat.say("Thank you. Q417 closed 14:30. I will ask once on", "감사합니다. Q417 종료(14:30).") in closed.text
    assert chat.say("what it turned out to be.", "여쭙겠습니다.") in closed.text
    assert (await chat.society.question(question_id)).state is QuestionState.CLOSED


async def test_asking_more_keeps_the_other_buttons(chat: Scripted) -> None:
    question_id = await answered(chat)

    await chat.society.press(MEMBER, Action.ASK_MORE, question_id, {"text": "And the left base?"})
    await chat.press(MEMBER, "question.answer", Action.SECOND_OPINION)
    await chat.press(MEMBER, "question.answer", Action.HELPED)

    assert "And the left base?" in (await chat.newest(PANELIST, "panel.information")).quoted
    assert (await chat.society.question(question_id)).state is QuestionState.CLOSED


async def test_nobody_for_twenty_minutes_is_said(chat: Scripted) -> None:
    await chat.ask()

    await chat.after(timedelta(minutes=20))

    nobody = await chat.newest(MEMBER, "question.nobody_yet")
    assert chat.say("no panelist yet after 20 min; all awake members paged.", "20분째 미배정") in nobody.text
    assert chat.say("do not wait – use your local pathway.", "기다리지 말고 원내 절차를 따르세요.") in nobody.text


async def test_resident_number_is_cut_and_explained(chat: Scripted) -> None:
    await chat.society.say(MEMBER, "900101-1234567 effusion? PE?")

    check = await chat.newest(MEMBER, "check.resident_number")
    draft = await chat.society.draft(MEMBER)
    assert "1234567" not in draft.text.value
    assert chat.say("cut out before anything was stored", "저장하기 전에 잘라 냈습니다") in check.text


async def test_album_member_that_comes_late_is_asked_about(chat: Scripted) -> None:
    question_id = await chat.ask()
    await chat.society.say(MEMBER, None, uploads=[await chat.society.upload(MEMBER, b"photo")])
    asked = await chat.newest(MEMBER, "question.add_images")

    await chat.press(MEMBER, "question.add_images", Action.ADD_IMAGES)

    assert chat.say("added to Q417?", "Q417에 추가할까요?") in asked.text
    assert len(await chat.society.images(question_id)) == 1


async def test_late_images_may_begin_a_question_of_their_own(chat: Scripted) -> None:
    question_id = await chat.ask()
    await chat.society.say(MEMBER, None, uploads=[await chat.society.upload(MEMBER, b"photo")])

    await chat.press(MEMBER, "question.add_images", Action.NEW_QUESTION)

    draft = await chat.society.draft(MEMBER)
    assert draft.id != question_id
    assert len(await chat.society.images(draft.id)) == 1


async def test_edit_after_sending_is_appended_as_new_info(chat: Scripted) -> None:
    question_id = await chat.ask()

    await chat.society.press(MEMBER, Action.EDIT_TEXT, question_id, {"text": "M50s, D9 not D8"})

    told = await chat.newest(MEMBER, "question.edit_appended")
    assert chat.say("new info appended", "새 정보로 덧붙였습니다") in told.text
    assert (await chat.society.question(question_id)).text.value.startswith("M50s COVID D8")
    assert (await chat.society.entries(question_id))[-1].kind is EntryKind.INFORMATION
