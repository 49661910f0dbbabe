"""What the pages are given by the running program, and what an operator may set about them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from domain.audit import AuditVerdict
from domain.ids import MemberId
from domain.member import Member
from domain.policies import Escalation
from domain.ports.deidentifier import Renderer
from domain.ports.intake import Intake
from domain.ports.rotas import CalendarWriter
from domain.ports.services import Log, Wording
from domain.ports.store import Store
from domain.ports.webhook import Webhook

LOOPBACK_HOSTS = ("127.0.0.1", "localhost")

Health = Callable[[], Awaitable[Mapping[str, bool | str]]]
"""Each part of the program by name: True or "ok" is fine, False or another word says what is not."""

DigestPreview = Callable[[Member], Awaitable[str | None]]
"""What a member's next digest would say; None where nothing is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoRole:
    """One of the demo's people: `name` is its path (/as/<name>) and its wording (landing.role.<name>)."""

    name: str
    member_id: MemberId


@dataclass(frozen=True, slots=True, kw_only=True)
class WebOptions:
    """Addresses, times and sizes of the pages.

    `base_url` is how members reach us, without a slash at its end; empty means
    as the request came. A file's sender that is silent for `upload_idle` counts
    as gone. With `demo_roles` the pages are the demo's; what lies in
    the folder `demo_samples` is offered there to try.
    """

    secure_cookies: bool = True
    allowed_hosts: tuple[str, ...] = ()
    base_url: str = ""
    sign_in_life: timedelta = timedelta(minutes=15)
    session_life: timedelta = timedelta(hours=12)
    session_idle: timedelta = timedelta(minutes=10)
    upload_link_life: timedelta = timedelta(minutes=30)
    upload_idle: timedelta = timedelta(seconds=60)
    demo_roles: tuple[DemoRole, ...] = ()
    demo_samples: Path | None = None
    demo_outbox: Path | None = None
    """Where the demo's letters lie, each a file."""
    society: str = "Hilum"
    takes_applications: bool = False
    """Whether letters can be sent, so that somebody may apply with a code by e-mail."""
    json_bytes: int = 256 * 1024
    text_json_bytes: int = 1024 * 1024
    streams_per_member: int = 12

    def __post_init__(self) -> None:
        if self.base_url.endswith("/"):
            raise ValueError("base_url ends without a slash")

    @property
    def is_demo(self) -> bool:
        return bool(self.demo_roles)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The Host names answered to: as set, or that of `base_url`; this machine alone where neither is."""
        if self.allowed_hosts:
            return self.allowed_hosts
        named = urlsplit(self.base_url).hostname
        return LOOPBACK_HOSTS if named is None else (named,)

    @property
    def idle_limit(self) -> timedelta | None:
        """After how long without use a session locks; never in the demo."""
        return None if self.is_demo else self.session_idle


@dataclass(frozen=True, slots=True, kw_only=True)
class WebServices:
    """Everything the pages work with. `new_token` gives at least 128 random bits as URL-safe text."""

    store: Store
    intake: Intake
    renderer: Renderer
    wording: Wording
    clock: Callable[[], datetime]
    log: Log
    new_token: Callable[[], str]
    health: Health
    write_calendar: CalendarWriter
    verify_audit: Callable[[], Awaitable[AuditVerdict]]
    options: WebOptions = field(default_factory=WebOptions)
    digest_preview: DigestPreview | None = None
    escalation: Escalation = field(default_factory=Escalation)
    webhooks: Mapping[str, Webhook] = field(default_factory=dict)
    """What services call at /hooks/<channel>, by channel."""
    start_links: Callable[[str], Mapping[str, str]] = lambda _payload: {}
    """Makes links that open Hilum at a service with an invite's token or the digits of a code, by channel."""


def in_minutes(life: timedelta) -> int:
    """Return a time as a sentence says it: whole minutes, at least one."""
    return max(1, round(life / timedelta(minutes=1)))
