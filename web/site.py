"""One mount of the pages (production has one, the demo one a role) and one visit to it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from domain.member import Language, Member
from domain.messages import Address
from web.finishes import Finishes
from web.pages import Pages
from web.rate_limits import RateLimits
from web.services import DemoRole, WebServices
from web.streams import Streams
from web.views.images import ViewLog

WEB_CHANNEL = "web"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the routes of one mount share; `base` is its path, "" or "/as/<role>"."""

    base: str
    services: WebServices
    pages: Pages
    streams: Streams
    limits: RateLimits
    views: ViewLog
    finishes: Finishes
    demo_role: DemoRole | None = None

    def now(self) -> datetime:
        return self.services.clock()

    def origin(self, request: Request) -> str:
        """Return how this server is reached, for a link: as set, or else as the request came."""
        return self.services.options.base_url or f"{request.url.scheme}://{request.url.netloc}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request of a member who is signed in."""

    site: Site
    request: Request
    member: Member
    token_hash: str

    @property
    def services(self) -> WebServices:
        return self.site.services

    @property
    def language(self) -> Language:
        return self.member.language


PublicHandler = Callable[[Site, Request], Awaitable[Response]]
MemberHandler = Callable[[Visit], Awaitable[Response]]


def web_address(member: Member) -> Address:
    """Return the member's address on the web channel; by custom its external id is the member's."""
    for address in member.addresses:
        if address.channel == WEB_CHANNEL:
            return address
    return Address(channel=WEB_CHANNEL, external_id=member.id)
