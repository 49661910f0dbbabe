"""The workspace around the app: what its people do goes to emulate, what they press and submit to the app."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.peers.slack.courier import Courier, Delivery, Kind
from tests.peers.slack.downloads import Downloads
from tests.peers.slack.emulated import Emulated
from tests.peers.slack.events import Events
from tests.peers.slack.installation import Installation
from tests.peers.slack.responses import Responses, ResponseUrl
from tests.peers.slack.screens import Screens


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A message as somebody sees it, or an ephemeral one. It may have been changed since it was looked at."""

    channel: str
    content: Mapping[str, Any]

    @property
    def ts(self) -> str:
        return str(self.content["ts"])

    @property
    def text(self) -> str:
        return str(self.content.get("text", ""))

    @property
    def blocks(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content.get("blocks") or []
        return found

    @property
    def files(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.content.get("files") or []
        return found


@dataclass(slots=True, kw_only=True)
class Workspace:
    installation: Installation
    emulated: Emulated
    events: Events
    screens: Screens
    downloads: Downloads
    responses: Responses
    courier: Courier
    waits: bool = True
    """Whether people wait until the app has had what they did; False where many things stream in at once."""

    async def relay(self, envelope: Mapping[str, Any]) -> None:
        """Bring an event of emulate's to the app, without holding up who caused it."""
        if self.installation.is_installed and (completed := await self.events.completed(envelope)):
            self.courier.bring_later(Kind.EVENT, completed)

    async def announce(self, event: Mapping[str, Any]) -> Delivery | None:
        """Bring an event that emulate knows nothing of; None where the app did not subscribe to it."""
        if not self.installation.may_receive(str(event["type"])):
            return None
        return await self.courier.bring(Kind.EVENT, self.events.envelope(event))

    async def act(self, method: str, arguments: Mapping[str, Any], token: str) -> dict[str, Any]:
        """Let somebody call a method, and wait until the app has had the events of it."""
        answer = await self.emulated.call(method, arguments, token)
        await self._settled()
        return answer

    async def bring(self, kind: Kind, payload: Mapping[str, Any]) -> Delivery:
        """Bring a command or an interaction to the app."""
        delivery = await self.courier.bring(kind, payload)
        await self._settled()
        return delivery

    async def trigger(self, user_id: str, *, view_id: str = "") -> str:
        """Return a trigger that opens one modal.

        Source: Slack, *Modals*, section on triggers: a `trigger_id` expires three seconds after it was given out and
        can be exchanged once. Both is kept by emulate.
        """
        arguments = {"user_id": user_id, **({"view_id": view_id} if view_id else {})}
        answer = await self.emulated.call("views.generateTriggerId", arguments, self.installation.bot_token)
        self.screens.users_of_triggers[answer["trigger_id"]] = user_id
        return str(answer["trigger_id"])

    async def place(self, channel_id: str) -> dict[str, str]:
        """Return a channel as payloads name it.

        Source: Slack, *Slash commands*: the name of a direct message is `directmessage`, that of a private channel
        `privategroup`.
        """
        channel = await self.emulated.channel(channel_id)
        assert channel is not None, f"there is no channel {channel_id}"
        if channel.get("is_im"):
            return {"id": channel_id, "name": "directmessage"}
        return {"id": channel_id, "name": "privategroup" if channel["is_private"] else channel["name"]}

    def response_url(self, channel: str, user: str, *, on: Post | None = None) -> str:
        if on is None:
            return self.responses.url(ResponseUrl(channel=channel, user=user))
        if on.content.get("is_ephemeral"):
            return self.responses.url(ResponseUrl(channel=channel, user=user, ephemeral_ts=on.ts))
        return self.responses.url(ResponseUrl(channel=channel, user=user, message_ts=on.ts))

    async def _settled(self) -> None:
        if self.waits:
            await self.courier.settled()
