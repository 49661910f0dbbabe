"""What a moderator decides about what was flagged: put back, removed for good, identifying; and who may."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.dispatcher import dispatch
from domain.audit import AuditLink
from domain.commands import EraseImages
from domain.incident import Decision
from domain.messages import Action
from domain.question import EntryKind
from tests.fakes.flagged import (
    MODERATOR,
    answered,
    decide,
    flag_answer,
    incident_of,
    kinds_of,
    moderated,
)
from tests.fakes.society import COLLEAGUE, EDITOR, MEMBER, PANELIST, SECOND, SLICE, Society


async def test_restored_answer_is_shown_again_with_the_reason(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.PUT_BACK, incident, " ")
    refused = (await society.told(MODERATOR))[-1]

    await decide(society, Action.PUT_BACK, incident, "No ward is named.")

    restored = await society.question(question.id)
    assert (refused, restored.taken_down, restored.is_under_review) == ("error.text_missing", frozenset(), False)
    assert (await incident_of(society, question.id)).decision is Decision.RESTORED
    assert [(await society.told(member)).count("incident.put_back") for member in (MEMBER, SECOND, MODERATOR)] == [
        1
    ] * 3
    await decide(society, Action.TAKE_OUT, incident)
    assert (await society.told(MODERATOR))[-1] == "error.incident_closed"


async def test_removed_answer_is_gone_wherever_it_was_copied(society: Society) -> None:
    question = await answered(society, answer="Patient of ward Alpha, CTPA.")
    await society.say(PANELIST, "/find CTPA")
    was_found = "CTPA." in str((await society.lines(PANELIST))[-1].payload)
    incident = await flag_answer(society, question)

    await decide(society, Action.TAKE_OUT, incident)

    texts = [entry.text.value for entry in await society.entries(question.id) if entry.text is not None]
    lines = [str(line.payload) for member in (MEMBER, PANELIST) for line in await society.lines(member)]
    assert (was_found, "CTPA." in "".join((*texts, *lines))) == (True, False)
    assert (await society.question(question.id)).is_under_review is False
    assert EntryKind.TAKEN_OUT in await kinds_of(society, question)


async def test_removed_incident_stays_open_until_it_is_closed_with_a_note(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.CLOSE_INCIDENT, incident, "Done.")
    early = (await society.told(MODERATOR))[-1]
    await decide(society, Action.TAKE_OUT, incident)
    still_open = (await incident_of(society, question.id)).is_open

    await decide(society, Action.CLOSE_INCIDENT, incident, "Reported to the officer.")

    closed = await incident_of(society, question.id)
    assert (early, still_open, closed.is_open) == ("error.incident_undecided", True, False)
    assert closed.note.value == "Reported to the officer."


async def test_what_identifies_a_patient_does_not_come_back(society: Society) -> None:
    question = await answered(society)
    await society.change(lambda transaction: transaction.viewings.note(question.id, COLLEAGUE.id, society.now))
    incident = await flag_answer(society, question)

    for action in (Action.IDENTIFIES, Action.IDENTIFIES):
        await decide(society, action, incident)
    await decide(society, Action.PUT_BACK, incident, "Fine.")

    assert (await society.told(MODERATOR))[-1] == "error.incident_identifies"
    assert [(await society.told(member)).count("incident.identifies") for member in (COLLEAGUE, MEMBER)] == [1, 1]


async def test_flagged_series_goes_as_a_whole_and_is_shredded(society: Society) -> None:
    question = await answered(society, SLICE)
    (image,) = await society.images(question.id)
    await society.press(PANELIST, Action.FLAG, question.id, {"image": image.id})
    incident = await incident_of(society, question.id)

    await decide(society, Action.TAKE_OUT, incident)

    (gone,) = await society.images(question.id)
    assert incident.hidden[0].item == f"series:{image.facts.series_uid}"
    assert gone.removed_at == society.now


async def test_published_case_is_withdrawn_from_its_readers(society: Society) -> None:
    question = await society.settle((await society.ask()).id)
    await society.press(MEMBER, Action.CONSENT_TEACHING, question.id)
    await society.press(EDITOR, Action.PUBLISH, question.id, {"text": "Embolism\nShown on CTPA."})
    await society.press(EDITOR, Action.SEND_DIGEST)
    await moderated(society)

    await society.press(COLLEAGUE, Action.FLAG, question.id)
    incident = await incident_of(society, question.id)
    await decide(society, Action.TAKE_OUT, incident)

    (digest,) = [line for line in await society.lines(COLLEAGUE) if line.payload["key"] == "digest.daily"]
    gone = await society.question(question.id)
    assert (incident.what, gone.released_at, gone.held_back) == ("said", None, True)
    assert question.label not in str(digest.payload["quoted"])


async def test_erasure_waits_for_the_decision(society: Society) -> None:
    question = await society.settle((await society.ask("PE?", SLICE)).id)
    await society.advance(timedelta(days=6))
    (image,) = await society.images(question.id)
    await moderated(society)
    await society.press(PANELIST, Action.FLAG, question.id, {"image": image.id})
    await society.advance(timedelta(days=2))
    kept = (await society.images(question.id))[0].removed_at

    await decide(society, Action.PUT_BACK, await incident_of(society, question.id), "Nothing on it.")
    await dispatch(society.services, EraseImages(question_id=question.id, closing=1))

    assert (kept, (await society.images(question.id))[0].removed_at) == (None, society.now)


@pytest.mark.parametrize("action", [Action.PUT_BACK, Action.TAKE_OUT, Action.IDENTIFIES, Action.CLOSE_INCIDENT])
async def test_only_a_moderator_decides(society: Society, action: Action) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)

    await decide(society, action, incident, "Fine.", by=PANELIST)

    assert (await incident_of(society, question.id)).decision is Decision.PENDING
    assert (await society.told(PANELIST))[-1] == "error.moderator_only"


async def test_unknown_incident_is_said(society: Society) -> None:
    await moderated(society)

    await society.press(MODERATOR, Action.TAKE_OUT, None, {"incident": "abc"})

    assert (await society.told(MODERATOR))[-1] == "error.incident_unknown"


async def test_every_step_is_in_the_audit(society: Society) -> None:
    question = await answered(society)
    incident = await flag_answer(society, question)
    await decide(society, Action.TAKE_INCIDENT, incident)
    await decide(society, Action.PUT_BACK, incident, "Fine.")

    def read(transaction: Any) -> list[AuditLink]:
        return [link for link in transaction.audit.after(0) if link.event.subject == incident.id]

    links = await society.read(read)

    actions = ["incident_flag", "incident_take_incident", "incident_put_back"]
    assert [link.event.action for link in links] == actions
    assert [link.event.actor_id for link in links] == [SECOND.id, MODERATOR.id, MODERATOR.id]
