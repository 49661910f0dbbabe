"""The demo's society: fictional members, one panel, its rota."""

from __future__ import annotations

from datetime import date

from domain.ids import MemberId, PanelId
from domain.member import Language, Member, Role
from domain.messages import Address
from domain.panel import Panel
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


MEMBER = _member("member", "Dr Seo Minji", "Member-73")
PANELIST = _member("panelist", "Dr Kang Taeho", "Member-12", Role.PANELIST)
SECOND = _member("second", "Dr Park Yuna", "Member-31", Role.PANELIST)
EDITOR = _member("editor", "Dr Lim Jiho", "Member-08", Role.EDITOR)
COLLEAGUE = _member("colleague", "Dr Noh Eunseo", "Member-55")
COORDINATOR = _member("coordinator", "Ms Bae Sora", "Office", Role.COORDINATOR)

PEOPLE = (MEMBER, PANELIST, SECOND, EDITOR, COLLEAGUE, COORDINATOR)

ROLES = tuple(
    DemoRole(name=name, member_id=member.id)
    for name, member in (("member", MEMBER), ("panelist", PANELIST), ("editor", EDITOR), ("colleague", COLLEAGUE))
)

PANEL = Panel(
    id=PanelId("chest"),
    name="Chest",
    members=(PANELIST.id, SECOND.id),
    coordinator_id=COORDINATOR.id,
    # The demo's panelist is always first on call, so that the newcomer's question reaches their other tab.
    primary=Rotation(members=(PANELIST.id,), starts_on=date(2020, 2, 24)),
    secondary=Rotation(members=(SECOND.id,), starts_on=date(2020, 2, 24)),
)
