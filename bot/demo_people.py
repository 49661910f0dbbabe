"""The demo's society: fictional members, one panel, its rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from domain.ids import MemberId, PanelId
from domain.member import Facility, Grade, Language, Member, Role
from domain.messages import Address
from domain.panel import Panel
from domain.phone import TestPage
from domain.rotation import Rotation
from web.services import DemoRole


def _member(name: str, display_name: str, alias: str, *roles: Role) -> Member:
    return Member(
        id=MemberId(f"demo-{name}"),
        display_name=display_name,
        alias=alias,
        language=Language.ENGLISH,
        roles=frozenset(roles),
        addresses=(Address(channel="web", external_id=f"demo-{name}"),),
    )


MEMBER = replace(
    _member("member", "Dr Seo Minji", "Member-73"),
    grade=Grade.RESIDENT,
    hospital_has=frozenset({Facility.CT, Facility.ICU}),
)
PANELIST = _member("panelist", "Dr Kang Taeho", "Member-12", Role.PANELIST)
SECOND = _member("second", "Dr Park Yuna", "Member-31", Role.PANELIST)
EDITOR = _member("editor", "Dr Lim Jiho", "Member-08", Role.EDITOR, Role.MODERATOR)
COLLEAGUE = _member("colleague", "Dr Noh Eunseo", "Member-55")
COORDINATOR = _member("coordinator", "Ms Bae Sora", "Office", Role.COORDINATOR)

PEOPLE = (MEMBER, PANELIST, SECOND, EDITOR, COLLEAGUE, COORDINATOR)

ROLES = tuple(
    DemoRole(name=name, member_id=member.id)
    for name, member in (
        ("member", MEMBER),
        ("panelist", PANELIST),
        ("second", SECOND),
        ("editor", EDITOR),
        ("colleague", COLLEAGUE),
        ("coordinator", COORDINATOR),
    )
)

PANEL = Panel(
    id=PanelId("chest"),
    name="Chest",
    korean_name="흉부",
    members=(PANELIST.id, SECOND.id),
    coordinator_id=COORDINATOR.id,
    # The demo's panelist is always first on call, so that the newcomer's question reaches their other tab.
    primary=Rotation(members=(PANELIST.id,), starts_on=date(2020, 2, 24)),
    secondary=Rotation(members=(SECOND.id,), starts_on=date(2020, 2, 24)),
)


def tested_phones(now: datetime) -> tuple[TestPage, ...]:
    """Return a passed test page for everybody: without one, nobody would be on call."""
    return tuple(TestPage(id=f"test-{member.id}", member_id=member.id, sent_at=now, passed_at=now) for member in PEOPLE)
