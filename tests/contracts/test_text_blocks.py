"""Text blocks, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import MemberId, PanelId
from domain.text_blocks import TextBlock
from tests.contracts.samples import MEMBER, MINUTE, NOW, member, panel

LEE = MemberId("lee")
OWN = TextBlock(owner_id=MEMBER, name="ctpa", text="CT pulmonary angiography now.", changed_at=NOW)
OTHERS = replace(OWN, owner_id=LEE, text="CTPA, please.")
SHARED = replace(OTHERS, panel_id=panel().id)


@pytest.fixture
async def kept(store):
    def fill(transaction):
        for name in (MEMBER, LEE):
            transaction.members.save(member(name))
        transaction.panels.save(panel())
        for block in (OWN, OTHERS, SHARED):
            transaction.text_blocks.save(block)

    await store.write(fill)
    return store


async def of_member(store, member_id=MEMBER):
    return await store.read(lambda transaction: transaction.text_blocks.of_member(member_id))


async def of_panels(store, *panel_ids):
    return await store.read(lambda transaction: transaction.text_blocks.of_panels(panel_ids))


async def test_each_has_their_own_blocks_and_the_panel_its(kept):
    assert await of_member(kept) == (OWN,)
    assert await of_member(kept, LEE) == (OTHERS,)
    assert await of_panels(kept, panel().id, PanelId("heart")) == (SHARED,)
    assert await of_panels(kept) == ()


async def test_block_saved_again_takes_its_own_place(kept):
    again = replace(OWN, name="CTPA", text="폐혈관 CT를 권합니다.", changed_at=NOW + MINUTE)

    await kept.write(lambda transaction: transaction.text_blocks.save(again))

    assert await of_member(kept) == (again,)
    assert await of_panels(kept, panel().id) == (SHARED,)


async def test_blocks_of_a_panel_have_one_place_for_a_name(kept):
    again = replace(SHARED, owner_id=MEMBER)

    await kept.write(lambda transaction: transaction.text_blocks.save(again))

    assert await of_panels(kept, panel().id) == (again,)


async def test_blocks_come_by_name_in_any_script(kept):
    for name in ("흉수", "op", "PTE", "가스"):
        await kept.write(lambda transaction, name=name: transaction.text_blocks.save(replace(OWN, name=name)))

    assert [block.name for block in await of_member(kept)] == ["ctpa", "op", "PTE", "가스", "흉수"]


async def test_removed_block_is_gone_and_no_other(kept):
    await kept.write(lambda transaction: transaction.text_blocks.remove(OTHERS))

    assert await of_member(kept, LEE) == ()
    assert await of_member(kept) == (OWN,)
    assert await of_panels(kept, panel().id) == (SHARED,)


async def test_what_a_member_shared_outlives_their_own(kept):
    await kept.write(lambda transaction: transaction.text_blocks.forget(LEE))

    assert await of_member(kept, LEE) == ()
    assert await of_panels(kept, panel().id) == (SHARED,)
