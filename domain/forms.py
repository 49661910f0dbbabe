"""What an action has to be told beside the press: the fields of its form, which each channel shows as it can.

A page shows them as a form, a chat as a menu or a question; by text message
they are written behind the action's word: "back prior CT?", "pass busy".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.answer import HIGHEST_CO_RADS, HIGHEST_CONFIDENCE, HIGHEST_CT_SEVERITY
from domain.messages import Action
from domain.opinions import PassReason


class FieldKind(StrEnum):
    LINE = "line"
    TEXT = "text"
    NUMBER = "number"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One field; `options` are those of a choice, `lowest` and `highest` bound a number."""

    name: str
    kind: FieldKind
    is_required: bool = False
    options: tuple[str, ...] = ()
    lowest: int = 0
    highest: int = 0


def form_of(action: Action) -> tuple[FormField, ...]:
    """Return the fields of an action; none where a press says everything."""
    return _FORMS.get(action, ())


def needs_words(action: Action) -> bool:
    """Return whether a mere press or digit says too little."""
    return any(field.is_required and field.kind is not FieldKind.CHOICE for field in form_of(action))


_WORDS = FormField(name="text", kind=FieldKind.TEXT, is_required=True)
_ANSWER = (
    FormField(name="diagnoses", kind=FieldKind.TEXT),
    _WORDS,
    FormField(name="confidence", kind=FieldKind.NUMBER, lowest=1, highest=HIGHEST_CONFIDENCE),
    FormField(name="ct_severity", kind=FieldKind.NUMBER, highest=HIGHEST_CT_SEVERITY),
    FormField(name="co_rads", kind=FieldKind.NUMBER, lowest=1, highest=HIGHEST_CO_RADS),
    FormField(name="score", kind=FieldKind.LINE),
    FormField(name="citations", kind=FieldKind.LINE),
    FormField(name="short", kind=FieldKind.LINE),
)
_FORMS: Mapping[Action, tuple[FormField, ...]] = {
    Action.ANSWER: _ANSWER,
    Action.DRAFT_ANSWER: (_WORDS,),
    Action.PASS: (
        FormField(name="reason", kind=FieldKind.CHOICE, options=tuple(reason.value for reason in PassReason)),
    ),
    # Without a number it is the one beside which the question stands.
    Action.MERGE: (FormField(name="lead", kind=FieldKind.LINE),),
    Action.HAND_OVER: (FormField(name="colleague", kind=FieldKind.LINE, is_required=True),),
    **dict.fromkeys((Action.ASK_BACK, Action.NOTE, Action.OPINION, Action.DOWNGRADE, Action.EDIT_TEXT), (_WORDS,)),
    **dict.fromkeys((Action.ADD_INFORMATION, Action.ASK_MORE), (_WORDS,)),
    Action.CONSENT_RESEARCH: (FormField(name="basis", kind=FieldKind.LINE, is_required=True),),
}
