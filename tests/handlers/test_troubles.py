"""A channel that does not work is told of once, by another one, and once more when it works again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.member import Role
from domain.messages import Address
from handlers.troubles import note_trouble
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import MEMBER, Society

CHAT = Address(channel="chat", external_id="4711")
TOLD_AFTER = timedelta(minutes=15)
STEP = timedelta(minutes=5)


@pytest.fixture
async def society(society: Society) -> Society:
    """A society whose administrator is reached by the chat first, and by the pages."""
    await society.change_member(MEMBER, roles=frozenset({Role.ADMINISTRATOR}), addresses=(CHAT, *MEMBER.addresses))
    return society


async def _note(society: Society, code: str, *, owner: str = "one") -> None:
    await note_trouble(society.services, "chat", code=code, owner=owner)
    await society.work()


async def _is_away(society: Society, lasting: timedelta, *, owner: str = "one") -> None:
    for _ in range(lasting // STEP + 1):
        await _note(society, "service_away", owner=owner)
        await society.advance(STEP)


async def test_long_outage_is_told_once_on_another_channel(society: Society) -> None:
    await _is_away(society, timedelta(minutes=10))
    before = await society.told(MEMBER)

    await _is_away(society, timedelta(hours=1))

    assert (before, await society.told(MEMBER)) == ([], ["operator.channel_away"])


async def test_channel_is_called_by_its_name(society: Society) -> None:
    chat = PaperChannel(name="chat")
    society.services = replace(society.services, channels={**society.services.channels, "chat": chat})
    for _ in range(TOLD_AFTER // STEP + 1):
        await note_trouble(society.services, "slack", code="service_away", owner="one")
        await society.advance(STEP)

    await society.work()

    assert [message.key for message in chat.sent] == ["operator.channel_away"]
    assert chat.sent[0].text.startswith("Slack has not worked since")


async def test_end_of_a_long_outage_is_told_once(society: Society) -> None:
    await _is_away(society, TOLD_AFTER)

    await _note(society, "")
    await _note(society, "")

    assert await society.told(MEMBER) == ["operator.channel_away", "operator.channel_back"]


async def test_channel_that_works_but_for_its_history_is_not_called_away(society: Society) -> None:
    for _ in range(TOLD_AFTER // STEP + 1):
        await _note(society, "slack_not_read_back")
        await society.advance(STEP)

    await _note(society, "")

    assert await society.told(MEMBER) == ["operator.not_read_back", "operator.channel_back"]


async def test_short_outage_is_nobodys_business(society: Society) -> None:
    await _is_away(society, timedelta(minutes=5))

    await _note(society, "")

    assert await society.told(MEMBER) == []


async def test_other_process_that_works_ends_nothing(society: Society) -> None:
    await _is_away(society, TOLD_AFTER)

    await _note(society, "", owner="two")

    known = await society.read(lambda transaction: transaction.troubles.of("chat"))
    assert (known is not None, (await society.told(MEMBER))[-1]) == (True, "operator.channel_away")


async def test_trouble_goes_on_where_the_program_starts_anew(society: Society) -> None:
    await _is_away(society, timedelta(minutes=10))

    await _is_away(society, STEP, owner="two")

    assert await society.told(MEMBER) == ["operator.channel_away"]


async def test_what_nobody_notes_any_more_is_over(society: Society) -> None:
    await _is_away(society, TOLD_AFTER)
    await society.advance(timedelta(minutes=11))

    await _note(society, "service_away", owner="two")
    begun = await society.read(lambda transaction: transaction.troubles.of("chat"))
    await society.advance(timedelta(minutes=11))
    await _note(society, "", owner="three")

    assert begun is not None
    assert begun.since == society.now - timedelta(minutes=11)
    assert await society.read(lambda transaction: transaction.troubles.all()) == ()


async def test_who_is_reached_by_that_channel_alone_is_not_told(society: Society) -> None:
    await society.change_member(MEMBER, roles=frozenset({Role.ADMINISTRATOR}), addresses=(CHAT,))

    await _is_away(society, TOLD_AFTER)

    assert await society.told(MEMBER) == []


@pytest.mark.parametrize(
    ("code", "said"),
    [("channel_cut_off", "operator.slack_refused"), ("telegram_token", "operator.telegram_refused")],
)
async def test_refusal_of_our_token_is_told_at_once_and_every_day(society: Society, code: str, said: str) -> None:
    for _ in range(3):
        await _note(society, code)
    today = await society.told(MEMBER)

    await society.advance(timedelta(days=1))
    await _note(society, code)

    assert (today, await society.told(MEMBER)) == ([said], [said, said])


async def test_end_of_a_refusal_is_told(society: Society) -> None:
    await _note(society, "channel_cut_off")

    await _note(society, "")

    assert await society.told(MEMBER) == ["operator.slack_refused", "operator.channel_back"]


async def test_refusal_with_nobody_to_tell_is_not_called_told(society: Society) -> None:
    await society.change_member(MEMBER, roles=frozenset())

    await _note(society, "channel_cut_off")

    assert "channel_trouble_told" not in society.log.events
