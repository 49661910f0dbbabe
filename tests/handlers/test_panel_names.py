"""What a panel is called where it is named: 흉부 to whoever reads Korean, Chest to everybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.demo_people import PANEL, PEOPLE
from domain.commands import HandOver
from domain.errors import UserError
from domain.ids import MemberId
from domain.member import Language, Member
from domain.messages import Action, Address
from domain.rota import Override, Tier
from domain.rotation import Rotation
from domain.text import IdentifiableText
from handlers.offboarding import offboard
from tests.fakes.phones import connect_phones, with_phone
from tests.fakes.sms_channel import SmsChannel
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, MONDAY_NOON, PANELIST, SECOND, Society

TURNS = replace(PANEL, primary=Rotation(members=(PANELIST.id, SECOND.id), starts_on=date(2026, 11, 23)), secondary=None)


@pytest.fixture
async def koreans(society: Society) -> Society:
    """Everybody but the second panelist reads Korean."""
    for member in PEOPLE:
        if member != SECOND:
            await society.change_member(member, language=Language.KOREAN)
    await society.change(lambda transaction: transaction.panels.save(TURNS))
    return society


async def heard(society: Society, member: Member, key: str) -> str:
    """Return the last that a member was told by this key."""
    return [str(line.payload["text"]) for line in await society.lines(member) if line.payload["key"] == key][-1]


def names(text: str) -> tuple[bool, bool]:
    return "흉부" in text, "Chest" in text


KOREAN, ENGLISH = (True, False), (False, True)


@pytest.mark.parametrize(
    ("member", "action", "key"),
    [(MEMBER, Action.ON_CALL, "rota.on_call"), (PANELIST, Action.MY_SHIFTS, "rota.my_shifts")],
)
async def test_rota_is_told_in_the_readers_language(koreans: Society, member: Member, action: Action, key: str) -> None:
    await koreans.press(member, action)

    assert names(await heard(koreans, member, key)) == KOREAN


async def test_swap_names_the_panel_to_each_in_their_language(koreans: Society) -> None:
    await koreans.press(PANELIST, Action.OFFER_SWAP, fields={"number": "1", "colleague": SECOND.id})
    token = await koreans.token(SECOND, "rota.swap_offer")

    await koreans.press(SECOND, Action.ACCEPT_SWAP, token=token)

    told = ((PANELIST, "rota.swap_offered"), (PANELIST, "rota.swap_taken"), (COORDINATOR, "rota.swap_done"))
    assert {names(await heard(koreans, member, key)) for member, key in told} == {KOREAN}
    assert {names(await heard(koreans, SECOND, key)) for key in ("rota.swap_offer", "rota.swap_yours")} == {ENGLISH}


async def test_swap_that_is_taken_back_names_it_too(koreans: Society) -> None:
    await koreans.press(PANELIST, Action.OFFER_SWAP, fields={"number": "1", "colleague": SECOND.id})

    await koreans.press(PANELIST, Action.WITHDRAW_SWAP, token=await koreans.token(PANELIST, "rota.swap_offered"))

    said = [await heard(koreans, member, "rota.swap_withdrawn") for member in (PANELIST, SECOND)]
    assert [names(text) for text in said] == [KOREAN, ENGLISH]


async def test_change_of_shift_names_it(koreans: Society) -> None:
    nobody = Override(
        id="nobody",
        panel_id=PANEL.id,
        tier=Tier.PRIMARY,
        begins_at=MONDAY_NOON + timedelta(minutes=5),
        ends_at=MONDAY_NOON + timedelta(hours=1),
        member_id=None,
        made_at=MONDAY_NOON,
    )
    await koreans.change(lambda transaction: transaction.rotas.add_override(nobody))
    change = HandOver(panel_id=PANEL.id, tier="primary", at=nobody.begins_at)
    await koreans.change(lambda transaction: transaction.jobs.add(change, due_at=nobody.begins_at))

    await koreans.advance(timedelta(minutes=20))

    assert names(await heard(koreans, PANELIST, "rota.shift_ends_clear")) == KOREAN


async def test_lost_phone_of_a_panelist_is_told_in_korean(koreans: Society) -> None:
    await koreans.say(PANELIST, "/분실")

    assert names(await heard(koreans, COORDINATOR, "phone.lost")) == KOREAN


async def test_stopped_and_started_phone_is_told_in_korean(koreans: Society) -> None:
    members = [with_phone(each, "sms", language=Language.KOREAN) for each in (PANELIST, COORDINATOR)]
    await connect_phones(koreans, *members)
    koreans.services = replace(koreans.services, channels={**koreans.services.channels, "sms": SmsChannel()})
    phone = Address(channel="sms", external_id=PANELIST.id)

    for words in ("STOP", "START"):
        message = replace(koreans.message(PANELIST), channel="sms", sender=phone, text=IdentifiableText(words))
        await koreans.receive(message)

    told = [await heard(koreans, COORDINATOR, key) for key in ("phone.stopped_on_call", "phone.started_by_panelist")]
    assert [names(text) for text in told] == [KOREAN, KOREAN]


async def test_leaver_is_told_of_in_korean(koreans: Society) -> None:
    await koreans.press(COORDINATOR, Action.OFFBOARD, fields={"member": PANELIST.id})

    assert (await heard(koreans, COORDINATOR, "members.left_panel")).startswith("흉부: Dr Kang Taeho 님이 떠났습니다.")


@pytest.mark.parametrize(("by", "said"), [(COLLEAGUE.id, "흉부"), (None, "Chest")])
async def test_panel_without_another_coordinator_is_named(koreans: Society, by: MemberId | None, said: str) -> None:
    leaver = replace(COORDINATOR, language=Language.KOREAN)

    with pytest.raises(UserError) as raised:
        await koreans.change(lambda t: offboard(koreans.services, t, leaver, by=by, channel="web"))

    assert raised.value.values["panel"] == said


async def test_swap_that_ends_with_a_leaver_names_it(koreans: Society) -> None:
    await koreans.change(lambda transaction: transaction.panels.save(PANEL))
    await koreans.press(PANELIST, Action.OFFER_SWAP, fields={"number": "1", "colleague": SECOND.id})

    await koreans.press(COORDINATOR, Action.OFFBOARD, fields={"member": SECOND.id})

    assert names(await heard(koreans, PANELIST, "members.swap_lapsed")) == KOREAN
