"""Everything a handler is given."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol

from domain.delivery import Value
from domain.digest import Digest
from domain.member import Language, Member
from domain.messages import Action
from domain.policies import Escalation
from domain.ports.archive import Archive, Linkage, UploadVault
from domain.ports.channel import Channel
from domain.ports.deidentifier import Deidentifier
from domain.ports.intake import IntakeLimits
from domain.ports.store import Store, Transaction


class Log(Protocol):
    """Past-tense event names and listed fields: ids, counts, durations, states, error types."""

    def info(self, event: str, **fields: str | int | float) -> None: ...
    def warning(self, event: str, **fields: str | int | float) -> None: ...
    def error(self, event: str, **fields: str | int | float) -> None: ...


class Wording(Protocol):
    """Every sentence the bot says."""

    def text(self, key: str, member: Member, values: Mapping[str, Value]) -> str:
        """Return a sentence in the member's language, times on the member's clock."""

    def label(self, action: Action, language: Language) -> str:
        """Return what a button says."""

    def placeholders(self, key: str, language: Language) -> frozenset[str] | None:
        """Return what a sentence has to be given; None where there is no such sentence."""

    def page_texts(self, language: Language) -> Mapping[str, str]:
        """Return the sentences of the web pages (keys "page.…"), with their placeholders."""


class DigestWriter(Protocol):
    """Composes what a member is told; None where nothing is new."""

    def compose(self, transaction: Transaction, digest: Digest, member: Member) -> str | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Times and switches that a society may set."""

    inbox_time_to_live: timedelta = timedelta(hours=24)
    draft_reminders: tuple[timedelta, ...] = (timedelta(minutes=3), timedelta(minutes=5))
    draft_time_to_live: timedelta = timedelta(hours=24)
    consult_images_kept: timedelta = timedelta(days=7)
    relays_kept: timedelta = timedelta(days=7)
    """So long after a close what was sent about a question stays at its service (safety rule 20)."""
    outage_told_after: timedelta = timedelta(minutes=15)
    """So long a channel may not work before administrators are told of it by another one."""
    choice_time_to_live: timedelta = timedelta(days=30)
    fallback_telephone: str = ""
    """The society's number, told to an asker whose urgent question nobody took within the hour."""
    cleaning_lanes: int = 2
    """How many files are cleaned at a time, over all workers."""
    answered_closes_after: timedelta = timedelta(days=3)
    holiday_country: str = "KR"
    takes_images: bool = True
    files_together: int = 60
    """How many files of one question go through the door in one call at the most."""
    incident_within: timedelta = timedelta(hours=72)
    """So long the data-protection duty leaves for what was flagged."""
    society: str = "Hilum"
    """How a text message says who writes."""
    short_address: str = "https://localhost"
    """Where the links in text messages lead; short, since every character counts."""
    page_address: str = "https://localhost"
    """Where the pages are, in links that need not be short."""
    short_link_time_to_live: timedelta = timedelta(days=14)
    which_question_waits: timedelta = timedelta(minutes=15)
    """So long a number answers "which question?"."""
    echo_waits: timedelta = timedelta(minutes=30)
    """So long an answer by text message waits for its "send"."""


Holidays = Callable[[Iterable[int]], frozenset[date]]
"""The public holidays of some years, in the society's country."""


def no_holidays(_years: Iterable[int]) -> frozenset[date]:
    return frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    store: Store
    deidentifier: Deidentifier
    uploads: UploadVault
    archive: Archive
    linkage: Linkage
    wording: Wording
    digests: DigestWriter
    channels: Mapping[str, Channel]
    log: Log
    clock: Callable[[], datetime]
    new_token: Callable[[], str]
    holidays: Holidays = no_holidays
    rules: Rules = field(default_factory=Rules)
    limits: IntakeLimits = field(default_factory=IntakeLimits)
    """Of the files that are fetched from services."""
    escalation: Escalation = field(default_factory=Escalation)
