"""The channels at services that the settings turn on; a library is loaded only where its channel is."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from config.channels import Channels, Slack, Telegram
from config.settings import Settings
from domain.ports.channel import Channel, StartingChannel
from domain.ports.listening import ChannelServices, Finding, ListeningChannel
from domain.room import Room

CheckUp = Callable[[Sequence[Room]], Awaitable[Sequence[Finding]]]


def service_channels(chosen: Channels, services: ChannelServices) -> Mapping[str, ListeningChannel]:
    """Return the channels at services, by name; building one asks nobody for anything yet."""
    found: dict[str, ListeningChannel] = {}
    if chosen.telegram.enabled:
        found["telegram"] = _telegram(chosen.telegram, services)
    if chosen.slack.enabled:
        found["slack"] = _slack(chosen.slack, services)
    return found


def enabled_channels(settings: Settings) -> tuple[str, ...]:
    """Return the names of the channels that are on."""
    chosen = settings.channels
    known = {"web": chosen.web.enabled, "telegram": chosen.telegram.enabled, "slack": chosen.slack.enabled}
    return tuple(name for name, is_on in known.items() if is_on)


def start_links(channels: Mapping[str, Channel], payload: str) -> Mapping[str, str]:
    """Return by channel the link that opens Hilum there and says `payload`, where a service has such links."""
    starting = {name: each for name, each in channels.items() if isinstance(each, StartingChannel)}
    return {name: link for name, each in starting.items() if (link := each.start_link(payload)) is not None}


def check_ups(chosen: Channels, *, page_address: str) -> Mapping[str, CheckUp]:
    """Return how each channel that is on is looked at from outside; `page_address` is where our own pages are."""
    found: dict[str, CheckUp] = {}
    if chosen.telegram.enabled:
        found["telegram"] = _telegram_check_up(chosen.telegram)
    if chosen.slack.enabled:
        found["slack"] = _slack_check_up(chosen.slack, f"{page_address}/hooks/slack")
    return found


def _telegram(table: Telegram, services: ChannelServices) -> ListeningChannel:
    from channels.telegram.channel import TelegramChannel  # noqa: PLC0415
    from channels.telegram.options import TelegramOptions  # noqa: PLC0415

    return TelegramChannel(TelegramOptions(**_plain(table)), services)


def _slack(table: Slack, services: ChannelServices) -> ListeningChannel:
    from channels.slack.channel import SlackChannel  # noqa: PLC0415
    from channels.slack.options import SlackOptions  # noqa: PLC0415

    return SlackChannel(SlackOptions(**_plain(table)), services)


def _telegram_check_up(table: Telegram) -> CheckUp:
    from channels.telegram.check_up import check_up  # noqa: PLC0415
    from channels.telegram.options import TelegramOptions  # noqa: PLC0415

    return partial(check_up, TelegramOptions(**_plain(table)), clock=time.time)


def _slack_check_up(table: Slack, hook: str) -> CheckUp:
    from channels.slack.check_up import check_up  # noqa: PLC0415
    from channels.slack.options import SlackOptions  # noqa: PLC0415

    return partial(check_up, SlackOptions(**_plain(table)), hook=hook, clock=time.time)


def _plain(table: Telegram | Slack) -> dict[str, Any]:
    """Return a table as the options of its channel: the same names, secrets in clear."""
    return {name: value.get_secret_value() if hasattr(value, "get_secret_value") else value for name, value in table}
