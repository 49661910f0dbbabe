"""What lies in conversations is taken back at once: of a wrong patient, and of a draft that came to nothing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from domain.delivery import OutgoingMessage
from domain.errors import PermanentError, TransientError
from domain.ids import DeliveryId, ImageId
from domain.messages import Action, Address
from domain.ports.channel import Copies
from domain.ports.store import Transaction
from domain.question import Question
from tests.fakes.service_channel import CHAT, ServiceChannel, connect_service, write_here
from tests.fakes.society import MEMBER, PANELIST, SECOND, SLICE, Society

ANSWER = "question.answer_without_confidence"


@dataclass(slots=True)
class Chat(ServiceChannel):
    """A conversation from which both sides' messages can be taken; `on_its_way` happens while an answer leaves."""

    erased: list[str] = field(default_factory=list)
    keeps: str = ""
    """Why it takes nothing back."""
    on_its_way: Callable[[], Awaitable[None]] | None = None
    stuck: str = ""
    """The key of what it does not bring, however often it is tried."""

    async def retract(self, _address: Address, reference: str) -> None:
        if self.keeps:
            raise PermanentError(self.keeps)
        self.erased.append(reference)

    async def send(self, address: Address, message: OutgoingMessage) -> str:
        if message.key == self.stuck:
            raise TransientError("chat_busy")
        happens, self.on_its_way = self.on_its_way, None if message.key == ANSWER else self.on_its_way
        if happens is not None and message.key == ANSWER:
            await happens()
        return await ServiceChannel.send(self, address, message)

    def texts(self, key: str) -> list[str]:
        return [message.text for message in self.sent if message.key == key]


@pytest.fixture
async def chat(society: Society) -> Chat:
    await connect_service(society)
    channel = Chat(name=CHAT.channel, files={"a": SLICE})
    channel.capabilities = replace(channel.capabilities, copies=Copies.RETRACTABLE, has_images=True)
    society.services.channels[CHAT.channel] = channel  # type: ignore[index]  # a dictionary in this society
    return channel


async def _answered(society: Society) -> Question:
    question = await society.ask()
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})
    return question


async def test_wrong_patients_answer_is_said_again_with_its_stamp(society: Society, chat: Chat) -> None:
    question = await _answered(society)
    place = f"paper-{chat.keys().index(ANSWER) + 1}"

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert chat.erased == [place]
    assert [text.startswith("⛔") for text in chat.texts(ANSWER)] == [False, True]
    assert (await society.told(PANELIST)).count("panel.answer_sent") == 1


async def test_stamp_waits_for_nothing_that_cannot_be_delivered(society: Society, chat: Chat) -> None:
    question = await _answered(society)
    chat.stuck = "question.answer_addition"
    await society.press(SECOND, Action.ANSWER, question.id, {"text": "I agree."})

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert [text.startswith("⛔") for text in chat.texts(ANSWER)] == [False, True]


async def test_answer_that_leaves_meanwhile_is_stamped_as_well(society: Society, chat: Chat) -> None:
    question = await society.ask()

    async def mark() -> None:
        await society.change(
            lambda transaction: transaction.questions.save(
                replace(transaction.questions.get(question.id), wrong_patient_at=society.now)
            )
        )

    chat.on_its_way = mark
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    assert len(chat.erased) == 1
    assert [text.startswith("⛔") for text in chat.texts(ANSWER)] == [False, True]


async def test_what_leaves_meanwhile_without_an_answer_stays(society: Society, chat: Chat) -> None:
    question = await society.ask()
    chat.capabilities = replace(chat.capabilities, copies=Copies.FINAL)

    async def mark() -> None:
        await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    chat.on_its_way = mark
    await society.press(PANELIST, Action.ANSWER, question.id, {"text": "CTPA now."})

    assert (chat.erased, len(chat.texts(ANSWER))) == ([], 1)


async def test_answer_that_stays_is_logged(society: Society, chat: Chat) -> None:
    question = await _answered(society)
    chat.keeps = "too_old"

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert "message_stayed" in society.log.events
    assert chat.texts(ANSWER)[-1].startswith("⛔")


async def test_pictures_that_were_sent_are_taken_back_and_their_reader_paged(society: Society, chat: Chat) -> None:
    question = await society.ask()

    def send_card(transaction: Transaction) -> None:
        receipt = transaction.sent.about(question.id)[0]
        card = replace(receipt, id=DeliveryId("card"), member_id=PANELIST.id, images=(ImageId("image"),))
        transaction.deliveries.add(card)
        transaction.sent.note(card.id, "card-1")

    await society.change(send_card)

    await society.press(MEMBER, Action.WRONG_PATIENT, question.id)

    assert chat.erased == ["card-1"]
    assert "wrong_patient.page" in await society.told(PANELIST)


@pytest.mark.parametrize("action", [Action.DISCARD, Action.SOLVED])
async def test_dropped_draft_leaves_nothing_in_the_chat(society: Society, chat: Chat, action: Action) -> None:
    await write_here(society, "PE?", "a", reference="1")
    preview = f"paper-{chat.keys().index('draft.preview') + 1}"

    await society.press(MEMBER, action, (await society.draft(MEMBER)).id)

    assert (chat.deleted, preview in chat.erased) == (["1"], True)
    assert chat.sent[-1].text.endswith("I am deleting your original photos from this chat.")


async def test_expired_draft_leaves_nothing_in_the_chat(society: Society, chat: Chat) -> None:
    await write_here(society, "PE?", "a", reference="1")

    await society.advance(timedelta(days=2))

    assert chat.deleted == ["1"]
    assert chat.texts("draft.expired")[0].endswith("I am deleting your original photos from this chat.")
