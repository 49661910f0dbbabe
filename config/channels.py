"""What an operator may set about channels: one table for each."""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from config.table import Table
from config.values import is_loopback
from domain.ports.channel import ImagesIn, ImagesOut

TELEGRAM_HOOK = "/hooks/telegram"
_BOT_TOKEN = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{30,}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
_TELEGRAM_PORTS = {None, 443, 80, 88, 8443}
"""Source: Telegram Bot API, setWebhook: "Ports currently supported for webhooks: 443, 80, 88, 8443"."""
_SLACK_HOSTS = ("slack.com", "slack-gov.com")


class WebChannel(Table):
    """The web pages as a channel: members read and write there."""

    enabled: bool = True


class Telegram(Table):
    """Telegram is a channel where there is a token."""

    token: SecretStr = SecretStr("")
    api_url: str = "https://api.telegram.org"
    webhook_url: str = ""
    webhook_secret: SecretStr = SecretStr("")
    images_in: ImagesIn = ImagesIn.LINK
    images_out: ImagesOut = ImagesOut.THUMBNAIL

    @property
    def enabled(self) -> bool:
        return bool(self.token.get_secret_value())

    @field_validator("token")
    @classmethod
    def _is_token(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value().strip()
        if given and not _BOT_TOKEN.fullmatch(given):
            raise ValueError("must be the token that @BotFather gave you: digits, a colon, letters and digits")
        return SecretStr(given)

    @field_validator("api_url")
    @classmethod
    def _is_guarded(cls, value: str) -> str:
        return _address_of_a_service(value).rstrip("/")

    @field_validator("webhook_url")
    @classmethod
    def _is_reachable(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(_address_of_a_service(value))
        if not parts.path.endswith(TELEGRAM_HOOK):
            raise ValueError(f"must be the address of the pages followed by {TELEGRAM_HOOK}")
        if parts.scheme == "https" and parts.port not in _TELEGRAM_PORTS:
            raise ValueError("must be on port 443, 80, 88 or 8443: Telegram calls no other")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _is_secret(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value().strip()
        if given and not _WEBHOOK_SECRET.fullmatch(given):
            raise ValueError("must be 16 to 256 letters, digits, - or _")
        return SecretStr(given)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.webhook_url and not self.webhook_secret.get_secret_value():
            raise ValueError("webhook_url needs webhook_secret as well: anybody can find the address")
        return self


class Slack(Table):
    """Slack is a channel where there is a bot token."""

    bot_token: SecretStr = SecretStr("")
    app_token: SecretStr = SecretStr("")
    signing_secret: SecretStr = SecretStr("")
    api_url: str = "https://slack.com/api/"
    images_in: ImagesIn = ImagesIn.LINK
    images_out: ImagesOut = ImagesOut.THUMBNAIL

    @property
    def enabled(self) -> bool:
        return bool(self.bot_token.get_secret_value())

    @field_validator("bot_token")
    @classmethod
    def _is_bot_token(cls, value: SecretStr) -> SecretStr:
        return _beginning_with("xoxb-", value, where="OAuth & Permissions")

    @field_validator("app_token")
    @classmethod
    def _is_app_token(cls, value: SecretStr) -> SecretStr:
        return _beginning_with("xapp-", value, where="Basic Information, App-Level Tokens")

    @field_validator("signing_secret")
    @classmethod
    def _is_signing_secret(cls, value: SecretStr) -> SecretStr:
        given = value.get_secret_value().strip()
        if given and (len(given) < 16 or given.startswith("xox")):
            raise ValueError("must be the signing secret from the app's page Basic Information, App Credentials")
        return SecretStr(given)

    @field_validator("api_url")
    @classmethod
    def _is_slacks_own(cls, value: str) -> str:
        host = urlsplit(_address_of_a_service(value)).hostname or ""
        if not is_loopback(host) and not any(host == name or host.endswith(f".{name}") for name in _SLACK_HOSTS):
            raise ValueError("must be Slack's own address, or one of this machine: tokens go nowhere else")
        return value.rstrip("/") + "/"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.enabled and not (self.app_token.get_secret_value() or self.signing_secret.get_secret_value()):
            raise ValueError("bot_token needs app_token (Socket Mode) or signing_secret (HTTP) as well")
        return self


class Channels(Table):
    """One table for each channel."""

    web: WebChannel = Field(default_factory=WebChannel)
    telegram: Telegram = Field(default_factory=Telegram)
    slack: Slack = Field(default_factory=Slack)


def _address_of_a_service(value: str) -> str:
    """Return an address that a token may be sent to: encrypted, or on this machine.

    Raises:
        ValueError: it is neither, or no address.
    """
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise ValueError('must be an address such as "https://hilum.example.org"')
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https:// unless it is an address of this machine")
    return value


def _beginning_with(prefix: str, value: SecretStr, *, where: str) -> SecretStr:
    given = value.get_secret_value().strip()
    if given and not given.startswith(prefix):
        raise ValueError(f"must begin with {prefix}; it stands on the app's page {where}")
    return SecretStr(given)
