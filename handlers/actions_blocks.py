"""What a panelist does with text blocks: puts one into an answer, saves, deletes or shares one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

from domain.delivery import Value
from domain.errors import UserError
from domain.ids import PanelId
from domain.messages import Action, InboundMessage
from domain.panel import Panel
from domain.text import IdentifiableText
from domain.text_blocks import (
    BLOCK_ACTIONS,
    LONGEST_BLOCK,
    MOST_BLOCKS,
    AskedOfBlock,
    TextBlock,
    asked_of_block,
    block_name,
    called,
)
from handlers.actions_text import draft_answer
from handlers.deed import Deed
from handlers.outbox import Notice
from handlers.panel_deed import right_patient
from handlers.room_words import panel_of
from handlers.text_blocks import blocks_notice, panels_of


def block_action(message: InboundMessage) -> Action | None:
    """Return the action that words behind "/snip" ask for; None where they ask for the list, or for nothing known."""
    asked = _asked(message)
    return None if asked is None else asked.action


def block_fields(message: InboundMessage, action: str) -> Mapping[str, IdentifiableText]:
    """Return what these words fill in."""
    asked = _asked(message) if action in BLOCK_ACTIONS else None
    if asked is None:
        return {}
    fields = {"block": asked.name, "text" if asked.action is Action.SAVE_BLOCK else "panel": asked.rest}
    return {name: IdentifiableText(value) for name, value in fields.items() if value}


def add_block(deed: Deed) -> None:
    """Show the answer with a block in it, or say which blocks there are.

    Raises:
        UserError: "block_unknown", "wrong_patient"; AlreadyTakenError names whoever answers.
    """
    if "block" not in deed.fields:
        deed.tell(deed.actor, replace(blocks_notice(deed.services, deed.transaction, deed.actor), to=deed.here))
        return
    if "text" not in deed.fields:
        right_patient(deed)
        raise UserError("block_unknown", name=_field(deed, "block"))
    draft_answer(deed)


def save_block(deed: Deed) -> None:
    """Keep a block of one's own, in the place of the one of this name.

    Raises:
        UserError: "block_how", "block_name", "block_identifies", "block_too_long", "blocks_full".
    """
    name, text = _name(deed), _field(deed, "text")
    if not text:
        raise UserError("block_how")
    if deed.fields["text"].replacements:
        raise UserError("block_identifies")
    if len(text) > LONGEST_BLOCK:
        raise UserError("block_too_long", limit=LONGEST_BLOCK)
    deed.transaction.members.lock(deed.actor.id)
    block = TextBlock(owner_id=deed.actor.id, name=name, text=text, changed_at=deed.now)
    _keep(deed, block)
    _tell(deed, "blocks.saved", {"name": name})


def delete_block(deed: Deed) -> None:
    """Delete a block of one's own, or, as coordinator, one of a panel.

    Raises:
        UserError: "block_unknown", "block_which_panel", "panel_unknown".
    """
    name = _name(deed)
    led, panel = [each.id for each in _led(deed)], _field(deed, "panel")
    own = deed.transaction.text_blocks.of_member(deed.actor.id)
    shared = deed.transaction.text_blocks.of_panels([panel_of(deed.transaction, panel).id] if panel else led)
    found = called(name, [*([] if panel else own), *(block for block in shared if block.panel_id in led)])
    if found is None:
        raise UserError("block_unknown", name=name)
    if found.panel_id is not None and not panel and _is_in_several(name, shared, led=led):
        raise UserError("block_which_panel", name=name)
    deed.transaction.text_blocks.remove(found)
    _tell(deed, "blocks.deleted", {"name": found.name})


def _is_in_several(name: str, shared: Iterable[TextBlock], *, led: Collection[PanelId]) -> bool:
    return len({each.panel_id for each in shared if each.panel_id in led and called(name, [each]) is not None}) > 1


def share_block(deed: Deed) -> None:
    """Give a panel a copy of one's own block, as its coordinator.

    Raises:
        UserError: "block_unknown", "block_which_panel", "panel_unknown", "panels_coordinator_only", "blocks_full".
    """
    name = _name(deed)
    panel = _panel(deed, name=name)
    block = called(name, deed.transaction.text_blocks.of_member(deed.actor.id))
    if block is None:
        raise UserError("block_unknown", name=name)
    deed.transaction.members.lock(deed.actor.id)
    _keep(deed, replace(block, panel_id=panel.id, changed_at=deed.now))
    _tell(deed, "blocks.shared", {"name": block.name, "panel": panel.named(deed.actor.language)})


def _keep(deed: Deed, block: TextBlock) -> None:
    blocks = deed.transaction.text_blocks
    others = blocks.of_member(block.owner_id) if block.panel_id is None else blocks.of_panels([block.panel_id])
    if len(others) >= MOST_BLOCKS and called(block.name, others) is None:
        raise UserError("blocks_full", limit=MOST_BLOCKS)
    blocks.save(block)


def _panel(deed: Deed, *, name: str) -> Panel:
    """Return the panel that was named, else the only one that the actor coordinates."""
    led, named = _led(deed), _field(deed, "panel")
    panel = panel_of(deed.transaction, named) if named else None
    if not led or (panel is not None and panel.id not in {each.id for each in led}):
        raise UserError("panels_coordinator_only")
    if panel is None and len(led) > 1:
        raise UserError("block_which_panel", name=name)
    return panel or led[0]


def _led(deed: Deed) -> list[Panel]:
    return [panel for panel in panels_of(deed.transaction, deed.actor) if panel.coordinator_id == deed.actor.id]


def _name(deed: Deed) -> str:
    if "block" not in deed.fields:
        raise UserError("block_how")
    if deed.fields["block"].replacements:
        raise UserError("block_identifies")
    return block_name(_field(deed, "block"))


def _tell(deed: Deed, key: str, values: Mapping[str, Value]) -> None:
    deed.tell(deed.actor, Notice(key=key, values=values, to=deed.here))


def _field(deed: Deed, name: str) -> str:
    given = deed.fields.get(name)
    return "" if given is None else given.value.strip()


def _asked(message: InboundMessage) -> AskedOfBlock | None:
    return None if message.text is None else asked_of_block(message.text.value)


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.ADD_BLOCK: add_block,
    Action.SAVE_BLOCK: save_block,
    Action.DELETE_BLOCK: delete_block,
    Action.SHARE_BLOCK: share_block,
}
