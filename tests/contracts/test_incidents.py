"""Incidents in the database: what they hide, and blank for good; references of messages; how long questions waited."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.errors import PermanentError
from domain.ids import DeliveryId
from domain.incident import Decision, Hidden, Incident, What
from domain.member import Facility, Grade
from domain.messages import Address
from domain.question import EntryKind, QuestionState, Urgency
from domain.text import DeidentifiedText
from domain.web import Direction, WebLine
from domain.withholding import TEXT, said_item
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, delivery, entry, member, question

WORDS = DeidentifiedText(value="ward Alpha, CTPA now")
ANSWER = entry("m1:answer", kind=EntryKind.ANSWER, text=WORDS, actor_id=MEMBER)
INCIDENT = Incident(
    id="incident-1",
    question_id=QUESTION,
    what=What.SAID,
    hidden=(Hidden(question_id=QUESTION, item=said_item(ANSWER)), Hidden(question_id=QUESTION, item=TEXT)),
    opened_at=NOW,
    opened_by=MEMBER,
    due_at=NOW + timedelta(hours=72),
    reason=DeidentifiedText(value="names a ward"),
)
DECIDED = replace(INCIDENT, decision=Decision.REMOVED, decided_by=MEMBER, decided_at=NOW)
CLOSED = replace(DECIDED, closed_at=NOW + MINUTE, closed_by=MEMBER, note=WORDS, identifies_at=NOW)


@pytest.fixture
def queries():
    """Every query that is sent to a database from now on."""
    sent = []

    def note(_connection, _cursor, statement, *_rest):
        if statement.startswith("SELECT"):
            sent.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    yield sent
    sa.event.remove(sa.Engine, "before_cursor_execute", note)


async def _asked(store, *more):
    def add(transaction):
        transaction.members.save(member())
        transaction.questions.add(question(number=1, state=QuestionState.ANSWERED, opened_at=NOW))
        transaction.entries.add(ANSWER)
        for each in more:
            transaction.incidents.add(each)

    await store.write(add)


async def _question(store):
    return await store.read(lambda transaction: transaction.questions.get(QUESTION))


async def test_incident_is_kept_as_it_was_opened(store):
    await _asked(store, INCIDENT)

    again = await store.write(lambda transaction: transaction.incidents.add(INCIDENT))
    found = await store.read(lambda transaction: transaction.incidents.of_question(QUESTION))

    assert (again, list(found)) == (False, [INCIDENT])
    assert await store.write(lambda transaction: transaction.incidents.lock(INCIDENT.id)) == INCIDENT


async def test_unknown_incident_is_said(store):
    with pytest.raises(PermanentError, match="incident_unknown"):
        await store.write(lambda transaction: transaction.incidents.lock("none"))


@pytest.mark.parametrize(
    ("incident", "items", "is_under_review"),
    [(INCIDENT, 2, True), (DECIDED, 2, False), (replace(DECIDED, decision=Decision.RESTORED), 0, False)],
)
async def test_question_says_what_is_hidden_of_it(store, incident, items, is_under_review):
    await _asked(store, INCIDENT)

    await store.write(lambda transaction: transaction.incidents.save(incident))

    found = await _question(store)
    taken = await store.read(lambda transaction: transaction.incidents.taken_down())
    assert (len(found.taken_down), found.is_under_review) == (items, is_under_review)
    assert len(taken.get(QUESTION, ())) == items


async def test_what_is_flagged_is_found_again_only_once_it_is_decided(store):
    await _asked(store)
    panelist = member(active=True)
    counts = []

    for incident in (None, INCIDENT, DECIDED):
        if incident is INCIDENT:
            await store.write(lambda transaction: transaction.incidents.add(INCIDENT))
        elif incident is DECIDED:
            await store.write(lambda transaction: transaction.incidents.save(DECIDED))
        counts.append(len(await store.read(lambda transaction: transaction.search.find(panelist, "CTPA"))))
        assert await store.read(lambda transaction: transaction.search.is_in_step())

    assert counts == [1, 0, 1]


async def test_open_ones_come_first_by_what_is_due(store):
    sooner = replace(INCIDENT, id="sooner", due_at=NOW + MINUTE)
    await _asked(store, INCIDENT, sooner, replace(INCIDENT, id="closed"), replace(INCIDENT, id="long ago"))
    await store.write(lambda transaction: transaction.incidents.save(replace(CLOSED, id="closed")))
    old = replace(CLOSED, id="long ago", closed_at=NOW - MINUTE)
    await store.write(lambda transaction: transaction.incidents.save(old))

    found = await store.read(lambda transaction: transaction.incidents.recent(closed_since=NOW))

    assert [incident.id for incident in found] == ["sooner", "incident-1", "closed"]
    assert found[2] == replace(CLOSED, id="closed")


def _line(cause, text):
    payload = {"key": cause, "text": text, "quoted": None}
    return WebLine(
        cause=cause, member_id=MEMBER, direction=Direction.OUT, payload=payload, at=NOW, question_id=QUESTION
    )


async def test_removed_words_are_gone_from_entries_copies_and_search(store):
    await _asked(store, INCIDENT)
    sent = delivery(question_id=QUESTION, values={"text": WORDS, "name": "Dr A"})

    def remove(transaction):
        for line in (_line("answer", f"Dr A: {WORDS.value}"), _line("other", "Taken.")):
            transaction.web.add_line(line)
        transaction.deliveries.add(sent)
        transaction.incidents.blank_copies(QUESTION, frozenset({WORDS.value}))
        transaction.incidents.forget_texts(QUESTION, frozenset({said_item(ANSWER)}))
        return transaction.deliveries.get(sent.id).values

    values = await store.write(remove)

    lines = await store.read(lambda transaction: transaction.web.lines(MEMBER))
    [answer] = await store.read(lambda transaction: transaction.entries.of_question(QUESTION))
    assert (values["text"].value, values["name"], answer.text.value) == ("", "Dr A", "")
    assert [one.payload["text"] for one in lines] == ["", "Taken."]


async def test_references_of_what_was_sent_are_kept_once_each(store):
    await _asked(store)
    sent, other = delivery(question_id=QUESTION), delivery("delivery-2", question_id=QUESTION)

    def note(transaction):
        for one in (sent, other):
            transaction.deliveries.add(one)
        for reference in ("7,8", "9", "8,9"):
            transaction.sent.note(sent.id, reference)

    await store.write(note)

    found = await store.read(lambda transaction: transaction.sent.about(QUESTION))
    assert [one.id for one in found] == [sent.id]
    assert await store.read(lambda transaction: transaction.sent.reference(sent.id)) == "7,8,9"
    assert await store.read(lambda transaction: transaction.sent.reference(DeliveryId("none"))) is None


async def test_what_is_gone_is_found_only_by_what_is_written_where_it_stood(store):
    await _asked(store)
    gone, there = delivery(question_id=QUESTION), delivery("delivery-2", question_id=QUESTION)

    def note(transaction):
        for one in (gone, there):
            transaction.deliveries.add(one)
            transaction.sent.note(one.id, one.id)
        transaction.sent.note_gone(gone.id)
        first = transaction.sent.first_at(gone.address, QUESTION, besides=DeliveryId("none"))
        return first, transaction.sent.found_at(gone.address, gone.id)

    assert await store.write(note) == (there.id, gone)
    found = await store.read(lambda transaction: transaction.sent.about(QUESTION))
    assert [one.id for one in found] == [there.id]
    assert await store.read(lambda transaction: transaction.sent.reference(gone.id)) is None


async def test_what_comes_to_lie_there_again_is_known_again(store):
    await _asked(store)
    sent = delivery(question_id=QUESTION)

    def note(transaction):
        transaction.deliveries.add(sent)
        transaction.sent.note(sent.id, "7")
        transaction.sent.note_gone(sent.id)
        transaction.sent.note(sent.id, "8")
        return transaction.sent.reference(sent.id)

    assert await store.write(note) == "8"


async def test_all_that_was_sent_about_a_question_is_one_query(store, queries):
    await _asked(store)

    def note(transaction):
        for number in range(5):
            one = delivery(f"delivery-{number}", question_id=QUESTION, created_at=NOW + number * MINUTE)
            transaction.deliveries.add(one)
            transaction.sent.note(one.id, str(number))
        return transaction.deliveries.get(one.id)

    last = await store.write(note)
    queries.clear()

    found = await store.read(lambda transaction: transaction.sent.about(QUESTION))

    assert ([one.id for one in found], found[-1]) == ([f"delivery-{number}" for number in range(5)], last)
    assert len(queries) == 1


@pytest.mark.parametrize(
    ("besides", "unlike", "reference"),
    [
        ("none", (), "draft"),
        ("none", ("draft.", "check."), "first"),
        ("first", ("draft.",), "second"),
        ("second", ("draft.", "question."), None),
    ],
)
async def test_first_that_lies_at_an_address_is_found_by_one_query(store, queries, besides, unlike, reference):
    await _asked(store)
    there, kinds = delivery(question_id=QUESTION), ("draft.preview", "question.receipt", "question.taken")
    elsewhere = replace(there, address=Address(channel=there.address.channel, external_id="lee"), created_at=NOW)
    sent = [
        replace(there, id=DeliveryId(name), key=key, created_at=NOW + at * MINUTE)
        for at, (name, key) in enumerate(zip(("draft", "first", "second"), kinds, strict=True), start=1)
    ]

    def note(transaction):
        for one in (*reversed(sent), elsewhere, replace(there, id=DeliveryId("other"), question_id=None)):
            transaction.deliveries.add(one)
            transaction.sent.note(one.id, one.id)

    await store.write(note)
    queries.clear()

    found = await store.read(
        lambda transaction: transaction.sent.first_at(
            there.address, QUESTION, besides=DeliveryId(besides), unlike=unlike
        )
    )

    assert (found, len(queries)) == (reference, 1)


@pytest.mark.parametrize(
    ("label", "key", "minutes", "is_found"),
    [
        ("Q1", "find.found", 0, True),
        ("Q1", "draft.related", -1, True),
        ("Q1", "digest.daily", -2, False),
        ("Q12", "find.found", 0, False),
        ("Q7", "find.found", 0, False),
        ("Q1", "answer", 0, False),
        ("Q1", "draft.preview", 0, False),
    ],
)
async def test_lists_that_name_a_case_are_found_by_its_label(store, label, key, minutes, is_found):
    words = {"count": 2, "text": DeidentifiedText(value="Q1 · today – effusion\nQ123 · open")}
    sent = delivery(key=key, values=words, question_id=None, created_at=NOW + minutes * MINUTE)

    bare, unsent = replace(sent, id=DeliveryId("bare"), values={}), replace(sent, id=DeliveryId("unsent"))

    def note(transaction):
        for one in (sent, bare, unsent):
            transaction.deliveries.add(one)
        for one in (sent, bare):
            transaction.sent.note(one.id, "7")

    await store.write(note)

    found = await store.read(lambda transaction: transaction.sent.listing(label, since=NOW - MINUTE))
    assert [one.id for one in found] == [sent.id] * is_found


@pytest.mark.parametrize(
    ("state", "closed", "sent", "is_lying"),
    [
        (QuestionState.OPEN, None, -9, True),
        (QuestionState.MERGED, None, -9, True),
        (QuestionState.CLOSED, -1, -9, True),
        (QuestionState.CLOSED, -2, -9, False),
        (QuestionState.CLOSED, -2, -1, True),
        (QuestionState.WITHDRAWN, -2, -9, False),
        (QuestionState.WITHDRAWN, -2, 0, True),
        (QuestionState.DISCARDED, None, -9, False),
        (None, None, -9, False),
        (None, None, -1, True),
    ],
)
async def test_what_lies_at_an_address_is_known(store, state, closed, sent, is_lying):
    about = None if state is None else QUESTION
    one = delivery(question_id=about, created_at=NOW + sent * MINUTE)
    other = replace(one, id=DeliveryId("elsewhere"), address=Address(channel=one.address.channel, external_id="lee"))

    def note(transaction):
        transaction.members.save(member())
        closed_at = None if closed is None else NOW + closed * MINUTE
        transaction.questions.add(question(number=1, state=state or QuestionState.OPEN, closed_at=closed_at))
        for each in (one, other):
            transaction.deliveries.add(each)
            transaction.sent.note(each.id, "7")

    await store.write(note)

    found = await store.read(lambda transaction: transaction.sent.lying(one.address, since=NOW - MINUTE))
    assert [each.id for each in found] == [one.id] * is_lying


@pytest.mark.parametrize(
    ("address", "reference", "is_known"),
    [("kim", "D1/7.0", True), ("lee", "D1/7.0", False), ("kim", "D1/7", False), ("kim", "F1", True)],
)
async def test_question_is_found_by_what_was_sent(store, address, reference, is_known):
    await _asked(store)
    sent = delivery(question_id=QUESTION)

    def note(transaction):
        transaction.deliveries.add(sent)
        transaction.sent.note(sent.id, "D1/7.0,F1")

    await store.write(note)

    there = Address(channel=sent.address.channel, external_id=address)
    found = await store.read(lambda transaction: transaction.sent.found_at(there, reference))
    assert found == (sent if is_known else None)


@pytest.mark.parametrize(
    ("minutes", "about", "is_found"), [(0, QUESTION, True), (-2, QUESTION, False), (0, None, False)]
)
async def test_newest_that_was_sent_about_a_question_is_found(store, minutes, about, is_found):
    await _asked(store)
    sent = delivery(question_id=about, created_at=NOW + minutes * MINUTE)
    before = replace(sent, id=DeliveryId("before"), created_at=sent.created_at - MINUTE)
    unsent = replace(sent, id=DeliveryId("unsent"), created_at=NOW + MINUTE)

    def note(transaction):
        for one in (sent, before, unsent):
            transaction.deliveries.add(one)
        for one in (sent, before):
            transaction.sent.note(one.id, one.id)

    await store.write(note)

    found = await store.read(lambda transaction: transaction.sent.latest(sent.address, since=NOW - MINUTE))
    assert found == (sent if is_found else None)


async def test_first_opening_claim_and_answer_are_what_counts(store):
    asked = question(number=1, urgency=Urgency.TODAY, panel_id=None, state=QuestionState.CLOSED)
    steps = [(EntryKind.OPENED, 0), (EntryKind.CLAIMED, 5), (EntryKind.CLAIMED, 9), (EntryKind.ANSWER, 20)]
    later = [(EntryKind.REOPENED, 60), (EntryKind.ANSWER, 70)]

    def add(transaction):
        transaction.questions.add(asked)
        for place, (kind, minutes) in enumerate([*steps, *later]):
            details = {"urgency": "urgent"} if kind is EntryKind.OPENED else {}
            transaction.entries.add(entry(str(place), kind=kind, at=NOW + minutes * MINUTE, details=details))

    await store.write(add)

    [waited] = await store.read(lambda transaction: transaction.waiting.waited(NOW, NOW + MINUTE))
    outside = await store.read(lambda transaction: transaction.waiting.waited(NOW + MINUTE, NOW + 99 * MINUTE))
    assert (waited.urgency, waited.opened_at, outside) == (Urgency.URGENT, NOW, ())
    assert (waited.claimed_at, waited.answered_at) == (NOW + 5 * MINUTE, NOW + 20 * MINUTE)
    assert (waited.owned_at, waited.is_withdrawn) == (None, False)


async def test_withdrawn_question_is_owed_no_answer(store):
    asked = question(number=1, urgency=Urgency.TODAY, state=QuestionState.WITHDRAWN)
    opened = entry("0", kind=EntryKind.OPENED, at=NOW, details={})
    await store.write(lambda transaction: [transaction.questions.add(asked), transaction.entries.add(opened)])

    [waited] = await store.read(lambda transaction: transaction.waiting.waited(NOW, NOW + MINUTE))

    assert (waited.is_withdrawn, waited.urgency, waited.answered_at) == (True, Urgency.TODAY, None)


async def test_what_a_hospital_has_is_kept_and_forgotten(store):
    known = member(hospital_has=frozenset({Facility.CT, Facility.ICU}))
    graded = member(grade=Grade.RESIDENT)
    for saved in (known, member(hospital_has=frozenset()), graded, replace(known, grade=Grade.INTERN), member()):
        await store.write(lambda transaction, saved=saved: transaction.members.save(saved))
        assert await store.read(lambda transaction: transaction.members.get(MEMBER)) == saved
