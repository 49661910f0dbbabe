"""Coming in: by an invite, or by an application that the coordinator decides; and what nobody gets that way."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.dispatcher import dispatch
from domain.commands import ForgetEnded, SendJoinCode, ShowApplication
from domain.delivery import Delivery, DeliveryState
from domain.enrolment import APPLICATION_LASTS, INVITE_LASTS, Application, ApplicationState
from domain.ids import DeliveryId
from domain.member import Language, Role
from domain.messages import Action, Address
from handlers.enrolling import send_join_code, show_application
from handlers.housekeeping import ENDED_KEPT
from handlers.secret_values import with_secrets
from storage.tables import metadata
from tests.fakes.newcomers import Newcomers, six_digits_in, token_in
from tests.fakes.society import COLLEAGUE, COORDINATOR, MEMBER, PANELIST, Society
from tests.wording.test_text_messages import LETTERS

OFFICE = Address(channel="sms", external_id="+821022222222")
TRACES = ("K-77", "somi@example.org", "한소미")


@pytest.fixture
async def newcomers(society: Society) -> Newcomers:
    found = Newcomers(society)
    await found.give(COORDINATOR, OFFICE)
    return found


async def invited(newcomers: Newcomers, words: str = "/invite Han Somi") -> str:
    await newcomers.text(words, sender=OFFICE)
    return newcomers.got(OFFICE)[-1]


async def apply(newcomers: Newcomers, **changes: object) -> Application:
    """Apply, up to where the coordinator decides."""
    now = newcomers.society.now
    made = Application(
        id="a1",
        society_number="K-77",
        name="한소미",
        email="somi@example.org",
        language=Language.KOREAN,
        made_at=now,
        expires_at=now + INVITE_LASTS,
        state=ApplicationState.WAITING,
    )
    application = replace(made, **changes)  # type: ignore[arg-type]  # a test changes what it is about
    await newcomers.society.change(lambda transaction: transaction.enrolments.save_application(application))
    await newcomers.society.change(lambda transaction: transaction.jobs.add(ShowApplication(application_id="a1")))
    await newcomers.society.work()
    return application


async def test_invite_in_chat_lets_one_person_in_by_phone(newcomers: Newcomers) -> None:
    token = token_in(await invited(newcomers))

    await newcomers.text(f"/start {token}")
    await newcomers.text(f"/join {token}", sender=Address(channel="sms", external_id="+82109"))

    member = await newcomers.holder()
    assert member is not None
    assert (member.display_name, member.roles) == ("Han Somi", frozenset())
    assert newcomers.keys() == ["join.welcome"]
    assert newcomers.sms.texts[-1].key == "error.invite_used"


async def test_token_of_an_invite_is_kept_as_its_hash(newcomers: Newcomers) -> None:
    token = token_in(await invited(newcomers))
    files = [file for file in newcomers.society.folder.glob("hilum.db*") if file.is_file()]

    assert token
    assert not any(f"/join/{token}".encode() in file.read_bytes() for file in files)


async def test_roles_may_stand_behind_the_name(newcomers: Newcomers) -> None:
    await newcomers.text(f"/join {token_in(await invited(newcomers, '/초대 Han Somi panelist'))}")

    member = await newcomers.holder()
    assert member is not None
    assert member.roles == {Role.PANELIST}


async def test_coordinator_gives_no_office_but_an_administrator_does(newcomers: Newcomers) -> None:
    refused = await invited(newcomers, "/invite Han Somi administrator")
    await newcomers.give(COORDINATOR, roles=frozenset({Role.ADMINISTRATOR}))
    given = await invited(newcomers, "/invite Han Somi coordinator")

    assert newcomers.keys(OFFICE)[0] == "error.appoint_only"
    assert "/join/" in given
    assert "/join/" not in refused


@pytest.mark.parametrize("words", ["/invite", "/invite panelist"])
async def test_invite_needs_a_name(newcomers: Newcomers, words: str) -> None:
    await invited(newcomers, words)

    assert newcomers.keys(OFFICE) == ["error.name_missing"]


async def test_role_that_is_none_is_refused(newcomers: Newcomers) -> None:
    await newcomers.society.press(COORDINATOR, Action.INVITE, fields={"name": "Han Somi", "roles": "emperor"})

    assert (await newcomers.society.told(COORDINATOR))[-1] == "error.role_unknown"


async def test_page_shows_the_link_not_the_conversation(newcomers: Newcomers) -> None:
    await newcomers.society.say(COORDINATOR, "/invite Han Somi")

    assert (await newcomers.society.told(COORDINATOR))[-1] == "members.invited_on_page"


async def test_expired_and_unknown_invites_make_nobody_a_member(newcomers: Newcomers) -> None:
    token = token_in(await invited(newcomers))
    newcomers.society.now += INVITE_LASTS

    await newcomers.text(f"/join {token}")
    await newcomers.text("/join aaaaaaaaaaaaaaaaaaaaaaaaaa")

    assert newcomers.keys() == ["error.invite_expired", "stranger.link_first"]
    assert await newcomers.holder() is None


async def test_invite_that_is_over_when_its_text_leaves_has_no_link(newcomers: Newcomers) -> None:
    delivery = Delivery(
        id=DeliveryId("late"),
        address=OFFICE,
        member_id=COORDINATOR.id,
        subject="late",
        key="members.invited",
        values={"name": "Han Somi", "until": newcomers.society.now, "invite": "gone"},
        created_at=newcomers.society.now,
    )

    with_link = await newcomers.society.change(
        lambda transaction: with_secrets(newcomers.society.services, transaction, delivery)
    )

    assert str(with_link.values["link"]).endswith("/join")


async def test_code_of_an_application_that_is_gone_is_none(newcomers: Newcomers) -> None:
    delivery = Delivery(
        id=DeliveryId("late"),
        address=OFFICE,
        member_id=COORDINATOR.id,
        subject="late",
        key="join.code",
        values={"application": "gone"},
        created_at=newcomers.society.now,
    )

    filled = await newcomers.society.change(
        lambda transaction: with_secrets(newcomers.society.services, transaction, delivery)
    )

    assert filled.values["code"] == ""


async def test_code_goes_out_by_letter(newcomers: Newcomers) -> None:
    await apply(newcomers, state=ApplicationState.UNPROVED)

    await send_join_code(newcomers.society.services, SendJoinCode(application_id="a1"))
    await newcomers.society.work()

    code = six_digits_in(newcomers.letters()[-1])
    application = await newcomers.society.change(lambda transaction: transaction.enrolments.lock_application("a1"))
    assert application is not None
    assert application.tried(code, newcomers.society.now).state is ApplicationState.WAITING


async def test_application_waits_before_the_coordinator_with_two_choices(newcomers: Newcomers) -> None:
    await apply(newcomers)

    line = (await newcomers.society.lines(COORDINATOR))[-1]

    assert line.payload["key"] == "join.request"
    assert [choice["action"] for choice in line.payload["choices"]] == ["approve_member", "refuse_member"]  # type: ignore[index, call-overload]
    assert "join.request" not in await newcomers.society.told(PANELIST)


async def test_approved_newcomer_gets_the_link_by_letter(newcomers: Newcomers) -> None:
    await apply(newcomers)
    token = await newcomers.society.token(COORDINATOR, "join.request")

    await newcomers.society.press(COORDINATOR, Action.APPROVE_MEMBER, token=token)
    await newcomers.text(f"/join {token_in(newcomers.letters()[-1])}")

    member = await newcomers.holder()
    assert member is not None
    assert Address(channel="mail", external_id="somi@example.org") in member.addresses
    assert (await newcomers.society.told(COORDINATOR))[-1] == "members.approved"


@pytest.mark.parametrize("decision", [Action.APPROVE_MEMBER, Action.REFUSE_MEMBER])
async def test_letters_to_who_applies_go_by_no_text_message(newcomers: Newcomers, decision: Action) -> None:
    """They have no short form; `LETTERS` of the wording's tests relies on this."""
    await apply(newcomers)
    await send_join_code(newcomers.society.services, SendJoinCode(application_id="a1"))

    await newcomers.society.press(COORDINATOR, decision, fields={"application": "a1"})

    assert len({message.key for message in newcomers.post.sent} & LETTERS) == 2
    assert [text.key for text in newcomers.sms.texts if text.key in LETTERS] == []


