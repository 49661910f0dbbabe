"""What a page shows of the panel's work on a question: clues for the card, the chart's text, colleagues, progress."""

from __future__ import annotations

from collections.abc import Sequence

from domain.access import Capability, can
from domain.card import clues_of
from domain.chart import ChartLine, chart_lines
from domain.delivery import Terms, Value
from domain.handover import Side, may_give
from domain.member import Member, Role
from domain.opinions import awaits_second, is_sealed
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.question import Entry, Question
from domain.reading import unread
from domain.study import Image, concerns_of
from domain.web import JsonValue
from web.views.panel_actions import may_release

Json = dict[str, JsonValue]


def panel_view(
    transaction: Transaction, question: Question, timeline: Sequence[Entry], *, reader: Member, wording: Wording
) -> Json:
    """Return it for a reader with the full card."""
    images = transaction.images.of_question(question.id)
    return {
        "clues": {clue.value: list(pieces) for clue, pieces in clues_of(question.text.value).items()},
        "needs": question.needs,
        "second": awaits_second(question, timeline),
        "sealed": question.is_sealed,
        "unread": _unread(question, timeline, reader=reader),
        "sealed_opinions": sum(is_sealed(question, entry) for entry in timeline if entry.text is not None),
        "may_release": may_release(reader, question, timeline),
        "like": _like(transaction, question, reader=reader),
        "colleagues": _colleagues(transaction, question, reader=reader),
        "chart": _chart(transaction, question, timeline, reader=reader, wording=wording, images=images),
    }


def _like(transaction: Transaction, question: Question, *, reader: Member) -> Json | None:
    """Return the question that the panel finds beside this one while both wait; its asker hears of no other."""
    if question.asker_id == reader.id or not can(reader, Capability.ANSWER) or not question.is_awaiting_panel:
        return None
    mate_id = transaction.groups.open_mate(question.id)
    return None if mate_id is None else {"id": mate_id, "label": transaction.questions.get(mate_id).label}


def _unread(question: Question, timeline: Sequence[Entry], *, reader: Member) -> int:
    """Return the entry that the asker has not read yet (safety rule 11), for the panel; 0 where there is none."""
    waits = None if question.asker_id == reader.id else unread(question, timeline)
    return 0 if waits is None else waits.id


def _colleagues(transaction: Transaction, question: Question, *, reader: Member) -> list[JsonValue]:
    """Return to whom a panelist may hand the question; an asker types a colleague's name."""
    if may_give(question, reader.id) is not Side.PANEL:
        return []
    others = (member for member in transaction.members.all() if member.active and member.has(Role.PANELIST))
    # Its asker among them: the one name that is missing would tell the panel who asks (safety rule 13).
    return [{"id": member.id, "name": member.display_name} for member in others if member.id != reader.id]


def _chart(  # noqa: PLR0913 - one text of all that stands in it
    transaction: Transaction,
    question: Question,
    timeline: Sequence[Entry],
    *,
    reader: Member,
    wording: Wording,
    images: tuple[Image, ...],
) -> str:
    """Return what the asker copies into the chart (safety rule 13); empty for everybody else, and before an answer."""
    lines = chart_lines(question, timeline)
    if question.asker_id != reader.id or not lines:
        return ""
    quality = Terms(keys=tuple(f"concern.{concern}" for concern in concerns_of(images)), separator=" ")
    values: dict[str, Value] = {"label": question.label, "quality": quality}
    said = [_line(transaction, line, reader=reader, wording=wording) for line in lines]
    head = wording.text("chart.head", reader, values)
    has_quality = bool(quality.keys)
    tail = wording.text("chart.quality" if has_quality else "chart.no_quality", reader, values)
    return "\n".join((head, *said, tail, wording.text("chart.foot", reader, {})))


def _line(transaction: Transaction, line: ChartLine, *, reader: Member, wording: Wording) -> str:
    adviser = transaction.members.get(line.adviser).display_name
    values: dict[str, Value] = {"name": adviser, "at": line.at, "confidence": line.confidence or "-"}
    return f"{wording.text(f'chart.{line.standing}', reader, values)}\n{line.text.value}"
