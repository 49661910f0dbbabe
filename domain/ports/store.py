"""The one database: transactions, and what the repositories in them can do; some subjects have a module of their own.

Work given to `read` and `write` is synchronous, short and free of network,
pixels and clocks; it may be run again from the start when the database asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from domain.audit import AuditEvent, AuditLink, AuditSearch
from domain.commands import Command
from domain.consent import Consent
from domain.delivery import Priority, SendingGate
from domain.identity import Fingerprint
from domain.ids import InboxId, MemberId, PanelId, QuestionId
from domain.member import Member
from domain.messages import Address, InboundMessage
from domain.panel import Panel
from domain.ports.arrivals import ArrivalRepository, LeaseRepository, ParkedRepository, TroubleRepository
from domain.ports.codes import CodeRepository
from domain.ports.history import ReadMarkRepository
from domain.ports.images import ImageRepository, ObjectRepository, UploadRepository
from domain.ports.incidents import IncidentRepository, SentRepository, WaitingRepository
from domain.ports.key_slices import KeySliceRepository
from domain.ports.paging import GroupRepository, PageRepository, SurgeRepository
from domain.ports.people import EnrolmentRepository, LinkRepository
from domain.ports.rooms import RoomRepository
from domain.ports.rotas import FeedRepository, PhoneRepository, RotaRepository
from domain.ports.sending import ChoiceRepository, DeliveryRepository, DigestRepository, WebRepository
from domain.ports.text_blocks import TextBlockRepository
from domain.question import Entry, EntryKind, Question
from domain.search import Found
from domain.text import Rewording
from domain.wrong_patient import Viewing

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxNotice:
    """A message nobody has processed yet, named without its content."""

    inbox_id: InboxId
    sender: Address
    received_at: datetime


class InboxRepository(Protocol):
    """The sealed inbox: what came in, encrypted with the key of its day."""

    def add(self, inbox_id: InboxId, message: InboundMessage) -> bool:
        """Seal and keep a message; False where channel and external id are known already."""

    def open(self, inbox_id: InboxId) -> InboundMessage:
        """Unseal a message.

        Raises:
            PermanentError("inbox_expired"): finished, or shredded when its time was up.
            PermanentError: "inbox_key_missing", "sealed_damaged", "key_damaged".
        """

    def holds(self, inbox_id: InboxId) -> bool:
        """Return whether a message's content is still there."""

    def finish(self, inbox_id: InboxId) -> None:
        """Shred the content; the row stays, so that a replay is still recognised."""

    def unfinished(self, *, received_before: datetime) -> Sequence[InboxNotice]:
        """Messages not finished that were received before an instant."""

    def shred(self, *, received_before: datetime) -> int:
        """Shred every content received before an instant; returns how many."""


class JobRepository(Protocol):
    """The writing side of the queue: commands that follow from a state change."""

    def add(  # noqa: PLR0913 - all that a job waits for
        self,
        command: Command,
        *,
        due_at: datetime | None = None,
        priority: Priority = Priority.NORMAL,
        lane: str | None = None,
        gate: str | None = None,
        place: SendingGate | None = None,
    ) -> bool:
        """Note a command; False where the same command was noted before, for ever.

        Jobs of one lane run one after another, in the order of their adding.
        A gate is a channel's name: its jobs are paced together. A place is a gate
        of one conversation or room there, which the job has to pass as well.
        """


class MemberRepository(Protocol):
    def get(self, member_id: MemberId) -> Member: ...
    def lock(self, member_id: MemberId) -> Member:
        """Return a member whom nobody else changes before this transaction ends: to be changed and saved whole."""

    def by_address(self, address: Address) -> Member | None: ...
    def all(self) -> Sequence[Member]:
        """Active and inactive members, by display name."""

    def save(self, member: Member) -> None:
        """Add or replace a member and its addresses."""


