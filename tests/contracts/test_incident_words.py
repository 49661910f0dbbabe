"""Words said of incidents, in the database: by question they are changed, and blanked under a key alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import QuestionId
from domain.incident import PAGE, Hidden
from domain.question import QuestionState
from domain.text import DeidentifiedText
from domain.web import Direction, WebLine
from domain.withholding import TEXT
from tests.contracts.samples import MEMBER, MINUTE, NOW, QUESTION, delivery, member, question
from tests.contracts.test_incidents import CLOSED, INCIDENT, WORDS


async def _asked(store, *more):
    def add(transaction):
        transaction.members.save(member())
        for number, name in enumerate((QUESTION, *more), start=1):
            transaction.questions.add(question(name, number=number, state=QuestionState.ANSWERED, opened_at=NOW))

    await store.write(add)


def _blanked(text):
    return DeidentifiedText(value=text.value.replace("ward", "[name]"))


@pytest.mark.parametrize("question_id", [QUESTION, "another", "unknown"])
async def test_what_was_said_of_incidents_is_reworded_by_question(store, question_id):
    hidden = (Hidden(question_id=QuestionId("another"), item=TEXT),)
    incident, other = replace(CLOSED, hidden=hidden), replace(INCIDENT, id="of-a-third", question_id="third")
    other = replace(other, hidden=(Hidden(question_id=QuestionId("third"), item=TEXT),))

    def reword(transaction):
        for one in (incident, other):
            transaction.incidents.add(one)
        transaction.incidents.reword(question_id, _blanked)
        return [transaction.incidents.lock(one.id) for one in (incident, other)]

    await _asked(store, "another", "third")
    [reworded, kept] = await store.write(reword)

    clean = replace(incident, reason=_blanked(incident.reason), note=_blanked(incident.note))
    assert (reworded, kept) == (incident if question_id == "unknown" else clean, other)


async def test_incident_says_what_it_is_about(store):
    await _asked(store)
    await store.write(lambda transaction: transaction.incidents.add(INCIDENT))

    found = await store.read(lambda transaction: [transaction.incidents.question_of(one) for one in ("incident-1", "")])

    assert found == [QUESTION, None]


async def test_copies_are_blanked_under_a_key_alone(store):
    await _asked(store)
    sent = [delivery(key, key=key, question_id=QUESTION, values={"text": WORDS}) for key in (PAGE, "question.answer")]

    def blank(transaction):
        for one in sent:
            transaction.deliveries.add(one)
            payload = {"key": one.key, "text": WORDS.value, "quoted": None}
            line = WebLine(cause=one.id, member_id=MEMBER, direction=Direction.OUT, payload=payload, at=NOW)
            transaction.web.add_line(replace(line, question_id=QUESTION))
        transaction.incidents.blank_copies(QUESTION, frozenset({WORDS.value}), key=PAGE)
        return [transaction.deliveries.get(one.id).values["text"].value for one in sent]

    values = await store.write(blank)

    lines = await store.read(lambda transaction: transaction.web.lines(MEMBER))
    assert values == [one.payload["text"] for one in lines] == ["", WORDS.value]


async def test_what_is_said_of_incidents_is_no_part_of_a_conversation(store):
    await _asked(store)
    answer, page = (delivery(key, key=key, question_id=QUESTION) for key in ("question.answer", PAGE))

    def look(transaction):
        for one in (answer, page):
            transaction.deliveries.add(one)
            transaction.sent.note(one.id, one.id)
        found = [transaction.sent.found_at(one.address, one.id) for one in (answer, page)]
        return *found, transaction.sent.latest(page.address, since=NOW - MINUTE)

    assert await store.write(look) == (answer, None, answer)
