"""What is on its way out when something is flagged: digests without it, no hidden image, taken back right behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.dispatcher import dispatch
from channels.web.channel import WebChannel
from domain.commands import Deliver
from domain.delivery import Delivery, Value
from domain.errors import TransientError
from domain.ids import DeliveryId, ImageId
from domain.member import Member
from domain.messages import Action, Address
from domain.ports.channel import Copies
from domain.short_codes import ShortCode
from domain.text import DeidentifiedText
from handlers.render import ANSWER_KEYS
from tests.fakes.erasable_channel import ErasableChannel, erasable_channel
from tests.fakes.flagged import MODERATOR, PAGE, answered, decide, flag_answer, incident_of, moderated
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, SLICE, Society, found_society

PHONE = Address(channel="sms", external_id="m")
ANSWER = DeidentifiedText(value="CTPA now, please.")


async def _deliver(society: Society, key: str, *, to: Address, **given: object) -> None:
    values: dict[str, Value] = {"label": "Q1", "name": "Dr A", "quality": "", "text": ANSWER, "at": society.now}
    late = Delivery(
        id=DeliveryId("late"),
        address=to,
        member_id=COLLEAGUE.id,
        subject="late",
        key=key,
        values={**values, **given.pop("values", {})},  # type: ignore[dict-item]  # what a test gives
        created_at=society.now,
        **given,  # type: ignore[arg-type]  # as above
    )
    await society.change(lambda transaction: transaction.deliveries.add(late))
    await dispatch(society.services, Deliver(delivery_id=late.id))


async def _with_phone(folder: Path, channel: ErasableChannel) -> Society:
    society = await found_society(folder)
    web = WebChannel(store=society.services.store, clock=society.clock)
    society.services = replace(society.services, channels={"web": web, "sms": channel})
    return society


@pytest.mark.parametrize("is_flagged", [True, False])
async def test_digest_leaves_without_a_case_under_review(society: Society, *, is_flagged: bool) -> None:
    question = await answered(society)
    if is_flagged:
        await flag_answer(society, question)
    lines = DeidentifiedText(value=f"2 new\n🆕 {question.label} Embolism\n🆕 Q99 Other")

    await _deliver(society, "digest.daily", to=COLLEAGUE.addresses[0], values={"text": lines})

    said = str((await society.lines(COLLEAGUE))[-1].payload["quoted"])
    assert ("Embolism" in said, "Q99 Other" in said) == (not is_flagged, True)


async def test_hidden_image_leaves_with_no_message(society: Society) -> None:
    question = await answered(society, SLICE)
    [image] = await society.images(question.id)
    await society.press(SECOND, Action.FLAG, question.id, {"image": image.id})

    images = (image.id, ImageId("other"))
    key = "question.answer_without_confidence"
    await _deliver(society, key, to=COLLEAGUE.addresses[0], question_id=question.id, images=images)

    payload = (await society.lines(COLLEAGUE))[-1].payload
    assert (payload["images"], "CTPA" in str(payload)) == (["other"], True)


async def test_what_left_at_the_same_moment_is_taken_back_behind_it(tmp_path: Path) -> None:
    channel = erasable_channel("sms", Copies.RETRACTABLE)
    society = await _with_phone(tmp_path, channel)
    question = await answered(society)
    back = await flag_answer(society, question)
    await decide(society, Action.PUT_BACK, back, "Fine.")
    await society.change_member(COLLEAGUE, addresses=(PHONE, *COLLEAGUE.addresses))
    channel.while_sending = lambda: society.press(COORDINATOR, Action.FLAG, question.id)

    await _deliver(society, "question.answer_without_confidence", to=PHONE, question_id=question.id)
    await society.work()

    assert channel.erased == ["paper-1"]
    society.close()


async def _waiting(society: Society, member: Member) -> ErasableChannel:
    """Give a member a phone that nothing reaches for now."""
    channel = erasable_channel("sms", Copies.RETRACTABLE)
    channel.troubles = [TransientError("sms_away", retry_after=timedelta(minutes=5)) for _ in range(40)]
    society.services = replace(society.services, channels={**society.services.channels, "sms": channel})
    await society.change_member(member, addresses=(PHONE, *member.addresses))
    return channel


async def test_card_that_waited_goes_to_nobody_who_has_left(society: Society) -> None:
    channel = await _waiting(society, PANELIST)
    await society.ask("M50s COVID. PE?")
    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": PANELIST.id})

    channel.troubles = []
    await society.advance(timedelta(minutes=20))

    assert channel.keys() == []
    assert "reader_left" in society.log.events


async def test_answer_that_waited_goes_to_who_asks_now(society: Society) -> None:
    question = await society.ask(action=Action.SEND_ROUTINE)
    channel = await _waiting(society, MEMBER)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": MEMBER.id})

    channel.troubles = []
    await society.advance(timedelta(minutes=20))

    heir = (await society.question(question.id)).asker_id
    [answer] = [each for each in await society.lines(COORDINATOR) if each.payload["key"] in ANSWER_KEYS]
    assert (heir, "CTPA now." in str(answer.payload)) == (COORDINATOR.id, True)
    assert channel.keys() == []


async def test_answer_to_a_closed_question_goes_to_nobody_else(society: Society) -> None:
    question = await society.ask(action=Action.SEND_ROUTINE)
    channel = await _waiting(society, MEMBER)
    await society.settle(question.id)
    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": MEMBER.id})

    channel.troubles = []
    await society.advance(timedelta(minutes=20))

    assert not ANSWER_KEYS & {*channel.keys(), *await society.told(COORDINATOR)}


async def test_page_waits_for_a_phone_that_takes_no_other_yet(tmp_path: Path) -> None:
    channel = erasable_channel("sms", Copies.FINAL)
    society = await _with_phone(tmp_path, channel)
    first, second = await answered(society), await society.ask(member=COLLEAGUE)
    await society.change_member(MODERATOR, addresses=(PHONE,))
    await flag_answer(society, first)
    await society.press(SECOND, Action.FLAG, second.id, {"what": "text"})
    at_once = channel.keys().count(PAGE)

    await society.advance(timedelta(seconds=61))

    assert (at_once, channel.keys().count(PAGE)) == (1, 2)
    society.close()


async def test_code_of_a_phone_comes_before_a_number(society: Society) -> None:
    await moderated(society)
    question = await society.ask()
    code = ShortCode(address=SECOND.addresses[0], code=41, question_id=question.id, given_at=society.now)
    await society.change(lambda transaction: transaction.codes.give(code))

    await society.say(SECOND, "🚩 41")
    await society.say(SECOND, "🚩 42")

    assert (await incident_of(society, question.id)).opened_by == SECOND.id
    assert (await society.told(SECOND))[-1] == "error.flag_which"
