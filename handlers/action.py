"""From a press or a form to what it does: one table, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.commands import TakeAction
from domain.errors import UserError
from domain.messages import Action, is_reference
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import DeidentifiedText, IdentifiableText
from handlers import actions_asker, actions_draft, actions_editor, actions_panel
from handlers.choices import resolve_press
from handlers.deed import Deed
from handlers.inbound import Received, open_received

DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    **actions_draft.DEEDS,
    **actions_asker.DEEDS,
    **actions_panel.DEEDS,
    **actions_editor.DEEDS,
}


async def take_action(services: Services, command: TakeAction) -> None:
    """Do what a member asks for, and note what follows from it.

    Raises:
        UserError: the member may not, or not now; nothing was changed.
    """
    received = await open_received(services, command.inbox_id)
    if received is None:
        return
    fields = {name: _clean(services, name, text) for name, text in received.message.fields.items()}

    def act(transaction: Transaction) -> Deed:
        deed = _deed(services, transaction, received, token=command.token, fields=fields)
        do = DEEDS.get(deed.action)
        if do is None:
            raise UserError("choice_unknown")
        do(deed)
        if deed.question_id is not None:
            # Older buttons that offer what has now been done would only mislead.
            transaction.choices.take_all(deed.question_id, deed.action)
        transaction.inbox.finish(received.inbox_id)
        return deed

    await services.store.write(act)


def _clean(services: Services, name: str, text: IdentifiableText) -> DeidentifiedText:
    """Take a field through the door; references of ours are no words."""
    if is_reference(name, text):
        return DeidentifiedText(value=text.value)
    return services.deidentifier.clean_text(text)


def _deed(
    services: Services,
    transaction: Transaction,
    received: Received,
    *,
    token: str,
    fields: Mapping[str, DeidentifiedText],
) -> Deed:
    now = services.clock()
    press = resolve_press(transaction, received, now, token=token)
    return Deed(
        services=services,
        transaction=transaction,
        inbox_id=received.inbox_id,
        channel=received.message.channel,
        action=press.action,
        actor=received.sender,
        question_id=press.question_id,
        fields=fields,
        now=now,
    )
