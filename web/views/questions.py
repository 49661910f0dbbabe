"""One question with its thread and series, and the short form for lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.access import Capability, can, sees_full_card
from domain.checks import Check, checks_of, live_sources
from domain.consent import ConsentScope, board_number
from domain.delivery import Terms
from domain.member import Member
from domain.opinions import awaits_second
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.question import Entry, Question
from domain.reading import unread
from domain.search import published_text
from domain.study import Image, Upload
from domain.text import DeidentifiedText
from domain.web import JsonValue
from domain.withholding import hides_text, series_of, shown, shown_entries
from domain.wrong_patient import unacknowledged
from web.views.actions import Standing, possible_actions
from web.views.entries import Names, entries_shown, entry_view, moment, text_view
from web.views.images import frame_count, series_views
from web.views.panel import panel_view

TITLE_CHARACTERS = 80

_REFUSAL = "refusal."

Json = dict[str, JsonValue]


def question_view(
    transaction: Transaction, question: Question, *, reader: Member, wording: Wording, now: datetime
) -> Json:
    """Return everything a reader may know of a question; whether they may see it at all is the caller's to ask."""
    names = Names(transaction, reader)
    images = transaction.images.of_question(question.id)
    timeline = shown_entries(question, transaction.entries.of_question(question.id))
    question = shown(question)
    entries = entries_shown(reader, question, timeline)
    full = sees_full_card(reader, question)
    standing = _standing(transaction, question, timeline, reader=reader, images=images)
    return {
        **_identity(question, reader),
        **(_card(question, names, reader=reader) if full else _released_card(question, names, entries)),
        **(panel_view(transaction, question, timeline, reader=reader, wording=wording) if full else {}),
        "use": _use(transaction, question, reader=reader) if full else None,
        "released": question.released_at is not None,
        "full": full,
        "entries": [entry_view(entry, question, names, reader=reader) for entry in entries],
        "actions": [action.value for action in possible_actions(reader, question, standing, now=now)],
        "checks": [_check_view(check, reader=reader, wording=wording) for check in standing.checks],
        "wrong_patient": question.wrong_patient_at is not None,
        "may_flag": question.number is not None,
        "taken_down": hides_text(question),
        "images_taken_down": bool(series_of(question.taken_down)),
        "viewers": len(transaction.viewings.of_question(question.id)) if full else 0,
        "uploads": _uploads_view(transaction, question, reader=reader, wording=wording),
        "series": series_views(transaction, question, images, reader=reader, wording=wording),
    }


def summary_view(transaction: Transaction, question: Question, names: Names, *, reader: Member) -> Json:
    """Return a line of a list for a reader with the full card."""
    return {
        "id": question.id,
        "label": question.label,
        "state": question.state.value,
        "urgency": None if question.urgency is None else question.urgency.value,
        "title": title_of(shown(question).text.value),
        "taken_down": bool(question.taken_down),
        "asker": names.of(question.asker_id, question),
        **_times(question),
        **_claim(question, names, reader=reader),
        "images": frame_count(transaction.images.of_question(question.id)),
        "unread": _is_unread(transaction, question, reader=reader),
        "second": _is_second(transaction, question),
    }


def title_of(text: str) -> str:
    """Return the beginning of a text in one line."""
    line = " ".join(text.split())
    return line if len(line) <= TITLE_CHARACTERS else line[: TITLE_CHARACTERS - 1].rstrip() + "…"


def _is_unread(transaction: Transaction, question: Question, *, reader: Member) -> bool:
    """Return whether its asker has not read yet what the panel wrote; only of what somebody has is there anything."""
    if question.claimed_by is None or question.asker_id == reader.id:
        return False
    return unread(question, transaction.entries.of_question(question.id)) is not None


def _is_second(transaction: Transaction, question: Question) -> bool:
    """Return whether it was answered and another answer is wanted; only where two are is there anything to look up."""
    if question.needs == 1 or not question.is_awaiting_panel:
        return False
    return awaits_second(question, transaction.entries.of_question(question.id))


