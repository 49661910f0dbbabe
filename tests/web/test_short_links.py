"""/q/<code>: a link of a text message shows its question to its own member, signed in, and nobody else."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.short_codes import ShortLink
from domain.web import hash_token
from tests.fakes.web_world import ASKER, COLLEAGUE, WebWorld

CODE = "7Kq2mNpR4s"


async def add_link(world: WebWorld, question_id) -> None:
    expires_at = world.clock() + timedelta(minutes=30)
    link = ShortLink(code_hash=hash_token(CODE), member_id=ASKER.id, question_id=question_id, expires_at=expires_at)
    await world.store.write(lambda transaction: transaction.codes.add_link(link))


async def test_link_leads_its_member_to_the_question(world: WebWorld):
    question = await world.question()
    await add_link(world, question.id)
    browser = await world.signed_in(ASKER)

    answer = await browser.get(f"/q/{CODE}")

    assert answer.status_code == 303
    assert answer.headers["location"] == f"/questions/{question.id}"


async def test_link_is_nothing_without_a_sign_in(world: WebWorld):
    question = await world.question()
    await add_link(world, question.id)

    answer = await world.browser().get(f"/q/{CODE}")

    assert answer.status_code == 401
    assert "location" not in answer.headers


async def test_link_of_somebody_else_is_not_there(world: WebWorld):
    question = await world.question()
    await add_link(world, question.id)
    browser = await world.signed_in(COLLEAGUE)

    answer = await browser.get(f"/q/{CODE}")

    assert answer.status_code == 404


@pytest.mark.parametrize("code", [CODE[:-1], f"{CODE}x", "x" * 200])
async def test_guessed_codes_are_few(world: WebWorld, code: str):
    browser = await world.signed_in(ASKER)

    answers = [(await browser.get(f"/q/{code}")).status_code for _ in range(11)]

    assert answers == [*[404] * 10, 429]
