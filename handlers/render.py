"""From a delivery to the message that a channel shows: sentences, choices in words, and what is left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from domain.delivery import ChoiceShape, Delivery, OfferedChoice, OfferedField, OutgoingMessage, Priority, Value
from domain.forms import FormField, form_of, needs_words
from domain.lengths import length_of
from domain.member import Member
from domain.messages import Action
from domain.ports.channel import Channel, Copies
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.prompts import prompted_action
from domain.question import QuestionState
from domain.text import DeidentifiedText
from domain.vocabulary import digits_of, word_of
from handlers.secret_values import may_sign_in_by_chat, sign_in_page, with_secrets
from handlers.short_text import short_text
from handlers.strokes import with_lead

ANSWER_KEYS = frozenset(
    {
        *("question.answer", "question.answer_without_confidence", "question.answer_second"),
        *("question.answer_correction", "question.answer_addition", "question.answer_merged"),
    }
)
_NEVER_SHOWN = frozenset({Action.WHICH_QUESTION})
_WHERE_NOTHING_IS: Mapping[str, Value] = {"alike": "", "noted": "…", "days": "…", "sure": ""}
"""What most messages of a key have nothing to say of, and older ones do not know."""
_ABOUT_IMAGES = frozenset(
    {
        *("draft.preview", "draft.preview_held", "draft.images_held", "panel.images_added"),
        *("panel.card_urgent", "panel.card_today", "panel.card_routine"),
    }
)
"""What is said of a question's images, or has them beside it."""
_TO_LOOK_THROUGH = frozenset({"draft.preview", "draft.preview_held", "draft.images_held"})
"""What the asker looks through, masks and edits on a page, wherever it is told."""
_ONE_ACCOUNT = {"request.cut_off": "request.cut_off_in_chat"}
"""What is said otherwise at services, where one account is on several devices."""
_IN_A_CHAT = {**_ONE_ACCOUNT, "draft.preview": "draft.preview_in_chat"}
"""What is said otherwise in a chat, which has no buttons that mask or edit: who edits their message edits the draft."""
_WITH_FORMS = {**_ONE_ACCOUNT, "draft.preview": "draft.preview_with_form"}
"""What is said where a button opens the words in a form."""
_TYPED_ELSEWHERE = frozenset({"link.wrong", "stranger.link_first"})
"""What sends its reader to where they are known, which is another service."""
_IN_WORDS = "prompt.in_words"
_CLOSINGS = {**dict.fromkeys(ANSWER_KEYS, "question.opinion"), "question.asked_back": "question.clock_paused"}
"""What stands below a message, and says of what kind it is (safety rule 22)."""


