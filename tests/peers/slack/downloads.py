"""Files as the app fetches them. emulate keeps them; here is what Slack does instead of handing one over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from tests.peers.slack.emulated import Emulated
from tests.peers.slack.faults import Faults
from tests.peers.slack.installation import Installation

SIGN_IN_PAGE = "<!DOCTYPE html><html><head><title>Slack</title></head><body>Sign in to your workspace</body></html>"


@dataclass(slots=True, kw_only=True)
class Downloads:
    emulated: Emulated
    installation: Installation
    faults: Faults
    owners: dict[str, str] = field(default_factory=dict)
    """Tokens of people by the file they handed over in a modal: emulate lets the app read shared files only."""
    moved: dict[str, str] = field(default_factory=dict)
    """Where the download of a file is redirected to."""
    pages: Counter[str] = field(default_factory=Counter)
    """How many downloads of a file are answered with a page."""
    fetched: Counter[str] = field(default_factory=Counter)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer a request for a file's bytes.

        Source: Slack, *File object*, `url_private`: it takes a bearer token with the scope files:read. Slack answers
        without one as it answers a browser: it redirects to a page where one signs in, with status 200.
        """
        file_id = request.match_info["file_id"]
        self.fetched[file_id] += 1
        if fault := self.faults.next("url_private", file_id):
            return fault.answer(request)
        if file_id in self.moved:
            raise web.HTTPFound(self.moved[file_id])
        token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
        if self.pages[file_id] > 0 or not self._may_read(token):
            self.pages[file_id] -= 1 if self.pages[file_id] else 0
            raise web.HTTPFound(f"/?redir={request.rel_url.path}")
        found = await self.emulated.request("GET", request.rel_url.path_qs, token=self.reader(file_id, token))
        return web.Response(status=found.status, body=found.body, content_type=found.content_type)

    async def sign_in(self, _: web.Request) -> web.Response:
        return web.Response(text=SIGN_IN_PAGE, content_type="text/html", charset="utf-8")

    async def receive(self, request: web.Request) -> web.Response:
        """Take the bytes of an upload whose address `files.getUploadURLExternal` gave; no token is needed for it."""
        if fault := self.faults.next("upload", request.match_info["file_id"]):
            return fault.answer(request)
        body, content_type = await request.read(), request.headers.get("Content-Type", "application/octet-stream")
        done = await self.emulated.request("POST", request.rel_url.path_qs, data=body, content_type=content_type)
        return web.Response(status=done.status, body=done.body, content_type=done.content_type)

    def reader(self, file_id: str, token: str) -> str:
        """Return the token that emulate lets read a file which the app may read.

        Source: Slack, *File input element*: the app reads the files of a submission with the scope files:read.
        """
        is_app = token == self.installation.bot_token and "files:read" in self.installation.scopes
        return self.owners.get(file_id, token) if is_app else token

    def _may_read(self, token: str) -> bool:
        app = self.installation
        if token == app.bot_token:
            return app.is_installed and "files:read" in app.scopes
        return token in app.people
