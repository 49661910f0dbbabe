"""From a press or a form to what it does: one table, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.commands import TakeAction
from domain.errors import UserError
from domain.messages import Action, Press, is_reference
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import DeidentifiedText, IdentifiableText
from handlers import (
    actions_asker,
    actions_checks,
    actions_draft,
    actions_editor,
    actions_images,
    actions_panel,
    actions_wrong_patient,
)
from handlers.choices import resolve_press
from handlers.deed import Deed
from handlers.draft import case_for
from handlers.identities import Case
from handlers.inbound import Received, open_received
from handlers.spoken import spoken_fields, spoken_press

DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    **actions_draft.DEEDS,
    **actions_checks.DEEDS,
    **actions_images.DEEDS,
    **actions_wrong_patient.DEEDS,
    **actions_asker.DEEDS,
    **actions_panel.DEEDS,
    **actions_editor.DEEDS,
}


_EACH_FOR_THEMSELVES = frozenset({Action.ACKNOWLEDGE})
"""What one person has done is still to be done by the others."""


async def take_action(services: Services, command: TakeAction) -> None:
    """Do what a member asks for, and note what follows from it.

    Raises:
        UserError: the member may not, or not now; nothing was changed.
    """
    received = await open_received(services, command.inbox_id)
    if received is None:
        return
    case = await _case_of(services, received, token=command.token)
    given = {**received.message.fields, **spoken_fields(received.message)}
    fields = {name: _clean(services, name, text, case=case) for name, text in given.items()}

    def act(transaction: Transaction) -> Deed:
        press, is_outdated = _press(services, transaction, received, token=command.token)
        deed = Deed(
            services=services,
            transaction=transaction,
            inbox_id=received.inbox_id,
            channel=received.message.channel,
            action=press.action,
            actor=received.sender,
            question_id=press.question_id,
            fields=fields,
            named=case.named_in(services, received.message.fields.get("text")),
            secret=b"" if case.known is None else case.known.secret,
            is_outdated=is_outdated,
            now=services.clock(),
        )
        do = DEEDS.get(deed.action)
        if do is None:
            raise UserError("choice_unknown")
        do(deed)
        if deed.question_id is not None and deed.action not in _EACH_FOR_THEMSELVES:
            # Older buttons that offer what has now been done would only mislead.
            transaction.choices.take_all(deed.question_id, deed.action)
        transaction.inbox.finish(received.inbox_id)
        return deed

    await services.store.write(act)


async def _case_of(services: Services, received: Received, *, token: str) -> Case:
    """Return what the door is told of the question whose form was filled in; a mere button has no words."""
    message = received.message
    if not message.fields:
        return await case_for(services, received, None)
    press = message.press
    question_id = None if press is None else press.question_id
    pressed = token or (None if press is None else press.token)
    if pressed:
        choice = await services.store.read(lambda transaction: transaction.choices.get(pressed))
        question_id = question_id if choice is None else choice.question_id
    return await case_for(services, received, question_id)


def _clean(services: Services, name: str, text: IdentifiableText, *, case: Case) -> DeidentifiedText:
    """Take a field through the door; references of ours are no words."""
    if is_reference(name, text):
        return DeidentifiedText(value=text.value)
    return case.clean(services, text)


def _press(services: Services, transaction: Transaction, received: Received, *, token: str) -> tuple[Press, bool]:
    """Return what was pressed, and whether what it stands under has changed since."""
    if not token and received.message.press is None:
        spoken = spoken_press(transaction, received)
        if spoken is not None:
            return spoken, False
    press = resolve_press(transaction, received, services.clock(), token=token)
    choice = None if press.token is None else transaction.choices.get(press.token)
    return press, choice is not None and choice.is_outdated
