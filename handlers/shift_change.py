"""The change of a shift: who comes and who goes are told what is open, and who the other is."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from domain.commands import HandOver
from domain.delivery import Value
from domain.ids import MemberId
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, Urgency
from domain.rota import Shift, Tier
from handlers.outbox import Notice, tell
from handlers.shifts import name_value, shift_values

_MOMENT = timedelta(seconds=1)


async def hand_over(services: Services, command: HandOver) -> None:
    """Tell both sides of a change, unless the rota has changed since and there is none any more."""

    def change(transaction: Transaction) -> None:
        panel = transaction.panels.get(command.panel_id)
        shifts = panel.whole_shifts(Tier(command.tier), command.at - _MOMENT, command.at + _MOMENT)
        for former, shift in pairwise(shifts):
            if former.member_id != shift.member_id:
                _tell_both(services, transaction, panel, former=former, shift=shift)

    await services.store.write(change)


def _tell_both(services: Services, transaction: Transaction, panel: Panel, *, former: Shift, shift: Shift) -> None:
    questions = _open_questions(transaction, panel, services.clock())
    for told, other, way in (
        (shift.member_id, former.member_id, "begins"),
        (former.member_id, shift.member_id, "ends"),
    ):
        if told is None:
            continue
        reader = transaction.members.get(told)
        values: dict[str, Value] = {
            **shift_values(panel, shift, reader),
            "other": name_value(transaction, other),
            "count": len(questions),
            "questions": ", ".join(_named(question, told) for question in questions),
        }
        cause = f"shift:{panel.id}:{shift.tier}:{shift.begins_at.isoformat()}:{way}"
        notice = Notice(key=_KEYS[way, bool(questions)], values=values)
        tell(services, transaction, reader, cause=cause, notice=notice)


_KEYS = {
    ("begins", True): "rota.shift_begins",
    ("begins", False): "rota.shift_begins_clear",
    ("ends", True): "rota.shift_ends",
    ("ends", False): "rota.shift_ends_clear",
}


def _open_questions(transaction: Transaction, panel: Panel, now: datetime) -> list[Question]:
    """Return what the panel still owes an answer, urgent ones first."""
    known = transaction.questions.for_panel(closed_since=now)
    waiting = [question for question in known if question.is_awaiting_panel and question.panel_id == panel.id]
    return sorted(waiting, key=lambda question: (question.urgency is not Urgency.URGENT, question.number or 0))


def _named(question: Question, reader: MemberId) -> str:
    """Return a question's label, marked where it is urgent (!) and where the reader has it themselves (*)."""
    urgent = "!" if question.urgency is Urgency.URGENT else ""
    return f"{question.label}{urgent}{'*' if question.claimed_by == reader else ''}"
