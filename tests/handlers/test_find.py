"""Searching from a conversation: what is found, what is said where nothing is, and what is no search at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.commands import FindQuestions
from domain.ids import InboxId, derive_id
from domain.member import Member
from domain.messages import Action
from handlers.find import find_questions
from handlers.found import related_to
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import COLLEAGUE, MEMBER, PANELIST, Society, found_society


async def _last(society: Society, member: Member = MEMBER) -> tuple[str, str]:
    line = (await society.lines(member))[-1]
    quoted = line.payload["quoted"]
    return str(line.payload["key"]), str(quoted.get("value", "")) if isinstance(quoted, dict) else ""


@pytest.mark.parametrize(
    "typed", ["/find effusion", "/찾기 effusion", "find effusion", "찾기 effus", " / FIND  Effusions"]
)
async def test_own_question_is_found_by_a_word(society: Society, typed: str) -> None:
    question = await society.ask("New effusion on the left after drainage")
    await society.advance(timedelta(days=2))

    await society.say(MEMBER, typed)

    key, text = await _last(society)
    assert key == "find.found"
    assert question.label in text
    assert "effusion on the left" in text


async def test_answered_and_open_are_told_apart(society: Society) -> None:
    for words in ("좌측 흉수", "우측 흉수"):
        question = await society.ask(words)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "결핵성 흉막염"})

    await society.say(PANELIST, "/find 흉수")

    lines = (await _last(society, PANELIST))[1].splitlines()
    assert [line.split(" · ")[2].split(" – ")[0] for line in lines] == ["answered", "open"]


async def test_nothing_found_says_so(society: Society) -> None:
    await society.ask("New effusion")

    await society.say(COLLEAGUE, "/find effusion")

    assert await _last(society, COLLEAGUE) == ("find.nothing", "")


@pytest.mark.parametrize("typed", ["/find", "/찾기  ", "/find ?!"])
async def test_search_for_nothing_is_refused(society: Society, typed: str) -> None:
    await society.say(MEMBER, typed)

    assert (await _last(society))[0] == "error.find_what"


@pytest.mark.parametrize(
    "typed",
    [
        "find attached CT",
        "Find the nodule please",
        "찾기 어려운 결절입니다. 악성일까요?",
        "find\nPE?",
        "findings: effusion",
    ],
)
async def test_question_that_begins_like_a_search_is_a_question(society: Society, typed: str) -> None:
    await society.say(MEMBER, typed)

    assert (await society.draft(MEMBER)).text.value == typed


async def test_plain_word_belongs_to_the_draft_that_waits(society: Society) -> None:
    await society.say(MEMBER, "New effusion")

    await society.say(MEMBER, "find cause")
    await society.say(MEMBER, "/find cause")

    assert (await society.draft(MEMBER)).text.value == "New effusion\nfind cause"
    assert (await _last(society))[0] == "find.nothing"


async def test_reply_that_begins_like_a_search_is_a_reply(society: Society) -> None:
    question = await society.ask("New effusion")

    await society.say(MEMBER, "find effusion", to=question.id)

    assert "find.found" not in await society.told(MEMBER)


async def test_short_messages_carry_labels_alone(tmp_path: Path) -> None:
    short = replace(PaperChannel().capabilities, text_limit=160)
    paper = PaperChannel(capabilities=short)
    society = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db", channels={"web": paper})
    question = await society.ask("New effusion")

    await society.say(MEMBER, "/find effusion")

    [found] = [message for message in paper.sent if message.key == "find.found"]
    assert found.text.splitlines()[1].startswith(f"{question.label} ")
    assert "today" in found.text
    society.close()


async def test_search_that_runs_twice_answers_once(society: Society) -> None:
    await society.say(MEMBER, "/find effusion", message_id="once")
    told = await society.told(MEMBER)

    await find_questions(society.services, FindQuestions(inbox_id=InboxId(derive_id("inbox", "web", "once"))))
    await society.work()

    assert await society.told(MEMBER) == told


async def test_files_make_a_message_a_question(society: Society) -> None:
    upload = await society.upload(MEMBER, b"no image")

    await society.say(MEMBER, "/find effusion", uploads=[upload])

    assert (await society.draft(MEMBER)).text.value == "/find effusion"


async def test_nothing_is_related_to_what_was_sent(society: Society) -> None:
    question = await society.ask("New effusion")

    assert await related_to(society.services, question.id) == ()
