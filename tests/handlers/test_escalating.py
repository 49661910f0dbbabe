"""Escalation as members live it: pages in their order, quiet hours kept, nothing lost, always an end."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.commands import NotifyStep, SendPages
from domain.ids import QuestionId
from domain.member import Member, Role
from domain.messages import Action
from domain.paging import PageLater, PageRow, Way
from domain.question import EntryKind, QuestionState, Urgency
from handlers.notify import notify_step, page_next_if_all_passed
from handlers.paging import send_or_hold, send_pages
from handlers.standing import standing_of
from handlers.timeline import own_entry
from tests.fakes.phones import MINUTE, change, connect_phones, pages, with_phone
from tests.fakes.society import COLLEAGUE, COORDINATOR, EDITOR, MEMBER, PANELIST, SECOND, Society

HOUR = timedelta(hours=1)


async def kinds(society: Society, question_id: QuestionId) -> list[EntryKind]:
    entries = await society.read(lambda transaction: transaction.entries.of_question(question_id))
    return [entry.kind for entry in entries]


async def passes(society: Society, question, *members) -> None:
    def note(transaction):
        for member in members:
            entry = own_entry(question, EntryKind.PASSED, key=f"pass:{member.id}", at=society.now)
            transaction.entries.add(replace(entry, actor_id=member.id))
            page_next_if_all_passed(transaction, question)

    await society.storage.store.write(note)
    await society.work()


async def join_panel(society: Society, member: Member) -> None:
    await change(society, member)
    panel = await society.read(lambda transaction: transaction.panels.all()[0])
    joined = replace(panel, members=(*panel.members, member.id))
    await society.change(lambda transaction: transaction.panels.save(joined))


async def test_unanswered_urgent_question_goes_from_phone_to_phone(society: Society) -> None:
    await connect_phones(society)
    question = await society.ask()

    await society.advance(31 * MINUTE)

    assert await pages(society, question) == [
        *((0, "panelist", "web"), (3, "panelist", "sms"), (5, "second", "sms"), (5, "second", "web")),
        *((10, "panelist", "sms"), (10, "panelist", "web"), (10, "second", "sms"), (10, "second", "web")),
        *((20, "panelist", "sms"), (20, "panelist", "web"), (20, "second", "sms"), (20, "second", "web")),
        (30, "coordinator", "sms"),
    ]


async def test_every_page_and_the_last_owner_are_on_the_timeline(society: Society) -> None:
    question = await society.ask()

    await society.advance(61 * MINUTE)

    happened = await kinds(society, question.id)
    assert happened.count(EntryKind.PAGED) == len(await pages(society, question))
    assert (happened.count(EntryKind.NOTIFIED), happened[-1]) == (8, EntryKind.OWNED)


async def test_steps_that_run_twice_page_once(society: Society) -> None:
    question = await society.ask()

    await notify_step(society.services, NotifyStep(question_id=question.id, opening=1, step=0))
    await society.work()

    assert await society.told(PANELIST) == ["panel.card_urgent"]


async def test_chair_is_paged_with_the_coordinator(society: Society) -> None:
    await change(society, replace(COLLEAGUE, roles=frozenset({Role.CHAIR})))
    await society.ask()

    await society.advance(31 * MINUTE)

    assert await society.told(COLLEAGUE) == await society.told(COORDINATOR) == ["panel.card_urgent"]


async def test_night_wakes_those_on_call_and_the_coordinator_only(society: Society) -> None:
    society.now += 12 * HOUR
    sleeper = replace(COLLEAGUE, roles=frozenset({Role.PANELIST}), awake_pool=True)
    await join_panel(society, sleeper)

    question = await society.ask()
    await society.advance(61 * MINUTE)

    assert {name for _, name, _ in await pages(society, question)} == {"panelist", "second", "coordinator"}


async def test_gap_in_the_rota_pages_the_second_and_the_coordinator(society: Society) -> None:
    await change(society, replace(PANELIST, active=False))

    question = await society.ask()

    assert await pages(society, question) == [(0, "coordinator", "web"), (0, "second", "web")]


async def test_nobody_at_all_is_told_to_the_operator(society: Society) -> None:
    await change(society, *(replace(each, active=False) for each in (PANELIST, SECOND, COORDINATOR)))

    await society.ask()

    assert "nobody_to_page" in society.log.events


async def test_step_of_those_who_have_passed_alarms_nobody(society: Society) -> None:
    question = await society.ask()
    await passes(society, question, PANELIST)

    await society.advance(4 * MINUTE)

    assert {name for _, name, _ in await pages(society, question)} == {"panelist", "second"}
    assert "nobody_to_page" not in society.log.events


async def test_chain_that_ends_with_nobody_is_told_to_the_operator(society: Society) -> None:
    await society.ask()
    await society.advance(MINUTE)
    await change(society, *(replace(each, active=False) for each in (PANELIST, SECOND, COORDINATOR)))

    await society.advance(HOUR)

    assert "nobody_to_page" in society.log.events


async def test_everybody_asked_has_passed_so_the_next_is_paged_at_once(society: Society) -> None:
    question = await society.ask()
    await society.advance(MINUTE)

    await passes(society, question, PANELIST)

    assert await pages(society, question) == [(0, "panelist", "web"), (1, "second", "web")]
    await society.advance(30 * MINUTE)
    assert (await society.told(PANELIST)).count("panel.card_urgent") == 1


async def test_pass_of_one_leaves_it_with_the_others_who_were_asked(society: Society) -> None:
    question = await society.ask()
    await society.advance(6 * MINUTE)
    before = await pages(society, question)

    await passes(society, question, SECOND)

    assert await pages(society, question) == before


async def test_page_beyond_the_limit_waits_and_is_not_lost(society: Society) -> None:
    texts = await connect_phones(
        society, replace(with_phone(PANELIST, "sms"), addresses=(with_phone(PANELIST, "sms").addresses[1],))
    )
    first = await society.ask()
    second = await society.ask("another")

    await society.advance(2 * MINUTE)

    assert [name for _, name, channel in await pages(society, first) if channel == "sms"] == ["panelist"]
    assert [(minute, name) for minute, name, channel in await pages(society, second) if channel == "sms"] == [
        (1, "panelist")
    ]
    assert texts.keys() == ["panel.card_urgent", "panel.card_urgent"]
    assert "second" in {name for _, name, _ in await pages(society, second)}


async def test_page_that_waits_is_dropped_when_somebody_takes_the_question(society: Society) -> None:
    texts = await connect_phones(society, replace(PANELIST, addresses=(with_phone(PANELIST, "sms").addresses[1],)))
    await society.ask()
    second = await society.ask("another")

    await society.press(SECOND, Action.CLAIM, second.id)
    await society.advance(2 * MINUTE)

    assert texts.keys() == ["panel.card_urgent"]
    rows = await society.read(lambda transaction: transaction.pages.of_question(second.id))
    assert [row.is_dropped for row in rows if row.member_id == PANELIST.id] == [True]


async def test_notices_that_are_not_urgent_go_together(society: Society) -> None:
    for words in ("one", "two", "three"):
        await society.ask(words, action=Action.SEND_ROUTINE)
        await society.advance(timedelta(seconds=30))

    await society.advance(2 * MINUTE)

    assert await society.told(PANELIST) == ["panel.bundle"]
    line = (await society.lines(PANELIST))[-1]
    assert "Q1, Q2, Q3" in str(line.payload["text"])


async def test_routine_question_at_night_waits_for_the_morning(society: Society) -> None:
    society.now += 12 * HOUR
    await society.ask(action=Action.SEND_ROUTINE)
    await society.advance(6 * HOUR + 50 * MINUTE)
    at_night = await society.told(PANELIST)

    await society.advance(15 * MINUTE)

    assert (at_night, await society.told(PANELIST)) == ([], ["panel.card_routine"])


async def test_morning_page_waits_on_for_who_changed_their_quiet_hours(society: Society) -> None:
    society.now += 12 * HOUR
    await society.ask(action=Action.SEND_ROUTINE)
    await change(
        society, replace(PANELIST, time_zone="Europe/Lisbon"), replace(SECOND, stopped=frozenset(SECOND.addresses))
    )

    await society.advance(8 * HOUR)
    early = await society.told(PANELIST)
    await society.advance(9 * HOUR)

    assert (early, await society.told(PANELIST), await society.told(SECOND)) == ([], ["panel.card_routine"], [])


async def test_today_question_goes_round_the_panel_then_to_the_coordinator(society: Society) -> None:
    question = await society.ask(action=Action.SEND_TODAY)

    await society.advance(2 * HOUR + 5 * MINUTE)
    told = await society.told(MEMBER)
    await society.advance(5 * HOUR)

    # Each in turn, then both together, each page two minutes later than its step.
    assert [minute for minute, _, _ in await pages(society, question)] == [2, 42, 82, 122, 122, 242, 362]
    assert "question.target_missed" in told
    assert (await society.told(MEMBER))[-1] == "question.no_answer"
    assert (await kinds(society, question.id))[-2:] == [EntryKind.OWNED, EntryKind.PAGED]


async def test_colleague_from_the_same_hospital_is_spared_a_discrepancy(society: Society) -> None:
    await change(society, *(replace(each, hospital="Marked Hospital") for each in (MEMBER, PANELIST)))

    question = await society.ask("판독 불일치: PE?")

    assert await pages(society, question) == [(0, "second", "web")]


async def test_wrong_patient_stops_the_pages(society: Society) -> None:
    question = await society.ask()
    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    await society.advance(2 * HOUR)

    assert (await society.told(SECOND)).count("panel.card_urgent") == 0


async def test_released_at_the_end_is_the_coordinators_at_once(society: Society) -> None:
    question = await society.ask()
    await society.advance(61 * MINUTE)
    await society.press(SECOND, Action.CLAIM, question.id)
    told = (await society.told(MEMBER)).count("question.no_answer")

    await society.press(SECOND, Action.RELEASE, question.id)

    assert (await society.told(COORDINATOR)).count("panel.card_urgent") == 3
    assert (await society.told(MEMBER)).count("question.no_answer") == told == 1
    assert (await society.question(question.id)).state is QuestionState.OPEN


async def test_claimed_question_still_ends_with_the_coordinator(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.advance(20 * MINUTE)
    await society.press(PANELIST, Action.EXTEND, question.id)
    await society.advance(19 * MINUTE)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "GFR?"})
    await society.say(MEMBER, "60")

    await society.advance(22 * MINUTE)

    assert "question.no_answer" in await society.told(MEMBER)
    assert "panel.card_urgent" in await society.told(COORDINATOR)


@pytest.mark.parametrize("urgency", [Urgency.TODAY, Urgency.ROUTINE])
async def test_held_page_after_the_answer_is_never_sent(society: Society, urgency: Urgency) -> None:
    action = Action.SEND_TODAY if urgency is Urgency.TODAY else Action.SEND_ROUTINE
    question = await society.ask(action=action)
    await society.press(SECOND, Action.ANSWER, question.id, {"text": "Normal."})

    await society.advance(5 * MINUTE)
    await send_pages(society.services, SendPages(member_id=PANELIST.id, at=society.now))

    assert await society.told(PANELIST) == []


async def test_pass_overtaken_by_a_claim_pages_nobody(society: Society) -> None:
    question = await society.ask()
    await society.press(SECOND, Action.CLAIM, question.id)

    await notify_step(society.services, NotifyStep(question_id=question.id, opening=1, step=1, at_once=True))
    await society.work()

    assert "panel.card_urgent" not in await society.told(SECOND)


async def test_urgent_page_that_was_held_into_the_night_wakes_nobody(society: Society) -> None:
    await join_panel(society, replace(EDITOR, roles=frozenset({Role.PANELIST})))
    question = await society.ask()
    society.now += 12 * HOUR
    row = PageRow(
        id="held",
        question_id=question.id,
        opening=1,
        step=3,
        member_id=EDITOR.id,
        way=Way.FIRST,
        is_urgent=True,
        due_at=society.now,
    )
    await society.storage.store.write(lambda transaction: transaction.pages.add(row))

    await send_pages(society.services, SendPages(member_id=EDITOR.id, at=society.now))

    assert await society.told(EDITOR) == []
    rows = await society.read(lambda transaction: transaction.pages.of_question(question.id))
    assert [each.is_dropped for each in rows if each.id == "held"] == [True]


async def test_held_page_of_who_left_the_panel_is_never_sent(society: Society) -> None:
    question = await society.ask()
    row = PageRow(
        id="held",
        question_id=question.id,
        opening=1,
        step=3,
        member_id=COLLEAGUE.id,
        way=Way.FIRST,
        is_urgent=True,
        due_at=society.now,
    )
    await society.storage.store.write(lambda transaction: transaction.pages.add(row))

    await send_pages(society.services, SendPages(member_id=COLLEAGUE.id, at=society.now))

    rows = await society.read(lambda transaction: transaction.pages.of_question(question.id))
    assert [each.is_dropped for each in rows if each.id == "held"] == [True]


async def test_page_that_waits_already_is_not_held_twice(society: Society) -> None:
    question = await society.ask()
    later = PageLater(member_id=SECOND.id, way=Way.FIRST, until=society.now + HOUR)

    def hold(transaction):
        standing = standing_of(society.services, transaction, question)
        send_or_hold(society.services, transaction, standing, pages=[later], step=1)

    for _ in range(2):
        await society.change(hold)

    rows = await society.read(lambda transaction: transaction.pages.of_question(question.id))
    assert [each.due_at for each in rows if each.member_id == SECOND.id] == [later.until]
