"""Slack on loopback, for tests: emulate behind a front, an app to speak to, and people who use it.

    from tests.peers.slack.peer import slack, slack_emulator  # noqa: F401  (in a conftest.py)

    async def test_question_is_taken(slack):
        slack.courier.address = "http://127.0.0.1:8080/slack/events"     # or the app connects by Socket Mode
        asker = await slack.person("kim")
        await asker.commands("58M dyspnoea")
        await asker.submits({"question": "PE?"}, files={"images": [("a.dcm", data)]})

The app is given `slack.api_url` and the tokens and the signing secret of `slack.installation`. Node starts once
in a test process, the rest with each test, in milliseconds. Trouble is ordered from `slack.faults`, `slack.downloads`,
`slack.socket` and `slack.courier`; what was asked of Slack is in `slack.record`, what was brought to the app, how
often and how fast it was acknowledged in `slack.deliveries`. Where many things stream in while the app is killed and
started again, set `slack.workspace.waits = False` and longer `slack.courier.pauses`, then await `courier.settled()`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from tests.peers.slack.courier import Courier, Delivery, Kind
from tests.peers.slack.downloads import Downloads
from tests.peers.slack.emulated import Emulated
from tests.peers.slack.emulator import Emulator, running_emulator
from tests.peers.slack.events import Events
from tests.peers.slack.faults import Faults
from tests.peers.slack.front import Front
from tests.peers.slack.installation import Installation
from tests.peers.slack.people import Person
from tests.peers.slack.record import Record
from tests.peers.slack.responses import Responses
from tests.peers.slack.screens import Screens
from tests.peers.slack.socket_mode import SocketMode
from tests.peers.slack.workspace import Post, Workspace

_NAME = "Society of the Peer"


@dataclass(slots=True, kw_only=True)
class Slack:
    url: str
    elsewhere: str
    """The same server under another host name and port, which no token may reach."""
    installation: Installation
    record: Record
    faults: Faults
    workspace: Workspace
    socket: SocketMode

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    @property
    def courier(self) -> Courier:
        return self.workspace.courier

    @property
    def deliveries(self) -> list[Delivery]:
        """Everything that was brought to the app, in order."""
        return self.workspace.courier.deliveries

    @property
    def downloads(self) -> Downloads:
        return self.workspace.downloads

    async def person(self, name: str, *, email: str = "") -> Person:
        """Return somebody of this name, who joins the workspace if they are new."""
        token = f"xoxp-peer-{name}"
        user = {"name": name, "real_name": name.title(), "email": email or f"{name}@society.example"}
        ids = await self.workspace.emulated.add({"users": [user], "tokens": [{"token": token, "user": name}]})
        self.installation.people[token] = ids[name]
        return Person(workspace=self.workspace, name=name, user_id=ids[name], token=token)

    async def channel(self, name: str, *members: Person, private: bool = True, has_app: bool = True) -> str:
        """Make a channel of the first of these people, who invites the others and the app; return its id."""
        first, *others = members
        made = await self.workspace.act("conversations.create", {"name": name, "is_private": private}, first.token)
        channel = str(made["channel"]["id"])
        invited = [person.user_id for person in others] + ([self.installation.bot_user] if has_app else [])
        if invited:
            await first.invites(",".join(invited), channel)
        return channel

    async def set_scopes(self, *scopes: str) -> None:
        """Install the app again with other scopes."""
        self.installation.scopes = scopes
        await self.workspace.emulated.set_scopes(self.installation.bot_token, scopes)

    async def uninstall(self) -> Delivery | None:
        """Remove the app from the workspace.

        Source: Slack, *app_uninstalled* and *tokens_revoked*: both events may come, in any order; the tokens are dead
        by then.
        """
        self.installation.is_installed = False
        revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [self.installation.bot_user]}}
        await self.workspace.announce(revoked)
        return await self.workspace.announce({"type": "app_uninstalled"})

    async def unfurl(self, post: Post) -> Delivery | None:
        """Show a preview of a link in a message, which nobody edited.

        Source: Slack, *Unfurling links in messages* and *message_changed event*: the preview is added to the message
        as an attachment, so that the message changes; only an edit by a person adds `edited`.
        """
        preview = {"from_url": "https://example.org", "title": "Example", "id": 1}
        changed = {**post.content, "attachments": [preview]}
        event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": post.channel}
        event |= {"message": changed, "previous_message": dict(post.content), "ts": post.ts}
        envelope = await self.workspace.events.completed({"event": event, "event_id": f"EvUnfurl{post.ts}"})
        return await self.courier.bring(Kind.EVENT, envelope) if envelope else None

    async def put_out(self, person: Person, channel: str) -> Delivery | None:
        """Let somebody remove the app from a private channel.

        Source: Slack, *group_left*: sent to whoever has left a private channel, with its id.
        """
        await self.workspace.act(
            "conversations.kick", {"channel": channel, "user": self.installation.bot_user}, person.token
        )
        return await self.workspace.announce({"type": "group_left", "channel": channel})

    def share_with_another_organization(self, channel: str) -> None:
        """Make it a Slack Connect channel."""
        self.workspace.events.shared_channels.add(channel)


@asynccontextmanager
async def running_slack(emulator: Emulator, installation: Installation | None = None) -> AsyncIterator[Slack]:
    """Begin a workspace anew in emulate, with the app installed, and serve it until the end."""
    # Node closes what was idle for five seconds, often just when it is used again.
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(force_close=True)) as session:
        slack, runner = await _serve(emulator, installation or Installation(), session)
        try:
            yield slack
        finally:
            await slack.courier.stop()
            await slack.socket.close()
            await runner.cleanup()


@pytest.fixture(scope="session")
def slack_emulator() -> Iterator[Emulator]:
    with running_emulator() as emulator:
        yield emulator


@pytest.fixture
async def slack(slack_emulator: Emulator) -> AsyncIterator[Slack]:
    async with running_slack(slack_emulator) as running:
        yield running


async def _serve(emulator: Emulator, app: Installation, session: aiohttp.ClientSession) -> tuple[Slack, web.AppRunner]:
    emulated = Emulated(emulator=emulator, session=session, own_url="")
    screens, faults, record, socket = Screens(), Faults(), Record(), SocketMode(app.app_id)
    workspace = Workspace(
        installation=app,
        emulated=emulated,
        events=Events(installation=app, emulated=emulated),
        screens=screens,
        downloads=Downloads(emulated=emulated, installation=app, faults=faults),
        responses=Responses(emulated=emulated, installation=app, screens=screens),
        courier=Courier(session=session, socket=socket, secret=app.signing_secret),
    )
    front = Front(workspace=workspace, record=record, faults=faults, socket=socket)
    runner = web.AppRunner(front.application(), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    emulated.own_url = await _listen(runner, "127.0.0.1")
    elsewhere = await _listen(runner, "localhost")
    await emulated.begin(events_to=f"{emulated.own_url}/peer/event", seed=app.seed(team_name=_NAME))
    slack = Slack(
        url=emulated.own_url,
        elsewhere=elsewhere,
        installation=app,
        record=record,
        faults=faults,
        workspace=workspace,
        socket=socket,
    )
    return slack, runner


async def _listen(runner: web.AppRunner, name: str) -> str:
    """Listen on a free port, and return the address under which that name reaches it."""
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port: int = runner.addresses[-1][1]
    return f"http://{name}:{port}"
