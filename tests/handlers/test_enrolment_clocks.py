"""What becomes of applications that nobody decides, and of invites, codes and links whose time was up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from bot.dispatcher import dispatch
from domain.commands import ForgetEnded, RemindOfApplications
from domain.enrolment import APPLICATION_LASTS, Application, ApplicationState, Invite
from domain.hours import QuietHours
from domain.linking import LinkTries, new_link_code
from domain.member import Language, Member, Role
from domain.messages import Address
from domain.ports.store import Transaction
from domain.web import SignInLink, UploadLink, WebSession
from handlers.housekeeping import ENDED_KEPT
from tests.fakes.society import COORDINATOR, MEMBER, MONDAY_NOON, PANELIST, Society

DAY = timedelta(days=1)
NIGHT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)
"""Half past midnight in Seoul: the day after `MONDAY_NOON`, and quiet there."""
PHONE = Address(channel="sms", external_id="+82107777")


async def apply(society: Society, name: str = "a1", **changes: object) -> None:
    made = Application(
        id=name,
        society_number="K-77",
        name="한소미",
        email="somi@example.org",
        language=Language.KOREAN,
        made_at=society.now,
        expires_at=society.now + APPLICATION_LASTS,
        state=ApplicationState.WAITING,
    )
    application = replace(made, **changes)  # type: ignore[arg-type]  # a test changes what it is about
    await society.change(lambda transaction: transaction.enrolments.save_application(application))


def save(transaction: Transaction, *, person: Member) -> None:
    transaction.members.save(person)


async def remind(society: Society) -> None:
    await dispatch(society.services, RemindOfApplications(at=society.now))
    await society.work()


async def reminders(society: Society, member: Member = COORDINATOR) -> list[str]:
    lines = await society.lines(member)
    return [str(line.payload["text"]) for line in lines if line.payload["key"] == "join.waiting"]


async def test_whoever_decides_is_reminded_once_a_day(society: Society) -> None:
    await apply(society)
    await apply(society, "a2")

    for _ in range(3 * 24):
        await remind(society)
        await society.advance(timedelta(hours=1))

    told = await reminders(society)
    assert len(told) == 3
    assert "2" in told[0]
    assert await reminders(society, PANELIST) == []


async def test_nobody_is_reminded_at_night_or_on_the_first_day(society: Society) -> None:
    await apply(society)

    await remind(society)
    await society.advance(NIGHT - society.now)
    await remind(society)

    assert await reminders(society) == []


async def test_reminder_is_in_the_readers_language(society: Society) -> None:
    english = replace(COORDINATOR, language=Language.ENGLISH, quiet=QuietHours(begins=NIGHT.time(), ends=NIGHT.time()))
    korean = replace(PANELIST, language=Language.KOREAN, roles=frozenset({Role.ADMINISTRATOR}))
    for person in (english, korean):
        await society.change(partial(save, person=person))
    await apply(society)

    await society.advance(DAY)
    await remind(society)

    assert (await reminders(society))[0].startswith("Waiting to be let in: 1")
    assert (await reminders(society, PANELIST))[0].startswith("가입 승인 대기 1명")


@pytest.mark.parametrize("state", [ApplicationState.APPROVED, ApplicationState.REFUSED, ApplicationState.UNPROVED])
async def test_what_is_decided_reminds_nobody(society: Society, state: ApplicationState) -> None:
    await apply(society, state=state)

    await society.advance(DAY)
    await remind(society)

    assert await reminders(society) == []


async def _fill(society: Society) -> None:
    """Keep one of each that ends at this moment."""
    now = society.now
    code, _ = new_link_code("x" * 22, MEMBER.id, now - timedelta(minutes=10))
    invite = Invite(
        id="i", name="Han", language=Language.KOREAN, roles=frozenset(), made_by=None, made_at=now, expires_at=now
    )

    def fill(transaction: Transaction) -> None:
        transaction.enrolments.add_invite(invite)
        transaction.channel_links.add(code)
        transaction.channel_links.save_tries(LinkTries(address=PHONE, wrong_tries=5, last_at=now))
        transaction.web.add_sign_in_link(SignInLink(token_hash="s", member_id=MEMBER.id, expires_at=now))
        transaction.web.add_upload_link(UploadLink(code_hash="u", member_id=MEMBER.id, expires_at=now))
        session = WebSession(token_hash="w", member_id=MEMBER.id, created_at=now, seen_at=now, expires_at=now)
        transaction.web.add_session(session)

    await society.change(fill)
    await apply(society, expires_at=now, state=ApplicationState.UNPROVED)


async def _left(society: Society) -> set[str]:
    def read(transaction: Transaction) -> dict[str, object]:
        return {
            "invite": transaction.enrolments.lock_invite("i"),
            "application": transaction.enrolments.lock_application("a1"),
            "sign-in": transaction.web.sign_in_link("s"),
            "upload": transaction.web.upload_link("u"),
            "session": transaction.web.session("w"),
            "tries": transaction.channel_links.tries(PHONE, society.now).wrong_tries,
        }

    return {name for name, kept in (await society.read(read)).items() if kept}


async def test_what_has_ended_is_forgotten_after_a_month(society: Society) -> None:
    await _fill(society)
    everything = await _left(society)

    await dispatch(society.services, ForgetEnded(at=MONDAY_NOON + ENDED_KEPT - DAY))
    kept = await _left(society)
    await dispatch(society.services, ForgetEnded(at=MONDAY_NOON + ENDED_KEPT + DAY))

    assert everything - kept == {"tries"}
    assert await _left(society) == set()


async def test_what_still_works_is_kept(society: Society) -> None:
    await _fill(society)
    code, _ = new_link_code("y" * 22, MEMBER.id, MONDAY_NOON)
    await society.change(lambda transaction: transaction.channel_links.add(code))

    await dispatch(society.services, ForgetEnded(at=MONDAY_NOON))

    assert await society.read(lambda transaction: transaction.channel_links.open_codes(MONDAY_NOON)) == (code,)
    assert len(await _left(society)) == 6
