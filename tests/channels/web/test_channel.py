"""What is sent over the web channel stands in the member's conversation, once."""

from __future__ import annotations

import pytest

from channels.web.channel import WebChannel
from domain.delivery import OfferedChoice, OutgoingMessage
from domain.errors import PermanentError
from domain.ids import DeliveryId, ImageId
from domain.messages import Action, Address
from domain.text import DeidentifiedText, IdentifierKind, Replacement
from domain.web import Direction, WebLine
from tests.fakes.web_world import ASKER, WebWorld


@pytest.fixture
def channel(world: WebWorld) -> WebChannel:
    return WebChannel(world.store, clock=world.clock)


def message(key: str = "question.answer", **parts: object) -> OutgoingMessage:
    return OutgoingMessage(delivery_id=DeliveryId("d1"), key=key, text="An answer", **parts)  # type: ignore[arg-type]


async def lines(world: WebWorld) -> tuple[WebLine, ...]:
    return tuple(await world.store.read(lambda transaction: transaction.web.lines(ASKER.id)))


async def test_message_becomes_a_line_of_its_member(world: WebWorld, channel: WebChannel):
    reference = await channel.send(ASKER.addresses[0], message(token="t", images=(ImageId("i"),)))

    (line,) = await lines(world)
    assert (line.cause, line.direction, line.at) == (reference, Direction.OUT, world.clock())
    assert (line.payload["text"], line.payload["token"], line.payload["images"]) == ("An answer", "t", ["i"])


async def test_sending_again_adds_nothing(world: WebWorld, channel: WebChannel):
    references = [await channel.send(ASKER.addresses[0], message()) for _ in range(2)]

    assert references == ["d1", "d1"]
    assert len(await lines(world)) == 1


async def test_echo_is_the_members_own_line(world: WebWorld, channel: WebChannel):
    words = DeidentifiedText(
        value="call [phone]", replacements=(Replacement(start=5, end=12, kind=IdentifierKind.PHONE),)
    )

    await channel.send(ASKER.addresses[0], message("echo", quoted=words))

    (line,) = await lines(world)
    assert line.direction is Direction.IN
    assert line.payload["quoted"] == {
        "value": "call [phone]",
        "replacements": [{"start": 5, "end": 12, "kind": "phone"}],
    }


async def test_buttons_keep_their_words_and_digits(world: WebWorld, channel: WebChannel):
    choice = OfferedChoice(action=Action.HELPED, label="Helped", digit="1")

    await channel.send(ASKER.addresses[0], message(choices=(choice,)))

    (line,) = await lines(world)
    assert line.payload["choices"] == [{"action": "helped", "label": "Helped", "digit": "1"}]


async def test_unknown_address_is_refused_for_good(channel: WebChannel):
    with pytest.raises(PermanentError, match="address_unknown"):
        await channel.send(Address(channel="web", external_id="nobody"), message())


def test_channel_shows_no_message_unless_it_is_sent_back(channel: WebChannel):
    assert channel.name == "web"
    assert not channel.capabilities.shows_own_messages
    assert channel.gate is None
