"""STOP and START from a phone, and questions that are asked about their urgency."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from domain.audit import AuditKind
from domain.delivery import DeliveryState
from domain.ids import InboxId, MemberId
from domain.member import Member, Role
from domain.messages import Action, Address
from domain.panel import Panel
from domain.question import QuestionState, Urgency
from domain.rota import Override, Tier
from domain.surge import Surge
from domain.text import IdentifiableText
from handlers.inbound import Received
from handlers.outbox import Notice, tell
from handlers.stopping import start_phone
from tests.fakes.phones import change, connect_phones, pages, with_phone
from tests.fakes.sms_channel import SmsChannel
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society

STRANGER = replace(MEMBER, id=MemberId("+821099990000"))


async def phones(society: Society, *members: Member) -> SmsChannel:
    """Give a society phones that take text messages only."""
    await connect_phones(society, *members)
    texts = SmsChannel()
    society.services = replace(society.services, channels={**society.services.channels, "sms": texts})
    return texts


async def text(society: Society, member: Member, words: str) -> None:
    sender = Address(channel="sms", external_id=member.id)
    message = replace(society.message(member), channel="sms", sender=sender, text=IdentifiableText(words))
    await society.receive(message)


async def widen(society: Society, *members: Member) -> None:
    """Let more members be of the panel."""
    panel = await the_panel(society)
    wider = replace(panel, members=(*panel.members, *(member.id for member in members)))
    await society.change(lambda transaction: transaction.panels.save(wider))


async def the_panel(society: Society) -> Panel:
    return await society.read(lambda transaction: transaction.panels.all()[0])


async def audited(society: Society, member: Member) -> Sequence[tuple[AuditKind, str, str]]:
    """Return what of a member is in the audit: its kind, what it was, and why it was refused."""
    links = await society.read(lambda transaction: transaction.audit.after(0))
    events = (link.event for link in links if link.event.actor_id == member.id)
    return [(event.kind, event.action, str(event.details.get("code", ""))) for event in events]


@pytest.mark.parametrize("word", ["STOP", "stop.", "Unsubscribe", "수신거부", "ＳＴＯＰ", "수신 거부"])
async def test_stop_of_somebody_on_call_pages_the_coordinator(society: Society, word: str) -> None:
    texts = await phones(society)

    await text(society, PANELIST, word)

    assert await society.told(COORDINATOR) == ["phone.stopped_on_call"]
    assert await society.told(PANELIST) == ["phone.stopped"]
    assert texts.to(PANELIST.id) == []
    assert await audited(society, PANELIST) == [(AuditKind.DID, "request_stop", "")]


async def test_stopped_phone_is_a_gap_whose_member_is_asked_elsewhere(society: Society) -> None:
    texts = await phones(society)
    await text(society, PANELIST, "STOP")

    question = await society.ask()
    await society.advance(timedelta(minutes=4))

    panel = await the_panel(society)
    (shift,) = panel.shifts(Tier.PRIMARY, society.now, society.now + timedelta(hours=1))
    assert (shift.is_gap, panel.is_missing(shift.planned)) == (True, True)
    assert panel.on_call(society.now)[0] == PANELIST.id
    assert {channel for _, name, channel in await pages(society, question) if name == "panelist"} == {"web"}
    assert texts.to(PANELIST.id) == []


async def test_stop_twice_is_told_once(society: Society) -> None:
    await phones(society)
    await text(society, PANELIST, "STOP")

    await text(society, PANELIST, "수신거부")

    assert await society.told(COORDINATOR) == ["phone.stopped_on_call"]
    assert await society.told(PANELIST) == ["phone.stopped"]
    assert len(await audited(society, PANELIST)) == 2


async def test_stop_is_of_the_phone_that_said_it(society: Society) -> None:
    other = Address(channel="sms", external_id="another")
    kept = with_phone(PANELIST, "sms")
    await phones(society, replace(kept, addresses=(*kept.addresses, other)))

    await text(society, PANELIST, "STOP")

    left = await society.read(lambda transaction: transaction.members.get(PANELIST.id))
    assert left.chain == (PANELIST.addresses[0], other)


async def test_start_puts_the_phone_back_and_says_so(society: Society) -> None:
    texts = await phones(society)
    await text(society, PANELIST, "STOP")

    await text(society, PANELIST, "수신동의")

    assert len(texts.to(PANELIST.id)) == 1
    assert (await society.told(COORDINATOR))[-1] == "phone.started_by_panelist"
    assert (await the_panel(society)).muted == frozenset()
    assert [action for _, action, _ in await audited(society, PANELIST)] == ["request_stop", "request_start"]


async def test_stop_and_start_of_an_asker_are_nobody_elses_matter(society: Society) -> None:
    texts = await phones(society)

    await text(society, MEMBER, "STOP")
    await text(society, MEMBER, "START")

    assert await society.told(MEMBER) == ["phone.stopped"]
    assert len(texts.to(MEMBER.id)) == 1
    assert await society.told(COORDINATOR) == []


@pytest.mark.parametrize("words", ["YES", "start", "START ", "수신동의", "41 stop", "41 YES", "41 수신거부"])
async def test_reserved_word_is_never_taken_for_anything_else(society: Society, words: str) -> None:
    texts = await phones(society)
    question = await society.ask()
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Contrast allergy?"})
    before = await society.entries(question.id)

    await text(society, MEMBER, words)

    assert await society.entries(question.id) == before
    assert "say it in other words" in texts.to(MEMBER.id)[-1]
    assert (await audited(society, MEMBER))[-1] == (AuditKind.REFUSED, "message", "reserved_word")
    assert (await society.read(lambda transaction: transaction.members.get(MEMBER.id))).stopped == frozenset()


async def test_stop_before_a_duty_pages_the_coordinator(society: Society) -> None:
    await phones(society, with_phone(EDITOR, "sms"))
    begins_at = society.now + timedelta(hours=71)
    duty = Override(
        id="duty",
        panel_id=(await the_panel(society)).id,
        tier=Tier.SECONDARY,
        begins_at=begins_at,
        ends_at=begins_at + timedelta(days=1),
        member_id=EDITOR.id,
        made_at=society.now,
    )
    await society.change(lambda transaction: transaction.rotas.add_override(duty))

    await text(society, EDITOR, "STOP")

    assert await society.told(COORDINATOR) == ["phone.stopped_before_duty"]


@pytest.mark.parametrize(
    ("is_awake", "in_surge", "key"),
    [
        (True, False, "phone.stopped_in_pool"),
        (None, True, "phone.stopped_in_pool"),
        (None, False, "phone.stopped_by_panelist"),
        (False, True, "phone.stopped_by_panelist"),
    ],
)
async def test_stop_of_a_panelist_off_duty_is_told_too(
    society: Society, *, is_awake: bool | None, in_surge: bool, key: str
) -> None:
    await phones(society, with_phone(EDITOR, "sms", awake_pool=is_awake))
    await widen(society, EDITOR)
    if in_surge:
        surge = Surge(begins_at=society.now, ends_at=society.now + timedelta(hours=72))
        await society.change(lambda transaction: transaction.surge.save(surge))

    await text(society, EDITOR, "STOP")

    assert await society.told(COORDINATOR) == [key]


async def test_stop_of_the_coordinator_is_told_to_who_stands_in(society: Society) -> None:
    await phones(society)
    await society.change_member(COLLEAGUE, roles=frozenset({Role.CHAIR}))

    await text(society, COORDINATOR, "STOP")

    assert await society.told(COLLEAGUE) == ["phone.stopped_by_coordinator"]
    assert await society.told(COORDINATOR) == ["phone.stopped"]
    assert await society.told(EDITOR) == []


async def test_stop_of_the_only_address_is_still_told_to_the_coordinator(society: Society) -> None:
    phone = Address(channel="sms", external_id=SECOND.id)
    texts = await phones(society, replace(SECOND, addresses=(phone,)))

    await text(society, SECOND, "STOP")

    assert texts.texts == []
    assert SECOND.display_name in str((await society.lines(COORDINATOR))[-1].payload["text"])
    assert SECOND.id in (await the_panel(society)).absent


async def test_who_writes_from_a_stopped_phone_is_answered_elsewhere(society: Society) -> None:
    texts = await phones(society)
    await text(society, MEMBER, "STOP")

    await text(society, MEMBER, "7")

    assert texts.to(MEMBER.id) == []
    assert await society.told(MEMBER) == ["phone.stopped", "error.nothing_waits"]


@pytest.mark.parametrize("is_reached_elsewhere", [True, False])
async def test_what_was_on_its_way_to_a_stopped_phone_goes_elsewhere(
    society: Society, *, is_reached_elsewhere: bool
) -> None:
    texts = await phones(society)
    phone = Address(channel="sms", external_id=MEMBER.id)
    holder = with_phone(MEMBER, "sms") if is_reached_elsewhere else replace(MEMBER, addresses=(phone,))
    await change(society, holder)
    notice = Notice(key="request.nothing_open", to=phone)
    planned = await society.change(
        lambda transaction: tell(society.services, transaction, holder, cause="x", notice=notice)
    )
    assert planned is not None
    await change(society, replace(holder, stopped=frozenset({phone})))

    await society.work()

    state = await society.read(lambda transaction: transaction.deliveries.get(planned).state)
    assert (texts.texts, state) == ([], DeliveryState.DEAD)
    assert len(await society.lines(MEMBER)) == int(is_reached_elsewhere)


async def test_stranger_who_says_stop_is_sent_nothing(society: Society) -> None:
    texts = await phones(society)

    await text(society, STRANGER, "STOP")

    assert texts.texts == []
    links = await society.read(lambda transaction: transaction.audit.after(0))
    assert (links[-1].event.action, links[-1].event.actor_id) == ("request_stop", None)


async def test_third_urgent_question_of_a_day_is_asked_about_once(society: Society) -> None:
    for words in ("one", "two"):
        await society.ask(words)

    third = await society.ask("three")
    asked = await society.told(MEMBER)
    await society.press(MEMBER, Action.SEND_URGENT, third.id)

    assert (third.state, asked.count("draft.really_urgent")) == (QuestionState.DRAFT, 1)
    sent = await society.question(third.id)
    assert (sent.state, sent.urgency) == (QuestionState.OPEN, Urgency.URGENT)


async def test_words_of_danger_offer_urgent_once(society: Society) -> None:
    draft = await society.ask("Tension pneumothorax?", action=Action.SEND_ROUTINE)
    told = await society.told(MEMBER)

    await society.press(MEMBER, Action.SEND_ROUTINE, draft.id)

    assert told[-2:] == ["draft.sounds_urgent", "draft.preview"]
    assert (await society.question(draft.id)).urgency is Urgency.ROUTINE


async def test_ordinary_routine_question_is_not_asked_about(society: Society) -> None:
    question = await society.ask("Old granuloma?", action=Action.SEND_ROUTINE)

    assert question.state is QuestionState.OPEN


async def test_coordinator_downgrades_what_somebody_else_has(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(COORDINATOR, Action.DOWNGRADE, question.id, {"text": "An old film."})

    assert (await society.question(question.id)).urgency is Urgency.TODAY
    assert (await society.told(MEMBER))[-1] == "question.downgraded"


async def test_coordinator_judges_no_question_of_a_wrong_patient(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await society.press(COORDINATOR, Action.DOWNGRADE, question.id, {"text": "An old film."})

    assert (await society.question(question.id)).urgency is Urgency.URGENT
    assert (await society.told(COORDINATOR))[-1] == "error.wrong_patient"


@pytest.mark.parametrize("is_claimed", [True, False])
async def test_stop_of_an_askers_only_phone_is_told_to_who_has_the_question(society: Society, is_claimed: bool) -> None:
    await phones(society, MEMBER)
    only = Address(channel="sms", external_id=MEMBER.id)
    question = await society.ask()
    if is_claimed:
        await society.press(PANELIST, Action.CLAIM, question.id)
    await society.change_member(MEMBER, addresses=(only,))

    await text(society, MEMBER, "STOP")

    assert (await society.told(COORDINATOR)).count("phone.stopped_by_asker") == 1
    assert (await society.told(PANELIST)).count("phone.stopped_by_asker") == is_claimed


async def test_stop_of_an_asker_with_nothing_in_hand_is_told_to_nobody(society: Society) -> None:
    await phones(society, MEMBER)
    await society.write_draft()
    withdrawn = await society.ask()
    await society.press(MEMBER, Action.WITHDRAW, withdrawn.id)
    await society.change_member(MEMBER, addresses=(Address(channel="sms", external_id=MEMBER.id),))

    await text(society, MEMBER, "STOP")

    assert "phone.stopped_by_asker" not in await society.told(COORDINATOR)


@pytest.mark.parametrize("left", [{"active": False}, {"stopped": frozenset(), "addresses": PANELIST.addresses}])
async def test_start_of_who_was_cut_off_meanwhile_brings_nothing_back(society: Society, left: dict[str, Any]) -> None:
    texts = await phones(society)
    await text(society, PANELIST, "STOP")
    sender = Address(channel="sms", external_id=PANELIST.id)
    message = replace(society.message(PANELIST), channel="sms", sender=sender, text=IdentifiableText("START"))
    stale = await society.read(lambda transaction: transaction.members.get(PANELIST.id))
    gone = replace(stale, **left)
    await society.change(lambda transaction: transaction.members.save(gone))

    received = Received(inbox_id=InboxId("late"), message=message, sender=stale)
    await society.change(lambda transaction: start_phone(society.services, transaction, received))
    await society.work()

    assert await society.read(lambda transaction: transaction.members.get(PANELIST.id)) == gone
    assert "phone.started" not in [each.key for each in texts.texts]
