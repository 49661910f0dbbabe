"""What a page knows of its own reader."""

from __future__ import annotations

from datetime import datetime

from domain.member import Member
from domain.web import JsonValue
from web.views.entries import moment


def me_view(member: Member, *, is_demo: bool, surge_until: datetime | None = None) -> dict[str, JsonValue]:
    roles: list[JsonValue] = [role.value for role in sorted(member.roles)]
    return {
        "id": member.id,
        "name": member.display_name,
        "language": member.language.value,
        "time_zone": member.time_zone,
        "roles": roles,
        "demo": is_demo,
        "surge_until": moment(surge_until),
    }
