"""Answering what members ask of the bot behind a stroke, each in one message."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from domain.access import REQUESTS, Capability, can, demand, may_see
from domain.commands import AnswerRequest, Command, PresentDraft, TakeAction
from domain.delivery import Terms, Value
from domain.enrolment import name_and_roles
from domain.errors import UserError
from domain.hours import QuietHours
from domain.linking import LASTS
from domain.messages import Action, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.requests import Asked, Request, asked_in, hours_in, language_in, number_in, typed_after
from domain.text import IdentifiableText
from domain.web import SIGN_IN_LINK_LASTS
from handlers.actions_blocks import block_action, block_fields
from handlers.actions_members import member_named
from handlers.auditing import requested
from handlers.find import is_search
from handlers.inbound import Received, as_of_now, lock_sender, open_received
from handlers.losing import cut_off
from handlers.outbox import Notice, tell
from handlers.secret_values import may_carry_secrets, may_sign_in_by_chat
from handlers.text_blocks import blocks_notice

_OFF = frozenset({"off", "끄기"})
_STILL_OPEN = frozenset(
    {QuestionState.OPEN, QuestionState.CLAIMED, QuestionState.NEEDS_INFO, QuestionState.ANSWERED, QuestionState.MERGED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asking:
    """One request inside its transaction."""

    services: Services
    transaction: Transaction
    received: Received
    rest: str


def request_in(message: InboundMessage) -> Asked | None:
    """Return what a message asks of the bot; a search has a handler of its own."""
    if message.text is None or message.press or message.uploads or is_search(message, is_awaited=True):
        return None
    return asked_in(message.text.value)


def step_for(transaction: Transaction, received: Received) -> Command | None:
    """Return the command that answers a request; an action where there is one for it."""
    asked = request_in(received.message)
    if asked is None:
        return None
    action, question_id = _ACTIONS.get(asked.request), ""
    if asked.request is Request.SWAP and asked.rest:
        action = Action.OFFER_SWAP
    elif asked.request is Request.SURGE and asked.rest in _OFF:
        action = Action.END_SURGE
    elif asked.request is Request.LOST and asked.rest and can(received.sender, Capability.ENROL):
        # From anybody else it is their own phone, whatever they say of it.
        action = Action.CUT_OFF
    elif asked.request is Request.BLOCKS:
        action = block_action(received.message)
    elif asked.request is Request.WITHDRAW:
        question = _own_named(transaction, received, asked.rest)
        action, question_id = (None, "") if question is None else (Action.WITHDRAW, question.id)
    if action is None:
        return AnswerRequest(inbox_id=received.inbox_id)
    return TakeAction(inbox_id=received.inbox_id, action=action.value, question_id=question_id)


def requested_fields(message: InboundMessage, command: TakeAction) -> Mapping[str, IdentifiableText]:
    """Return what the words behind a request fill in: of "/swap" the number of a shift, and whom it is offered to."""
    asked = request_in(message) if command.action else None
    if asked is None or message.text is None:
        return {}
    if command.action in _NAMING:
        return _NAMING[command.action](typed_after(message.text.value))
    if command.action != Action.OFFER_SWAP:
        return block_fields(message, command.action)
    number, *colleague = asked.rest.split(maxsplit=1)
    fields = {"number": IdentifiableText(number)}
    return {**fields, "colleague": IdentifiableText(colleague[0])} if colleague else fields


async def answer_request(services: Services, command: AnswerRequest) -> None:
    """Do what was asked and say so.

    Raises:
        UserError: it cannot be done, or nobody knows what it means; nothing was changed.
    """
    opened = await open_received(services, command.inbox_id)
    if opened is None:
        return

    def answer(transaction: Transaction) -> None:
        received = as_of_now(transaction, opened)
        asked = request_in(received.message)
        reply = None if asked is None else _REPLIES.get(asked.request)
        if asked is None or asked.request is None or reply is None:
            raise UserError("request_unknown")
        demand(received.sender, REQUESTS[asked.request])
        notice = reply(_Asking(services=services, transaction=transaction, received=received, rest=asked.rest))
        if notice is not None:
            told = replace(notice, to=received.message.sender)
            member = transaction.members.get(received.sender.id)
            tell(services, transaction, member, cause=received.inbox_id, notice=told)
        transaction.audit.add(requested(received, str(asked.request), at=services.clock()))
        transaction.inbox.finish(received.inbox_id)

    await services.store.write(answer)


def _help(_asking: _Asking) -> Notice:
    return Notice(key="request.help")


def _ask(_asking: _Asking) -> Notice:
    """Words behind it are a question, which routing takes as one."""
    return Notice(key="request.ask")


def _privacy(asking: _Asking) -> Notice:
    return Notice(key="request.privacy", values={"days": asking.services.rules.consult_images_kept.days})


def _status(asking: _Asking) -> Notice:
    """Say where one question stands, or each of one's own that is not closed."""
    if asking.rest:
        question = _seen(asking)
        return Notice(key="request.status", values=_standing(asking, question), question_id=question.id)
    own = asking.transaction.questions.of_asker(asking.received.sender.id)
    still = [question for question in own if question.state in _STILL_OPEN]
    if not still:
        return Notice(key="request.nothing_open")
    say = asking.services.wording.text
    lines = (say("request.status", asking.received.sender, _standing(asking, each)) for each in still)
    return Notice(key="request.all_open", values={"list": "\n".join(lines)})


