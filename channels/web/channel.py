"""The web channel's sending side; the pages that show the lines live in `web/`, and meet it in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.delivery import OfferedChoice, OutgoingMessage, SendingGate
from domain.errors import PermanentError
from domain.forms import needs_words
from domain.messages import Address
from domain.ports.channel import Capabilities, Copies
from domain.ports.store import Store, Transaction
from domain.text import DeidentifiedText
from domain.web import Direction, JsonValue, WebLine

CHANNEL_NAME = "web"
ECHO_KEY = "echo"

_CAPABILITIES = Capabilities(
    text_limit=20_000,
    has_buttons=True,
    has_images=True,
    shows_own_messages=False,
    repeats_are_harmless=True,
    copies=Copies.OURS,
)


class WebChannel:
    """Adds each message as a line of its member's conversation, once per delivery."""

    def __init__(self, store: Store, *, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._clock = clock

    @property
    def name(self) -> str:
        return CHANNEL_NAME

    @property
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    @property
    def gate(self) -> SendingGate | None:
        """Nothing limits our own database."""
        return None

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Add the line; of a delivery that is sent again it says what that says by now, under the same reference.

        Raises:
            PermanentError: no active member has this address.
        """
        now = self._clock()

        def add(transaction: Transaction) -> str:
            member = transaction.members.by_address(address)
            if member is None or not member.active:
                raise PermanentError("address_unknown")
            line = WebLine(
                cause=message.delivery_id,
                member_id=member.id,
                direction=Direction.IN if message.key == ECHO_KEY else Direction.OUT,
                payload=line_payload(message),
                at=now,
                question_id=message.question_id,
            )
            transaction.web.add_line(line)
            return line.cause

        return await self._store.write(add)


def line_payload(message: OutgoingMessage) -> dict[str, JsonValue]:
    """Return what the page needs of a message, as JSON; all of it has passed the door."""
    return {
        "key": message.key,
        "text": message.text,
        "quoted": None if message.quoted is None else _quoted(message.quoted),
        "images": list(message.images),
        "choices": [_choice(choice) for choice in message.choices],
        "token": message.token,
        "link": message.link,
        "closing": message.closing,
        "shape": message.shape.value,
    }


def _quoted(text: DeidentifiedText) -> dict[str, JsonValue]:
    replacements: list[JsonValue] = [
        {"start": part.start, "end": part.end, "kind": part.kind.value} for part in text.replacements
    ]
    return {"value": text.value, "replacements": replacements}


def _choice(choice: OfferedChoice) -> dict[str, JsonValue]:
    """Return a button; where it needs words, `word` begins what the page has its reader write."""
    button: dict[str, JsonValue] = {"action": choice.action.value, "label": choice.label, "digit": choice.digit}
    return {**button, "word": choice.word} if needs_words(choice.action) else button
