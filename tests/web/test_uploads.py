"""Files on their way in: streamed, resumed, bounded, and the link that needs no sign-in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from math import log2
from pathlib import Path

import httpx
import pytest

from domain.ids import MemberId
from domain.question import QuestionState
from domain.short_codes import BASE58, UPLOAD_CODE_LENGTH
from domain.web import UploadLink, hash_token
from tests.fakes.web_world import ASKER, COLLEAGUE, HOST, WebWorld
from web.links import new_upload_code
from web.services import WebOptions

CODE = "7Kq2mNpR4sTu7Kq2mNpR4s"


async def announce(browser: httpx.AsyncClient, *, size: int = 10, name: str = "one", root: str = "") -> str:
    answer = await browser.post(f"{root}/api/uploads", json={"files": [{"client_id": name, "size": size}]})
    return str(answer.json()["uploads"][0]["id"])


async def add_link(world: WebWorld, *, question_id=None, code: str = CODE) -> None:
    link = UploadLink(
        code_hash=hash_token(code),
        member_id=ASKER.id,
        expires_at=world.clock() + timedelta(minutes=30),
        question_id=question_id,
    )
    await world.store.write(lambda transaction: transaction.web.add_upload_link(link))


async def test_file_streams_in(world: WebWorld):
    browser = await world.signed_in(ASKER)
    upload = await announce(browser)

    answer = await browser.put(f"/api/uploads/{upload}?offset=0", content=b"0123456789")

    assert answer.json() == {"id": upload, "received": 10, "state": "complete"}
    assert world.intake.bytes_received[upload] == b"0123456789"


async def test_broken_off_file_is_gone_on_with(world: WebWorld):
    browser = await world.signed_in(ASKER)
    upload = await announce(browser)
    await browser.put(f"/api/uploads/{upload}?offset=0", content=b"01234")

    again = await browser.post("/api/uploads", json={"files": [{"client_id": "one", "size": 10}]})
    rest = await browser.put(f"/api/uploads/{upload}?offset=5", content=b"56789")

    assert again.json()["uploads"] == [{"client_id": "one", "id": upload, "received": 5, "state": "receiving"}]
    assert rest.json()["state"] == "complete"


async def test_wrong_offset_says_where_to_go_on(world: WebWorld):
    browser = await world.signed_in(ASKER)
    upload = await announce(browser)
    await browser.put(f"/api/uploads/{upload}?offset=0", content=b"01234")

    answer = await browser.put(f"/api/uploads/{upload}?offset=3", content=b"34567")

    assert answer.status_code == 409
    assert (answer.json()["error"], answer.json()["received"]) == ("upload_offset", 5)


async def test_silent_sender_is_given_up_and_what_came_is_kept(tmp_path: Path):
    options = WebOptions(base_url=f"https://{HOST}", upload_idle=timedelta(milliseconds=20))
    world = WebWorld(tmp_path, options=options)
    await world.settle()
    browser = await world.signed_in(ASKER)
    upload = await announce(browser)

    async def falls_silent() -> AsyncIterator[bytes]:
        yield b"01234"
        await asyncio.Event().wait()

    answer = await browser.put(f"/api/uploads/{upload}?offset=0", content=falls_silent())

    assert answer.json() == {"id": upload, "received": 5, "state": "receiving"}
    world.close()


@pytest.mark.parametrize("encoding", ["plain", "chunked"])
async def test_file_larger_than_announced_is_refused(world: WebWorld, encoding: str):
    browser = await world.signed_in(ASKER)
    upload = await announce(browser)

    async def chunks() -> AsyncIterator[bytes]:
        yield b"01234"
        yield b"56789-and-more"

    content = chunks() if encoding == "chunked" else b"0123456789-and-more"
    answer = await browser.put(f"/api/uploads/{upload}?offset=0", content=content)

    assert (answer.status_code, answer.json()["error"]) == (413, "file_grew")
    assert len(world.intake.bytes_received.get(upload, b"")) < 10


async def test_another_members_file_is_not_there(world: WebWorld):
    upload = await announce(await world.signed_in(ASKER))

    answer = await (await world.signed_in(COLLEAGUE)).put(f"/api/uploads/{upload}?offset=0", content=b"x")

    assert answer.status_code == 404


async def test_refused_file_does_not_hold_up_the_others(world: WebWorld):
    browser = await world.signed_in(ASKER)
    files = [{"client_id": "small", "size": 10}, {"client_id": "huge", "size": 10_000}]

    answer = (await browser.post("/api/uploads", json={"files": files})).json()

    assert [upload["client_id"] for upload in answer["uploads"]] == ["small"]
    assert [(file["client_id"], file["error"]) for file in answer["refused"]] == [("huge", "file_too_large")]


async def test_lone_refused_file_is_an_error_in_words(world: WebWorld):
    browser = await world.signed_in(ASKER)

    answer = await browser.post("/api/uploads", json={"files": [{"client_id": "huge", "size": 10_000}]})

    assert (answer.status_code, answer.json()["error"]) == (413, "file_too_large")
    assert "500" in answer.json()["message"]


@pytest.mark.parametrize("files", [None, [], "x", [{"client_id": "a"}], [{"client_id": "a", "size": "9"}], ["a"]])
async def test_announcement_that_makes_no_sense_is_refused(world: WebWorld, files: object):
    answer = await (await world.signed_in(ASKER)).post("/api/uploads", json={"files": files})

    assert answer.status_code == 422


@pytest.mark.parametrize("offset", ["-1", "x", "1e3", "9" * 40])
async def test_offset_that_is_no_number_is_refused(world: WebWorld, offset: str):
    browser = await world.signed_in(ASKER)

    answer = await browser.put(f"/api/uploads/{await announce(browser)}?offset={offset}", content=b"x")

    assert answer.status_code == 422


async def test_made_link_leads_to_the_upload_page(world: WebWorld):
    answer = (await (await world.signed_in(ASKER)).post("/api/upload-links", json={})).json()

    origin, _, code = answer["url"].rpartition("/u/")
    page = await world.browser().get(f"/u/{code}")

    assert origin == f"https://{HOST}"
    assert len(code) == UPLOAD_CODE_LENGTH
    assert set(code) <= set(BASE58)
    assert UPLOAD_CODE_LENGTH * log2(len(BASE58)) >= 128
    assert 'data-page="upload"' in page.text
    assert ASKER.display_name not in page.text


async def test_link_for_an_unseen_question_is_not_made(world: WebWorld):
    question = await world.question(QuestionState.OPEN)

    answer = await (await world.signed_in(COLLEAGUE)).post("/api/upload-links", json={"question_id": question.id})

    assert answer.status_code == 404


async def test_files_reach_the_member_without_a_session(world: WebWorld):
    question = await world.question(QuestionState.OPEN)
    await add_link(world, question_id=question.id)
    browser = world.browser()
    upload = await announce(browser, root=f"/u/{CODE}")
    await browser.put(f"/u/{CODE}/api/uploads/{upload}?offset=0", content=b"0123456789")

    answer = await browser.post(f"/u/{CODE}/api/finish", json={"client_id": "f", "uploads": [upload]})

    (message,) = world.intake.messages
    assert answer.status_code == 202
    assert (message.sender, message.uploads) == (ASKER.addresses[0], (upload,))
    assert message.in_reply_to == question.id


async def test_short_code_of_a_text_message_leads_behind_the_sign_in(world: WebWorld):
    answer = await world.browser().get("/u/7Kq2mNpR4s")

    assert answer.status_code == 303
    assert answer.headers["location"] == "/q/7Kq2mNpR4s"


async def test_finishing_uses_the_link_up(world: WebWorld):
    await add_link(world)
    browser = world.browser()
    upload = await announce(browser, root=f"/u/{CODE}")
    await browser.post(f"/u/{CODE}/api/finish", json={"client_id": "f", "uploads": [upload]})

    page = await browser.get(f"/u/{CODE}")

    assert page.status_code == 404
    assert "not valid any more" in page.text


async def test_finish_whose_answer_was_lost_is_answered_again(world: WebWorld):
    await add_link(world)
    browser = world.browser()
    body = {"client_id": "f", "uploads": [await announce(browser, root=f"/u/{CODE}")]}
    await browser.post(f"/u/{CODE}/api/finish", json=body)

    again = await browser.post(f"/u/{CODE}/api/finish", json=body)
    other = await browser.post(f"/u/{CODE}/api/finish", json={**body, "client_id": "another page"})

    assert (again.status_code, again.json()) == (202, {"accepted": False})
    assert other.status_code == 404
    assert len(world.intake.messages) == 1


async def test_expired_code_opens_nothing(world: WebWorld):
    await add_link(world)

    world.clock.advance(minutes=30)

    assert (await world.browser().get(f"/u/{CODE}")).status_code == 404


async def test_files_of_others_cannot_be_finished(world: WebWorld):
    await add_link(world)
    other = await world.intake.begin_upload(MemberId(COLLEAGUE.id), external_id="x", size_bytes=5)

    answer = await world.browser().post(f"/u/{CODE}/api/finish", json={"client_id": "f", "uploads": [other.id]})

    assert answer.status_code == 404
    assert not world.intake.messages


async def test_guessing_codes_is_slowed_even_for_right_ones(world: WebWorld):
    await add_link(world)
    browser = world.browser()

    guesses = [(await browser.get(f"/u/{new_upload_code()}")).status_code for _ in range(10)]
    slowed = await browser.get(f"/u/{CODE}")

    assert set(guesses) == {404}
    assert slowed.status_code == 429
    assert "wait" in slowed.text


async def test_hundreds_of_slices_are_not_slowed(world: WebWorld):
    await add_link(world)
    browser = world.browser()

    answers = [
        await browser.post(f"/u/{CODE}/api/uploads", json={"files": [{"client_id": str(number), "size": 1}]})
        for number in range(60)
    ]

    assert {answer.status_code for answer in answers} == {200}
