"""The audit's chain: whatever is changed, removed, added or moved in it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.audit import AuditEvent, AuditKind, AuditLink, first_break, linked, looked, searched
from domain.ids import MemberId, QuestionId

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def event(place: int) -> AuditEvent:
    return AuditEvent(
        key=f"did:{place}",
        kind=AuditKind.DID,
        action="claim",
        actor_id=MemberId("lee"),
        channel="web",
        at=NOON + timedelta(minutes=place),
        question_id=QuestionId("q"),
        details={"step": place},
    )


def chain(length: int) -> list[AuditLink]:
    links: list[AuditLink] = []
    for place in range(length):
        links.append(linked(event(place), after=links[-1] if links else None))
    return links


def test_untouched_chain_has_no_break():
    links = chain(5)

    assert first_break(links) is None
    assert first_break(links[3:], after=links[2]) is None
    assert first_break([]) is None


@given(place=st.integers(0, 4), what=st.sampled_from(["actor_id", "action", "channel", "at", "question_id", "details"]))
def test_changed_event_breaks_the_chain_there(place, what):
    changed = {"at": NOON - timedelta(days=1), "details": {"step": 99}}.get(what, "other")
    links = chain(5)

    links[place] = replace(links[place], event=replace(links[place].event, **{what: changed}))

    assert first_break(links) == place + 1


@given(place=st.integers(0, 3))
def test_removed_event_breaks_the_chain_behind_it(place):
    links = chain(5)

    del links[place]

    assert first_break(links) == place + 2


@given(place=st.integers(0, 4))
def test_event_forged_with_its_digest_breaks_the_next(place):
    links = chain(5)

    forged = replace(links[place].event, action="view")
    links[place] = linked(forged, after=links[place - 1] if place else None)

    assert first_break(links) == (None if place == 4 else place + 2)


def test_event_without_a_zone_is_no_event():
    with pytest.raises(ValueError, match="aware"):
        replace(event(0), at=datetime(2026, 11, 22, 12))  # noqa: DTZ001


def test_look_is_another_each_day_and_for_each_subject() -> None:
    first = looked("view_incident", by=MemberId("kim"), at=NOON, subject="i1")

    again = looked("view_incident", by=MemberId("kim"), at=NOON + timedelta(hours=1), subject="i1")
    others = [
        looked("view_incident", by=MemberId("kim"), at=NOON + timedelta(days=1), subject="i1"),
        looked("view_incident", by=MemberId("lee"), at=NOON, subject="i1"),
        looked("view_incident", by=MemberId("kim"), at=NOON, subject="i2"),
        looked("view_incident", by=MemberId("kim"), at=NOON, subject="i1", question_id=QuestionId("q")),
    ]

    assert again.key == first.key
    assert len({first.key, *(each.key for each in others)}) == 5


def test_search_names_what_it_showed_and_how_much() -> None:
    found = [QuestionId("q1"), QuestionId("q2")]

    search, *shown = searched(MemberId("kim"), found, key="did:1", channel="sms", at=NOON)

    assert (search.key, search.action, dict(search.details)) == ("did:1", "search", {"found": 2})
    assert [(each.action, each.question_id, each.channel) for each in shown] == [
        ("view_found", "q1", "sms"),
        ("view_found", "q2", "sms"),
    ]
    assert len({each.key for each in (search, *shown)}) == 3
