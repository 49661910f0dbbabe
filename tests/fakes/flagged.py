"""A society in which something was flagged: what tests of flags and of moderators begin with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.ids import QuestionId
from domain.incident import Incident
from domain.member import Member, Role
from domain.messages import Action
from domain.question import EntryKind, Question
from tests.fakes.society import EDITOR, PANELIST, SECOND, Society

MODERATOR = replace(EDITOR, roles=frozenset({Role.MODERATOR}))
PAGE = "incident.page"


async def moderated(society: Society) -> None:
    await society.change(lambda transaction: transaction.members.save(MODERATOR))


async def answered(society: Society, *files: bytes, answer: str = "CTPA now, please.") -> Question:
    await moderated(society)
    question = await society.ask("New effusion? PE?", *files)
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": answer})
    return await society.question(question.id)


async def entry_of(society: Society, question: Question, kind: EntryKind) -> str:
    found = [entry for entry in await society.entries(question.id) if entry.kind is kind]
    return str(found[-1].id)


async def flag_answer(society: Society, question: Question, member: Member = SECOND) -> Incident:
    entry = await entry_of(society, question, EntryKind.ANSWER)
    await society.press(member, Action.FLAG, question.id, {"entry": entry, "text": "names the ward"})
    return await incident_of(society, question.id)


async def incident_of(society: Society, question_id: QuestionId) -> Incident:
    return (await society.read(lambda transaction: transaction.incidents.of_question(question_id)))[-1]


async def decide(society: Society, action: Action, incident: Incident, text: str | None = None, **more: Any) -> None:
    fields = {"incident": incident.id} if text is None else {"incident": incident.id, "text": text}
    await society.press(more.get("by", MODERATOR), action, None, fields)


async def kinds_of(society: Society, question: Question) -> list[EntryKind]:
    return [entry.kind for entry in await society.entries(question.id)]
