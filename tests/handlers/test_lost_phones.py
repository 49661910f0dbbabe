"""A lost phone is cut off at once, by its member or by whoever enrols members (safety rule 18)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.delivery import DeliveryState
from domain.errors import TransientError
from domain.member import Member
from domain.messages import Action, Address
from domain.web import WebSession
from handlers.outbox import Notice, tell
from storage.tables import delivery
from tests.fakes.newcomers import Newcomers
from tests.fakes.service_channel import connect_service
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, Society

LOST = Address(channel="sms", external_id="+821044444444")


@pytest.fixture
async def newcomers(society: Society) -> Newcomers:
    found = Newcomers(society)
    await found.give(PANELIST, LOST)
    return found


async def member_now(society: Society) -> Member:
    return await society.read(lambda transaction: transaction.members.get(PANELIST.id))


@pytest.mark.parametrize("words", [f"/lost {PANELIST.display_name}", f"/분실 @{PANELIST.id}"])
async def test_coordinator_cuts_off_a_members_phone(newcomers: Newcomers, words: str) -> None:
    now = newcomers.society.now
    session = WebSession(token_hash="c", member_id=PANELIST.id, created_at=now, seen_at=now, expires_at=now)
    await newcomers.society.change(lambda transaction: transaction.web.add_session(session))

    await newcomers.society.say(COORDINATOR, words)

    assert (await member_now(newcomers.society)).addresses == PANELIST.addresses
    assert await newcomers.society.read(lambda transaction: transaction.web.session("c")) is None
    assert await newcomers.society.told(COORDINATOR) == ["members.cut_off"]


async def test_member_who_says_more_than_lost_means_their_own(newcomers: Newcomers) -> None:
    await newcomers.society.say(PANELIST, "/lost my phone is gone")

    assert (await member_now(newcomers.society)).addresses == PANELIST.addresses
    assert (await newcomers.society.told(PANELIST))[-1] == "request.cut_off"


async def test_what_waits_for_a_lost_phone_does_not_leave(newcomers: Newcomers) -> None:
    society = newcomers.society
    holder = replace(PANELIST, addresses=(*PANELIST.addresses, LOST))
    notice = Notice(key="rota.test", to=LOST)
    delivery_id = await society.change(lambda t: tell(society.services, t, holder, cause="x", notice=notice))
    assert delivery_id is not None

    await society.change(lambda t: t.members.save(PANELIST))
    await society.work()

    assert newcomers.got(LOST) == []
    assert (await society.read(lambda t: t.deliveries.get(delivery_id))).state is DeliveryState.DEAD


@pytest.mark.parametrize(("key", "count"), [("rota.test", 2), ("link.code", 1)])
async def test_secret_that_waits_for_a_lost_phone_goes_nowhere(newcomers: Newcomers, key: str, count: int) -> None:
    society = newcomers.society
    holder = replace(PANELIST, addresses=(*PANELIST.addresses, LOST))
    await society.change(lambda t: tell(society.services, t, holder, cause="x", notice=Notice(key=key, to=LOST)))

    await society.change(lambda t: t.members.save(PANELIST))
    await society.work()

    noted = sa.select(sa.func.count()).select_from(delivery)
    assert await society.storage.store.look(lambda connection: connection.execute(noted).scalar_one()) == count


async def test_answer_that_waits_for_a_lost_phone_goes_elsewhere(society: Society) -> None:
    chat = await connect_service(society)
    question = await society.ask(action=Action.SEND_ROUTINE)
    chat.troubles = [TransientError("service_away", retry_after=timedelta(minutes=5)) for _ in range(9)]
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "OP pattern."})

    await society.say(MEMBER, "/lost")
    chat.troubles = []
    await society.advance(timedelta(hours=1))

    key = "question.answer_without_confidence"
    assert (chat.keys().count(key), key in await society.told(MEMBER)) == (0, True)


async def test_button_on_a_lost_phone_opens_nothing(newcomers: Newcomers) -> None:
    question = await newcomers.society.ask()
    await newcomers.society.press(COORDINATOR, Action.CUT_OFF, fields={"member": PANELIST.id})
    before = await newcomers.society.question(question.id)

    await newcomers.press(Action.CLAIM, sender=LOST)

    assert await newcomers.society.question(question.id) == before
    assert newcomers.keys(LOST)[-1] == "stranger.link_first"


async def test_who_cut_whom_off_is_in_the_audit(newcomers: Newcomers) -> None:
    await newcomers.society.press(COORDINATOR, Action.CUT_OFF, fields={"member": PANELIST.id})

    done = [(event.action, event.actor_id, event.subject) for event in await newcomers.events()]

    assert ("cut_off", COORDINATOR.id, PANELIST.id) in done
