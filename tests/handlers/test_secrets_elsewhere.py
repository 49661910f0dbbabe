"""What opens something to its reader never comes to lie in our own database (safety rule 17)."""

from __future__ import annotations

import pytest

from domain.ports.store import Transaction
from handlers.outbox import Notice, tell
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import PANELIST, Society


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    return await open_room(society)


@pytest.mark.parametrize("is_blocked", [False, True])
@pytest.mark.parametrize("key", ["own_page.link", "link.code", "error.file_not_fetched", "files.passed_abroad"])
async def test_secret_that_goes_elsewhere_names_the_page_alone(room: PanelRoom, key: str, *, is_blocked: bool) -> None:
    society, phone = room.society, address_of(PANELIST)
    values = {"minutes": 15}

    def say(transaction: Transaction) -> None:
        reader = transaction.members.get(PANELIST.id)
        notice = Notice(key=key, values=values, to=phone)
        tell(society.services, transaction, reader, cause="asked", notice=notice)

    await society.change(say)
    if is_blocked:
        room.chat.blocked.add(phone.external_id)
    else:
        chain = (*PANELIST.addresses, phone)
        await society.change_member(PANELIST, addresses=chain, stopped=frozenset({phone}))
    await room.later()

    (line,) = [line for line in await society.lines(PANELIST) if line.payload["key"] == key]
    said = str(line.payload["text"])
    assert f"{society.services.rules.page_address}/" not in said
    assert key != "link.code" or said.startswith("Code …:")
