"""What an asker confirms before a question may go: no resident number is left, and there is one patient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from domain.checks import CheckName, details_of, open_checks
from domain.commands import PresentDraft
from domain.errors import UserError
from domain.messages import Action
from domain.question import EntryKind, QuestionState
from handlers.actions_draft import show_again
from handlers.deed import Deed
from handlers.identities import checks_for


def confirm_check(deed: Deed, *, name: CheckName | None = None) -> None:
    """Note that the asker has checked what was found; whatever is found later is asked anew.

    Raises:
        UserError("check_unknown"): nothing of this name is to be confirmed.
    """
    question = deed.own_question()
    wanted = name.value if name is not None else _named(deed)
    found = [check for check in open_checks(checks_for(deed.transaction, question)) if check.name == wanted]
    if not found:
        raise UserError("check_unknown")
    if deed.is_outdated or (question.state is QuestionState.DRAFT and question.previewed_at is None):
        show_again(deed, question, "draft.look_again")
        return
    deed.record(question, EntryKind.CHECK_CONFIRMED, details=details_of(found[0]))
    deed.transaction.jobs.add(PresentDraft(question_id=question.id, cause=deed.inbox_id))


def _named(deed: Deed) -> str:
    check = deed.fields.get("check")
    return "" if check is None else check.value


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.CONFIRM_CHECK: confirm_check,
    Action.NUMBER_REMOVED: partial(confirm_check, name=CheckName.RESIDENT_NUMBER),
    Action.SAME_PATIENT: partial(confirm_check, name=CheckName.TWO_PATIENTS),
}
