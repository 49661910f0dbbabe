"""What goes wrong inside or on the way: answered in words, nothing told of the inside, nothing lost."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.types import Message

from domain.delivery import PendingChoice
from domain.errors import PermanentError, TransientError
from domain.messages import Action
from tests.fakes.event_reader import EventReader
from tests.fakes.web_world import ASKER, WebWorld
from web.routes.uploads import BoundedBody
from web.security import CONTENT_SECURITY_POLICY

MESSAGE = {"client_id": "one", "text": "New effusion?"}


async def test_busy_database_asks_for_patience(world: WebWorld):
    world.intake.failure = TransientError("database_busy", retry_after=timedelta(seconds=7))

    answer = await (await world.signed_in(ASKER)).post("/api/messages", json=MESSAGE)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "7")
    assert "nothing was lost" in answer.json()["message"]


async def test_permanent_fault_is_logged_by_its_code(world: WebWorld):
    world.intake.failure = PermanentError("key_missing")

    answer = await (await world.signed_in(ASKER)).post("/api/messages", json=MESSAGE)

    assert answer.json()["error"] == "unexpected"
    assert ("request_failed", {"error": "key_missing"}) in world.log.events


async def test_defect_tells_nothing_of_the_inside(world: WebWorld):
    world.intake.failure = RuntimeError("Hong Gildong 800101-1234567")

    answer = await (await world.signed_in(ASKER)).post("/api/messages", json=MESSAGE)

    assert answer.status_code == 500
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "Gildong" not in answer.text + str(world.log.events)


async def test_what_came_before_a_break_is_kept():
    messages: list[Message] = [
        {"type": "http.request", "body": b"01234", "more_body": True},
        {"type": "http.disconnect"},
    ]

    async def receive() -> Message:
        return messages.pop(0)

    body = BoundedBody(
        Request({"type": "http", "method": "PUT", "headers": []}, receive), room=10, idle=timedelta(seconds=60)
    )

    assert [chunk async for chunk in body.chunks()] == [b"01234"]
    assert not body.is_exceeded


async def test_taken_choice_is_told_with_its_line(world: WebWorld):
    choice = PendingChoice(
        token="t",
        member_id=ASKER.id,
        question_id=None,
        actions=(Action.HELPED,),
        expires_at=world.clock() + timedelta(days=1),
    )
    await world.store.write(lambda transaction: transaction.choices.add(choice))
    await world.store.write(lambda transaction: transaction.choices.take("t", Action.HELPED))
    await world.line(ASKER, token="t")

    (line,) = (await (await world.signed_in(ASKER)).get("/api/lines")).json()["lines"]

    assert line["taken"] == "helped"


async def test_unreadable_mark_is_refused(world: WebWorld):
    cookie = {"cookie": f"{world.cookie}={await world.session(ASKER)}"}

    async with EventReader(world.app, f"{world.origin}/api/stream?line=x", headers=cookie) as stream:
        assert stream.status == 422
