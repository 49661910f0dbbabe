"""The search of the pages: what is found for whom, and how it is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.consent import ConsentScope
from domain.ids import QuestionId
from domain.member import Member
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from tests.fakes.web_world import ASKER, COLLEAGUE, PANELIST, START, WebWorld

TEXT = "58세 남자, 좌측 폐 하엽 흉수와 Nodules"
QUESTION = Question(
    id=QuestionId("q1"),
    asker_id=ASKER.id,
    text=DeidentifiedText(value=TEXT),
    created_at=START,
    opened_at=START,
    number=417,
    state=QuestionState.CLOSED,
)


async def _keep(world: WebWorld, question: Question, *entries: Entry) -> None:
    def add(transaction):
        transaction.questions.add(question)
        for each in entries:
            transaction.entries.add(each)

    await world.store.write(add)


def _entry(kind: EntryKind, text: str) -> Entry:
    said = DeidentifiedText(value=text)
    return Entry(key=kind, question_id=QUESTION.id, kind=kind, actor_id=None, channel="web", at=START, text=said)


async def _found(world: WebWorld, reader: Member, words: str) -> list[dict[str, Any]]:
    async with await world.signed_in(reader) as page:
        response = await page.post("/api/search", json={"words": words})
    assert response.status_code == 200
    hits: list[dict[str, Any]] = response.json()["questions"]
    return hits


async def test_panel_is_shown_where_the_words_stand(world):
    await _keep(world, QUESTION, _entry(EntryKind.ANSWER, "결핵"))

    [hit] = await _found(world, PANELIST, "폐하엽 nodule")

    marked = [hit["excerpt"][start:end] for start, end in hit["spans"]]
    assert (hit["label"], hit["answered"], marked) == ("Q417", True, ["폐 하엽", "Nodules"])


async def test_member_is_shown_the_release_alone_and_no_day(world):
    released = replace(QUESTION, consent=ConsentScope.TEACHING, released_at=START)
    await _keep(world, released, _entry(EntryKind.PUBLISHED, "흉수와 결절"), _entry(EntryKind.NOTE, "농흉"))

    [hit] = await _found(world, COLLEAGUE, "흉수")

    assert (hit["excerpt"], hit["at"]) == ("흉수와 결절", None)
    assert [await _found(world, COLLEAGUE, words) for words in ("58세", "농흉", "nodules")] == [[], [], []]


async def test_consult_only_question_is_its_askers_and_the_panels(world):
    await _keep(world, QUESTION)

    assert [len(await _found(world, who, "흉수")) for who in (ASKER, PANELIST, COLLEAGUE)] == [1, 1, 0]


@pytest.mark.parametrize("body", [{}, {"words": ""}, {"words": 7}, {"words": "x" * 201}])
async def test_search_without_words_is_refused(world, body):
    async with await world.signed_in(ASKER) as page:
        response = await page.post("/api/search", json=body)

    assert (response.status_code, response.json()["error"]) == (422, "field_invalid")


async def test_long_text_is_cut_around_what_was_sought(world):
    long = " ".join(["word"] * 60) + " 흉수 " + "\n".join(["word"] * 60)
    await _keep(world, replace(QUESTION, text=DeidentifiedText(value=long)))

    [hit] = await _found(world, ASKER, "흉수")

    [[start, end]] = hit["spans"]
    assert hit["excerpt"][start:end] == "흉수"
    assert len(hit["excerpt"]) < 100
    assert "\n" not in hit["excerpt"]


async def test_nobody_searches_without_signing_in(world):
    async with world.browser() as page:
        response = await page.post("/api/search", json={"words": "흉수"})

    assert response.status_code == 401
