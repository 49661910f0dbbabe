"""Scripts 3 and 4 against the Slack peer: a question from a form, answered in a thread of the panel's channel.

Each combination of language and database plays once; the tests look at what people saw. Where safety rules ask for
more or less than the scripts, they stand: the urgency is on the buttons, and images are looked at on our own page.
"""

from __future__ import annotations

import asyncio

import pytest

from domain.question import QuestionState
from tests.fakes.case_files import ANSWER, BACK, CAPTION, FILES, NAMED, NOTE, REPLY
from tests.fakes.connected import Say, Stage, unsaid
from tests.fakes.slack_play import SECOND_OPINION, Played, play, play_in_words
from tests.fakes.slack_town import slack_town
from tests.peers.slack.emulator import Emulator


@pytest.fixture(scope="module")
def show(stage: Stage, slack_emulator: Emulator) -> Played:
    """What was seen when both scripts were played."""

    async def run() -> Played:
        async with slack_town(slack_emulator, stage.folder, stage.language, database_url=stage.url) as town:
            return await play(town)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def in_words(stage: Stage, slack_emulator: Emulator, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """What was seen when script 4 was played without a button, on SQLite."""

    async def run() -> Played:
        async with slack_town(slack_emulator, tmp_path_factory.mktemp("words"), stage.language) as town:
            return await play_in_words(town)

    return asyncio.run(run())


def test_words_behind_the_command_stand_in_the_form(played: Played, say: Say) -> None:
    fields = {block["block_id"]: block["element"] for block in played.form["blocks"] if block["type"] == "input"}

    assert (played.form["title"]["text"], played.form["submit"]["text"]) == (
        say("Ask the panel", "패널에 질문"),
        say("Preview", "미리보기"),
    )
    assert fields["question"]["initial_value"] == CAPTION
    assert fields["images"]["type"] == "file_input"


def test_asker_sees_the_preview_and_the_receipt(played: Played, say: Say) -> None:
    expected = (
        say("3 images received. Checking…", "사진 3장 받았습니다. 확인 중입니다."),
        say("this is exactly what the panel sees", "패널에게 보이는 그대로입니다."),
        say("Press Edit.", "[고치기]를 누르세요."),
        "[50s]M covid D8, O2 2->5L today. new effusion? PE?",
        say("/hilum web sends another", "다시 받기: /hilum 웹"),
        say("Q417 · URGENT · sent 14:02 to chest on-call", "Q417 긴급 · 14:02 흉부 당직(A → B) 전달."),
        say("Goal: someone takes it by 14:12, answer by 15:02.", "14:12까지 배정, 15:02까지 답변 목표."),
        say("Please delete them where you sent them.", "보내신 곳에서 직접 지워 주세요."),
    )

    assert unsaid(expected, played.asker) == []


def test_thread_of_the_asker_tells_how_it_goes_on(played: Played, say: Say) -> None:
    expected = (
        say("14:06 ✔ Dr A took Q417.", "A 선생님이 맡으셨습니다(14:06)."),
        BACK,
        say("(clock paused)", "(시계 멈춤)"),
        say("sent. Clock running again, answer due 15:05.", "시계가 다시 갑니다. 15:05까지 답변 목표."),
        say("14:21 ✅ ANSWER – Dr A (confidence 4/5)", "답변이 도착했습니다."),
        ANSWER,
        say("ADDITIONAL OPINION – Dr B", "추가 의견"),
        SECOND_OPINION,
        say("Thank you. Q417 closed 14:30. I will ask once on", "감사합니다. Q417 종료(14:30)."),
        say("Don't ask", "묻지 않기"),
    )

    assert unsaid(expected, played.asker) == []
    assert NOTE not in "\n".join(played.asker)


def test_addition_says_no_confidence_where_none_was_given(played: Played, say: Say) -> None:
    said = "\n".join(played.asker).splitlines()

    assert say("➕ Q417 ADDITIONAL OPINION – Dr B", "➕ Q417 추가 의견 – B") in said


def test_all_that_follows_stands_in_the_thread(played: Played, say: Say) -> None:
    conversation = "\n".join(played.conversation)

    assert say("Q417 · URGENT · sent 14:02", "Q417 긴급 · 14:02") in conversation
    assert [words for words in (BACK, ANSWER, SECOND_OPINION) if words in conversation] == []


def test_asker_has_the_buttons_of_each_step(played: Played, say: Say) -> None:
    assert played.offered["open"] == [say("More info", "추가 정보"), say("Withdraw", "취소")]
    assert played.offered["asked back"] == [say("Read", "읽음")]
    assert played.offered["answered"][:3] == [
        *(say("👍 Helped", "👍 도움됨"), say("🔁 Changed plan", "🔁 진료방침 변경"), say("Ask more", "더 묻기")),
    ]


def test_card_has_the_buttons_of_each_step(played: Played, say: Say) -> None:
    ask_back, answer = say("Ask back", "추가 질문"), say("Answer", "답변")
    second, flag = say("2nd opinion", "2차 의견"), say("🚩 Flag", "🚩 신고")
    case, quiz = say("Make case", "증례로"), say("Quiz candidate", "퀴즈 후보")
    proposals = [case, quiz, say("Propose guideline", "지침 제안")]

    assert played.buttons["open"] == [say("Claim", "담당하기"), say("Pass", "패스"), ask_back, answer, second, flag]
    assert played.buttons["claimed"] == played.buttons["asked back"]
    assert played.buttons["claimed"][:3] == [answer, ask_back, say("Release", "담당 해제")]
    assert played.buttons["answered"] == [say("Close", "닫기"), *proposals, second, flag]
    assert played.buttons["closed"] == [*proposals, flag]


def test_case_asks_for_the_askers_consent(played: Played, say: Say) -> None:
    offer = say("May Q417 be used for teaching or research?", "Q417")
    case = say("Q417 (case): this needs the consent of whoever asked.", "Q417(증례): 질문자의 동의가 필요합니다.")

    assert unsaid([case], played.first) == []
    assert unsaid([offer, offer], played.asker) == []


def test_thread_understands_words_without_a_button(in_words: Played, say: Say) -> None:
    expected = (BACK, say("14:02 ✅ ANSWER – Dr A", "답변이 도착했습니다."), ANSWER)

    assert unsaid([say("Q417: noted that you pass.", "Q417")], in_words.second) == []
    assert say("Waits for the asker's reply", "질문자의 답을 기다립니다") in in_words.cards["asked back"]
    assert unsaid(expected, in_words.asker) == []


def test_card_shows_who_has_it_and_that_the_answer_arrived(played: Played, say: Say) -> None:
    head = say("🔴 URGENT Q417 · 14:02 · due 15:02 · Member-73", "🔴 긴급 Q417 · 14:02 · 15:02까지 · Member-73")

    assert played.cards["open"].startswith(f"🔴 Q417 PE? D8\n{head} · ")
    assert say("Taken by Dr A 14:06", "담당: A 14:06") in played.cards["claimed"]
    assert say("Waits for the asker's reply", "질문자의 답을 기다립니다") in played.cards["asked back"]
    assert say("(accepted by Slack; 18 min after asking)", "14:21") in played.cards["answered"]
    assert played.cards["closed"].startswith("⚪ Q417 ")


def test_second_to_claim_is_told_alone_and_may_follow(played: Played, say: Say) -> None:
    (told,) = played.too_late

    assert say("Q417 already taken by Dr A 14:06.", "이미 A 선생님이 맡으셨습니다(14:06)") in told
    assert say("Follow", "지켜보기") in told


def test_thread_tells_the_panel_everything_once(played: Played, say: Say) -> None:
    expected = ("[50s]M covid D8, O2 2->5L today. new effusion? PE?", NOTE, REPLY, ANSWER, SECOND_OPINION)

    assert unsaid(expected, played.room) == []
    assert unsaid([say('Q417 · Asker: "changed plan".', "진료방침 변경")], played.room) == []
    assert ["\n".join(played.room).count(words) for words in expected[1:]] == [1] * 4
    assert played.files == len(FILES)


def test_nothing_said_or_kept_names_the_patient(played: Played) -> None:
    said = "\n".join((*played.calls, *played.asker, *played.room))

    assert [name for name in NAMED if name in said or name.encode() in played.kept] == []
    assert b"Q417" in played.kept


def test_week_after_the_close_nothing_is_left(played: Played) -> None:
    assert played.question.state is QuestionState.CLOSED
    words = (ANSWER, BACK, REPLY, SECOND_OPINION, "new effusion? PE?")
    assert [each for each in words if any(each in text for texts in played.left.values() for text in texts)] == []
    assert played.files_left == 0
