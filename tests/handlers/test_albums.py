"""Albums, which come in pieces: counted once, previewed once, offered or asked as one thing."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.dispatcher import dispatch
from domain.commands import GatherDraft, PresentDraft, RouteMessage
from domain.errors import TransientError
from domain.ids import InboxId, derive_id
from domain.messages import Action, InboundMessage, Press
from domain.ports.jobs import JobState
from domain.question import Question, QuestionState
from tests.fakes.faults import CrashError
from tests.fakes.service_channel import ServiceChannel, connect_service, from_service
from tests.fakes.society import MEMBER, PANELIST, SLICE, Society

BETWEEN = timedelta(seconds=0.6)
"""From one piece to the next."""
MOMENT = timedelta(seconds=2)
WORDS = (None, None, "PE?")
ONCE = ["draft.checking", "draft.preview"]


@pytest.fixture
async def chat(society: Society) -> ServiceChannel:
    channel = await connect_service(society)
    channel.files = {"a": SLICE, "b": SLICE, "c": SLICE}
    return channel


async def in_pieces(society: Society, *words: str | None, group: str = "album", wait: timedelta = BETWEEN) -> None:
    """Send an album, a piece with its words at a time."""
    for name, text in zip("abc", words, strict=False):
        await society.intake.accept(from_service(society, text, name, group=group))
        await society.advance(wait)


async def at_once(society: Society, *words: str | None) -> None:
    await in_pieces(society, *words, wait=timedelta(0))


async def images(society: Society) -> int:
    return len(await society.images((await society.draft(MEMBER)).id))


def previews(chat: ServiceChannel) -> list[str]:
    """Return the words of each preview that was shown."""
    return ["" if each.quoted is None else each.quoted.value for each in chat.sent if each.key == "draft.preview"]


@pytest.mark.parametrize("words", [("PE?", None, None), (None, None, "PE?")])
async def test_album_in_pieces_is_shown_once_and_whole(
    society: Society, chat: ServiceChannel, words: tuple[str | None, ...]
) -> None:
    await in_pieces(society, *words)
    early = chat.keys()

    await society.advance(MOMENT)

    assert (early, chat.keys(), await images(society)) == ([], ONCE, 3)
    assert previews(chat) == ["PE?"]


async def test_album_is_counted_once_and_together(society: Society, chat: ServiceChannel) -> None:
    for name in "abc":
        await society.intake.accept(from_service(society, "PE?" if name == "a" else None, name, group="album"))
    await society.work()
    early = chat.keys()

    await society.advance(MOMENT)

    assert (early, chat.keys(), await images(society)) == ([], ONCE, 3)
    assert chat.sent[0].text == "3 images received. Checking…"


async def test_preview_comes_a_moment_after_the_newest_piece(society: Society, chat: ServiceChannel) -> None:
    await in_pieces(society, "PE?", None, wait=timedelta(seconds=1))
    await society.advance(timedelta(seconds=0.4))
    early = chat.keys()

    await society.advance(timedelta(seconds=0.1))

    assert (early, chat.keys()) == ([], ONCE)


async def test_preview_of_an_album_waits_for_its_slowest_file(society: Society, chat: ServiceChannel) -> None:
    chat.files["b"] = TransientError("service_away")
    await in_pieces(society, "PE?", None, None)
    await society.advance(timedelta(seconds=4))
    early = chat.keys()
    chat.files["b"] = SLICE

    await society.advance(timedelta(seconds=10))

    assert (early, chat.keys(), await images(society)) == (["draft.checking"], ONCE, 3)


async def test_words_of_an_album_wait_once_for_its_files(society: Society, chat: ServiceChannel) -> None:
    chat.files = {name: TransientError("service_away") for name in "abc"}
    await in_pieces(society, None, None, "PE?")

    await society.advance(timedelta(seconds=30))

    assert previews(chat) == ["PE?"]


async def test_words_wait_no_longer_for_a_piece_that_comes_much_later(society: Society, chat: ServiceChannel) -> None:
    chat.files = {name: TransientError("service_away") for name in "ab"}
    await in_pieces(society, "PE?", wait=timedelta(seconds=19.5))
    await society.intake.accept(from_service(society, None, "b", group="album"))

    await society.advance(timedelta(seconds=1))

    assert chat.keys() == ONCE
    assert previews(chat) == ["PE?"]


async def test_words_behind_an_album_come_with_its_preview(society: Society, chat: ServiceChannel) -> None:
    await in_pieces(society, None, None)
    await society.receive(from_service(society, "PE?"))

    await society.advance(MOMENT)

    assert chat.keys() == ONCE
    assert previews(chat) == ["PE?"]


async def test_piece_that_comes_after_the_preview_is_shown_too(society: Society, chat: ServiceChannel) -> None:
    await in_pieces(society, "PE?", None, wait=timedelta(seconds=4))

    await society.advance(MOMENT)

    assert previews(chat) == ["PE?", "PE?"]
    assert await images(society) == 2


@pytest.mark.parametrize("commit", range(1, 30, 3))
async def test_crash_loses_and_doubles_no_piece(society: Society, chat: ServiceChannel, commit: int) -> None:
    society.faults.crash_after = society.faults.commits + commit
    pieces = [from_service(society, text, name, group="album") for name, text in zip("abc", WORDS, strict=True)]
    with suppress(CrashError):
        await take(society, pieces)
    channels = society.services.channels
    society.restart()
    society.services = replace(society.services, channels=channels)

    await society.queue.return_expired(society.now)
    await take(society, pieces)

    assert (await images(society), (await society.draft(MEMBER)).text.value) == (3, "PE?")
    assert previews(chat)[-1:] == ["PE?"]


async def take(society: Society, pieces: list[InboundMessage]) -> None:
    """Have a service bring pieces; those that came before are known."""
    for piece in pieces:
        await society.intake.accept(piece)
        await society.advance(BETWEEN)
    await society.advance(timedelta(seconds=30))


async def test_receipt_stands_before_the_preview(society: Society, chat: ServiceChannel) -> None:
    inbox_id = await accepted(society, "PE?", "a")
    draft = await gathered(society, inbox_id)

    await dispatch(society.services, PresentDraft(question_id=draft.id, cause="early"))
    await society.work()

    assert chat.keys()[:2] == ONCE


async def test_preview_waits_for_a_piece_that_was_not_read_yet(society: Society, chat: ServiceChannel) -> None:
    first = await accepted(society, None, "a", group="album")
    await accepted(society, "PE?", "b", group="album")
    draft = await gathered(society, first)
    society.now += MOMENT

    await dispatch(society.services, PresentDraft(question_id=draft.id, cause="early"))
    await society.advance(MOMENT)

    assert previews(chat) == ["PE?"]


async def accepted(society: Society, text: str | None, name: str, **given: str) -> InboxId:
    """Take a piece in, and do nothing more about it."""
    message = from_service(society, text, name, **given)
    await society.intake.accept(message)
    return InboxId(derive_id("inbox", message.channel, message.external_id))


async def gathered(society: Society, inbox_id: InboxId) -> Question:
    """Have nothing done but what brings a piece into its draft."""
    await dispatch(society.services, RouteMessage(inbox_id=inbox_id))
    draft = await society.draft(MEMBER)
    await dispatch(society.services, GatherDraft(inbox_id=inbox_id, question_id=draft.id))
    return draft


async def test_late_album_goes_whole_with_its_words(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")

    await in_pieces(society, None, "effusion?")
    await society.advance(MOMENT)

    assert chat.keys().count("question.add_images") == 0
    assert (await images(society), len(await society.images(question.id))) == (2, 0)
    assert previews(chat)[-1:] == ["effusion?"]


@pytest.mark.parametrize("send", [in_pieces, at_once])
async def test_late_album_is_asked_about_once(society: Society, chat: ServiceChannel, send) -> None:
    question = await society.ask("PE?")
    await send(society, None, None, None)
    early = chat.keys().count("question.add_images")
    await society.advance(MOMENT)
    (asked,) = [message for message in chat.sent if message.key == "question.add_images"]

    await society.press(MEMBER, Action.ADD_IMAGES, token=asked.token)

    assert (early, "3 images" in asked.text) == (0, True)
    assert len(await society.images(question.id)) == 3


async def test_late_album_begins_a_question_of_its_own(society: Society, chat: ServiceChannel) -> None:
    question = await society.ask("PE?")
    await at_once(society, None, None)
    await society.advance(MOMENT)

    await society.say(MEMBER, "2")

    draft = await society.draft(MEMBER)
    assert (len(await society.images(draft.id)), draft.id == question.id) == (2, False)


async def test_album_with_words_on_another_part_is_a_question(society: Society, chat: ServiceChannel) -> None:
    await society.ask("PE?")

    await at_once(society, None, "effusion?")

    assert await images(society) == 2
    assert chat.keys().count("question.add_images") == 0


async def test_album_that_is_read_late_is_asked_as_a_whole(society: Society, chat: ServiceChannel) -> None:
    await society.ask("PE?")
    for name, text in (("a", None), ("b", "effusion?")):
        await society.intake.accept(from_service(society, text, name, group="album"))
    society.now += MOMENT

    await society.work()

    assert (await images(society), chat.keys().count("question.add_images")) == (2, 0)


async def test_words_that_come_after_the_offer_take_it_back(society: Society, chat: ServiceChannel) -> None:
    await society.ask("PE?")
    await in_pieces(society, None, "effusion?", wait=MOMENT)
    (asked,) = [message for message in chat.sent if message.key == "question.add_images"]

    await society.press(MEMBER, Action.ADD_IMAGES, token=asked.token)

    assert await images(society) == 2
    assert (await society.told(MEMBER))[-1] == "error.choice_taken"


@pytest.mark.parametrize("words", [(None, "no effusion"), ("no effusion", None)])
async def test_album_answers_an_ask_back_as_a_whole(
    society: Society, chat: ServiceChannel, words: tuple[str | None, ...]
) -> None:
    question = await society.ask("PE?")
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    await society.advance(timedelta(minutes=11))

    await in_pieces(society, *words)
    early = (await society.question(question.id)).state
    await society.advance(MOMENT)

    assert (early, (await society.question(question.id)).state) == (QuestionState.NEEDS_INFO, QuestionState.CLAIMED)
    assert len(await society.images(question.id)) == 2
    assert await society.read(lambda transaction: transaction.questions.draft_of(MEMBER.id)) is None


@pytest.mark.parametrize("words", [(None, "no effusion"), ("no effusion", None)])
async def test_words_of_an_album_answer_though_images_are_not_taken(
    society: Society, chat: ServiceChannel, words: tuple[str | None, ...]
) -> None:
    society.services = replace(society.services, rules=replace(society.services.rules, takes_images=False))
    question = await society.ask("PE?")
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Effusion?"})

    await at_once(society, *words)
    await society.advance(2 * MOMENT)

    assert "images_not_taken" in " ".join(chat.keys())
    assert (await society.question(question.id)).state is QuestionState.CLAIMED


async def test_album_behind_a_discarded_draft_stays_together(society: Society, chat: ServiceChannel) -> None:
    await society.receive(from_service(society, "first one"))
    await society.advance(timedelta(seconds=30))
    token = chat.sent[-1].token
    await society.intake.accept(from_service(society, press=Press(action=Action.DISCARD, token=token)))
    for name, text in zip("abc", ("M50s PE?", None, None), strict=True):
        await society.intake.accept(from_service(society, text, name, group="album"))

    await society.advance(timedelta(minutes=1))

    assert (await images(society), (await society.draft(MEMBER)).text.value) == (3, "M50s PE?")
    assert previews(chat)[1:] == ["M50s PE?"]


async def _claimed(society: Society) -> Question:
    question = await society.ask("PE?", action=Action.SEND_ROUTINE)
    await society.press(PANELIST, Action.CLAIM, question.id)
    return question


async def _answered_with(society: Society, *words: str | None) -> list[str]:
    """Answer an ask-back with an album; returns what its claimer is told of it."""
    question = await _claimed(society)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Prior CT?"})
    await society.advance(timedelta(minutes=11))
    before = len(await society.told(PANELIST))
    await at_once(society, *words)
    await society.advance(MOMENT)
    assert len(await society.images(question.id)) == len(words)
    return (await society.told(PANELIST))[before:]


@pytest.mark.parametrize("words", [(None, None, None), ("no effusion", None, None), (None, None, "no effusion")])
async def test_album_for_a_sent_question_is_told_once(
    society: Society, chat: ServiceChannel, words: tuple[str | None, ...]
) -> None:
    claimer = await _answered_with(society, *words)

    assert claimer == ["panel.information"]
    asker = [each.key for each in chat.sent if each.key.startswith("question.information")]
    assert asker == ["question.information_resumed"]


async def test_late_album_that_is_added_is_told_once(society: Society, chat: ServiceChannel) -> None:
    question = await _claimed(society)
    await at_once(society, None, None, None)
    await society.advance(MOMENT)
    (asked,) = [message for message in chat.sent if message.key == "question.add_images"]

    await society.press(MEMBER, Action.ADD_IMAGES, token=asked.token)

    assert len(await society.images(question.id)) == 3
    assert chat.keys().count("question.information_sent") == 1
    assert (await society.told(PANELIST)).count("panel.information") == 1


async def test_parts_wait_for_a_key_that_is_away(society: Society, chat: ServiceChannel) -> None:
    question = await _claimed(society)
    await society.press(PANELIST, Action.ASK_BACK, question.id, {"text": "Effusion?"})
    await at_once(society, None, "no effusion")
    (key,) = (society.folder / "keys").glob("inbox-*.key")
    key.rename(key.with_suffix(".away"))
    await society.advance(MOMENT)
    parked, early = await society.queue.rows(JobState.PARKED), (await society.question(question.id)).state
    key.with_suffix(".away").rename(key)

    await society.advance(timedelta(minutes=1))

    assert ([row.command for row in parked], early) == ([], QuestionState.NEEDS_INFO)
    assert (await society.question(question.id)).state is QuestionState.CLAIMED
    assert len(await society.images(question.id)) == 2
