"""Where invites, applications and the codes that link channels are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from domain.enrolment import Application, Invite
from domain.ids import MemberId
from domain.linking import LinkCode, LinkTries
from domain.messages import Address


class EnrolmentRepository(Protocol):
    def add_invite(self, invite: Invite) -> bool:
        """False where the id is known already."""

    def save_invite(self, invite: Invite) -> None: ...
    def lock_invite(self, invite_id: str) -> Invite | None:
        """Return an invite that nobody else changes before this transaction ends."""

    def invite_by_token(self, token_hash: str) -> Invite | None: ...
    def lock_invite_by_token(self, token_hash: str) -> Invite | None:
        """Return the invite of a link, which nobody else changes before this transaction ends."""

    def open_invites(self, now: datetime) -> Sequence[Invite]:
        """Not used, revoked or expired; the newest first."""

    def save_application(self, application: Application) -> None: ...
    def lock_application(self, application_id: str) -> Application | None:
        """Return an application that nobody else changes before this transaction ends."""

    def waiting(self, now: datetime) -> Sequence[Application]:
        """Those that the coordinator has to decide, oldest first."""

    def sent_since(self, email: str, instant: datetime) -> int:
        """How many applications named an e-mail address after an instant."""

    def forget_ended(self, before: datetime) -> int:
        """Remove invites and applications whose time was up before an instant; returns how many."""


class LinkRepository(Protocol):
    def add(self, code: LinkCode) -> None:
        """Keep a code; the member's former ones are no longer open."""

    def open_codes(self, now: datetime) -> Sequence[LinkCode]:
        """Every code that still works, locked until this transaction ends."""

    def save(self, code: LinkCode) -> None: ...
    def revoke_of(self, member_id: MemberId) -> None:
        """Forget every code of a member."""

    def tries(self, address: Address, now: datetime) -> LinkTries:
        """The wrong codes of an address; none where there never were any."""

    def save_tries(self, tries: LinkTries) -> None: ...
    def forget_ended(self, now: datetime) -> int:
        """Remove codes whose time is up, and wrong ones that no longer count; returns how many."""
