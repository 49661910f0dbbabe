"""How Slack's own names of messages and files are written where Hilum keeps them.

A message is "C024BE91L/1700000000.000100": its timestamp is unique in its channel only. A file is "F024BERPE".
Several are joined by commas, the message first.
"""

from __future__ import annotations

from collections.abc import Iterable


def message_reference(channel: str, timestamp: str) -> str:
    return f"{channel}/{timestamp}" if channel and timestamp else ""


def channel_and_timestamp(reference: str) -> tuple[str, str]:
    """Return what `message_reference` joined; the timestamp is empty where it is none."""
    channel, _, timestamp = reference.partition("/")
    return channel, timestamp


def is_file(reference: str) -> bool:
    return bool(reference) and "/" not in reference


def joined(references: Iterable[str]) -> str:
    return ",".join(references)


def separate(reference: str) -> tuple[str, ...]:
    return tuple(part for part in reference.split(",") if part)
