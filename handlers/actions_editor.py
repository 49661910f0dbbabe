"""What an editor does: release a case for members, hold it back, send the digest now."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.access import may_see
from domain.commands import StartDigest
from domain.consent import ConsentScope
from domain.errors import UserError
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from domain.release import may_carry_full_card, mentions_sex_age_or_day
from handlers.actions_asker import take_back
from handlers.deed import Deed

DAILY = "daily"


def publish(deed: Deed) -> None:
    """Give a privacy release: from now on members may see the text as the editor wrote it, and the images."""
    question = deed.editor_question()
    if question.wrong_patient_at is not None:
        raise UserError("wrong_patient", label=question.label)
    if question.consent is not ConsentScope.TEACHING or question.state is not QuestionState.CLOSED:
        raise UserError("consent_missing", label=question.label)
    if question.released_at is not None:
        raise UserError("already_published", label=question.label)
    text = deed.text()
    assert question.opened_at is not None
    early = not may_carry_full_card(question.opened_at, deed.now)
    if early and mentions_sex_age_or_day(text.value):
        raise UserError("release_too_personal", label=question.label)
    released = deed.save(question, released_at=deed.now, held_back=False)
    deed.record(released, EntryKind.PUBLISHED, text=text)
    deed.tell_about(released, deed.actor, "editor.published")


def hold_back(deed: Deed) -> None:
    """Keep a case from members, whatever its asker allowed."""
    question = deed.editor_question()
    if not may_see(deed.actor, question) or question.consent is not ConsentScope.TEACHING:
        raise UserError("consent_missing", label=question.label)
    held = deed.save(question, held_back=True, released_at=None)
    take_back(deed, question)
    deed.record(held, EntryKind.HELD_BACK)
    deed.tell_about(held, deed.actor, "editor.held_back")


def send_digest(deed: Deed) -> None:
    """Send today's digest now to everybody who has not had it."""
    deed.transaction.jobs.add(StartDigest(name=DAILY, at=deed.now, everyone=True))


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.PUBLISH: publish,
    Action.HOLD_BACK: hold_back,
    Action.SEND_DIGEST: send_digest,
}
