"""Panels with their rota: overrides, who is absent, swap offers, test pages, calendar feeds, and pages counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from domain.calendar import CalendarFeed
from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.ids import MemberId, PanelId
from domain.messages import Action, Address
from domain.paging import PageRow, Way
from domain.phone import PhoneRecord, TestPage
from domain.rota import Layer, Override, Tier
from domain.rotation import Rotation
from domain.swap import SwapOffer, SwapState
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, choice, closed_question, member, panel

LEE = MemberId("lee")
CHEST = PanelId("chest")
DAY = timedelta(days=1)
NIGHT = Layer(
    tier=Tier.SECONDARY,
    name="night",
    rotation=Rotation(members=(LEE,), starts_on=date(2026, 1, 5), handoff_at=time(22), time_zone="Europe/Berlin"),
    ends=time(8, 30),
    on_holidays_only=True,
)


def override(name: str = "o", **changes: object) -> Override:
    values: dict[str, object] = {
        "id": name,
        "panel_id": CHEST,
        "tier": Tier.SECONDARY,
        "begins_at": NOW,
        "ends_at": NOW + DAY,
        "member_id": LEE,
        "made_at": NOW - DAY,
        "made_by": MEMBER,
    }
    return Override(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def offer(name: str = "s", **changes: object) -> SwapOffer:
    values: dict[str, object] = {
        "id": name,
        "panel_id": CHEST,
        "tier": Tier.SECONDARY,
        "begins_at": NOW + DAY,
        "ends_at": NOW + 2 * DAY,
        "offered_by": MEMBER,
        "offered_to": LEE,
        "offered_at": NOW,
    }
    return SwapOffer(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def passed(name: str, at: object = NOW, **changes: object) -> TestPage:
    values: dict[str, object] = {"id": f"t-{name}", "member_id": MemberId(name), "sent_at": NOW, "passed_at": at}
    return TestPage(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


@pytest.fixture
async def kept(store):
    """A store with the panel and its people, all of them active and with a tested phone."""

    def keep(transaction):
        for name in ("kim", "lee"):
            transaction.members.save(member(name, active=True))
            transaction.phones.add(passed(name))
        transaction.panels.save(panel())

    await store.write(keep)
    return store


async def test_panel_is_found_with_layers_holidays_and_overrides(kept):
    saved = replace(panel(), secondary=None, layers=(NIGHT,), holidays=frozenset({date(2026, 12, 25)}))
    made = (override("later", member_id=None, made_by=None), override("earlier", made_at=NOW - 2 * DAY))

    def keep(transaction):
        transaction.panels.save(saved)
        return [transaction.rotas.add_override(each) for each in (*made, made[0])]

    added = await kept.write(keep)

    assert added == [True, True, False]
    assert await kept.read(lambda transaction: transaction.panels.get(CHEST)) == replace(saved, overrides=made)


async def test_phones_count_for_thirty_days(kept, clock):
    before = await kept.read(lambda transaction: transaction.panels.all())

    clock.advance(30 * DAY)

    [found] = await kept.read(lambda transaction: transaction.panels.all())
    assert (before, found.absent) == ((panel(),), {MEMBER, LEE})


@pytest.mark.parametrize(
    "change", [{"active": False}, {"addresses": ()}, {"stopped": frozenset(member("lee").addresses)}]
)
async def test_whom_no_page_reaches_is_absent_like_who_was_never_tested(kept, change):
    def keep(transaction):
        transaction.members.save(member("lee", **{"active": True, **change}))
        transaction.rotas.add_override(override(member_id=MemberId("choi")))

    await kept.write(keep)

    found = await kept.read(lambda transaction: transaction.panels.get(CHEST))
    assert found.absent == {LEE, MemberId("choi")}


async def test_removed_override_is_gone(kept):
    await kept.write(lambda transaction: transaction.rotas.add_override(override()))

    removed = [await kept.write(lambda transaction: transaction.rotas.remove_override("o")) for _ in range(2)]

    assert removed == [True, False]
    assert await kept.read(lambda transaction: transaction.rotas.overrides(CHEST)) == ()


async def test_offer_is_kept_changed_and_listed_by_its_beginning(kept):
    later, over = offer("later", begins_at=NOW + 1.5 * DAY, offered_to=None), offer("over", begins_at=NOW)

    def keep(transaction):
        added = [transaction.rotas.add_offer(each) for each in (later, offer(), replace(over, ends_at=NOW + MINUTE))]
        taken = replace(transaction.rotas.lock_offer("s"), state=SwapState.ACCEPTED, accepted_by=LEE)
        transaction.rotas.save_offer(taken)
        return [*added, transaction.rotas.add_offer(offer())]

    added = await kept.write(keep)

    listed = await kept.read(lambda transaction: transaction.rotas.offers(CHEST, ending_after=NOW + MINUTE))
    assert added == [True, True, True, False]
    assert listed == (offer(state=SwapState.ACCEPTED, accepted_by=LEE), later)


async def test_unknown_offer_is_closed(store):
    with pytest.raises(UserError, match="swap_closed"):
        await store.write(lambda transaction: transaction.rotas.lock_offer("s"))


async def test_test_page_is_passed_once_and_by_its_member(kept):
    waiting = passed("lee", None, id="next", sent_at=NOW + DAY)

    def press(transaction):
        transaction.phones.add(waiting)
        return [transaction.phones.note_passed("next", who, NOW + 2 * DAY) for who in (MEMBER, LEE, LEE)]

    pressed = await kept.write(press)

    records = await kept.read(lambda transaction: transaction.phones.records())
    assert pressed == [False, True, False]
    assert records == {
        MEMBER: PhoneRecord(sent_at=NOW, passed_at=NOW),
        LEE: PhoneRecord(sent_at=NOW + DAY, passed_at=NOW + 2 * DAY),
    }


async def test_feed_is_read_until_it_is_revoked(kept):
    feed = CalendarFeed(token_hash="a", member_id=LEE, made_at=NOW)
    await kept.write(lambda transaction: transaction.feeds.add(feed))

    def look(transaction):
        return [transaction.feeds.get("a"), transaction.feeds.get("b"), transaction.feeds.has(LEE)]

    before = await kept.read(look)
    revoked = [await kept.write(lambda transaction: transaction.feeds.revoke_of(LEE, NOW)) for _ in range(2)]

    assert (before, revoked) == ([feed, None, True], [1, 0])
    assert await kept.read(look) == [None, None, False]


def page(number: int, **changes: object) -> PageRow:
    values: dict[str, object] = {
        "id": f"p{number}",
        "question_id": QUESTION,
        "opening": 1,
        "step": number,
        "member_id": LEE,
        "way": Way.FIRST,
        "is_urgent": True,
        "due_at": NOW,
        "address": Address(channel="web", external_id="lee"),
        "sent_at": NOW,
    }
    return PageRow(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


async def test_pages_are_counted_by_panel_and_member(kept):
    def keep(transaction):
        transaction.questions.add(closed_question(QUESTION, 1))
        for each in (page(1), page(2), page(3, member_id=MEMBER), page(4, sent_at=NOW - DAY)):
            transaction.pages.add(each)

    await kept.write(keep)

    counted = await kept.read(lambda transaction: transaction.rotas.pages_since(CHEST, NOW - DAY))
    assert counted == {LEE: 2, MEMBER: 1}


async def test_choice_remembers_what_it_is_about(kept):
    about = choice("a", question_id=None, actions=(Action.CLAIM,), about="swap-1")

    def keep(transaction) -> list[PendingChoice | None]:
        added = [transaction.choices.add(each) for each in (about, about, choice("b"))]
        return [*added, transaction.choices.get("a"), *transaction.choices.open_of(MEMBER, NOW)]

    assert await kept.write(keep) == [True, False, True, about, choice("b"), about]
