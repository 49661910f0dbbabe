"""Questions that ask alike while a surge lasts: they stand together, the card says so, and nothing merges by itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from domain.access import may_see_entry
from domain.ids import QuestionId
from domain.member import Member, Role
from domain.messages import Action
from domain.question import EntryKind, Question, QuestionState
from domain.surge import Surge
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, SECOND, Society

HALO = "Reversed halo in the left lower lobe, OP?"
AGAIN = "58M, reversed halo sign, left lower lobe. OP pattern?"
OTHER = "Pneumothorax after biopsy, drain?"


async def _surge(society: Society) -> None:
    surge = Surge(begins_at=society.now, ends_at=society.now + timedelta(hours=72))
    await society.change(lambda transaction: transaction.surge.save(surge))


async def _two(society: Society) -> tuple[Question, Question]:
    await _surge(society)
    return await society.ask(HALO), await society.ask(AGAIN, member=COLLEAGUE)


async def _groups(society: Society, *questions: Question) -> Mapping[QuestionId, QuestionId]:
    ids = [question.id for question in questions]
    return await society.read(lambda transaction: transaction.groups.of(ids))


async def _grouped(society: Society, question: Question) -> list[object]:
    return [e.details.get("alike") for e in await society.entries(question.id) if e.kind is EntryKind.GROUPED]


async def _cards(society: Society, member: Member) -> list[tuple[str, bool]]:
    """Return what each card says that a member got, and whether it offers to merge."""
    payloads: list[Any] = [line.payload for line in await society.lines(member)]
    cards = [payload for payload in payloads if payload["key"] == "panel.card_urgent"]
    return [(card["text"], Action.MERGE in [each["action"] for each in card["choices"]]) for card in cards]


async def test_question_that_asks_alike_joins_and_both_timelines_say_so(society: Society) -> None:
    lead, second = await _two(society)
    third = await society.ask(HALO)

    assert await _groups(society, lead, second, third) == dict.fromkeys((lead.id, second.id, third.id), lead.id)
    assert [await _grouped(society, each) for each in (second, third)] == [[lead.label]] * 2
    assert await _grouped(society, lead) == [second.label, third.label]
    assert second.state is QuestionState.OPEN


async def test_question_about_something_else_stands_alone(society: Society) -> None:
    await _surge(society)
    questions = [await society.ask(HALO), await society.ask(OTHER)]

    assert await _groups(society, *questions) == {}


async def test_nothing_is_grouped_outside_of_a_surge(society: Society) -> None:
    questions = [await society.ask(HALO), await society.ask(AGAIN)]

    assert await _groups(society, *questions) == {}


async def test_what_is_answered_already_draws_nobody(society: Society) -> None:
    await _surge(society)
    lead = await society.ask(HALO)
    await society.press(PANELIST, Action.ANSWER, lead.id, {"text": "OP pattern."})

    assert await _groups(society, lead, await society.ask(AGAIN)) == {}


async def test_card_names_the_other_and_merges_with_one_press(society: Society) -> None:
    lead, second = await _two(society)
    cards = await _cards(society, PANELIST)

    await society.press(PANELIST, Action.MERGE, token=await society.token(PANELIST, "panel.card_urgent"))

    names = f"like {lead.label}, open"
    assert [(names in text, merges) for text, merges in cards] == [(False, False), (True, True)]
    merged = await society.question(second.id)
    assert (merged.state, merged.merged_into) == (QuestionState.MERGED, lead.id)


async def test_later_card_of_the_lead_names_the_other_without_merging(society: Society) -> None:
    _, second = await _two(society)

    await society.advance(timedelta(minutes=5))

    text, merges = (await _cards(society, SECOND))[0]
    assert (f"like {second.label}, open" in text, merges) == (True, False)


async def test_card_offers_no_merging_to_what_others_follow(society: Society) -> None:
    lead, second = await _two(society)
    third = await society.ask(OTHER)
    await society.press(PANELIST, Action.MERGE, third.id, {"lead": second.label})

    await society.advance(timedelta(minutes=5))

    assert [merges for text, merges in await _cards(society, SECOND) if f"like {lead.label}" in text] == [False]


async def test_merging_into_nothing_is_refused(society: Society) -> None:
    question = await society.ask(OTHER)

    await society.press(PANELIST, Action.MERGE, question.id)

    assert (await society.told(PANELIST))[-1] == "error.lead_unknown"


async def test_askers_hear_nothing_of_each_other(society: Society) -> None:
    lead, second = await _two(society)

    to_lead = [str(line.payload) for line in await society.lines(MEMBER)]
    to_second = [str(line.payload) for line in await society.lines(COLLEAGUE)]
    entry = next(e for e in await society.entries(second.id) if e.kind is EntryKind.GROUPED)

    assert not any(second.label in said for said in to_lead)
    assert not any(lead.label in said for said in to_second)
    assert may_see_entry(PANELIST, second, entry)
    assert not may_see_entry(replace(COLLEAGUE, roles=frozenset({Role.PANELIST})), second, entry)


async def test_panel_without_anybody_to_compare_groups_nothing(society: Society) -> None:
    await _surge(society)
    lead = await society.ask(HALO)
    for member in (PANELIST, SECOND, COORDINATOR):
        await society.change_member(member, roles=frozenset())

    assert await _groups(society, lead, await society.ask(AGAIN)) == {}
