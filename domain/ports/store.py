"""The one database: transactions, and what each repository in them can do.

Work given to `read` and `write` is synchronous, short and free of network,
pixels and clocks; it may be run again from the start when the database asks for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from domain.commands import Command
from domain.consent import Consent
from domain.delivery import Delivery, DeliveryState, PendingChoice, Priority
from domain.digest import Digest, DigestState
from domain.identity import Fingerprint
from domain.ids import DeliveryId, DigestId, ImageId, InboxId, MemberId, ObjectId, PanelId, QuestionId, UploadId
from domain.member import Member
from domain.messages import Action, Address, InboundMessage
from domain.panel import Panel
from domain.ports.archive import SealedObject
from domain.question import Entry, Question
from domain.study import Image, ImageFacts, SealedSegment, Upload
from domain.text import DeidentifiedText
from domain.web import SignInLink, UploadLink, WebLine, WebSession
from domain.wrong_patient import Viewing

T = TypeVar("T")

Rewording = Callable[[DeidentifiedText], DeidentifiedText]
"""What becomes of a text in which something that identifies was found late."""


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

    def finish(self, inbox_id: InboxId) -> None:
        """Shred the content; the row stays, so that a replay is still recognised."""

    def unfinished(self, *, received_before: datetime) -> Sequence[InboxNotice]:
        """Messages not finished that were received before an instant."""

    def shred(self, *, received_before: datetime) -> int:
        """Shred every content received before an instant; returns how many."""


class JobRepository(Protocol):
    """The writing side of the queue: commands that follow from a state change."""

    def add(
        self,
        command: Command,
        *,
        due_at: datetime | None = None,
        priority: Priority = Priority.NORMAL,
        lane: str | None = None,
        gate: str | None = None,
    ) -> bool:
        """Note a command; False where the same command was noted before, for ever.

        Jobs of one lane run one after another, in the order of their adding.
        A gate is a channel's name: its jobs are paced together.
        """


class MemberRepository(Protocol):
    def get(self, member_id: MemberId) -> Member: ...
    def by_address(self, address: Address) -> Member | None: ...
    def all(self) -> Sequence[Member]:
        """Active and inactive members, by display name."""

    def save(self, member: Member) -> None:
        """Add or replace a member and its addresses."""


class PanelRepository(Protocol):
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
    def next_number(self) -> int: ...
    def draft_of(self, member_id: MemberId) -> Question | None: ...
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
    def after(self, entry_id: int, *, limit: int = 200) -> Sequence[Entry]:
        """Entries of all questions with a greater id, in order."""

    def last_id(self) -> int: ...
    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change the texts of a question's entries: the one way in which an entry is ever edited."""


class ImageRepository(Protocol):
    def add(self, image: Image) -> bool: ...
    def get(self, image_id: ImageId) -> Image:
        """Raises PermanentError("image_unknown")."""

    def of_question(self, question_id: QuestionId) -> tuple[Image, ...]:
        """In order of arrival, removed ones included."""

    def confirm_series(
        self, question_id: QuestionId, series_uid: str, *, images: frozenset[ImageId], at: datetime
    ) -> int:
        """Mark those images of a series that its asker was shown as looked at; returns how many changed."""

    def unconfirm_series(self, question_id: QuestionId, series_uid: str) -> int:
        """Take back that a series was looked at; returns how many of its images changed."""

    def change(self, image_id: ImageId, *, former: ObjectId, object_id: ObjectId, facts: ImageFacts) -> bool:
        """Put another object in an image's place, to be looked at again; False where `former` is not its object."""

    def remove_series(self, question_id: QuestionId, series_uid: str, at: datetime) -> Sequence[ObjectId]:
        """Mark a series as removed; returns the objects to shred."""

    def remove_all(self, question_id: QuestionId, at: datetime) -> Sequence[ObjectId]: ...


class ObjectRepository(Protocol):
    """Keys of the archive's sealed objects: without its row an object is noise."""

    def add(self, sealed: SealedObject) -> None: ...
    def get(self, object_id: ObjectId) -> SealedObject:
        """Raises PermanentError("object_shredded")."""

    def shred(self, object_id: ObjectId) -> None:
        """Forget the key and note the erasure, which a restore from backup applies again."""


class UploadRepository(Protocol):
    def add(self, upload: Upload) -> bool: ...
    def get(self, upload_id: UploadId) -> Upload:
        """Raises PermanentError("upload_unknown")."""

    def save(self, upload: Upload) -> None: ...
    def add_segment(self, segment: SealedSegment) -> None: ...
    def segments(self, upload_id: UploadId) -> tuple[SealedSegment, ...]: ...
    def forget_segments(self, upload_id: UploadId) -> None: ...
    def of_question(self, question_id: QuestionId) -> tuple[Upload, ...]: ...
    def bytes_held(self, member_id: MemberId) -> int:
        """Return how many bytes a member has announced that are not shredded yet."""

    def begun_before(self, instant: datetime) -> Sequence[Upload]:
        """Uploads not shredded that began before an instant."""


