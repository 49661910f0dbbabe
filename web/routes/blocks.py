"""Text blocks: what a panelist may put into an answer; saved, deleted and shared by actions, as everything typed is."""

from __future__ import annotations

from collections.abc import Collection

from starlette.responses import JSONResponse, Response

from domain.access import Capability, holders
from domain.ids import PanelId
from domain.ports.store import Transaction
from domain.text_blocks import LONGEST_BLOCK, MOST_BLOCKS, TextBlock
from domain.web import JsonValue
from web.routing import Access, Routes, member_route
from web.site import Site, Visit

WRITERS = holders(Capability.ANSWER)


def routes(site: Site) -> Routes:
    return [member_route(site, "/api/blocks", show_blocks, access=Access(roles=WRITERS))]


async def show_blocks(visit: Visit) -> Response:
    """Show one's own blocks, then those of one's panels; with the panels that one may share with."""
    member = visit.member

    def read(transaction: Transaction) -> dict[str, JsonValue]:
        panels = [panel for panel in transaction.panels.all() if member.id in panel.people]
        names = {panel.id: panel.called(member.language) for panel in panels}
        led = {panel.id for panel in panels if panel.coordinator_id == member.id}
        own = [_block(block) for block in transaction.text_blocks.of_member(member.id)]
        shared: list[JsonValue] = []
        for block in transaction.text_blocks.of_panels(list(names)):
            assert block.panel_id is not None
            shared.append({**_block(block), **_of_panel(block.panel_id, names[block.panel_id], led)})
        mine: list[JsonValue] = [{"id": panel_id, "name": names[panel_id]} for panel_id in sorted(led)]
        return {"own": [*own], "shared": shared, "panels": mine, "most": MOST_BLOCKS, "longest": LONGEST_BLOCK}

    return JSONResponse(await visit.services.store.read(read))


def _of_panel(panel_id: PanelId, name: str, led: Collection[PanelId]) -> dict[str, JsonValue]:
    return {"panel": panel_id, "panel_name": name, "is_led": panel_id in led}


def _block(block: TextBlock) -> dict[str, JsonValue]:
    return {"name": block.name, "text": block.text, "beginning": block.beginning}
