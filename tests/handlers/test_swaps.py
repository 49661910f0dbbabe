"""Swaps: offered with a button or a number, taken once, and told to both sides and the coordinator."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.demo_people import PANEL
from domain.commands import WatchRota
from domain.member import Role
from domain.messages import Action
from domain.rotation import Rotation
from domain.swap import SwapState
from tests.fakes.society import COLLEAGUE, COORDINATOR, MONDAY_NOON, PANELIST, SECOND, Society, found_society

THIRD = replace(COLLEAGUE, roles=frozenset({Role.PANELIST}))
TURNS = replace(
    PANEL,
    members=(PANELIST.id, SECOND.id, THIRD.id),
    primary=Rotation(members=(PANELIST.id, SECOND.id), starts_on=date(2026, 11, 23)),
    secondary=None,
)
NEXT = {
    "panel": "chest",
    "tier": "primary",
    "begins": "2026-12-06T23:00:00+00:00",
    "ends": "2026-12-13T23:00:00+00:00",
}
"""The second of the panelist's own weeks."""
IN_IT = MONDAY_NOON + timedelta(days=15)


@pytest.fixture
async def society(tmp_path: Path) -> AsyncIterator[Society]:
    """A society of three panelists of whom two take turns."""
    found = await found_society(tmp_path, f"sqlite:///{tmp_path}/hilum.db")

    def change(transaction):
        transaction.members.save(THIRD)
        transaction.panels.save(TURNS)

    await found.storage.store.write(change)
    yield found
    found.close()


async def on_call(society: Society, days: int = 15) -> object:
    panel = await society.read(lambda transaction: transaction.panels.get(PANEL.id))
    return panel.on_call(MONDAY_NOON + timedelta(days=days))[0]


async def offer_state(society: Society) -> list[SwapState]:
    offers = await society.read(lambda transaction: transaction.rotas.offers(PANEL.id, ending_after=MONDAY_NOON))
    return [offer.state for offer in offers]


async def test_offer_to_anybody_is_taken_by_the_first(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)
    tokens = {member.id: await society.token(member, "rota.swap_offer") for member in (SECOND, THIRD)}
    before = await on_call(society)

    await society.press(THIRD, Action.ACCEPT_SWAP, token=tokens[THIRD.id])
    await society.press(SECOND, Action.ACCEPT_SWAP, token=tokens[SECOND.id])

    assert (before, await on_call(society), await on_call(society, 1)) == (PANELIST.id, THIRD.id, PANELIST.id)
    assert (await society.told(SECOND))[-1] == "error.swap_closed"
    assert await offer_state(society) == [SwapState.ACCEPTED]


async def test_both_sides_and_the_coordinator_are_told(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)

    await society.press(THIRD, Action.ACCEPT_SWAP, token=await society.token(THIRD, "rota.swap_offer"))

    told = [(await society.told(member))[-1] for member in (THIRD, PANELIST, COORDINATOR)]
    assert told == ["rota.swap_yours", "rota.swap_taken", "rota.swap_done"]
    said = (await society.lines(COORDINATOR))[-1].payload["text"]
    assert said == f"Swap: {THIRD.display_name} takes Chest primary from Dr Kang Taeho, Dec 7 08:00 – Dec 14 08:00."


@pytest.mark.parametrize("named", ["demo-colleague", "dr noh eunseo", "@Dr Noh Eunseo"])
async def test_offer_by_number_goes_to_the_colleague_named(society: Society, named: str) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields={"number": "2", "colleague": named})

    assert (await society.told(THIRD))[-1] == "rota.swap_offer"
    assert "rota.swap_offer" not in await society.told(SECOND)


async def test_withdrawn_offer_cannot_be_taken(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields={**NEXT, "colleague": THIRD.id})
    token = await society.token(THIRD, "rota.swap_offer")

    await society.press(PANELIST, Action.WITHDRAW_SWAP, token=await society.token(PANELIST, "rota.swap_offered"))
    await society.press(THIRD, Action.ACCEPT_SWAP, token=token)

    assert (await society.told(THIRD))[-2:] == ["rota.swap_withdrawn", "error.swap_closed"]
    assert await on_call(society) == PANELIST.id


async def test_offer_is_withdrawn_from_the_page_by_its_shift(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)

    await society.press(PANELIST, Action.WITHDRAW_SWAP, fields=NEXT)
    await society.press(PANELIST, Action.WITHDRAW_SWAP, fields=NEXT)

    assert (await society.told(PANELIST))[-2:] == ["rota.swap_withdrawn", "error.swap_closed"]


async def test_offer_that_nobody_took_expires_with_its_shift(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)

    society.now = MONDAY_NOON + timedelta(days=21)
    for _ in range(2):
        await society.storage.store.write(lambda transaction: transaction.jobs.add(WatchRota(at=society.now)))
        await society.work()
        society.now += timedelta(minutes=15)

    assert await offer_state(society) == [SwapState.EXPIRED]
    assert (await society.told(PANELIST)).count("rota.swap_expired") == 1


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({**NEXT, "panel": "abdomen"}, "shift_unknown"),
        ({**NEXT, "tier": "third"}, "shift_unknown"),
        ({**NEXT, "begins": "soon"}, "shift_unknown"),
        ({**NEXT, "begins": "2026-12-07"}, "shift_unknown"),
        ({**NEXT, "begins": NEXT["ends"]}, "shift_unknown"),
        ({"number": "9"}, "shift_unknown"),
        ({"number": "two"}, "shift_unknown"),
        ({}, "shift_unknown"),
        ({**NEXT, "tier": "secondary"}, "shift_not_yours"),
        ({**NEXT, "begins": "2026-12-06T22:00:00+00:00"}, "shift_not_yours"),
        ({**NEXT, "begins": "2026-11-16T00:00:00+00:00", "ends": "2026-11-17T00:00:00+00:00"}, "shift_not_yours"),
        ({**NEXT, "colleague": "Dr Who"}, "colleague_unknown"),
        ({**NEXT, "colleague": PANELIST.id}, "colleague_unknown"),
    ],
)
async def test_what_cannot_be_offered_is_refused_in_one_sentence(
    society: Society, fields: dict[str, str], code: str
) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=fields)

    assert (await society.told(PANELIST))[-1] == f"error.{code}"
    assert await offer_state(society) == []


async def test_same_shift_is_not_offered_twice(society: Society) -> None:
    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)

    await society.press(PANELIST, Action.OFFER_SWAP, fields={"number": "2"})

    assert (await society.told(PANELIST))[-1] == "error.shift_offered"


async def test_button_without_an_offer_does_nothing(society: Society) -> None:
    await society.press(PANELIST, Action.ACCEPT_SWAP)

    assert (await society.told(PANELIST))[-1] == "error.swap_closed"


async def test_who_left_the_panel_is_not_asked(society: Society) -> None:
    await society.storage.store.write(lambda transaction: transaction.members.save(replace(THIRD, active=False)))

    await society.press(PANELIST, Action.OFFER_SWAP, fields=NEXT)

    assert (await society.told(SECOND))[-1] == "rota.swap_offer"
    assert "rota.swap_offer" not in await society.told(THIRD)