class DeliveryRepository(Protocol):
    def add(self, delivery: Delivery) -> bool: ...
    def get(self, delivery_id: DeliveryId) -> Delivery: ...
    def set_state(self, delivery_id: DeliveryId, state: DeliveryState) -> None: ...
    def in_state(self, state: DeliveryState, *, limit: int = 100) -> Sequence[Delivery]: ...
    def forget_words(self, question_id: QuestionId) -> None:
        """Take the de-identified texts out of a question's deliveries."""

    def strike_out(self, label: str) -> None:
        """Take every line that names a case out of the digests that were written."""

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change the de-identified texts in a question's deliveries."""


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


class ChoiceRepository(Protocol):
    def add(self, choice: PendingChoice) -> bool: ...
    def get(self, token: str) -> PendingChoice | None: ...
    def take(self, token: str, action: Action) -> bool:
        """Resolve a choice, once; False where it was taken before."""

    def take_all(self, question_id: QuestionId, action: Action) -> int:
        """Resolve every open choice of a question that offers an action, since it has been done; returns how many."""

    def outdate(self, question_id: QuestionId) -> None:
        """Mark a question's open choices: what they stand under has changed since."""

    def open_of(self, member_id: MemberId, now: datetime) -> Sequence[PendingChoice]:
        """Neither taken nor expired, newest first."""


class ConsentRepository(Protocol):
    def add(self, consent: Consent) -> None: ...
    def of_question(self, question_id: QuestionId) -> Sequence[Consent]: ...


class DigestRepository(Protocol):
    def add(self, digest: Digest) -> bool:
        """False where this member has a digest of this name and period already."""

    def replace_empty(self, digest: Digest) -> bool:
        """Put a digest in the place of one that turned out empty, and so was never sent; False where none was."""

    def get(self, digest_id: DigestId) -> Digest: ...
    def last(self, name: str, member_id: MemberId) -> Digest | None: ...
    def set_state(self, digest_id: DigestId, state: DigestState) -> None: ...


class WebRepository(Protocol):
    """The web channel's own rows: lines of each member's conversation, links and sessions."""

    def add_line(self, line: WebLine) -> bool:
        """Append; False where its cause is known already. Storage gives the id."""

    def lines(self, member_id: MemberId, *, after: int = 0, limit: int = 200) -> Sequence[WebLine]:
        """In order; with `after=0` the latest `limit` lines."""

    def forget_words(self, question_id: QuestionId) -> None:
        """Take the quoted texts out of a question's lines."""

    def strike_out(self, label: str) -> None:
        """Take every line that names a case out of the digests that were written."""

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change the quoted texts in a question's lines."""

    def stamp(self, question_id: QuestionId, member_id: MemberId, *, keys: frozenset[str], stamp: str) -> None:
        """Put a sentence before a member's lines of some keys about a question, once."""

    def add_sign_in_link(self, link: SignInLink) -> None: ...
    def sign_in_link(self, token_hash: str) -> SignInLink | None: ...
    def use_sign_in_link(self, token_hash: str, now: datetime) -> MemberId | None:
        """Use up a link; None where it is unknown, used or expired."""

    def add_session(self, session: WebSession) -> None: ...
    def session(self, token_hash: str) -> WebSession | None:
        """None where unknown or revoked."""

    def touch_session(self, token_hash: str, at: datetime) -> None: ...
    def revoke_session(self, token_hash: str) -> None: ...
    def revoke_sessions_of(self, member_id: MemberId) -> int: ...
    def add_upload_link(self, link: UploadLink) -> None: ...
    def upload_link(self, code_hash: str) -> UploadLink | None: ...
    def use_upload_link(self, code_hash: str, now: datetime) -> bool:
        """Use up a link; False where it is unknown, used or expired."""


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
    def questions(self) -> QuestionRepository: ...
    @property
    def entries(self) -> EntryRepository: ...
    @property
    def images(self) -> ImageRepository: ...
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
    def consents(self) -> ConsentRepository: ...
    @property
    def digests(self) -> DigestRepository: ...
    @property
    def web(self) -> WebRepository: ...


class Store(Protocol):
    """Runs work in transactions, off the event loop."""

    async def read(self, work: Callable[[Transaction], T]) -> T: ...
    async def write(self, work: Callable[[Transaction], T]) -> T: ...
    async def changed(self, *, within: float) -> bool:
        """Wait until something was committed by this or another process, or `within` seconds have passed."""
