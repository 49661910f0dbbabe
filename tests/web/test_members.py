"""The page of members: one's own phones for everybody, and everything else for whoever enrols alone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.enrolment import INVITE_LASTS, Application, ApplicationState, Invite
from domain.linking import code_in
from domain.member import Language, Member, Role
from domain.messages import Address
from tests.fakes.web_world import ASKER, COORDINATOR, PANELIST, WebWorld


async def _invite(world: WebWorld, **changes: object) -> Invite:
    now = world.clock()
    made = Invite(
        id="i1",
        name="Han Somi",
        language=Language.ENGLISH,
        roles=frozenset({Role.PANELIST}),
        made_by=COORDINATOR.id,
        made_at=now,
        expires_at=now + INVITE_LASTS,
    )
    invite = replace(made, **changes)  # type: ignore[arg-type]  # a test changes what it is about
    await world.storage.store.write(lambda transaction: transaction.enrolments.save_invite(invite))
    return invite


async def test_member_sees_own_phones_and_nobody_else(world: WebWorld):
    phone = Address(channel="sms", external_id="+821012345678")
    await world.save(replace(ASKER, addresses=(*ASKER.addresses, phone), stopped=frozenset({phone})))
    browser = await world.signed_in(ASKER)

    answer = (await browser.get("/api/members")).json()

    assert answer["mine"][-1] == {"channel": "sms", "shown": "…5678", "stopped": True}
    assert list(answer) == ["mine"]
    assert (await browser.get("/members")).status_code == 200


async def test_code_is_shown_once_and_replaces_the_one_before(world: WebWorld):
    browser = await world.signed_in(ASKER)

    shown = [(await browser.post("/api/members/code")).json() for _ in range(2)]

    codes = await world.storage.store.write(lambda transaction: transaction.channel_links.open_codes(world.clock()))
    assert [each["minutes"] for each in shown] == [10, 10]
    assert all(code_in(each["code"]) for each in shown)
    assert [code.is_meant_by(shown[1]["code"]) for code in codes] == [True]


async def test_code_and_invite_open_a_chat_at_one_tap(world: WebWorld):
    world.starts = {"telegram": "https://t.me/hilum_bot?start="}
    await _invite(world)
    browser = await world.signed_in(COORDINATOR)

    code = (await browser.post("/api/members/code")).json()
    invite = (await browser.post("/api/members/invites/i1/link")).json()

    assert code["starts"] == {"telegram": f"https://t.me/hilum_bot?start={code['code']}"}
    assert invite["starts"] == {"telegram": f"https://t.me/hilum_bot?start={invite['url'].rpartition('/')[2]}"}


async def test_coordinator_sees_whom_to_decide_on(world: WebWorld):
    now = world.clock()
    application = Application(
        id="a1",
        society_number="K-77",
        name="Han Somi",
        email="somi@example.org",
        language=Language.KOREAN,
        made_at=now,
        expires_at=now + INVITE_LASTS,
        state=ApplicationState.WAITING,
    )
    await world.storage.store.write(lambda transaction: transaction.enrolments.save_application(application))
    await _invite(world)

    seen = (await (await world.signed_in(COORDINATOR)).get("/api/members")).json()

    assert [each["number"] for each in seen["waiting"]] == ["K-77"]
    assert [(each["name"], each["has_link"]) for each in seen["invites"]] == [("Han Somi", False)]
    assert {each["id"] for each in seen["members"]} >= {ASKER.id, PANELIST.id}
    assert seen["roles"] == ["panelist", "editor"]


async def test_administrator_may_give_every_role(world: WebWorld):
    await world.save(replace(ASKER, roles=frozenset({Role.ADMINISTRATOR})))

    seen = (await (await world.signed_in(ASKER)).get("/api/members")).json()

    assert set(seen["roles"]) == set(Role)


async def test_link_of_an_invite_is_made_anew_each_time(world: WebWorld):
    await _invite(world)
    browser = await world.signed_in(COORDINATOR)

    first, second = [(await browser.post("/api/members/invites/i1/link")).json()["url"] for _ in range(2)]

    stranger = world.browser()
    assert (await stranger.get(first)).status_code == 400
    assert (await stranger.get(second)).status_code == 200


@pytest.mark.parametrize(("invite_id", "status"), [("i1", 422), ("zz", 404)])
async def test_revoked_and_unknown_invites_get_no_link(world: WebWorld, invite_id: str, status: int):
    await _invite(world)
    browser = await world.signed_in(COORDINATOR)
    await browser.post("/api/members/invites/i1/revoke")

    answers = [
        (await browser.post(f"/api/members/invites/{invite_id}/{what}")).status_code for what in ("link", "revoke")
    ]

    assert answers == [status, status]


async def test_coordinator_makes_a_sign_in_link_for_a_member(world: WebWorld):
    browser = await world.signed_in(COORDINATOR)

    url = (await browser.post(f"/api/members/{ASKER.id}/link")).json()["url"]

    member = world.browser()
    await member.post(url)
    assert (await member.get("/api/me")).json()["id"] == ASKER.id


@pytest.mark.parametrize(
    ("member", "status"),
    [(replace(ASKER, roles=frozenset({Role.ADMINISTRATOR})), 422), (replace(ASKER, active=False), 404)],
)
async def test_no_link_leads_to_rights_that_one_could_not_give(world: WebWorld, member: Member, status: int):
    await world.save(member)

    answer = await (await world.signed_in(COORDINATOR)).post(f"/api/members/{ASKER.id}/link")

    assert answer.status_code == status


@pytest.mark.parametrize("path", ["invites/i1/link", "invites/i1/revoke", f"{ASKER.id}/link"])
async def test_nobody_else_lets_people_in(world: WebWorld, path: str):
    await _invite(world)

    answer = await (await world.signed_in(PANELIST)).post(f"/api/members/{path}")

    assert (answer.status_code, answer.json()["error"]) == (403, "role_missing")


async def test_links_that_were_made_are_in_the_audit(world: WebWorld):
    await _invite(world)
    browser = await world.signed_in(COORDINATOR)
    await browser.post("/api/members/invites/i1/link")
    await browser.post(f"/api/members/{ASKER.id}/link")

    links = await world.storage.store.read(lambda transaction: transaction.audit.after(0))

    done = [(link.event.action, link.event.actor_id, link.event.subject) for link in links]
    assert ("make_invite_link", COORDINATOR.id, "i1") in done
    assert ("make_sign_in_link", COORDINATOR.id, ASKER.id) in done
