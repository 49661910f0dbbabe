"""Who sent a message, as of the transaction that acts on it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest

from domain.errors import UserError
from domain.ids import InboxId
from domain.member import Language
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import EntryKind, QuestionState, Urgency
from handlers.inbound import Received, as_of_now, lock_sender
from tests.fakes.service_channel import ServiceChannel, connect_service, write_here
from tests.fakes.society import MEMBER, Society


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    return await connect_service(society)


def _reference(chat: ServiceChannel, key: str) -> str:
    """Return what the service calls the newest message of a key."""
    return f"paper-{len(chat.sent) - chat.keys()[::-1].index(key)}"


async def test_sender_is_as_they_are_now(society: Society) -> None:
    received = Received(inbox_id=InboxId("i"), message=society.message(MEMBER), sender=MEMBER)
    await society.change_member(MEMBER, language=Language.KOREAN, alias="Member-1")

    now = await society.read(lambda transaction: as_of_now(transaction, received))

    assert (now.sender.language, now.sender.alias) == (Language.KOREAN, "Member-1")


async def test_who_has_left_meanwhile_does_nothing_more(society: Society) -> None:
    received = Received(inbox_id=InboxId("i"), message=society.message(MEMBER), sender=MEMBER)

    def leave(transaction: Transaction) -> None:
        transaction.members.save(replace(MEMBER, active=False))

    await society.change(leave)

    for seen in (as_of_now, lock_sender):
        with pytest.raises(UserError, match="former_member"):
            await society.change(partial(seen, received=received))


async def test_word_below_the_preview_sends_the_draft(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?")
    draft = await society.draft(MEMBER)

    await write_here(society, "today", replied_to=_reference(chat, "draft.preview"))

    question = await society.question(draft.id)
    assert (question.state, question.urgency, question.text.value) == (QuestionState.OPEN, Urgency.TODAY, "PE?")


async def test_sentence_below_the_preview_is_part_of_the_draft(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?")

    await write_here(society, "D8", replied_to=_reference(chat, "draft.preview"))

    assert (await society.draft(MEMBER)).text.value == "PE?\nD8"


async def test_reply_below_the_receipt_is_about_its_question(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?")
    question = await society.draft(MEMBER)
    await write_here(society, "today")
    receipt = _reference(chat, "question.receipt_today")
    await write_here(society, "OP?")

    await write_here(society, "D8", replied_to=receipt)

    entries = await society.entries(question.id)
    said = [entry.text for entry in entries if entry.kind is EntryKind.INFORMATION]
    assert [text.value for text in said if text is not None] == ["D8"]
    assert (await society.draft(MEMBER)).text.value == "OP?"


@pytest.mark.parametrize(("said", "answered"), [("OP? D8", "draft.preview"), ("today", "error.nothing_waits")])
async def test_reply_below_a_dropped_draft_is_answered(
    society: Society, chat: ServiceChannel, said: str, answered: str
) -> None:
    await write_here(society, "PE?")
    preview = _reference(chat, "draft.preview")
    await society.press(MEMBER, Action.DISCARD, (await society.draft(MEMBER)).id)

    await write_here(society, said, replied_to=preview)

    draft = await society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id))
    begun = "" if draft is None else draft.text.value
    assert (chat.keys()[-1], begun) == (answered, said if answered == "draft.preview" else "")


async def test_reply_to_what_is_not_known_is_said_anew(society: Society, chat: ServiceChannel) -> None:
    await write_here(society, "PE?", replied_to="paper-99")

    assert (await society.draft(MEMBER)).text.value == "PE?"
