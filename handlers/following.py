"""Telling those who follow a question how it goes on: never with a sound, and not in their night."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from domain.access import Capability, can
from domain.following import News, followers_of
from domain.ids import MemberId
from domain.member import Member
from domain.messages import Action
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question
from handlers.outbox import Notice, tell

_ENDS = frozenset({News.WITHDRAWN})


def tell_followers(  # noqa: PLR0913 - one piece of news, and whose
    services: Services, transaction: Transaction, question: Question, *, news: News, by: MemberId | None, cause: str
) -> None:
    """Tell everybody who follows a question but whoever did it, and whoever has it: they are told anyway.

    No words of the case stand in it: it leads to where they may be read.
    """
    for member_id in followers_of(transaction.entries.of_question(question.id)):
        member = transaction.members.get(member_id)
        if member_id not in (by, question.claimed_by, question.asker_id) and can(member, Capability.ANSWER):
            tell(services, transaction, member, cause=cause, notice=_notice(services, question, news, member=member))


def _notice(services: Services, question: Question, news: News, *, member: Member) -> Notice:
    now = services.clock()
    return Notice(
        key=f"following.{news}",
        values={"label": question.label, "at": now},
        question_id=question.id,
        choices=() if news in _ENDS else (Action.UNFOLLOW,),
        due_at=_awake_from(services, member, now),
    )


def _awake_from(services: Services, member: Member, now: datetime) -> datetime | None:
    """Return when a member's quiet hours end; None where there are none now."""
    quiet = member.quiet or services.escalation.quiet
    is_night = quiet.hold(now.astimezone(ZoneInfo(member.time_zone)))
    return quiet.end_after(now, member.time_zone) if is_night else None