async def test_invite_by_text_message_brings_its_link_in_a_text_of_its_own(newcomers: Newcomers) -> None:
    await invited(newcomers)

    said, link = newcomers.got(OFFICE)

    assert "Han Somi" in said
    assert link.startswith("https://")
    assert token_in(link)


async def test_refused_newcomer_is_told_and_stays_outside(newcomers: Newcomers) -> None:
    await apply(newcomers)

    await newcomers.society.press(COORDINATOR, Action.REFUSE_MEMBER, fields={"application": "a1"})
    await newcomers.society.press(COORDINATOR, Action.APPROVE_MEMBER, fields={"application": "a1"})

    assert [message.key for message in newcomers.post.sent] == ["join.refused"]
    assert (await newcomers.society.told(COORDINATOR))[-2:] == ["members.refused", "error.application_decided"]


async def test_application_that_is_not_there_is_decided_by_nobody(newcomers: Newcomers) -> None:
    await newcomers.society.press(COORDINATOR, Action.APPROVE_MEMBER, fields={"application": "beef"})
    await show_application(newcomers.society.services, ShowApplication(application_id="beef"))
    await send_join_code(newcomers.society.services, SendJoinCode(application_id="beef"))

    assert (await newcomers.society.told(COORDINATOR)) == ["error.application_decided"]
    assert newcomers.post.sent == []


