"""What an action is given: who acts, on which question, with which words, already through the door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from domain.access import Capability, demand, may_see
from domain.delivery import Value
from domain.errors import UserError, WordsMissingError
from domain.identity import Fingerprint
from domain.ids import InboxId, QuestionId
from domain.member import Member
from domain.messages import Action, Address
from domain.ports.channel import Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState
from domain.text import DeidentifiedText
from handlers.outbox import Notice, notice_about, tell
from handlers.reading import tell_until_read
from handlers.timeline import add_entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One action inside its transaction; its parts only act on what was locked for it."""

    services: Services
    transaction: Transaction
    inbox_id: InboxId
    channel: str
    action: Action
    actor: Member
    question_id: QuestionId | None
    fields: Mapping[str, DeidentifiedText] = field(default_factory=dict)
    named: frozenset[Fingerprint] = frozenset()
    """Whom the form's text names."""
    secret: bytes = b""
    """The subject's, under which `named` was taken; empty where the action is about no living question."""
    about: str = ""
    """Id of what the button is about, where that is no question."""
    said_in: str = ""
    """The mark of the room's thread in which its words were typed, and can be read."""
    standing: Mapping[str, str | int] = field(default_factory=dict)
    """Where these words can be read, for as long as nobody deletes them there: details of their entries."""
    is_outdated: bool = False
    """The button stands under something that has changed since."""
    now: datetime

    @property
    def here(self) -> Address | None:
        """Where the actor writes from; None where that is no address of theirs."""
        return next((each for each in self.actor.addresses if each.channel == self.channel), None)

    def question(self) -> Question:
        """Return the question, locked.

        Raises:
            UserError("question_unknown"): the action names none.
        """
        if self.question_id is None:
            raise UserError("question_unknown")
        return self.transaction.questions.lock(self.question_id)

    def own_question(self) -> Question:
        question = self.question()
        if question.asker_id != self.actor.id:
            raise UserError("not_yours")
        return question

    def panel_question(self) -> Question:
        question = self.question()
        demand(self.actor, Capability.ANSWER)
        if question.number is None:
            raise UserError("panel_only")
        if question.asker_id == self.actor.id:
            raise UserError("own_question", label=question.label)
        if question.state is QuestionState.WITHDRAWN:
            raise UserError("question_withdrawn", label=question.label)
        return question

    def editor_question(self) -> Question:
        demand(self.actor, Capability.RELEASE)
        return self.question()

    def seen_question(self) -> Question:
        """Return a question that the actor may see; any other is not there."""
        question = self.question()
        if not may_see(self.actor, question):
            raise UserError("question_unknown")
        return question

    def text(self) -> DeidentifiedText:
        """Return what was written in the form.

        Raises:
            WordsMissingError("text_missing"): nothing was.
        """
        self.demand_words("text")
        return self.fields["text"]

    def demand_words(self, *names: str) -> None:
        """Raise WordsMissingError("text_missing") where none of these fields holds anything."""
        if not any(name in self.fields and self.fields[name].value.strip() for name in names):
            raise WordsMissingError("text_missing", action=self.action, question_id=self.question_id)

    def record(
        self,
        question: Question,
        kind: EntryKind,
        *,
        text: DeidentifiedText | None = None,
        details: Mapping[str, str | int] | None = None,
    ) -> None:
        """Append to the question's timeline, once per message and kind."""
        entry = Entry(
            key=f"{self.inbox_id}:{kind}",
            question_id=question.id,
            kind=kind,
            actor_id=self.actor.id,
            channel=self.channel,
            at=self.now,
            text=text,
            details={**(details or {}), **({} if text is None else self.standing)},
        )
        add_entry(self.services, self.transaction, entry)

    def tell(self, member: Member, notice: Notice, *, part: str = "") -> None:
        """Tell a member something; whoever acts at a service hears of it there, wherever they asked their question.

        Args:
            part: where the same is said several times, of several things: which.
        """
        channel = self.services.channels.get(self.channel)
        is_at_service = channel is not None and channel.capabilities.copies is not Copies.OURS
        if is_at_service and member.id == self.actor.id and notice.to is None:
            notice = replace(notice, to=self.here)
        cause = f"{self.inbox_id}:{part}" if part else self.inbox_id
        tell(self.services, self.transaction, member, cause=cause, notice=notice)

    def tell_about(
        self,
        question: Question,
        member: Member,
        key: str,
        *,
        values: Mapping[str, Value] | None = None,
        choices: tuple[Action, ...] = (),
    ) -> None:
        """Tell a member something about a question, as urgently as it was asked; its label is among the values."""
        self.tell(member, notice_about(question, key, values=values, choices=choices))

    def tell_until_read(
        self, question: Question, key: str, *, values: Mapping[str, Value], choices: tuple[Action, ...]
    ) -> None:
        """Tell the asker something that has to be acknowledged where it is urgent (safety rule 11)."""
        notice = notice_about(question, key, values=values, choices=choices)
        asker = self.asker_of(question)
        tell_until_read(self.services, self.transaction, asker, cause=self.inbox_id, notice=notice)

    def asker_of(self, question: Question) -> Member:
        return self.transaction.members.get(question.asker_id)

    def save(self, question: Question, **changes: object) -> Question:
        changed = replace(question, **changes)  # type: ignore[arg-type]  # checked by the dataclass's own fields
        self.transaction.questions.save(changed)
        return changed

    def move(self, question: Question, state: QuestionState, **changes: object) -> Question:
        """Change the state, where the states allow it.

        Raises:
            UserError("not_now"): the question has moved on.
        """
        if not question.allows(state):
            raise UserError("not_now", label=question.label, state=question.state)
        return self.save(question, state=state, **changes)
