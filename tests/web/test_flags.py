"""A flag on the pages: nothing hidden is in any answer of the server, and moderators see what they decide on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest_asyncio

from domain.member import Member, Role
from domain.messages import Action
from domain.question import EntryKind, Question
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, SLICE, Society, found_society
from tests.fakes.society_web import SocietyWeb
from web.views.feed import Asked, Feed, Mark

SECRET = "CTPA now, please."
MODERATOR = replace(COLLEAGUE, roles=frozenset({Role.MODERATOR}))


@pytest_asyncio.fixture
async def web(tmp_path: Path) -> AsyncIterator[SocietyWeb]:
    society = await found_society(tmp_path)
    pages = SocietyWeb(society)
    yield pages
    pages.close()
    society.close()


async def _answered(web: SocietyWeb, *files: bytes) -> Question:
    question = await web.society.ask("Unusual effusion?", *files)
    await web.society.press(PANELIST, Action.ANSWER, question.id, {"text": SECRET})
    return question


async def _flag(web: SocietyWeb, question: Question, member: Member = SECOND, **fields: str) -> None:
    if not fields:
        entries = await web.society.entries(question.id)
        [answer] = [entry for entry in entries if entry.kind is EntryKind.ANSWER]
        fields = {"entry": str(answer.id)}
    await web.society.press(member, Action.FLAG, question.id, fields)


async def _page(web: SocietyWeb, member: Member, question: Question) -> dict[str, Any]:
    found: dict[str, Any] = (await (await web.browser(member)).get(f"/api/questions/{question.id}")).json()
    return found


async def _line(web: SocietyWeb, member: Member, key: str) -> dict[str, Any]:
    lines = (await (await web.browser(member)).get("/api/lines")).json()["lines"]
    found: dict[str, Any] = [line for line in lines if line["key"] == key][-1]
    return found


async def test_hidden_answer_is_in_no_page_and_no_line(web: SocietyWeb) -> None:
    question = await _answered(web)

    await _flag(web, question)

    pages = [str(await _page(web, member, question)) for member in (MEMBER, PANELIST, SECOND, COORDINATOR)]
    answer = await _line(web, MEMBER, "question.answer_without_confidence")
    assert [SECRET in page for page in pages] == [False] * 4
    assert (answer["taken_down"], answer["text"], answer["quoted"]) == (True, "", None)
    assert "'taken_down': True" in pages[0]


async def test_hidden_text_is_on_no_card_and_no_list(web: SocietyWeb) -> None:
    question = await _answered(web)

    await _flag(web, question, what="text")

    page, desk = await _page(web, PANELIST, question), await (await web.browser(PANELIST)).get("/api/desk")
    card = await _line(web, PANELIST, "panel.card_urgent")
    assert "Unusual" not in f"{page}{desk.text}{card}"
    assert (page["taken_down"], SECRET in str(page), desk.json()["questions"][0]["taken_down"]) == (True, True, True)


async def test_line_shows_its_words_again_once_they_are_put_back(web: SocietyWeb) -> None:
    question = await _answered(web)
    await _flag(web, question)
    moderator = await web.browser(EDITOR)
    [incident] = (await moderator.get("/api/incidents")).json()["incidents"]

    status = await web.act(moderator, "put_back", None, incident=incident["id"], text="No name.")

    answer = await _line(web, MEMBER, "question.answer_without_confidence")
    [closed] = (await moderator.get("/api/incidents")).json()["incidents"]
    assert (status, answer["taken_down"], SECRET in str(answer)) == (202, False, True)
    assert (closed["decision"], closed["closed_by"], closed["note"]) == ("restored", "Dr Lim Jiho", "No name.")


async def test_hidden_series_is_shown_to_moderators_alone(web: SocietyWeb) -> None:
    question = await _answered(web, SLICE)
    [image] = await web.society.images(question.id)
    await _flag(web, question, image=image.id)

    address = f"/api/images/{image.id}/frames/0"
    statuses = [(await (await web.browser(member)).get(address)).status_code for member in (MEMBER, PANELIST, EDITOR)]
    page = await _page(web, PANELIST, question)
    [incident] = (await (await web.browser(EDITOR)).get("/api/incidents")).json()["incidents"]
    assert statuses == [404, 404, 200]
    assert (page["series"], page["images_taken_down"]) == ([], True)
    assert incident["hidden"][0]["frames"] == [image.id]


async def test_line_of_a_conversation_is_flagged_by_its_number(web: SocietyWeb) -> None:
    question = await _answered(web)
    line = await _line(web, MEMBER, "question.answer_without_confidence")
    browser = await web.browser(MEMBER)

    await web.act(browser, "flag", question.id, line=str(line["id"]))
    [incident] = (await (await web.browser(EDITOR)).get("/api/incidents")).json()["incidents"]

    assert [(part["kind"], part["text"]) for part in incident["hidden"]] == [("answer", SECRET)]


async def test_card_in_a_conversation_flags_the_question(web: SocietyWeb) -> None:
    question = await _answered(web, SLICE)
    line = await _line(web, PANELIST, "panel.card_urgent")

    await web.act(await web.browser(PANELIST), "flag", question.id, line=str(line["id"]))

    assert (await web.society.question(question.id)).taken_down == {"text"}


async def test_line_that_quotes_nobody_flags_nothing(web: SocietyWeb) -> None:
    question = await _answered(web)
    receipt = await _line(web, MEMBER, "question.receipt_urgent")
    browser = await web.browser(MEMBER)

    for line in (str(receipt["id"]), "", "999999"):
        await web.act(browser, "flag", question.id, line=line)

    told = await web.society.told(MEMBER)
    assert told[-3:] == ["error.flag_nothing"] * 3


async def test_digest_leaves_out_a_case_that_is_under_review(web: SocietyWeb) -> None:
    society = web.society
    question = await society.settle((await society.ask()).id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism"})
    await society.press(EDITOR, Action.SEND_DIGEST)
    browser = await web.browser(COLLEAGUE)
    before = (await browser.get("/api/digests")).text

    await society.press(COLLEAGUE, Action.FLAG, question.id)

    after = (await browser.get("/api/digests")).text, str(await _line(web, COLLEAGUE, "digest.daily"))
    gone = await browser.get(f"/api/questions/{question.id}")
    assert ("Embolism" in before, "Embolism" in after[0], "Embolism" in after[1]) == (True, False, False)
    assert gone.status_code == 404


async def _streamed(society: Society, member: Member) -> list[str]:
    asked = Asked(member=member, mark=Mark(line=0, entry=0))
    told = await society.read(lambda transaction: Feed(transaction).tell(asked))
    return [str(news.data["kind"]) for news in told.news if news.event == "question"]


async def test_open_page_of_anybody_hears_of_it(web: SocietyWeb) -> None:
    question = await _answered(web)

    await _flag(web, question)

    assert await _streamed(web.society, COLLEAGUE) == ["taken_down"]


async def test_only_moderators_reach_the_incidents(web: SocietyWeb) -> None:
    pages = ("/incidents", "/api/incidents")
    statuses = {
        member.id: [(await (await web.browser(member)).get(page)).status_code for page in pages]
        for member in (MEMBER, PANELIST, EDITOR, COORDINATOR)
    }

    assert statuses == {
        MEMBER.id: [403, 403],
        PANELIST.id: [403, 403],
        EDITOR.id: [200, 200],
        COORDINATOR.id: [200, 200],
    }


async def test_removed_words_are_on_no_page_of_the_moderators_either(web: SocietyWeb) -> None:
    question = await _answered(web)
    await _flag(web, question)
    moderator = await web.browser(EDITOR)
    [incident] = (await moderator.get("/api/incidents")).json()["incidents"]

    for action in ("take_incident", "identifies", "take_out"):
        await web.act(moderator, action, None, incident=incident["id"])

    shown = await moderator.get("/api/incidents")
    assert SECRET not in shown.text
    assert (shown.json()["incidents"][0]["identifies"], shown.json()["incidents"][0]["mine"]) == (True, True)


async def test_moderator_marks_the_wrong_patient_from_the_incident(web: SocietyWeb) -> None:
    question = await _answered(web)
    await _flag(web, question)
    moderator = await web.browser(MODERATOR)
    [before] = (await moderator.get("/api/incidents")).json()["incidents"]

    await web.act(moderator, "wrong_patient", question.id)

    [after] = (await moderator.get("/api/incidents")).json()["incidents"]
    assert (before["may_mark"], before["may_see"], before["wrong_patient"]) == (True, False, False)
    assert (after["may_mark"], after["wrong_patient"]) == (False, True)
    assert (await web.society.question(question.id)).wrong_patient_at is not None


async def test_moderator_does_nothing_else_unseen(web: SocietyWeb) -> None:
    question = await _answered(web)
    moderator, other = await web.browser(MODERATOR), await web.browser(replace(EDITOR, roles=frozenset()))
    tries = [(moderator, "note", question.id), (moderator, "wrong_patient", "-"), (other, "wrong_patient", question.id)]

    statuses = [await web.act(browser, action, about) for browser, action, about in tries]

    assert statuses == [404, 404, 404]
    assert (await web.society.question(question.id)).wrong_patient_at is None


async def test_moderator_who_was_paged_acknowledges_on_the_page(web: SocietyWeb) -> None:
    question = await _answered(web)
    moderator = await web.browser(MODERATOR)
    await web.society.change(lambda transaction: transaction.viewings.note(question.id, MODERATOR.id, web.society.now))
    await web.society.press(MEMBER, Action.WRONG_PATIENT, question.id)
    token = await web.society.token(MODERATOR, "wrong_patient.page")

    body = {"client_id": "ack", "action": "acknowledge", "question_id": question.id, "token": token}
    bodies = [{**body, **more} for more in ({}, {"token": "-"})]
    answers = [(await moderator.post("/api/actions", json=each)).status_code for each in bodies]
    await web.society.work()

    assert answers == [202, 404]
    assert (await web.society.entries(question.id))[-1].kind is EntryKind.ACKNOWLEDGED
