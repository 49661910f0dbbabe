"""Following a question that somebody else has, and following it no more."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from domain.delivery import Priority
from domain.errors import UserError
from domain.following import can_be_followed, followers_of
from domain.messages import Action
from domain.question import EntryKind, Question
from handlers.deed import Deed
from handlers.outbox import notice_about


def follow(deed: Deed) -> None:
    """Hear of the answer and the close of a question that another has.

    Raises:
        UserError: "follow_own" of one's own to answer, "not_now" where nobody has it.
    """
    question = deed.panel_question()
    if question.is_awaiting_panel and question.claimed_by == deed.actor.id:
        raise UserError("follow_own", label=question.label)
    if not can_be_followed(question, deed.actor.id):
        raise UserError("not_now", label=question.label, state=question.state)
    if not _follows(deed, question):
        deed.record(question, EntryKind.FOLLOWED)
    _confirm(deed, question, "panel.follows", choices=(Action.UNFOLLOW,))


def unfollow(deed: Deed) -> None:
    """Hear nothing more of it."""
    question = deed.panel_question()
    if _follows(deed, question):
        deed.record(question, EntryKind.UNFOLLOWED)
    _confirm(deed, question, "panel.follows_no_more", choices=())


def _follows(deed: Deed, question: Question) -> bool:
    return deed.actor.id in followers_of(deed.transaction.entries.of_question(question.id))


def _confirm(deed: Deed, question: Question, key: str, *, choices: tuple[Action, ...]) -> None:
    """However urgent the question is, this is not."""
    notice = notice_about(question, key, choices=choices)
    deed.tell(deed.actor, replace(notice, priority=Priority.NORMAL))


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.FOLLOW: follow,
    Action.UNFOLLOW: unfollow,
}
