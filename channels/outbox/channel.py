"""The demo's post: each letter becomes a file, which a page of the demo shows. Nothing leaves this machine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from domain.delivery import OutgoingMessage, SendingGate
from domain.messages import Address
from domain.ports.channel import Capabilities

CHANNEL_NAME = "mail"

_CAPABILITIES = Capabilities(
    text_limit=20_000, has_buttons=False, has_images=False, shows_own_messages=True, repeats_are_harmless=True
)


class OutboxChannel:
    """Writes a letter once per delivery."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def name(self) -> str:
        return CHANNEL_NAME

    @property
    def capabilities(self) -> Capabilities:
        return _CAPABILITIES

    @property
    def gate(self) -> SendingGate | None:
        """Nothing limits a folder."""
        return None

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        """Write the letter; sending the same delivery again replaces it."""
        text = "\n".join(part for part in (message.text, message.reply) if part)
        await asyncio.to_thread(self._write, f"{message.delivery_id}.txt", f"{address.external_id}\n{text}\n")
        return message.delivery_id

    def _write(self, name: str, letter: str) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / name).write_text(letter, encoding="utf-8")
