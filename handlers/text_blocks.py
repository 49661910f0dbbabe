"""What text blocks there are for somebody, and the answer that one of them, or a few words more, make longer."""

from __future__ import annotations

from collections.abc import Mapping

from domain.answer import added_words, confidence_in
from domain.commands import TakeAction
from domain.delivery import Value
from domain.ids import PanelId, QuestionId
from domain.member import Member
from domain.messages import Action
from domain.panel import Panel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import IdentifiableText
from domain.text_blocks import TextBlock, called, offered
from handlers.actions_text import WHOLE, words_shown
from handlers.inbound import Received
from handlers.outbox import Notice


def panels_of(transaction: Transaction, member: Member) -> tuple[Panel, ...]:
    """Return the panels whose blocks somebody may use."""
    return tuple(p for p in transaction.panels.all() if member.id in p.people)


def blocks_of(transaction: Transaction, member: Member, *, first: PanelId | None = None) -> tuple[TextBlock, ...]:
    """Return what somebody may use, by name; one's own goes before a panel's, and that of `first` before another's."""
    ids = [panel.id for panel in panels_of(transaction, member)]
    own = transaction.text_blocks.of_member(member.id)
    shared = sorted(transaction.text_blocks.of_panels(ids), key=lambda block: block.panel_id != first)
    return offered(own, shared)


def blocks_notice(services: Services, transaction: Transaction, member: Member) -> Notice:
    """List somebody's blocks and their panels', each with its first words."""
    blocks = blocks_of(transaction, member)
    if not blocks:
        return Notice(key="blocks.none")
    names = {panel.id: panel.called(member.language) for panel in panels_of(transaction, member)}

    def line(block: TextBlock) -> str:
        values: dict[str, Value] = {"name": block.name, "words": block.beginning}
        if block.panel_id is None:
            return services.wording.text("blocks.line", member, values)
        return services.wording.text("blocks.line_shared", member, {**values, "panel": names[block.panel_id]})

    values: dict[str, Value] = {
        "list": "\n".join(map(line, blocks)),
        "names": ", ".join(block.name for block in blocks),
    }
    return Notice(key="blocks.list", values=values)


async def longer_answer(
    services: Services, received: Received, *, command: TakeAction, texted: Mapping[str, IdentifiableText]
) -> Mapping[str, IdentifiableText]:
    """Return the answer as it is with a block, or with the words behind "/a +"; nothing where none is made longer.

    What was shown of it before, and waits to be sent, stays in front.
    """
    question_id = QuestionId(command.question_id)
    part = await _part(services, received, command=command, texted=texted)
    if part is None:
        return {}
    shown = await words_shown(services, received, question_id)
    whole = f"{shown}\n{part}" if shown else part
    confidence = confidence_in(whole)
    fields = {"text": whole, WHOLE: "1", **({"confidence": confidence} if confidence else {})}
    return {name: IdentifiableText(value) for name, value in fields.items()}


async def _part(
    services: Services, received: Received, *, command: TakeAction, texted: Mapping[str, IdentifiableText]
) -> str | None:
    if command.action == Action.DRAFT_ANSWER and "text" in texted:
        return added_words(texted["text"].value)
    if command.action != Action.ADD_BLOCK or "block" not in texted:
        return None

    def find(transaction: Transaction) -> TextBlock | None:
        question = transaction.questions.get(QuestionId(command.question_id))
        blocks = blocks_of(transaction, received.sender, first=question.panel_id)
        return called(texted["block"].value, blocks)

    block = await services.store.read(find)
    return None if block is None else block.text
