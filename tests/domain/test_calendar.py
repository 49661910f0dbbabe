"""Calendar entries: the same shift has the same id, and only a mail address is written as one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.calendar import calendar_shift
from domain.ids import MemberId, PanelId
from domain.member import Member
from domain.messages import Address
from domain.rota import Shift, Tier

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SHIFT = Shift(tier=Tier.PRIMARY, begins_at=NOW, ends_at=NOW + timedelta(days=1), member_id=MemberId("lee"))
WEB, MAIL = Address(channel="web", external_id="lee"), Address(channel="mail", external_id="lee@example.org")


@pytest.mark.parametrize(("addresses", "mail"), [((WEB, MAIL), "lee@example.org"), ((WEB,), "")])
def test_shift_is_written_with_its_holder(addresses: tuple[Address, ...], mail: str) -> None:
    lee = Member(id=MemberId("lee"), display_name="Dr Lee", alias="Fox", addresses=addresses)

    entry = calendar_shift(PanelId("chest"), SHIFT, member=lee, title="On call")

    assert (entry.name, entry.mail, entry.title, entry.begins_at) == ("Dr Lee", mail, "On call", NOW)
    assert entry.uid == calendar_shift(PanelId("chest"), SHIFT, member=lee, title="당직").uid
    assert entry.uid != calendar_shift(PanelId("spine"), SHIFT, member=lee, title="On call").uid
