"""Text blocks on the pages: each sees their own and their panels', and nobody else any."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bot.demo_people import PANEL
from domain.ids import MemberId
from domain.ports.store import Transaction
from domain.text_blocks import TextBlock
from tests.fakes.web_world import ASKER, PANELIST, WebWorld

CHEST = replace(PANEL, members=(PANELIST.id,), coordinator_id=ASKER.id, primary=None, secondary=None)


async def _keep(world: WebWorld, name: str, *, owner: MemberId = PANELIST.id, is_shared: bool = False) -> None:
    def save(transaction: Transaction) -> None:
        transaction.panels.save(CHEST)
        panel_id = CHEST.id if is_shared else None
        block = TextBlock(owner_id=owner, name=name, text="CT now.", changed_at=world.clock(), panel_id=panel_id)
        transaction.text_blocks.save(block)

    await world.store.write(save)


async def _shown(world: WebWorld) -> dict[str, Any]:
    async with await world.signed_in(PANELIST) as browser:
        answer = await browser.get("/api/blocks")
    return dict(answer.json())


async def test_panelist_sees_own_blocks_and_the_panels(world: WebWorld) -> None:
    await _keep(world, "ctpa")
    await _keep(world, "op", is_shared=True)
    await _keep(world, "other", owner=ASKER.id)

    shown = await _shown(world)

    assert shown["own"] == [{"name": "ctpa", "text": "CT now.", "beginning": "CT now."}]
    assert [(block["name"], block["is_led"]) for block in shown["shared"]] == [("op", False)]
    assert (shown["panels"], shown["most"], shown["longest"]) == ([], 50, 1000)


async def test_nobody_else_sees_any(world: WebWorld) -> None:
    async with await world.signed_in(ASKER) as browser:
        answer = await browser.get("/api/blocks")

    assert answer.status_code == 403


async def test_block_of_the_form_is_taken_in(world: WebWorld) -> None:
    fields = {"block": "ctpa", "text": "CT now."}
    async with await world.signed_in(PANELIST) as browser:
        taken = await browser.post("/api/actions", json={"client_id": "1", "action": "save_block", "fields": fields})
        more = {**fields, "name": "x"}
        refused = await browser.post("/api/actions", json={"client_id": "2", "action": "save_block", "fields": more})

    assert (taken.status_code, refused.status_code) == (202, 422)
