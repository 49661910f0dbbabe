"""How somebody becomes a member: by an invite, or by applying with a society number and a code by e-mail."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from domain.access import Capability, can
from domain.errors import UserError
from domain.ids import MemberId, derive_id
from domain.member import Language, Member, Role
from domain.messages import Address
from domain.short_codes import six_digits
from domain.web import hash_token

INVITE_LASTS = timedelta(hours=72)
CODE_LASTS = timedelta(minutes=30)
APPLICATION_LASTS = timedelta(days=30)
"""So long a proved application waits for the coordinator."""
WRONG_TRIES = 5

GIVEN_BY_ALL = frozenset({Role.PANELIST, Role.EDITOR})
"""The roles that whoever enrols members may give; all others are the administrator's to give."""

_LONGEST_NAME = 64
_EMAIL = re.compile(r"[^\s@<>()\[\]\\,;:\"]{1,64}@[^\s@<>()\[\]\\,;:\"]{1,190}\.[^\s@.<>()\[\]\\,;:\"]{2,}")
_SOCIETY_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z -]{0,23}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invite:
    """One person's way in; `token_hash` is empty until a link was made, and only the newest link works."""

    id: str
    name: str
    language: Language
    roles: frozenset[Role]
    made_by: MemberId | None
    """None where an operator made it, at the command line."""
    made_at: datetime
    expires_at: datetime
    token_hash: str = ""
    email: str = ""
    """Where it was sent, after an application; it is the new member's address."""
    used_at: datetime | None = None
    used_by: MemberId | None = None
    revoked_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > _LONGEST_NAME:
            raise ValueError("an invite is for somebody with a name")

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and self.revoked_at is None and now < self.expires_at

    def refuse_if_over(self, now: datetime) -> None:
        """Raise UserError: "invite_used", "invite_revoked" or "invite_expired"."""
        if self.used_at is not None:
            raise UserError("invite_used")
        if self.revoked_at is not None:
            raise UserError("invite_revoked")
        if now >= self.expires_at:
            raise UserError("invite_expired")


class ApplicationState(StrEnum):
    """UNPROVED → WAITING → APPROVED or REFUSED; whatever waits too long is over."""

    UNPROVED = "unproved"
    """The code that went to the e-mail address has not come back yet."""
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Somebody asks to be let in; the code is known by its salted hash only."""

    id: str
    society_number: str
    name: str
    email: str
    language: Language
    made_at: datetime
    expires_at: datetime
    salt: str = ""
    code_hash: str = ""
    wrong_tries: int = 0
    state: ApplicationState = ApplicationState.UNPROVED
    decided_by: MemberId | None = None
    decided_at: datetime | None = None

    def is_waiting(self, now: datetime) -> bool:
        return self.state is ApplicationState.WAITING and now < self.expires_at

    def with_code(self, salt: str, now: datetime) -> tuple[Application, str]:
        """Return the application with a new code, and the code: six digits from a random salt."""
        code = six_digits(f"e-mail\x1f{salt}")
        kept = f"{self.id}\x1f{salt}"
        changed = replace(self, salt=kept, code_hash=salted(kept, code), expires_at=now + CODE_LASTS)
        return changed, code

    def tried(self, code: str, now: datetime) -> Application:
        """Return the application after a code was typed: waiting for the coordinator, or with one try less.

        Raises:
            UserError: "join_over" (expired, proved before, or too many tries).
        """
        is_over = self.state is not ApplicationState.UNPROVED or now >= self.expires_at or not self.code_hash
        if is_over or self.wrong_tries >= WRONG_TRIES:
            raise UserError("join_over")
        if salted(self.salt, code) != self.code_hash:
            return replace(self, wrong_tries=self.wrong_tries + 1)
        return replace(self, state=ApplicationState.WAITING, code_hash="", expires_at=now + APPLICATION_LASTS)

    def decided(self, state: ApplicationState, by: MemberId, now: datetime) -> Application:
        """Return the application as somebody has decided it, once.

        Raises:
            UserError("application_decided")
        """
        if not self.is_waiting(now):
            raise UserError("application_decided")
        return replace(self, state=state, decided_by=by, decided_at=now)


def salted(salt: str, code: str) -> str:
    return hash_token(f"{salt}\x1f{code}")


def may_give(member: Member, roles: frozenset[Role]) -> bool:
    """Return whether a member may give somebody these roles."""
    return roles <= GIVEN_BY_ALL or can(member, Capability.APPOINT)


def member_of(invite: Invite, *, taken: frozenset[str], also_at: tuple[Address, ...] = ()) -> Member:
    """Return the member whom an invite makes, under an alias that nobody else has.

    Their page is the first address, as for everybody; an e-mail address that was proved is the last.
    """
    member_id = MemberId(f"m-{derive_id('member', invite.id)[:12]}")
    number = int(derive_id("alias", invite.id), 16) % 9000
    aliases = (f"Member-{1000 + (number + step) % 9000}" for step in range(9000))
    mail = (Address(channel="mail", external_id=invite.email),) if invite.email else ()
    held = dict.fromkeys((*also_at, Address(channel="web", external_id=member_id), *mail))
    return Member(
        id=member_id,
        display_name=invite.name,
        alias=next(alias for alias in aliases if alias not in taken),
        language=invite.language,
        roles=invite.roles,
        addresses=tuple(held),
    )


def name_and_roles(text: str) -> tuple[str, frozenset[Role]]:
    """Return the name and the roles of "Kim Minsu panelist editor": roles are the last words that name one."""
    words = text.split()
    roles: set[Role] = set()
    while words and words[-1].casefold() in set(Role):
        roles.add(Role(words.pop().casefold()))
    return " ".join(words), frozenset(roles)


def clean_name(text: str) -> str:
    """Return a name as it is kept.

    Raises:
        UserError("name_missing"): nothing, or too much to be a name.
    """
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not any(letter.isalpha() for letter in name):
        raise UserError("name_missing")
    return name


def clean_email(text: str) -> str:
    """Return an e-mail address as it is kept.

    Raises:
        UserError("email_wrong")
    """
    email = text.strip()
    if not _EMAIL.fullmatch(email):
        raise UserError("email_wrong")
    local, _, domain = email.rpartition("@")
    return f"{local}@{domain.lower()}"


def clean_society_number(text: str) -> str:
    """Return a society number as it is kept.

    Raises:
        UserError("society_number_wrong")
    """
    number = " ".join(text.split())
    if not _SOCIETY_NUMBER.fullmatch(number):
        raise UserError("society_number_wrong")
    return number
