"""What an operator has set about Slack."""

from __future__ import annotations

from dataclasses import dataclass, field

from domain.ports.channel import ImagesIn, ImagesOut

API_URL = "https://slack.com/api/"


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackOptions:
    """With an `app_token` events come by Socket Mode; with a `signing_secret` they are posted to us; either will do.

    `api_url` ends in a slash, as slack_sdk's base_url does.
    """

    bot_token: str = field(repr=False)
    app_token: str = field(default="", repr=False)
    signing_secret: str = field(default="", repr=False)
    api_url: str = API_URL
    images_in: ImagesIn = ImagesIn.LINK
    images_out: ImagesOut = ImagesOut.THUMBNAIL

    def __post_init__(self) -> None:
        if not (self.app_token or self.signing_secret):
            raise ValueError("events come by an app token (Socket Mode) or with a signing secret (HTTP)")
        if not self.api_url.endswith("/"):
            raise ValueError("api_url ends with a slash")
