"""Scripts 1 and 5 against the Telegram peer: a question from a private chat, answered in the panel's forum.

Each combination of language and database plays once; the tests look at what people saw. Where safety rules ask for
more or less than the scripts, they stand: the images are looked at on our own page, relays are removed with their text.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from domain.member import Language
from domain.messages import Address
from domain.question import QuestionState
from tests.fakes.case_files import ANSWER, BACK, BLOCK, NAMED, NOTE, REPLY
from tests.fakes.connected import Say, Stage, unsaid
from tests.fakes.newcomers import token_in
from tests.fakes.telegram_play import SURE, Played, play, play_in_words
from tests.fakes.telegram_town import telegram_town


@pytest.fixture(scope="module")
def show(stage: Stage) -> Played:
    """What was seen when both scripts were played."""

    async def run() -> Played:
        async with telegram_town(stage.folder, stage.language, stage.url) as town:
            return await play(town)

    return asyncio.run(run())


@pytest.fixture(scope="module")
def in_words(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """What was seen when script 5 was played to its end in words, on SQLite."""

    async def run() -> Played:
        async with telegram_town(tmp_path_factory.mktemp("words"), stage.language) as town:
            return await play_in_words(town)

    return asyncio.run(run())


def test_asker_has_the_buttons_of_each_step(played: Played, say: Say) -> None:
    offered = played.offered

    assert offered["preview"] == [
        *(say("Urgent <1 h", "긴급 보내기"), say("Today", "오늘 안에")),
        *(say("Routine", "급하지 않음 보내기"), say("Discard", "버리기")),
    ]
    assert offered["open"] == [say("More info", "추가 정보"), say("Withdraw", "취소")]
    assert offered["answered"] == [
        *(say("👍 Helped", "👍 도움됨"), say("🔁 Changed plan", "🔁 진료방침 변경"), say("Ask more", "더 묻기")),
        *(say("Did not help – ask again", "부족함 – 다시 묻기"), say("Read", "읽음"), say("2nd opinion", "2차 의견")),
    ]


def test_card_has_the_buttons_of_each_step(played: Played) -> None:
    second, flag = "2차 의견/2nd opinion", "🚩 신고/🚩 Flag"
    proposals = ["증례로/Make case", "퀴즈 후보/Quiz candidate", "지침 제안/Propose guideline"]
    taken = ["답변/Answer", "추가 질문/Ask back", "담당 해제/Release", "지켜보기/Follow", second, flag]

    assert played.buttons == {
        "open": ["담당하기/Claim", "패스/Pass", "추가 질문/Ask back", "답변/Answer", second, flag],
        "claimed": taken,
        "asked back": taken,
        "answered": ["닫기/Close", *proposals, second, flag],
        "closed": [*proposals, flag],
    }


def test_panelist_is_told_alone_as_well(played: Played, say: Say) -> None:
    expected = (
        say("🔴 URGENT Q417 · 14:02 · due 15:02 · Member-73", "🔴 긴급 Q417 · 14:02 · 15:02까지 · Member-73"),
        say("✅ Answer delivered 14:21", "답변 전달됨"),
        say('Asker: "changed plan"', "진료방침 변경"),
    )

    assert unsaid(expected, played.first) == []


def test_colleague_is_asked_for_a_second_opinion_by_name(in_words: Played, say: Say) -> None:
    expected = (
        say("14:02 ✅ ANSWER – Dr A (confidence 4/5)", "확신도 4/5"),
        ANSWER,
        say("✅ Q417 SECOND OPINION – Dr B (confidence 3/5)", "✅ Q417 2차 의견 – B (확신도 3/5)"),
    )

    assert say("🔴 URGENT Q417", "🔴 긴급 Q417") in in_words.second[0]
    assert unsaid(expected, in_words.asker) == []


def test_case_and_close_are_words_in_the_topic(in_words: Played, say: Say) -> None:
    case = say("Q417 (case): this needs the consent of whoever asked.", "Q417(증례): 질문자의 동의가 필요합니다.")

    assert unsaid([case], in_words.first) == []
    assert in_words.topics["closed"].is_closed
    assert in_words.question.state is QuestionState.CLOSED
    assert unsaid([say("May Q417 be used", "Q417")], in_words.asker[-1:]) == []


def test_asker_sees_the_preview_and_the_receipt(played: Played, say: Say) -> None:
    received = say("3 images received. Checking…", "사진 3장 받았습니다. 확인 중입니다.")
    expected = (
        say("this is exactly what the panel sees", "패널에게 보이는 그대로입니다."),
        "[50s]M covid D8, O2 2->5L today. new effusion? PE?",
        say("Q417 · URGENT · sent 14:02 to chest on-call", "Q417 긴급 · 14:02 흉부 당직(A → B) 전달."),
        say("Goal: someone takes it by 14:12, answer by 15:02.", "14:12까지 배정, 15:02까지 답변 목표."),
        say("do not wait – use your local pathway.", "기다리지 말고 원내 절차를 따르세요."),
        say("I am deleting your original photos from this chat.", "원본 사진을 이 대화에서 지우고 있습니다."),
    )

    assert received in played.asker
    assert unsaid(expected, played.asker) == []
    assert played.originals == 0


def test_asker_hears_of_claim_ask_back_and_answer(played: Played, say: Say) -> None:
    expected = (
        say("14:06 ✔ Dr A took Q417.", "A 선생님이 맡으셨습니다(14:06)."),
        say("14:09 ❓ Dr A:", "추가 질문:"),
        BACK,
        say("(clock paused)", "(시계 멈춤)"),
        say("sent. Clock running again, answer due 15:05.", "시계가 다시 갑니다. 15:05까지 답변 목표."),
        say("14:21 ✅ ANSWER – Dr A (confidence 4/5)", "확신도 4/5"),
        ANSWER,
        say("Peer opinion on de-identified images", "정식 판독이 아닌 동료 의견입니다."),
        say("Thank you. Q417 closed 14:30. I will ask once on", "감사합니다. Q417 종료(14:30)."),
    )

    assert unsaid(expected, played.asker) == []
    assert NOTE not in "\n".join(played.asker)


def test_title_of_the_topic_shows_how_it_stands(played: Played) -> None:
    names = {step: topic.name for step, topic in played.topics.items()}

    assert names["open"] == "🔴 Q417 PE? D8"
    assert names["claimed"].startswith("🟡 Q417 ")
    assert names["answered"] == "🟢 Q417 답변됨/answered"
    assert names["closed"].startswith("⚪ Q417 ")
    assert [step for step, topic in played.topics.items() if topic.is_closed] == ["closed"]


def test_topic_tells_the_panel_everything_once(played: Played) -> None:
    expected = ("[50s]M covid D8, O2 2->5L today. new effusion? PE?", NOTE, BACK, REPLY, ANSWER)
    posted = "\n".join(each.text or "" for each in played.relays)

    assert unsaid(expected, played.forum) == []
    assert [posted.count(words) for words in expected] == [1, 0, 0, 1, 1]
    assert unsaid(["(accepted by Telegram; 18 min after asking)"], played.forum) == []
    assert unsaid(["14:21 답변 전달됨(텔레그램 접수, 질문 18분 뒤)"], played.forum) == []


def test_preview_stands_in_the_topic_until_it_is_sent(played: Played, say: Say) -> None:
    expected = (
        say("this is your answer as the asker will read it", "질문자에게 갈 답변입니다"),
        say("(confidence 4/5 · #G6 · SMS summary 82/160)", "(확신도 4/5 · #G6 · SMS 요약 82/160자)"),
    )

    assert unsaid(expected, [played.preview]) == []
    assert played.preview not in played.forum


def test_text_block_joins_the_answer_with_a_word(played: Played) -> None:
    before, after = played.preview, played.with_block

    assert (f"{SURE}\n{BLOCK}" in after, BLOCK in before) == (True, False)
    assert f"{SURE}\n{BLOCK}" in "\n".join(played.asker)
    assert after not in played.forum


def test_pictures_in_the_forum_cannot_be_passed_on(played: Played) -> None:
    pictures = [each for each in played.relays if each.photo]

    assert len(pictures) == 3
    assert all(each.has_protected_content for each in pictures)


def test_nothing_said_or_kept_names_the_patient(played: Played) -> None:
    said = "\n".join((*played.calls, *played.asker, *played.forum))

    assert [name for name in NAMED if name in said or name.encode() in played.kept] == []
    assert b"Q417" in played.kept


def test_week_after_the_close_nothing_is_left(played: Played) -> None:
    assert played.question.state is QuestionState.CLOSED
    assert [words for words in (ANSWER, BACK) if any(words in text for text in played.left["asker"])] == []
    assert not any("Q417" in text for text in played.left["forum"])


async def test_link_with_an_invites_code_lets_a_stranger_in(tmp_path: Path) -> None:
    async with telegram_town(tmp_path, Language.ENGLISH) as town:
        await town.write(town.office, "/invite Han Somi")
        somi = town.peer.person("Somi")

        somi.starts(token_in(town.office.hears()[-1]))
        await town.settle()

        there = Address(channel="telegram", external_id=str(somi.id))
        member = await town.society.read(lambda transaction: transaction.members.by_address(there))
    assert member is not None
    assert member.display_name == "Han Somi"