def _quiet(asking: _Asking) -> Notice:
    """Set one's own quiet hours, or say which there are."""
    if asking.rest:
        hours = hours_in(asking.rest)
        if hours is None:
            raise UserError("quiet_how")
        member = lock_sender(asking.transaction, asking.received)
        asking.transaction.members.save(replace(member, quiet=hours))
        return _hours_notice(hours)
    return _hours_notice(asking.received.sender.quiet or asking.services.escalation.quiet)


def _hours_notice(hours: QuietHours) -> Notice:
    if hours.begins == hours.ends:
        return Notice(key="request.no_quiet")
    values: dict[str, Value] = {"begins": f"{hours.begins:%H:%M}", "ends": f"{hours.ends:%H:%M}"}
    return Notice(key="request.quiet", values=values)


def _language(asking: _Asking) -> Notice:
    language = language_in(asking.rest)
    if language is None:
        raise UserError("language_how")
    member = lock_sender(asking.transaction, asking.received)
    asking.transaction.members.save(replace(member, language=language))
    return Notice(key="request.language")


def _drafts(asking: _Asking) -> Notice | None:
    """Show the draft again; its preview is the answer."""
    draft = asking.transaction.questions.draft_of(asking.received.sender.id)
    if draft is None:
        return Notice(key="request.no_draft")
    asking.transaction.jobs.add(PresentDraft(question_id=draft.id, cause=asking.received.inbox_id))
    return None


def _lost(asking: _Asking) -> Notice:
    """Cut off everything but the phone or page that this came from."""
    received = asking.received
    cut_off(asking.services, asking.transaction, received.sender, told=received.message.sender, cause=received.inbox_id)
    return Notice(key="request.cut_off")


def _link(asking: _Asking) -> Notice:
    """Show the code that links another phone, where its text is not kept; elsewhere, say where it is shown."""
    received, services = asking.received, asking.services
    if asking.rest:
        raise UserError("linked_already", name=received.sender.display_name)
    minutes = int(LASTS.total_seconds() // 60)
    if may_carry_secrets(services, received.message.sender):
        return Notice(key="link.code", values={"minutes": minutes})
    return Notice(key="link.on_page", values={"minutes": minutes})


def _page(asking: _Asking) -> Notice:
    """Send a link that signs in on a page, where that may be sent."""
    received = asking.received
    if may_sign_in_by_chat(asking.services, received.sender, received.message.sender):
        return Notice(key="own_page.link", values={"minutes": int(SIGN_IN_LINK_LASTS.total_seconds() // 60)})
    return Notice(key="own_page.elsewhere")


def _offboard(asking: _Asking) -> Notice:
    """Ask once more before a member is let go."""
    text = asking.received.message.text
    member = member_named(asking.transaction, "" if text is None else typed_after(text.value))
    values: dict[str, Value] = {"name": member.display_name}
    return Notice(key="members.really", values=values, choices=(Action.OFFBOARD,), about=member.id)


def _invited(typed: str) -> Mapping[str, IdentifiableText]:
    name, roles = name_and_roles(typed)
    return {"name": IdentifiableText(name), "roles": IdentifiableText(" ".join(sorted(roles)))}


def _blocks(asking: _Asking) -> Notice:
    """List the text blocks there are; what else can be asked of them is an action."""
    if asking.rest:
        raise UserError("block_how")
    return blocks_notice(asking.services, asking.transaction, asking.received.sender)


def _withdraw(_asking: _Asking) -> Notice:
    """Only a question of one's own that was named can be; that is an action then."""
    raise UserError("withdraw_which")


def _seen(asking: _Asking) -> Question:
    number = number_in(asking.rest)
    question = None if number is None else asking.transaction.questions.by_number(number)
    if question is None or not may_see(asking.received.sender, question):
        raise UserError("question_unknown")
    return question


def _standing(asking: _Asking, question: Question) -> dict[str, Value]:
    claimer = question.claimed_by
    name = "" if claimer is None else f"{asking.transaction.members.get(claimer).display_name}: "
    return {"label": question.label, "name": name, "state": Terms(keys=(f"state.{question.state}",))}


def _own_named(transaction: Transaction, received: Received, rest: str) -> Question | None:
    number = number_in(rest)
    question = None if number is None else transaction.questions.by_number(number)
    return question if question is not None and question.asker_id == received.sender.id else None


_ACTIONS: Mapping[Request | None, Action] = {
    Request.ON_CALL: Action.ON_CALL,
    Request.SWAP: Action.MY_SHIFTS,
    Request.SURGE: Action.SURGE,
    Request.INVITE: Action.INVITE,
}
_NAMING: Mapping[str, Callable[[str], Mapping[str, IdentifiableText]]] = {
    Action.INVITE: _invited,
    Action.CUT_OFF: lambda typed: {"member": IdentifiableText(typed)},
}
_REPLIES: Mapping[Request | None, Callable[[_Asking], Notice | None]] = {
    Request.HELP: _help,
    Request.ASK: _ask,
    Request.PRIVACY: _privacy,
    Request.STATUS: _status,
    Request.QUIET: _quiet,
    Request.LANGUAGE: _language,
    Request.DRAFTS: _drafts,
    Request.LOST: _lost,
    Request.LINK: _link,
    Request.PAGE: _page,
    Request.OFFBOARD: _offboard,
    Request.BLOCKS: _blocks,
    Request.WITHDRAW: _withdraw,
}
