"""Why somebody flags something, and what a moderator says of it: words that name the patient as easily as any."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from domain.delivery import OutgoingMessage
from domain.ids import QuestionId
from domain.incident import PAGE, Incident
from domain.messages import Action, Origin
from domain.ports.channel import Copies
from domain.question import EntryKind
from storage.tables import metadata
from tests.fakes.flagged import MODERATOR, decide, incident_of, kinds_of
from tests.fakes.panel_room import address_of, open_room
from tests.fakes.room_channel import DeletingRoomChannel, RoomChannel
from tests.fakes.society import COLLEAGUE, MEMBER, PANELIST, SECOND, SLICE
from tests.fakes.told_late import NAME, ToldLate
from tests.fakes.watchful_door import Watched

REASON = "gildong can be read on the film"
READ = "[name] can be read on the film"
FORM = {"what": "text", "text": REASON}
BACK = "incident.put_back"
A_WEEK = timedelta(days=7, minutes=1)


@dataclass(slots=True, kw_only=True)
class Flagged(ToldLate):
    """A panel with a room, and people who are all told at its service."""

    async def flag(self, question_id: QuestionId, **fields: str) -> Incident:
        await self.society.press(SECOND, Action.FLAG, question_id, {**FORM, **fields})
        await self.room.later()
        return await incident_of(self.society, question_id)

    async def tables_with(self, words: str) -> list[str]:
        """Return where words stand in the database."""

        def look(connection: sa.Connection) -> list[str]:
            rows = (
                (table.name, row) for table in metadata.sorted_tables for row in connection.execute(sa.select(table))
            )
            return [name for name, row in rows if words in str(row)]

        return await self.society.storage.store.look(look)


@pytest.fixture(params=[RoomChannel])
async def flagged(watched: Watched, request: pytest.FixtureRequest) -> Flagged:
    society, door = watched
    room = await open_room(society, kind=request.param)
    for member in (MODERATOR, MEMBER, SECOND, COLLEAGUE):
        await society.change_member(member, addresses=(address_of(member), *member.addresses))
    return Flagged(society=society, door=door, room=room)


def _quotes(messages: Sequence[OutgoingMessage]) -> list[str]:
    return ["" if message.quoted is None else message.quoted.value for message in messages]


@pytest.mark.parametrize("how", ["reply", "number", "form"])
async def test_known_name_stands_in_no_reason(flagged: Flagged, how: str) -> None:
    flagged.door.named = [(NAME,)]
    question = await flagged.society.ask("PE?", SLICE)

    if how == "form":
        await flagged.flag(question.id)
    else:
        words = f"/flag {REASON}" if how == "reply" else f"/flag {question.label} {REASON}"
        await flagged.society.say(SECOND, words, to=question.id if how == "reply" else None)

    await flagged.room.later()
    assert (await incident_of(flagged.society, question.id)).reason.value == READ
    assert _quotes(flagged.lying(PAGE, to=MODERATOR)) == [READ]


@pytest.mark.parametrize("flagged", [DeletingRoomChannel], indirect=True)
async def test_flag_that_names_the_patient_leaves_the_room(flagged: Flagged) -> None:
    flagged.door.named = [(NAME,)]
    question_id = await flagged.room.ask("PE?", SLICE)
    thread = (await flagged.room.thread_of(question_id)).thread

    typed = await flagged.room.write(PANELIST, f"/flag {REASON}", thread=thread)

    assert isinstance(flagged.chat, DeletingRoomChannel)
    assert [each.rpartition(" ")[2] for each in flagged.chat.deleted] == [typed]


@pytest.mark.parametrize("action", [Action.PUT_BACK, Action.CLOSE_INCIDENT])
async def test_known_name_stands_in_no_note(flagged: Flagged, action: Action) -> None:
    flagged.door.named = [(NAME,)]
    question_id = await flagged.room.ask("PE?", SLICE)
    incident = await flagged.flag(question_id)
    if action is Action.CLOSE_INCIDENT:
        await decide(flagged.society, Action.TAKE_OUT, incident)

    await decide(flagged.society, action, incident, "gildong is the surgeon")

    assert (await incident_of(flagged.society, question_id)).note.value == "[name] is the surgeon"
    assert await flagged.tables_with(NAME) == []


@pytest.mark.parametrize("in_words", [True, False])
async def test_late_name_leaves_reason_and_note_wherever_they_stand(flagged: Flagged, *, in_words: bool) -> None:
    question_id = await flagged.room.ask("PE?")
    if in_words:
        await flagged.society.say(SECOND, f"/flag {REASON}", to=question_id)
    else:
        await flagged.flag(question_id)
    await decide(flagged.society, Action.PUT_BACK, await incident_of(flagged.society, question_id), "gildong is a dog")
    await flagged.room.later()
    before = await flagged.tables_with(NAME), _quotes(flagged.lying("incident."))

    await flagged.learn(question_id)

    assert (len(before[0]) > 3, len(before[1])) == (True, 6)
    assert await flagged.tables_with(NAME) == []
    told = [set(_quotes(flagged.lying(key))) for key in (PAGE, BACK)]
    assert told == [{READ}, {"[name] is a dog"}]
    assert len(flagged.lying(BACK)) == 3


async def test_late_name_leaves_our_own_page(flagged: Flagged) -> None:
    await flagged.society.change_member(MODERATOR, addresses=MODERATOR.addresses)
    question_id = await flagged.room.ask("PE?")
    await flagged.flag(question_id)

    await flagged.learn(question_id)

    (line,) = [each.payload for each in await flagged.society.lines(MODERATOR) if each.payload["key"] == PAGE]
    assert line["quoted"] == {"value": READ, "replacements": []}
    assert (NAME in str(line), str(line["text"]).startswith("🚩 Q1: ")) == (False, True)


async def test_page_that_is_said_again_can_be_answered(flagged: Flagged) -> None:
    question_id = await flagged.room.ask("PE?")
    await flagged.flag(question_id)
    (first,) = flagged.lying(PAGE, to=MODERATOR)

    await flagged.learn(question_id)
    (again,) = flagged.lying(PAGE, to=MODERATOR)
    await flagged.society.press(MODERATOR, Action.TAKE_INCIDENT, token=again.token)

    assert (again.token, again.choices) == (first.token, first.choices)
    assert (await incident_of(flagged.society, question_id)).taken_by == MODERATOR.id


async def test_flags_of_one_question_are_taken_each_for_itself(flagged: Flagged) -> None:
    question_id = await flagged.room.ask("PE?", SLICE)
    (image,) = await flagged.society.images(question_id)
    await flagged.flag(question_id)
    await flagged.flag(question_id, image=image.id)
    pages = flagged.lying(PAGE, to=MODERATOR)

    for page in pages:
        await flagged.society.press(MODERATOR, Action.TAKE_INCIDENT, token=page.token)

    incidents = await flagged.society.read(lambda transaction: transaction.incidents.of_question(question_id))
    assert [each.taken_by for each in incidents] == [MODERATOR.id] * 2


@pytest.mark.parametrize("reason", [REASON, ""])
async def test_what_is_removed_takes_its_reason_along(flagged: Flagged, reason: str) -> None:
    question_id = await flagged.room.ask("PE?", SLICE)
    (image,) = await flagged.society.images(question_id)
    incident = await flagged.flag(question_id, image=image.id, text=reason)
    kept = await flagged.flag(question_id, text="the ward")

    await decide(flagged.society, Action.TAKE_OUT, incident)
    await flagged.room.later()

    incidents = await flagged.society.read(lambda transaction: transaction.incidents.of_question(question_id))
    assert {each.id: each.reason.value for each in incidents} == {incident.id: "", kept.id: "the ward"}
    assert await flagged.tables_with(NAME) == []
    assert sorted(_quotes(flagged.lying(PAGE, to=MODERATOR))) == (["the ward"] if reason else ["", "the ward"])


async def test_removed_words_are_gone_from_what_was_said_of_them(flagged: Flagged) -> None:
    words = "Patient of ward Alpha, CTPA."
    question_id = await flagged.room.ask("PE?")
    await flagged.society.press(PANELIST, Action.ANSWER, question_id, {"text": words})
    first = await flagged.flag(question_id)
    await decide(flagged.society, Action.PUT_BACK, first, f"What of it? '{words}' is no name.")
    entry = [each for each in await flagged.society.entries(question_id) if each.kind is EntryKind.ANSWER][-1]
    second = await flagged.flag(question_id, entry=str(entry.id))

    await decide(flagged.society, Action.TAKE_OUT, second)
    await flagged.room.later()

    assert await flagged.tables_with(words) == []
    assert [words in said for said in _quotes(flagged.lying())].count(True) == 0


async def test_moderator_is_asked_to_decide_though_the_reason_repeats_what_is_hidden(flagged: Flagged) -> None:
    question_id = await flagged.room.ask("Bed nine of Alpha. PE?")

    await flagged.flag(question_id, text="Bed nine of Alpha. PE?")

    (page,) = flagged.lying(PAGE, to=MODERATOR)
    assert (page.quoted, "Please decide" in page.text, len(page.choices) > 0) == (None, True, True)


async def test_text_message_that_quotes_nothing_is_to_be_deleted_by_nobody(flagged: Flagged) -> None:
    flagged.chat.capabilities = replace(flagged.chat.capabilities, copies=Copies.FINAL)
    incident = await flagged.flag(await flagged.room.ask("PE?"))
    before = len(flagged.lying("incident.sent", to=MODERATOR))

    await decide(flagged.society, Action.TAKE_OUT, incident)
    await flagged.room.later()

    assert [each.key for each in flagged.lying("incident.", to=MODERATOR) if "delete" in each.text.lower()] == []
    assert before == 0


async def test_reply_to_a_moderators_words_is_none_to_the_panel(flagged: Flagged) -> None:
    question_id = await flagged.room.ask("PE?")
    await decide(flagged.society, Action.PUT_BACK, await flagged.flag(question_id), "It is fine.")
    await flagged.room.later()
    here = address_of(SECOND)
    (number,) = [
        number
        for number, (at, message) in enumerate(flagged.chat.sent, start=1)
        if (at, message.key) == (here.external_id, BACK)
    ]

    origin = Origin(reference="typed", replied_to=f"message-{number}")
    reply = replace(flagged.society.message(SECOND), channel=here.channel, sender=here, origin=origin)
    await flagged.society.receive(reply)

    assert EntryKind.NOTE not in await kinds_of(flagged.society, await flagged.society.question(question_id))


@pytest.mark.parametrize("ends", [True, False])
async def test_page_goes_a_week_after_it_came(flagged: Flagged, *, ends: bool) -> None:
    question_id = await flagged.room.ask("PE?")
    incident = await flagged.flag(question_id)
    await decide(flagged.society, Action.TAKE_INCIDENT, incident)
    if ends:
        await flagged.society.press(MEMBER, Action.WITHDRAW, question_id)

    await flagged.room.later()
    meanwhile = _quotes(flagged.lying(PAGE, to=MODERATOR))
    await flagged.room.later(A_WEEK)

    assert (meanwhile, flagged.lying(PAGE, to=MODERATOR)) == ([REASON], [])


@pytest.mark.parametrize(("reason", "said"), [("the ward", "why: see below"), ("", "no reason given")])
async def test_page_says_whether_there_is_a_reason(flagged: Flagged, reason: str, said: str) -> None:
    question_id = await flagged.room.ask("PE?")

    await flagged.flag(question_id, text=reason)

    (page,) = flagged.lying(PAGE, to=MODERATOR)
    assert (said in page.text, _quotes([page])) == (True, [reason])
