"""A member leaves in one action: nothing of theirs opens any more, and nothing that they had in hand is forgotten."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event
from time import sleep

import pytest

from domain.calendar import CalendarFeed
from domain.enrolment import INVITE_LASTS, Invite
from domain.errors import UserError
from domain.linking import new_link_code
from domain.member import Language, Member, Role
from domain.messages import Action, Address
from domain.paging import PageRow, Way
from domain.panel import Panel
from domain.ports.store import Transaction
from domain.question import QuestionState
from domain.rota import Tier
from domain.swap import SwapOffer, SwapState
from domain.web import SignInLink, UploadLink, WebSession
from handlers.offboarding import offboard
from tests.fakes.newcomers import Newcomers
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society, found_society

PHONE = Address(channel="sms", external_id="+821033333333")
DAY = timedelta(days=1)
PATIENCE = 0.5
"""In seconds."""


async def let_go(society: Society, member: Member) -> None:
    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": member.id})


async def member_now(society: Society, member: Member) -> Member:
    return await society.read(lambda transaction: transaction.members.get(member.id))


async def panel_now(society: Society) -> Panel:
    return (await society.read(lambda transaction: transaction.panels.all()))[0]


async def test_nothing_of_theirs_opens_any_more(society: Society) -> None:
    later = society.now + DAY

    def give(transaction: Transaction) -> None:
        web, now = transaction.web, society.now
        web.add_session(
            WebSession(token_hash="c", member_id=PANELIST.id, created_at=now, seen_at=now, expires_at=later)
        )
        web.add_sign_in_link(SignInLink(token_hash="s", member_id=PANELIST.id, expires_at=later))
        web.add_upload_link(UploadLink(code_hash="u", member_id=PANELIST.id, expires_at=later))
        transaction.feeds.add(CalendarFeed(token_hash="f", member_id=PANELIST.id, made_at=now))
        transaction.channel_links.add(new_link_code("t", PANELIST.id, now)[0])

    await society.change(give)

    await let_go(society, PANELIST)

    def opens(transaction: Transaction) -> list[object]:
        web, now = transaction.web, society.now
        links = [web.use_sign_in_link("s", now), web.use_upload_link("u", now) or None]
        return [web.session("c"), *links, transaction.feeds.get("f"), *transaction.channel_links.open_codes(now)]

    assert await society.change(opens) == [None, None, None, None]


async def test_member_is_reached_nowhere_and_may_nothing(society: Society) -> None:
    await let_go(society, PANELIST)

    former = await member_now(society, PANELIST)

    assert (former.active, former.roles, former.chain) == (False, frozenset(), ())


async def test_taken_question_goes_to_the_next_people(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await let_go(society, PANELIST)

    found = await society.question(question.id)
    assert (found.state, found.claimed_by) == (QuestionState.OPEN, None)
    assert (await society.told(MEMBER))[-1] == "question.released"
    assert any(key.startswith("panel.card") for key in await society.told(SECOND))


async def test_pages_that_waited_for_them_are_dropped(society: Society) -> None:
    await society.ask()
    await let_go(society, SECOND)
    before = len(await society.lines(SECOND))

    await society.advance(timedelta(hours=2))

    assert len(await society.lines(SECOND)) == before


async def test_page_that_was_held_for_the_morning_is_dropped(society: Society) -> None:
    question = await society.ask()
    held = PageRow(
        id="held",
        question_id=question.id,
        opening=1,
        step=9,
        member_id=EDITOR.id,
        way=next(iter(Way)),
        is_urgent=False,
        due_at=society.now + DAY,
    )
    await society.change(lambda transaction: transaction.pages.add(held))

    await let_go(society, EDITOR)

    assert await society.read(lambda t: t.pages.waiting(EDITOR.id, due_by=society.now + 2 * DAY)) == ()


async def test_whoever_has_taken_it_does_not_become_its_asker(society: Society) -> None:
    question = await society.ask()
    await society.press(COORDINATOR, Action.CLAIM, question.id)

    await let_go(society, MEMBER)

    assert (await society.question(question.id)).asker_id == PANELIST.id


async def test_turns_become_gaps_and_the_coordinator_is_told(society: Society) -> None:
    await let_go(society, PANELIST)

    panel = await panel_now(society)

    assert panel.members == (SECOND.id,)
    assert panel.on_call(society.now)[0] is None
    assert {"members.left_panel", "rota.gap_now", "members.left"} <= set(await society.told(COORDINATOR))


async def test_question_that_they_asked_is_read_by_somebody(society: Society) -> None:
    question = await society.ask()

    await let_go(society, MEMBER)

    assert (await society.question(question.id)).asker_id == COORDINATOR.id
    assert (await society.told(COORDINATOR))[-2:].count("question.handed_over") == 1


async def test_administrator_gets_no_case_by_letting_its_asker_go(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.ADMINISTRATOR}))
    question = await society.ask()

    await society.press(COLLEAGUE, Action.OFFBOARD, fields={"member": MEMBER.id})

    assert (await society.question(question.id)).asker_id == COORDINATOR.id


async def test_asker_stays_while_nobody_would_read_the_answer(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.ADMINISTRATOR}))
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    for each in (SECOND, COORDINATOR, EDITOR):
        await society.change_member(each, roles=frozenset())

    await society.press(COLLEAGUE, Action.OFFBOARD, fields={"member": MEMBER.id})

    assert (await member_now(society, MEMBER)).active
    assert "error.no_heir" in await society.told(COLLEAGUE)


async def test_askers_part_goes_rather_to_whoever_is_not_the_last_owner(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.COORDINATOR}))
    question = await society.ask()

    await let_go(society, MEMBER)

    assert (await society.question(question.id)).asker_id == COLLEAGUE.id


async def test_panel_of_a_coordinator_goes_to_the_next_one(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.COORDINATOR}))

    await society.press(COLLEAGUE, Action.OFFBOARD, fields={"member": COORDINATOR.id})

    assert (await panel_now(society)).coordinator_id == COLLEAGUE.id
    assert "members.panel_is_yours" in await society.told(COLLEAGUE)


async def test_administrator_takes_a_panel_where_no_coordinator_is_left(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.ADMINISTRATOR}))

    await society.press(COLLEAGUE, Action.OFFBOARD, fields={"member": COORDINATOR.id})

    assert (await panel_now(society)).coordinator_id == COLLEAGUE.id


async def test_last_coordinator_stays_until_there_is_another(society: Society) -> None:
    before = await member_now(society, COORDINATOR)

    def leave(transaction: Transaction) -> None:
        offboard(society.services, transaction, before, by=None, channel="cli")

    with pytest.raises(UserError, match="last_coordinator"):
        await society.change(leave)

    assert await member_now(society, COORDINATOR) == before


@pytest.mark.parametrize(
    ("actor", "named", "told"),
    [
        (COORDINATOR, COORDINATOR.id, "error.not_yourself"),
        (COORDINATOR, "nobody", "error.member_unknown"),
        (PANELIST, MEMBER.id, "error.enrol_only"),
        (MEMBER, PANELIST.id, "error.enrol_only"),
    ],
)
async def test_who_may_not_changes_nothing(society: Society, actor: Member, named: str, told: str) -> None:
    before = await society.read(lambda transaction: (transaction.members.all(), transaction.panels.all()))

    for action in (Action.OFFBOARD, Action.CUT_OFF):
        await society.press(actor, action, fields={"member": named})

    assert await society.told(actor) == [told, told]
    assert await society.read(lambda transaction: (transaction.members.all(), transaction.panels.all())) == before


async def test_administrator_is_let_go_by_an_administrator_alone(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.ADMINISTRATOR}))

    await let_go(society, COLLEAGUE)

    assert (await society.told(COORDINATOR))[-1] == "error.appoint_only"


async def test_who_has_left_cannot_leave_again(society: Society) -> None:
    await let_go(society, EDITOR)

    await let_go(society, EDITOR)

    assert (await society.told(COORDINATOR))[-1] == "error.member_unknown"
    former = await member_now(society, EDITOR)
    with pytest.raises(UserError, match="left_already"):
        await society.change(lambda t: offboard(society.services, t, former, by=None, channel="cli"))


async def test_offboarding_by_words_asks_once_more(society: Society) -> None:
    await society.say(COORDINATOR, f"/offboard {EDITOR.display_name}")
    still = (await member_now(society, EDITOR)).active
    token = await society.token(COORDINATOR, "members.really")

    await society.press(COORDINATOR, Action.OFFBOARD, token=token)

    assert still
    assert not (await member_now(society, EDITOR)).active


async def test_old_button_of_who_has_left_gets_one_sentence(society: Society) -> None:
    newcomers = Newcomers(society)
    await newcomers.give(PANELIST, PHONE)
    question = await society.ask()
    await let_go(society, PANELIST)
    before, heard = await society.question(question.id), len(newcomers.keys(PHONE))

    await newcomers.press(Action.CLAIM, sender=PHONE)

    assert newcomers.keys(PHONE)[heard:] == ["error.former_member"]
    assert await society.question(question.id) == before
    assert ("refused", PANELIST.id) in [(event.kind, event.actor_id) for event in await newcomers.events()]


async def test_old_button_of_who_left_the_panel_alone_gets_one_sentence(society: Society) -> None:
    question = await society.ask()
    await society.change_member(PANELIST, roles=frozenset())
    before = await society.told(PANELIST)

    await society.press(PANELIST, Action.CLAIM, question.id)

    assert await society.told(PANELIST) == [*before, "error.panel_only"]
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_swaps_with_them_are_over(society: Society) -> None:
    begins = society.now + DAY
    own = SwapOffer(
        id="own",
        panel_id=(await panel_now(society)).id,
        tier=Tier.PRIMARY,
        begins_at=begins,
        ends_at=begins + DAY,
        offered_by=PANELIST.id,
        offered_to=None,
        offered_at=society.now,
    )
    asked = replace(own, id="asked", tier=Tier.SECONDARY, offered_by=SECOND.id, offered_to=PANELIST.id)
    for offer in (own, asked, replace(asked, id="all", offered_to=None)):
        await society.change(lambda transaction, offer=offer: transaction.rotas.add_offer(offer))  # type: ignore[misc]

    await let_go(society, PANELIST)

    offers = await society.read(lambda t: t.rotas.offers(own.panel_id, ending_after=society.now))
    assert {offer.id: offer.state for offer in offers} == {
        "own": SwapState.WITHDRAWN,
        "asked": SwapState.EXPIRED,
        "all": SwapState.OFFERED,
    }
    assert "members.swap_lapsed" in await society.told(SECOND)


async def test_invites_that_they_made_are_taken_back(society: Society) -> None:
    await society.change_member(COLLEAGUE, roles=frozenset({Role.COORDINATOR}))
    made = Invite(
        id="i",
        name="Han Somi",
        language=Language.KOREAN,
        roles=frozenset(),
        made_by=COLLEAGUE.id,
        made_at=society.now,
        expires_at=society.now + INVITE_LASTS,
    )
    for invite in (made, replace(made, id="j", made_by=None)):
        await society.change(lambda transaction, invite=invite: transaction.enrolments.add_invite(invite))  # type: ignore[misc]

    await let_go(society, COLLEAGUE)

    [left] = await society.read(lambda transaction: transaction.enrolments.open_invites(society.now))
    assert left.id == "j"


async def test_offboarding_is_in_the_audit_with_what_was_handed_over(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await let_go(society, PANELIST)

    links = await society.read(lambda transaction: transaction.audit.after(0))
    [event] = [link.event for link in links if link.event.action == "offboard" and link.event.subject]
    assert (event.actor_id, event.subject, event.details["claims"]) == (COORDINATOR.id, PANELIST.id, 1)


async def test_question_that_somebody_takes_over_in_that_moment_is_theirs(tmp_path: Path, postgres_url: str) -> None:
    society, taking = await found_society(tmp_path, postgres_url), Event()
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    def take_over(transaction: Transaction) -> None:
        claimed = transaction.questions.lock(question.id)
        transaction.questions.save(replace(claimed, claimed_by=SECOND.id))
        taking.set()
        # Held open for the other one, which waits for it.
        sleep(PATIENCE)

    takes_over = asyncio.ensure_future(society.change(take_over))
    await asyncio.to_thread(taking.wait, PATIENCE)
    await let_go(society, PANELIST)
    await takes_over

    assert (await society.question(question.id)).claimed_by == SECOND.id
    society.close()