class PanelRepository(Protocol):
    """Panels with their overrides and with who is absent now; both have their own rows, and are not saved with it."""

    def get(self, panel_id: PanelId) -> Panel: ...
    def all(self) -> Sequence[Panel]: ...
    def save(self, panel: Panel) -> None: ...


class QuestionRepository(Protocol):
    def add(self, question: Question) -> bool:
        """False where the id is known already."""

    def get(self, question_id: QuestionId) -> Question:
        """Raises PermanentError("question_unknown")."""

    def lock(self, question_id: QuestionId) -> Question:
        """Like `get`, and nobody else changes it before this transaction ends."""

    def save(self, question: Question) -> None: ...
    def by_number(self, number: int) -> Question | None: ...
    def merged_into(self, question_id: QuestionId) -> Sequence[Question]:
        """The questions that get the answers of another, as they were merged."""

    def next_number(self) -> int: ...
    def draft_of(self, member_id: MemberId) -> Question | None: ...
    def open_claims(self) -> Mapping[MemberId, int]:
        """How many questions each member has taken that still await an answer."""

    def of_asker(self, member_id: MemberId) -> Sequence[Question]:
        """A member's own questions that have a number, newest first."""

    def for_panel(self, *, closed_since: datetime) -> Sequence[Question]:
        """Everything awaiting or answered, and what was closed since an instant."""

    def awaiting_release(self) -> Sequence[Question]:
        """Closed, allowed for teaching, not yet released and not held back; oldest first."""

    def released_between(self, since: datetime, until: datetime) -> Sequence[Question]:
        """Released after `since`, up to and including `until`; oldest first."""


class EntryRepository(Protocol):
    def add(self, entry: Entry) -> bool:
        """Append; False where its key is known already. Storage gives the id."""

    def of_question(self, question_id: QuestionId) -> Sequence[Entry]: ...
    def of_member(
        self, member_id: MemberId, question_ids: Sequence[QuestionId], *, kinds: frozenset[EntryKind]
    ) -> Sequence[Entry]:
        """What a member did of some kinds in some questions, in order."""

    def after(self, entry_id: int, *, limit: int = 200) -> Sequence[Entry]:
        """Entries of all questions with a greater id, in order."""

    def last_id(self) -> int: ...
    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change the texts of a question's entries: the one way in which an entry is ever edited."""


class IdentityRepository(Protocol):
    """Whom a question's files and messages name, as fingerprints; a source is an image's id or a message's."""

    def add(self, question_id: QuestionId, source: str, marks: frozenset[Fingerprint]) -> None:
        """Note a source's fingerprints; those known already change nothing."""

    def of_question(self, question_id: QuestionId) -> Mapping[str, frozenset[Fingerprint]]:
        """By source."""

    def marks_of(self, question_id: QuestionId) -> frozenset[Fingerprint]:
        """Of all sources together."""

    def forget(self, question_id: QuestionId, source: str | None = None) -> None:
        """Forget one source's fingerprints, or all of a question's."""


class ViewingRepository(Protocol):
    """Who saw a question, from when to when."""

    def note(self, question_id: QuestionId, member_id: MemberId, at: datetime) -> None: ...
    def of_question(self, question_id: QuestionId) -> Sequence[Viewing]:
        """By the time of the first look."""


class AuditRepository(Protocol):
    """The audit's chain; nothing in it is ever changed."""

    def add(self, event: AuditEvent) -> bool:
        """Append; False where its key is known already."""

    def last(self) -> AuditLink | None: ...
    def after(self, number: int, *, limit: int = 1000) -> Sequence[AuditLink]:
        """Links with a greater number, in order."""

    def of_question(self, question_id: QuestionId) -> Sequence[AuditLink]: ...
    def newest(self, wanted: AuditSearch, *, limit: int = 50) -> Sequence[AuditLink]:
        """The newest links that somebody looks for, the newest first."""


