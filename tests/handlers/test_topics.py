"""A question goes to the panel of its topic, and the receipt names it."""

from __future__ import annotations

from dataclasses import replace

from domain.ids import PanelId
from domain.ports.store import Transaction
from tests.fakes.society import MEMBER, Society


async def _open_second_panel(society: Society) -> None:
    def open_one(transaction: Transaction) -> None:
        (chest,) = transaction.panels.all()
        transaction.panels.save(replace(chest, id=PanelId("heart"), name="Cardiac", topics=("myocarditis",)))

    await society.change(open_one)


async def test_topic_chooses_the_panel(society: Society) -> None:
    await _open_second_panel(society)

    question = await society.ask("Myocarditis after vaccination?")

    receipt = next(line for line in await society.lines(MEMBER) if "receipt" in str(line.payload["key"]))
    assert question.panel_id == "heart"
    assert "to cardiac on-call" in str(receipt.payload["text"])


async def test_other_questions_go_to_the_general_panel(society: Society) -> None:
    await _open_second_panel(society)

    assert (await society.ask("PE?")).panel_id == "chest"
