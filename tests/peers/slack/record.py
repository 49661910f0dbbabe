"""What the peer of Slack has seen: every call, and every Authorization header by the host it was sent to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request to the Web API and how it was answered.

    `status` is 0 where the connection was dropped. `error` is Slack's word, empty where the answer was ok.
    """

    method: str
    arguments: Mapping[str, Any]
    token: str
    status: int
    error: str
    at: float = field(default_factory=monotonic)

    @property
    def channel(self) -> str:
        return channel_of(self.arguments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A header that came to a host, whether it belonged there or not."""

    host: str
    path: str
    authorization: str


@dataclass(slots=True)
class Record:
    calls: list[Call] = field(default_factory=list)
    sightings: list[Sighting] = field(default_factory=list)

    def of(self, method: str, channel: str | None = None) -> list[Call]:
        """Return the calls of a method, of one channel where it is named, in their order."""
        return [call for call in self.calls if call.method == method and channel in (None, call.channel)]

    def count(self, method: str, channel: str | None = None) -> int:
        return len(self.of(method, channel))

    def hosts_that_saw(self, secret: str) -> set[str]:
        """Return the hosts, with their ports, that a token was sent to."""
        return {sighting.host for sighting in self.sightings if secret in sighting.authorization}


def channel_of(arguments: Mapping[str, Any]) -> str:
    return str(arguments.get("channel") or arguments.get("channel_id") or "")