def _standing(
    transaction: Transaction,
    question: Question,
    timeline: Sequence[Entry],
    *,
    reader: Member,
    images: tuple[Image, ...],
) -> Standing:
    """Return what a reader's buttons depend on, beside the question itself."""
    checks: tuple[Check, ...] = ()
    if question.asker_id == reader.id:
        sources = live_sources(transaction.identities.of_question(question.id), images)
        checks = checks_of(question.text, sources, timeline)
    paged = unacknowledged(question, timeline, transaction.viewings.of_question(question.id))
    return Standing(images=images, checks=checks, is_paged=reader.id in paged, entries=timeline)


def _check_view(check: Check, *, reader: Member, wording: Wording) -> Json:
    by = Terms(keys=tuple(f"identity.{kind}" for kind in check.by))
    return {
        "name": check.name.value,
        "by": [kind.value for kind in check.by],
        "sentence": wording.text(f"check.{check.name}", reader, {"by": by}),
        "done": check.is_done,
    }


def _identity(question: Question, reader: Member) -> Json:
    return {
        "id": question.id,
        "label": question.label,
        "number": question.number,
        "state": question.state.value,
        "mine": question.asker_id == reader.id,
    }


def _card(question: Question, names: Names, *, reader: Member) -> Json:
    return {
        "urgency": None if question.urgency is None else question.urgency.value,
        "consent": question.consent.value,
        "title": title_of(question.text.value),
        "text": text_view(question.text),
        "asker": names.of(question.asker_id, question),
        "asker_has": _facilities(names.member(question.asker_id)),
        "asker_grade": _grade(names.member(question.asker_id)),
        "closed_at": moment(question.closed_at),
        **_times(question),
        **_claim(question, names, reader=reader),
    }


def _released_card(question: Question, names: Names, entries: Sequence[Entry]) -> Json:
    """The editor's text alone: without a day, since a release may carry none (safety rule 5)."""
    text = published_text(entries) or DeidentifiedText(value="")
    absent: Json = dict.fromkeys(
        ("urgency", "opened_at", "claim_due_at", "answer_due_at", "closed_at", "claimed_by"), None
    )
    return {
        **absent,
        "consent": question.consent.value,
        "title": title_of(text.value),
        "text": text_view(text),
        "asker": names.of(question.asker_id, question),
        "claimed_by_me": False,
    }


def _facilities(asker: Member) -> list[JsonValue] | None:
    """What the asker's hospital has, by which no hospital is known (safety rule 13); None where nobody said."""
    has = asker.hospital_has
    return None if has is None else [facility.value for facility in sorted(has)]


def _use(transaction: Transaction, question: Question, *, reader: Member) -> Json | None:
    """Return what is allowed beyond the consultation, and on which basis (safety rule 6).

    A review board's number may say where the asker works: only they and an editor read it.
    """
    given = transaction.consents.of_question(question.id)
    if question.consent is ConsentScope.CONSULT_ONLY or not given:
        return None
    number = board_number(given[-1].basis)
    knows = question.asker_id == reader.id or can(reader, Capability.RELEASE)
    basis = "irb" if number else given[-1].basis
    return {"scope": question.consent.value, "basis": basis, "number": number if knows else ""}


def _grade(asker: Member) -> str | None:
    return None if asker.grade is None else asker.grade.value


def _times(question: Question) -> Json:
    return {
        "opened_at": moment(question.opened_at),
        "claim_due_at": moment(question.claim_due_at),
        "answer_due_at": moment(question.answer_due_at),
    }


def _claim(question: Question, names: Names, *, reader: Member) -> Json:
    claimer = question.claimed_by
    return {
        "claimed_by": None if claimer is None else names.of(claimer, question),
        "claimed_by_me": claimer == reader.id,
    }


def _uploads_view(transaction: Transaction, question: Question, *, reader: Member, wording: Wording) -> Json:
    """Return how far the asker's files are; to anybody else, nothing."""
    uploads: tuple[Upload, ...] = ()
    if question.asker_id == reader.id:
        uploads = transaction.uploads.of_question(question.id)
    refusals = [refusal for upload in uploads for refusal in upload.refusals]
    return {
        "total": len(uploads),
        "pending": sum(upload.is_pending for upload in uploads),
        "refused": [wording.text(_refusal_key(refusal), reader, {}) for refusal in refusals],
    }


def _refusal_key(code: str) -> str:
    """Return the wording key of a refusal; the door gives bare codes, handlers whole keys."""
    return code if code.startswith(_REFUSAL) else f"{_REFUSAL}{code}"
