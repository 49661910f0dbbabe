"""Which channels do not work is the same for every process."""

from __future__ import annotations

from dataclasses import replace

from domain.outage import Trouble
from tests.contracts.samples import MINUTE, NOW

AWAY = Trouble(channel="telegram", code="service_away", since=NOW, latest=NOW, owner="one")


async def test_trouble_is_kept_until_it_is_removed(store):
    later = replace(AWAY, latest=NOW + MINUTE, is_told=True)
    slack = replace(AWAY, channel="slack")

    def keep(transaction):
        for each in (AWAY, later, slack):
            transaction.troubles.save(each)
        kept = transaction.troubles.of("telegram"), transaction.troubles.all()
        transaction.troubles.remove("telegram")
        return kept, transaction.troubles.of("telegram")

    assert await store.write(keep) == ((later, (slack, later)), None)
