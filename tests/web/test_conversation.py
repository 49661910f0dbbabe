"""What a member sends and sees in the conversation."""

from __future__ import annotations

import json

import pytest

from domain.messages import Action
from domain.question import QuestionState
from domain.study import Upload
from tests.fakes.web_world import ASKER, COLLEAGUE, PANELIST, WebWorld

AS_JSON = {"content-type": "application/json"}


async def test_message_is_accepted_once(world: WebWorld):
    browser = await world.signed_in(ASKER)
    body = {"client_id": "one", "text": "New effusion?"}

    first, again = [await browser.post("/api/messages", json=body) for _ in range(2)]

    assert (first.status_code, first.json()) == (202, {"accepted": True})
    assert again.json() == {"accepted": False}
    assert len(world.intake.messages) == 1


async def test_message_comes_from_the_members_own_address(world: WebWorld):
    browser = await world.signed_in(ASKER)

    await browser.post("/api/messages", json={"client_id": "one", "text": "New effusion?"})

    (message,) = world.intake.messages
    assert (message.channel, message.sender) == ("web", ASKER.addresses[0])
    assert message.received_at == world.clock()


async def test_client_ids_of_two_members_do_not_meet(world: WebWorld):
    body = {"client_id": "one", "text": "New effusion?"}

    answers = [await (await world.signed_in(person)).post("/api/messages", json=body) for person in (ASKER, COLLEAGUE)]

    assert [answer.json()["accepted"] for answer in answers] == [True, True]


@pytest.mark.parametrize("characters", [1_001, 100_000, 2_000_000])
async def test_too_long_text_is_answered_in_words(world: WebWorld, characters: int):
    browser = await world.signed_in(ASKER)

    answer = await browser.post("/api/messages", json={"client_id": "one", "text": "흉" * characters})

    assert answer.status_code == 413
    assert answer.json()["error"] in {"text_too_long", "request_too_large"}
    assert "{" not in answer.json()["message"]


@pytest.mark.parametrize(
    "body",
    [
        {"client_id": "one"},
        {"client_id": "one", "text": "   "},
        {"text": "no id"},
        {"client_id": 7, "text": "x"},
        {"client_id": "one", "text": ["x"]},
        {"client_id": "one", "text": "\ud800"},
        {"client_id": "one", "text": "\x00"},
        {"client_id": "one", "text": "x", "uploads": "y"},
        ["x"],
    ],
)
async def test_message_that_makes_no_sense_is_refused(world: WebWorld, body: object):
    browser = await world.signed_in(ASKER)

    answer = await browser.post("/api/messages", content=json.dumps(body), headers=AS_JSON)

    assert answer.status_code == 422
    assert not world.intake.messages


async def test_form_post_is_not_read_as_json(world: WebWorld):
    browser = await world.signed_in(ASKER)

    answer = await browser.post("/api/messages", content='{"client_id": "1", "text": "x"}')

    assert answer.status_code == 415