def rendered(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> OutgoingMessage:
    """Return a delivery as its channel can show it, in the reader's language."""
    delivery = with_secrets(services, transaction, delivery)
    channel = services.channels.get(delivery.address.channel)
    action = prompted_action(delivery.key)
    if action is not None and (channel is None or not channel.capabilities.has_prompts):
        # Nothing there could be replied to: what is asked for is typed.
        delivery, action = replace(delivery, key=_IN_WORDS), None
    if channel is not None and channel.capabilities.is_short:
        return _short(services, transaction, delivery, member=member)
    is_chat = channel is not None and channel.capabilities.copies is not Copies.OURS
    message = _full(services, delivery, member, said=_said_at(channel, delivery.key))
    if is_chat:
        message = _with_page(services, transaction, delivery, message=message, member=member)
    if channel is not None:
        message = _with_commands(message, delivery, lead=channel.capabilities.command_lead)
    shape = ChoiceShape.BUTTONS if channel is None else channel.capabilities.shape_of(len(message.choices))
    reply = _reply(services, message.choices, member) if shape is ChoiceShape.REPLY else ""
    if action is not None:
        message = replace(message, prompt=_field_of(services, delivery, action, member=member))
    has_images = channel is None or channel.capabilities.has_images
    return replace(message, shape=shape, reply=reply, images=message.images if has_images else ())


def _field_of(services: Services, delivery: Delivery, action: Action, *, member: Member) -> str:
    """Return what stands in the empty field for the reply: which question, and what is wanted."""
    return f"{delivery.values['label']}: {services.wording.label(action, member.language)}"


def _said_at(channel: Channel | None, key: str) -> str:
    """Return the sentence that says there what another says on our own page."""
    if channel is None or channel.capabilities.copies is Copies.OURS:
        return key
    return (_WITH_FORMS if channel.capabilities.has_forms else _IN_A_CHAT).get(key, key)


def _full(services: Services, delivery: Delivery, member: Member, *, said: str) -> OutgoingMessage:
    quoted = delivery.values.get("text")
    return OutgoingMessage(
        delivery_id=delivery.id,
        key=delivery.key,
        text=services.wording.text(said, member, {**_WHERE_NOTHING_IS, **delivery.values}),
        question_id=delivery.question_id,
        quoted=quoted if isinstance(quoted, DeidentifiedText) else None,
        images=delivery.images,
        choices=offered(services, delivery.choices, member),
        token=delivery.token,
        link=delivery.link,
        closing=_closing(services, delivery.key, member),
        is_silent=delivery.priority is not Priority.URGENT,
    )


def _with_commands(message: OutgoingMessage, delivery: Delivery, *, lead: str) -> OutgoingMessage:
    if delivery.key in _TYPED_ELSEWHERE:
        return message
    typed = [value.value for value in delivery.values.values() if isinstance(value, DeidentifiedText)]
    text, closing = (with_lead(each, lead=lead, typed=typed) for each in (message.text, message.closing))
    return replace(message, text=text, closing=closing)


def _with_page(
    services: Services, transaction: Transaction, delivery: Delivery, *, message: OutgoingMessage, member: Member
) -> OutgoingMessage:
    """Add the page on which more can be done than in a chat; for whoever asks it opens at one touch."""
    if delivery.key in _TO_LOOK_THROUGH and may_sign_in_by_chat(services, member, delivery.address):
        closing = services.wording.text("draft.page", member, {})
        return replace(message, link=sign_in_page(services, transaction, member), closing=closing)
    return replace(message, link=message.link or _viewer(services, transaction, delivery))


def _viewer(services: Services, transaction: Transaction, delivery: Delivery) -> str | None:
    """Return the page on which the images can be seen whole, and found free of names; None where there are none."""
    if delivery.question_id is None or delivery.key not in _ABOUT_IMAGES:
        return None
    question = transaction.questions.get(delivery.question_id)
    if all(image.removed_at is not None for image in transaction.images.of_question(question.id)):
        return None
    # A draft is looked at where it was written: on its asker's own page.
    page = "" if question.state is QuestionState.DRAFT else f"questions/{question.id}"
    return f"{services.rules.page_address}/{page}"


def _closing(services: Services, key: str, member: Member) -> str:
    closing = _CLOSINGS.get(key)
    return "" if closing is None else services.wording.text(closing, member, {})


def _short(services: Services, transaction: Transaction, delivery: Delivery, *, member: Member) -> OutgoingMessage:
    """No picture and nothing quoted: a text message holds what was written for it, and a link."""
    short = short_text(services, transaction, delivery, member=member)
    choices = offered(services, delivery.choices, member)
    text, reply = short.text, short.reply
    if not short.says_choices:
        said = _reply(services, choices, member)
        together = f"{text} {said}".strip()
        text, reply = (together, "") if length_of(together).fits_one_message else (text, said)
    return OutgoingMessage(
        delivery_id=delivery.id,
        key=delivery.key,
        text=text,
        question_id=delivery.question_id,
        choices=choices,
        shape=ChoiceShape.REPLY,
        token=delivery.token,
        reply=reply,
    )


def offered(services: Services, actions: Sequence[Action], member: Member) -> tuple[OfferedChoice, ...]:
    """Return actions as buttons in a reader's language, with the digits and words that mean the same."""
    pairs = zip(actions, digits_of(actions), strict=True)
    return tuple(
        OfferedChoice(
            action=action,
            label=services.wording.label(action, member.language),
            digit=digit,
            word=word_of(action, member.language),
            fields=tuple(_offered_field(services, field, member) for field in form_of(action)),
        )
        for action, digit in pairs
        if action not in _NEVER_SHOWN
    )


def _offered_field(services: Services, field: FormField, member: Member) -> OfferedField:
    say = services.wording.text
    options = tuple((value, say(f"option.{value}", member, {})) for value in field.options)
    return OfferedField(field=field, label=say(f"field.{field.name}", member, {}), options=options)


def _reply(services: Services, choices: Sequence[OfferedChoice], member: Member) -> str:
    """Say what to reply: a digit where there is one, else the word, and behind it what it has to be told."""
    if not choices:
        return ""
    digits = " ".join(f"{each.digit}={each.word}" for each in choices if each.digit)
    said = [part for part in (digits, *(_worded(each) for each in choices if not each.digit)) if part]
    return services.wording.text("reply.choices", member, {"choices": ", ".join(said)})


def _worded(choice: OfferedChoice) -> str:
    return f"{choice.word} …" if needs_words(choice.action) else choice.word
