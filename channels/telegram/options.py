"""What an operator has set about Telegram."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.ports.channel import ImagesIn, ImagesOut

API_URL = "https://api.telegram.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class TelegramOptions:
    """`api_url` is the root before /bot<token>; without a `webhook_url` updates are fetched by getUpdates."""

    token: str = field(repr=False)
    api_url: str = API_URL
    webhook_url: str = ""
    webhook_secret: str = field(default="", repr=False)
    images_in: ImagesIn = ImagesIn.LINK
    images_out: ImagesOut = ImagesOut.THUMBNAIL

    def __post_init__(self) -> None:
        if self.webhook_url and not self.webhook_secret:
            raise ValueError("a webhook needs its secret: anybody can find its address")

    @property
    def base_url(self) -> str:
        """What python-telegram-bot puts before the token."""
        return f"{self.api_url}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.api_url}/file/bot"
