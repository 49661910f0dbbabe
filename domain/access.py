"""The one rule of who may see what; it guards pages, images, streams and digests."""

from __future__ import annotations

from domain.consent import ConsentScope
from domain.member import Member, Role
from domain.question import SEEN_BY_PANEL, Entry, Question, QuestionState


def may_see(member: Member, question: Question) -> bool:
    """Return whether a member may see a question and its confirmed images.

    The asker always; the panel from its opening on; once it is closed, an editor
    if the asker has allowed more than the consultation, and everybody after the
    editor's release.
    """
    if not member.active:
        return False
    if question.asker_id == member.id:
        return True
    if question.state not in SEEN_BY_PANEL:
        return False
    if member.has(Role.PANELIST) or member.has(Role.COORDINATOR):
        return True
    if question.consent is ConsentScope.CONSULT_ONLY or question.state is not QuestionState.CLOSED:
        return False
    return member.has(Role.EDITOR) or question.released_at is not None


def may_see_entry(member: Member, question: Question, entry: Entry) -> bool:
    """Return whether a member may read one line of a thread: internal notes stay with the panel."""
    if not may_see(member, question):
        return False
    return not entry.is_internal or member.has(Role.PANELIST) or member.has(Role.COORDINATOR)


def sees_full_card(member: Member, question: Question) -> bool:
    """Return whether a member sees question and thread as they were, not only the editor's published text."""
    if not may_see(member, question):
        return False
    return question.asker_id == member.id or bool(member.roles & {Role.PANELIST, Role.COORDINATOR, Role.EDITOR})
