"""The app's Home: a member's questions, who is on call now, and what can be set; made anew whenever it is opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from channels.slack.blocks import Block, button, pieces, plain_text, section
from channels.slack.presses import ASK, SAY
from domain.delivery import Terms, Value
from domain.ids import MemberId
from domain.member import Language, Member, stranger
from domain.panel import Panel
from domain.ports.services import Wording
from domain.ports.store import Transaction
from domain.question import OVER, Question, QuestionState

_MOST_QUESTIONS = 10
_SAYS = {"workspace.home_status": "/status", "workspace.home_on_call": "/oncall", "workspace.home_drafts": "/drafts"}
_SETS = {"workspace.home_korean": "/lang ko", "workspace.home_english": "/lang en", "workspace.home_quiet": "/quiet"}
"""Buttons that say what could be typed as well."""


def home_view(transaction: Transaction, member: Member | None, *, wording: Wording, now: datetime) -> Block:
    """Return the Home of somebody; of a stranger, how to come in."""
    if member is None:
        reader = stranger(Language.ENGLISH)
        both = (reader, stranger(Language.KOREAN))
        blocks = [section("\n\n".join(wording.text("workspace.home_stranger", each, {}) for each in both))]
        return {"type": "home", "blocks": blocks}
    return {"type": "home", "blocks": _Home(transaction, member, wording, now).blocks()}


class _Home:
    def __init__(self, transaction: Transaction, member: Member, wording: Wording, now: datetime) -> None:  # noqa: PLR0917
        self._transaction = transaction
        self._member = member
        self._wording = wording
        self._now = now

    def blocks(self) -> list[Block]:
        ask = button(self._say("workspace.ask"), action=ASK, value=ASK) | {"style": "primary"}
        return [
            {"type": "actions", "elements": [ask, *self._buttons(_SAYS)]},
            *self._part("workspace.home_questions", self._questions()),
            *self._part("workspace.home_duty", self._duty()),
            *self._part("workspace.home_quiz", [self._say("workspace.home_no_quiz")]),
            *self._part("workspace.home_settings", [self._say("workspace.home_about", name=self._member.display_name)]),
            {"type": "actions", "elements": self._buttons(_SETS)},
        ]

    def _part(self, key: str, lines: Sequence[str]) -> list[Block]:
        return [{"type": "header", "text": plain_text(self._say(key))}, *map(section, pieces("\n".join(lines)))]

    def _questions(self) -> Sequence[str]:
        own = self._transaction.questions.of_asker(self._member.id)
        shown = [each for each in own if each.state not in OVER and each.state is not QuestionState.CLOSED]
        return [self._standing(each) for each in shown[:_MOST_QUESTIONS]] or [self._say("workspace.home_no_questions")]

    def _standing(self, question: Question) -> str:
        claimer = question.claimed_by
        name = "" if claimer is None else f"{self._transaction.members.get(claimer).display_name}: "
        state = Terms(keys=(f"state.{question.state}",))
        return self._say("request.status", label=question.label, name=name, state=state)

    def _duty(self) -> Sequence[str]:
        panels = self._transaction.panels.all()
        return [self._on_call(each) for each in panels] or [self._say("workspace.home_no_panel")]

    def _on_call(self, panel: Panel) -> str:
        first, second = (self._name(member_id) for member_id in panel.on_call(self._now))
        return self._say("workspace.home_panel", panel=panel.named(self._member.language), first=first, second=second)

    def _name(self, member_id: MemberId | None) -> Value:
        if member_id is None:
            return Terms(keys=("rota.nobody",))
        return self._transaction.members.get(member_id).display_name

    def _buttons(self, said: dict[str, str]) -> list[Block]:
        return [button(self._say(key), action=f"{SAY}:{key[-12:]}", value=words) for key, words in said.items()]

    def _say(self, key: str, **values: Value) -> str:
        return self._wording.text(key, self._member, values)
