"""From a press or a form to what it does: one table, one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from domain.access import ACTIONS, demand
from domain.commands import TakeAction
from domain.delivery import PendingChoice
from domain.errors import UserError
from domain.ids import QuestionId
from domain.messages import Action, Press, is_reference
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.text import DeidentifiedText, IdentifiableText
from handlers import (
    actions_adding,
    actions_answer,
    actions_asker,
    actions_blocks,
    actions_checks,
    actions_consent,
    actions_draft,
    actions_editor,
    actions_following,
    actions_handover,
    actions_images,
    actions_key_slices,
    actions_members,
    actions_merging,
    actions_moderation,
    actions_opinions,
    actions_outcome,
    actions_panel,
    actions_passing,
    actions_related,
    actions_rooms,
    actions_rota,
    actions_surge,
    actions_swaps,
    actions_text,
    actions_wrong_patient,
)
from handlers.actions_text import KEEPS_ITS_MESSAGE, confirm_by_text, texted_fields
from handlers.attesting import attested_fields
from handlers.auditing import done
from handlers.choices import TAKES_NOTHING, resolve_press
from handlers.deed import Deed
from handlers.draft import case_for
from handlers.flag_words import flag_fields
from handlers.inbound import Received, as_of_now, open_received
from handlers.known_names import Case
from handlers.requests import requested_fields
from handlers.room_words import said_in, standing_of
from handlers.spoken import spoken_fields, spoken_press
from handlers.text_blocks import longer_answer
from handlers.typed_words import delete_named

DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    **actions_draft.DEEDS,
    **actions_related.DEEDS,
    **actions_checks.DEEDS,
    **actions_images.DEEDS,
    **actions_key_slices.DEEDS,
    **actions_wrong_patient.DEEDS,
    **actions_asker.DEEDS,
    **actions_consent.DEEDS,
    **actions_adding.DEEDS,
    **actions_panel.DEEDS,
    **actions_answer.DEEDS,
    **actions_opinions.DEEDS,
    **actions_outcome.DEEDS,
    **actions_passing.DEEDS,
    **actions_merging.DEEDS,
    **actions_handover.DEEDS,
    **actions_following.DEEDS,
    **actions_editor.DEEDS,
    **actions_moderation.DEEDS,
    **actions_rota.DEEDS,
    **actions_swaps.DEEDS,
    **actions_surge.DEEDS,
    **actions_text.DEEDS,
    **actions_members.DEEDS,
    **actions_rooms.DEEDS,
    **actions_blocks.DEEDS,
}


_EACH_FOR_THEMSELVES = TAKES_NOTHING | {Action.ACKNOWLEDGE, Action.PASS, Action.FOLLOW, Action.UNFOLLOW}
"""What one person has done is still to be done by the others."""


async def take_action(services: Services, command: TakeAction) -> None:
    """Do what a member asks for, and note what follows from it.

    Raises:
        UserError: the member may not, or not now; nothing was changed.
    """
    opened = await open_received(services, command.inbox_id)
    if opened is None:
        return
    texted = await _texted(services, opened, command)
    asked = requested_fields(opened.message, command)
    flagged = flag_fields(opened.message, command)
    attested = attested_fields(opened.message, command)
    given = {**opened.message.fields, **spoken_fields(opened.message), **texted, **asked, **flagged, **attested}
    case = await _case_of(services, opened, command=command, has_words=bool(given))
    fields = {name: _clean(services, name, text, case=case) for name, text in given.items()}
    is_going = await delete_named(services, opened, case=case, texts=fields.values())

    def act(transaction: Transaction) -> Deed:
        received = as_of_now(transaction, opened)
        press, choice = _press(services, transaction, received, command=command)
        deed = Deed(
            services=services,
            transaction=transaction,
            inbox_id=received.inbox_id,
            channel=received.message.channel,
            action=press.action,
            actor=received.sender,
            question_id=press.question_id,
            fields=fields,
            named=case.named_in(services, given.get("text")),
            secret=b"" if case.known is None else case.known.secret,
            is_outdated=choice is not None and choice.is_outdated,
            about="" if choice is None else choice.about,
            said_in=said_in(transaction, received.message),
            standing={} if is_going else standing_of(transaction, received.message),
            now=services.clock(),
        )
        _do(deed)
        # In a room everybody sees that it was done.
        confirm_by_text(deed, is_said=received.message.press is None and not received.message.origin.room)
        if deed.question_id is not None and deed.action not in _EACH_FOR_THEMSELVES:
            # Older buttons that offer what has now been done would only mislead.
            transaction.choices.take_all(deed.question_id, deed.action)
        transaction.audit.add(done(received, deed.action, question_id=deed.question_id, at=deed.now))
        if deed.action not in KEEPS_ITS_MESSAGE:
            transaction.inbox.finish(received.inbox_id)
        return deed

    await services.store.write(act)


def _do(deed: Deed) -> None:
    do = DEEDS.get(deed.action)
    if do is None:
        raise UserError("choice_unknown")
    demand(deed.actor, ACTIONS[deed.action])
    do(deed)


async def _texted(services: Services, received: Received, command: TakeAction) -> Mapping[str, IdentifiableText]:
    texted = await texted_fields(services, received, command)
    return {**texted, **await longer_answer(services, received, command=command, texted=texted)}


async def _case_of(services: Services, received: Received, *, command: TakeAction, has_words: bool) -> Case:
    """Return what the door is told of the question whose form was filled in; a mere button has no words."""
    message = received.message
    if not has_words:
        return await case_for(services, received, None)
    press = message.press
    about = QuestionId(command.question_id) if command.question_id else None
    question_id = about if press is None else press.question_id
    pressed = command.token or (None if press is None else press.token)
    if pressed:
        choice = await services.store.read(lambda transaction: transaction.choices.get(pressed))
        question_id = question_id if choice is None else choice.question_id
    if (incident := message.fields.get("incident")) is not None:
        flagged = await services.store.read(lambda transaction: transaction.incidents.question_of(incident.value))
        question_id = flagged or question_id
    return await case_for(services, received, question_id)


def _clean(services: Services, name: str, text: IdentifiableText, *, case: Case) -> DeidentifiedText:
    """Take a field through the door; references of ours are no words."""
    if is_reference(name, text):
        return DeidentifiedText(value=text.value)
    return case.clean(services, text)


def _press(
    services: Services, transaction: Transaction, received: Received, *, command: TakeAction
) -> tuple[Press, PendingChoice | None]:
    """Return what was pressed, and the choice that it was one of."""
    if not command.action and received.message.press is None:
        spoken = spoken_press(transaction, received)
        if spoken is not None:
            return spoken, None
    press = resolve_press(transaction, received, services.clock(), command=command)
    return press, None if press.token is None else transaction.choices.get(press.token)