async def test_reply_to_unseen_question_is_refused(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    browser = await world.signed_in(COLLEAGUE)

    answer = await browser.post(
        "/api/messages", json={"client_id": "one", "text": "me too", "in_reply_to": question.id}
    )

    assert answer.status_code == 404
    assert not world.intake.messages


async def test_files_of_another_member_are_refused(world: WebWorld):
    upload = await world.intake.begin_upload(COLLEAGUE.id, external_id="x", size_bytes=5)
    browser = await world.signed_in(ASKER)

    answer = await browser.post("/api/messages", json={"client_id": "one", "uploads": [upload.id]})

    assert answer.status_code == 404
    assert isinstance(upload, Upload)


async def test_action_carries_its_form(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    browser = await world.signed_in(PANELIST)
    form = {"text": "Organising pneumonia", "confidence": "4"}

    answer = await browser.post(
        "/api/actions", json={"client_id": "one", "action": "answer", "question_id": question.id, "fields": form}
    )

    (message,) = world.intake.messages
    assert answer.status_code == 202
    assert message.press is not None
    assert (message.press.action, message.press.question_id) == (Action.ANSWER, question.id)
    assert {name: text.value for name, text in message.fields.items()} == form


@pytest.mark.parametrize(
    ("action", "form"),
    [
        ("confirm_series", {"series": "2.25.1", "images": " ".join(["0123456789abcdef" * 2] * 900)}),
        ("edit_text", {"text": "PE?", "seen": "PE"}),
    ],
    ids=["confirm_series", "edit_text"],
)
async def test_form_says_what_its_page_showed(world: WebWorld, action: str, form: dict[str, str]):
    question = await world.question(QuestionState.DRAFT)
    browser = await world.signed_in(ASKER)

    answer = await browser.post(
        "/api/actions", json={"client_id": "one", "action": action, "question_id": question.id, "fields": form}
    )

    (message,) = world.intake.messages
    assert answer.status_code == 202
    assert {name: text.value for name, text in message.fields.items()} == form


@pytest.mark.parametrize(
    "body",
    [
        {"action": "erase_everything"},
        {"action": "claim", "fields": {"text": "x"}},
        {"action": "note", "fields": {"note": "x"}},
        {"action": "note", "fields": "x"},
        {},
    ],
)
async def test_action_that_makes_no_sense_is_refused(world: WebWorld, body: dict[str, object]):
    browser = await world.signed_in(PANELIST)

    answer = await browser.post("/api/actions", json={"client_id": "one", **body})

    assert answer.status_code == 422


async def test_action_on_unseen_question_is_refused(world: WebWorld):
    question = await world.question(QuestionState.DRAFT)
    browser = await world.signed_in(PANELIST)

    answer = await browser.post(
        "/api/actions", json={"client_id": "one", "action": "claim", "question_id": question.id}
    )

    assert answer.status_code == 404


async def test_lines_are_the_members_own(world: WebWorld):
    await world.line(ASKER, "for the asker")
    await world.line(COLLEAGUE, "for the colleague")
    draft = await world.question(QuestionState.DRAFT)

    answer = (await (await world.signed_in(ASKER)).get("/api/lines")).json()

    assert [line["text"] for line in answer["lines"]] == ["for the asker"]
    assert (answer["last_line"], answer["draft_id"]) == (1, draft.id)


async def test_lines_name_what_is_to_be_looked_through_wherever_it_was_asked(world: WebWorld):
    sent, ready = [await world.question(QuestionState.OPEN) for _ in range(2)]
    await world.image(sent, confirmed=False)
    await world.image(ready)
    draft = await world.question(QuestionState.DRAFT)

    asker = (await (await world.signed_in(ASKER)).get("/api/lines")).json()
    colleague = (await (await world.signed_in(COLLEAGUE)).get("/api/lines")).json()

    assert set(asker["to_look_through"]) == {sent.id, draft.id}
    assert colleague["to_look_through"] == []


async def test_lines_go_on_after_a_mark(world: WebWorld):
    for text in ("one", "two", "three"):
        await world.line(ASKER, text)
    browser = await world.signed_in(ASKER)

    answer = (await browser.get("/api/lines?after=2")).json()

    assert [line["text"] for line in answer["lines"]] == ["three"]
    assert (await browser.get("/api/lines?after=x")).status_code == 422


async def test_chosen_language_is_kept(world: WebWorld):
    browser = await world.signed_in(ASKER)

    await browser.post("/api/language", json={"language": "ko"})

    assert (await browser.get("/api/me")).json()["language"] == "ko"
    assert 'lang="ko"' in (await browser.get("/")).text
    assert (await browser.post("/api/language", json={"language": "tlh"})).status_code == 422


async def test_digest_links_to_what_its_reader_may_see(world: WebWorld):
    released, open_one = await world.released_question(), await world.question(QuestionState.OPEN)
    await world.line(COLLEAGUE, f"💬 {released.label} and {open_one.label} and Q999", key="digest.daily")

    (digest,) = (await (await world.signed_in(COLLEAGUE)).get("/api/digests")).json()["digests"]

    assert digest["links"] == {released.label: released.id}


async def test_digests_are_shown_newest_first(world: WebWorld):
    for key, text in (("digest.daily", "Monday"), ("note", "hello"), ("digest.daily", "Tuesday")):
        await world.line(ASKER, text, key=key)

    answer = (await (await world.signed_in(ASKER)).get("/api/digests")).json()

    assert [digest["text"] for digest in answer["digests"]] == ["Tuesday", "Monday"]
