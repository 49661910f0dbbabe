"""What the one database keeps of incidents, and of how long questions waited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from domain.delivery import Delivery
from domain.ids import DeliveryId, QuestionId
from domain.incident import Incident
from domain.messages import Address
from domain.service_level import Waited
from domain.text import Rewording


class IncidentRepository(Protocol):
    """What was flagged; what each hides stands in `Question.taken_down` from then on."""

    def add(self, incident: Incident) -> bool:
        """False where the id is known already."""

    def lock(self, incident_id: str) -> Incident:
        """Return an incident that nobody else changes before this transaction ends.

        Raises:
            PermanentError("incident_unknown"): there is none.
        """

    def save(self, incident: Incident) -> None: ...
    def recent(self, *, closed_since: datetime) -> Sequence[Incident]:
        """Those that are open, by what is due first; then what was closed since an instant, newest first."""

    def of_question(self, question_id: QuestionId) -> Sequence[Incident]:
        """By their opening."""

    def question_of(self, incident_id: str) -> QuestionId | None:
        """Return what was flagged; None where there is no such incident."""

    def reword(self, question_id: QuestionId, change: Rewording) -> None:
        """Change why something of a question was flagged, and what moderators noted of it."""

    def taken_down(self) -> Mapping[QuestionId, frozenset[str]]:
        """What is hidden at this moment, by question: where nobody has judged yet, and what was removed."""

    def forget_texts(self, question_id: QuestionId, items: frozenset[str]) -> None:
        """Blank what was said in the messages that items name, for good."""

    def blank_copies(self, question_id: QuestionId, hidden: frozenset[str], *, key: str = "") -> None:
        """Blank everything that was sent or shown about a question and holds hidden words, for good.

        Args:
            key: how the keys begin of what is looked at; empty for all of it.
        """


class SentRepository(Protocol):
    """What was sent and lies with somebody else, by the reference that its service gave it."""

    def note(self, delivery_id: DeliveryId, reference: str) -> None:
        """Keep a reference, of several messages with a comma between them, beside those that are known already."""

    def note_gone(self, delivery_id: DeliveryId) -> None:
        """Note that a message does not lie there any more: nothing is said below it, and it goes once.

        What is written below the place where it stood is still about its question.
        """

    def reference(self, delivery_id: DeliveryId) -> str | None: ...
    def note_unsure(self, delivery_id: DeliveryId) -> None:
        """Keep that a message may lie there whose acceptance was not heard of: alone, or beside those with a reference.

        It counts like one that has a reference wherever these are looked for.
        """

    def is_unsure(self, delivery_id: DeliveryId) -> bool: ...
    def note_found(self, delivery_id: DeliveryId) -> None:
        """Keep that nothing lies there but what has a reference."""

    def about(self, question_id: QuestionId) -> Sequence[Delivery]:
        """What was sent about a question and has a reference."""

    def listing(self, label: str, *, since: datetime) -> Sequence[Delivery]:
        """What was sent from an instant on, has a reference, and tells of several cases, this one among them."""

    def lying(self, address: Address, *, since: datetime) -> Sequence[Delivery]:
        """What was sent to an address and has a reference, but for what is over: sent, or closed, before an instant."""

    def first_at(
        self, address: Address, question_id: QuestionId, *, besides: DeliveryId, unlike: Sequence[str] = ()
    ) -> str | None:
        """Return the reference of the oldest message about a question that lies at an address, but for one delivery.

        Args:
            unlike: how the keys of those begin that do not count either.
        """

    def found_at(self, address: Address, reference: str) -> Delivery | None:
        """Return what was sent to an address about a question, by any of its references, gone since or not.

        What is said of incidents is none of its conversation, here and in `latest`.
        """

    def latest(self, address: Address, *, since: datetime) -> Delivery | None:
        """Return the newest message about a question that lies at an address, sent from an instant on."""


class WaitingRepository(Protocol):
    def waited(self, since: datetime, until: datetime) -> Sequence[Waited]:
        """How each question fared that was opened from an instant to another, the end excluded."""