class SearchRepository(Protocol):
    """Questions by their words; nothing is found that whoever searches may not see (`domain.access`)."""

    def find(self, member: Member, words: str, *, limit: int = 5) -> Sequence[Found]:
        """Questions that have everything that was typed, newest first."""

    def related(
        self, member: Member, text: str, *, limit: int = 3, besides: QuestionId | None = None
    ) -> Sequence[Found]:
        """Answered questions about the same as a text, the most alike first."""

    def similar_open(
        self,
        member: Member,
        text: str,
        *,
        limit: int = 3,
        besides: QuestionId | None = None,
        panel_id: PanelId | None = None,
    ) -> Sequence[Found]:
        """Questions about the same that still wait for the panel, or for one panel, to a member of it."""

    def rebuild(self) -> int:
        """Make the index anew from what is stored; returns how many questions it holds."""

    def is_in_step(self) -> bool:
        """Return whether the index holds what it should."""


class ConsentRepository(Protocol):
    def add(self, consent: Consent) -> None: ...
    def of_question(self, question_id: QuestionId) -> Sequence[Consent]: ...


class Transaction(Protocol):
    """One transaction: all of it commits, or nothing does."""

    @property
    def inbox(self) -> InboxRepository: ...
    @property
    def jobs(self) -> JobRepository: ...
    @property
    def members(self) -> MemberRepository: ...
    @property
    def panels(self) -> PanelRepository: ...
    @property
    def pages(self) -> PageRepository: ...
    @property
    def surge(self) -> SurgeRepository: ...
    @property
    def groups(self) -> GroupRepository: ...
    @property
    def questions(self) -> QuestionRepository: ...
    @property
    def entries(self) -> EntryRepository: ...
    @property
    def images(self) -> ImageRepository: ...
    @property
    def key_slices(self) -> KeySliceRepository: ...
    @property
    def objects(self) -> ObjectRepository: ...
    @property
    def uploads(self) -> UploadRepository: ...
    @property
    def deliveries(self) -> DeliveryRepository: ...
    @property
    def choices(self) -> ChoiceRepository: ...
    @property
    def identities(self) -> IdentityRepository: ...
    @property
    def viewings(self) -> ViewingRepository: ...
    @property
    def audit(self) -> AuditRepository: ...
    @property
    def search(self) -> SearchRepository: ...
    @property
    def consents(self) -> ConsentRepository: ...
    @property
    def digests(self) -> DigestRepository: ...
    @property
    def web(self) -> WebRepository: ...
    @property
    def rotas(self) -> RotaRepository: ...
    @property
    def rooms(self) -> RoomRepository: ...
    @property
    def phones(self) -> PhoneRepository: ...
    @property
    def feeds(self) -> FeedRepository: ...
    @property
    def codes(self) -> CodeRepository: ...
    @property
    def enrolments(self) -> EnrolmentRepository: ...
    @property
    def channel_links(self) -> LinkRepository: ...
    @property
    def incidents(self) -> IncidentRepository: ...
    @property
    def sent(self) -> SentRepository: ...
    @property
    def waiting(self) -> WaitingRepository: ...
    @property
    def arrivals(self) -> ArrivalRepository: ...
    @property
    def parked(self) -> ParkedRepository: ...
    @property
    def leases(self) -> LeaseRepository: ...
    @property
    def troubles(self) -> TroubleRepository: ...
    @property
    def read_marks(self) -> ReadMarkRepository: ...
    @property
    def text_blocks(self) -> TextBlockRepository: ...


class Store(Protocol):
    """Runs work in transactions, off the event loop."""

    async def read(self, work: Callable[[Transaction], T]) -> T: ...
    async def write(self, work: Callable[[Transaction], T], *, ahead: bool = False) -> T:
        """Run work in a transaction; back when it is durable. What somebody's service waits for goes `ahead`."""

    async def changed(self, *, within: float) -> bool:
        """Wait until something was committed by this or another process, or `within` seconds have passed."""
