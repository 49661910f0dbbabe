"""What the one database keeps of what is told to members; the transactions it is part of are in `store.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.delivery import Delivery, DeliveryState, PendingChoice
from domain.digest import Digest, DigestState
from domain.ids import DeliveryId, DigestId, MemberId, QuestionId
from domain.messages import Action
from domain.text import Rewording
from domain.web import SignInLink, UploadLink, WebLine, WebSession


class DeliveryRepository(Protocol):
    def add(self, delivery: Delivery) -> bool: ...
    def get(self, delivery_id: DeliveryId) -> Delivery: ...
    def lock(self, delivery_id: DeliveryId) -> Delivery:
        """Return a delivery that nobody else changes until this transaction ends."""

    def lock_about(self, question_id: QuestionId) -> Sequence[Delivery]:
        """Do the same with all deliveries about a question."""

    def set_state(self, delivery_id: DeliveryId, state: DeliveryState) -> None: ...
    def in_state(self, state: DeliveryState, *, limit: int = 100) -> Sequence[Delivery]: ...
    def forget_words(self, question_id: QuestionId) -> None:
        """Take the de-identified texts out of a question's deliveries."""

    def strike_out(self, label: str) -> None:
        """Take every line that names a case out of the digests that were written."""

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change the de-identified texts in a question's deliveries."""

    def forget(self, until: Mapping[str, datetime]) -> int:
        """Remove every trace of deliveries, each of a key not made after its instant; returns how many there were."""


class ChoiceRepository(Protocol):
    def add(self, choice: PendingChoice) -> bool: ...
    def get(self, token: str) -> PendingChoice | None: ...
    def take(self, token: str, action: Action) -> bool:
        """Resolve a choice, once; False where it was taken before."""

    def take_all(self, question_id: QuestionId, action: Action) -> int:
        """Resolve every open choice of a question that offers an action, since it has been done; returns how many."""

    def prolong(self, token: str, until: datetime) -> None:
        """Have a choice that was not taken wait until another time."""

    def outdate(self, question_id: QuestionId) -> None:
        """Mark a question's open choices: what they stand under has changed since."""

    def open_of(self, member_id: MemberId, now: datetime) -> Sequence[PendingChoice]:
        """Neither taken nor expired, newest first."""


class DigestRepository(Protocol):
    def add(self, digest: Digest) -> bool:
        """False where this member has a digest of this name and period already."""

    def replace_empty(self, digest: Digest) -> bool:
        """Put a digest in the place of one that turned out empty, and so was never sent; False where none was."""

    def get(self, digest_id: DigestId) -> Digest: ...
    def told_until(self, member_id: MemberId) -> datetime | None:
        """Up to when a member was told of new cases, by whichever digest; None where they never were."""

    def set_state(self, digest_id: DigestId, state: DigestState) -> None: ...


class WebRepository(Protocol):
    """The web channel's own rows: lines of each member's conversation, links and sessions."""

    def add_line(self, line: WebLine) -> bool:
        """Append; False where its cause is known already: its line says this from now on. Storage gives the id."""

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
    def revoke_links_of(self, member_id: MemberId, at: datetime) -> None:
        """End every unused sign-in and upload link of a member."""

    def add_upload_link(self, link: UploadLink) -> None: ...
    def upload_link(self, code_hash: str) -> UploadLink | None: ...
    def use_upload_link(self, code_hash: str, now: datetime) -> bool:
        """Use up a link; False where it is unknown, used or expired."""

    def forget_ended(self, before: datetime) -> int:
        """Remove sessions and links whose time was up before an instant; returns how many."""