async def test_address_of_a_member_is_not_given_twice(newcomers: Newcomers) -> None:
    await newcomers.give(MEMBER, Address(channel="mail", external_id="somi@example.org"))
    await apply(newcomers)

    await newcomers.society.press(COORDINATOR, Action.APPROVE_MEMBER, fields={"application": "a1"})

    assert (await newcomers.society.told(COORDINATOR))[-1] == "error.email_taken"
    assert newcomers.post.sent == []


async def test_only_whoever_enrols_lets_anybody_in(newcomers: Newcomers) -> None:
    await apply(newcomers)

    for member in (COLLEAGUE, PANELIST):
        await newcomers.society.press(member, Action.APPROVE_MEMBER, fields={"application": "a1"})
        await newcomers.society.say(member, "/invite Han Somi")

        assert await newcomers.society.told(member) == ["error.enrol_only", "error.enrol_only"]
    assert newcomers.post.sent == []


async def test_who_came_in_and_by_whom_is_in_the_audit(newcomers: Newcomers) -> None:
    await newcomers.text(f"/join {token_in(await invited(newcomers))}")

    done = {(event.action, event.actor_id) for event in await newcomers.events()}

    member = await newcomers.holder()
    assert member is not None
    assert {("invite", COORDINATOR.id), ("joined", member.id)} <= done


async def test_nothing_of_who_was_refused_is_left_in_the_end(newcomers: Newcomers) -> None:
    society = newcomers.society
    await apply(newcomers)
    await send_join_code(society.services, SendJoinCode(application_id="a1"))
    await society.press(COORDINATOR, Action.REFUSE_MEMBER, token=await society.token(COORDINATOR, "join.request"))
    before = await _kept(society)

    await dispatch(society.services, ForgetEnded(at=society.now + APPLICATION_LASTS + ENDED_KEPT))

    after = await _kept(society)
    assert [trace in before for trace in TRACES] == [True, True, True]
    assert [trace in after for trace in TRACES] == [False, False, False]


async def test_letters_carry_no_more_than_they_say(newcomers: Newcomers) -> None:
    await apply(newcomers, state=ApplicationState.UNPROVED)

    await send_join_code(newcomers.society.services, SendJoinCode(application_id="a1"))

    ready = await newcomers.society.read(lambda transaction: transaction.deliveries.in_state(DeliveryState.READY))
    assert set(ready[-1].values) == {"name", "society", "application", "invite"}


async def _kept(society: Society) -> str:
    """Return all that is in the database."""

    def read(connection: sa.Connection) -> list[object]:
        return [connection.execute(sa.select(table)).all() for table in metadata.sorted_tables]

    return repr(await society.storage.store.look(read))
