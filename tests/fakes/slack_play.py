"""Scripts 3 and 4, played once: an urgent question from a form, answered in a thread of the panel's channel."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from domain.messages import Action
from domain.question import Question
from tests.fakes.case_files import ANSWER, BACK, CAPTION, FILES, NOTE, REPLY
from tests.fakes.leak_story import kept_by
from tests.fakes.slack_town import SlackTown, labels_of, words_of
from tests.fakes.society import MEMBER

SECOND_OPINION = "agree, add: look at RV/LV ratio"


@dataclass(slots=True, kw_only=True)
class Played:
    """What people saw; `cards` is the card in the panel's channel after each step."""

    question: Question
    form: dict[str, Any] = field(default_factory=dict)
    """The modal of the question, as it opened."""
    asker: list[str] = field(default_factory=list)
    conversation: list[str] = field(default_factory=list)
    """What stands in the asker's conversation outside of the thread."""
    room: list[str] = field(default_factory=list)
    cards: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)
    """Those of the card after each step."""
    offered: dict[str, list[str]] = field(default_factory=dict)
    """The newest buttons that the asker had after each step."""
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    """What the panelists were told by the app."""
    too_late: list[str] = field(default_factory=list)
    """What only the second panelist sees in the channel."""
    files: int = 0
    """So many pictures were shared with the card."""
    kept: bytes = b""
    """All that the database and the log hold before anything was removed."""
    calls: list[str] = field(default_factory=list)
    left: dict[str, list[str]] = field(default_factory=dict)
    """What the app has said and can still be read a week after the close."""
    files_left: int = 0


async def play(town: SlackTown) -> Played:
    """Play both scripts on the minutes that they name."""
    form = await ask(town)
    played = Played(question=await _sent(town), form=form)
    await _note(town, played, "open")
    await _claim_and_ask_back(town, played)
    await _answer(town, played)
    await town.at("14:30")
    await town.press(town.asker, Action.CHANGED_PLAN)
    await _note(town, played, "closed")
    await town.press(town.first, Action.MAKE_CASE, channel=town.room)
    played.first = await town.texts(town.first)
    played.asker, played.room = await town.texts(town.asker), await town.texts(town.first, town.room)
    played.conversation = [words_of(post) for post in await town.asker.sees()]
    played.files = sum(len(post.files) for post in await town.all(town.first, town.room))
    played.calls = [f"{call.method} {call.arguments}" for call in town.slack.record.calls]
    played.kept = kept_by(town.society)
    await town.settle(timedelta(days=7, hours=1))
    await _note_left(town, played)
    played.question = await _sent(town)
    return played


async def ask(town: SlackTown) -> dict[str, Any]:
    """Type the command, fill in its form, look at the images, and send; returns the form as it opened."""
    await town.asker.commands(CAPTION)
    form = town.asker.modal
    await town.asker.submits({"question": CAPTION}, files={"images": FILES})
    await town.settle()
    await town.look()
    await town.press(town.asker, Action.SEND_URGENT)
    return form


async def _claim_and_ask_back(town: SlackTown, played: Played) -> None:
    await town.at("14:06")
    unclaimed = await town.card()
    await town.press(town.first, Action.CLAIM, channel=town.room)
    await _note(town, played, "claimed")
    await town.second.presses(town.label(Action.CLAIM), unclaimed)
    await town.settle()
    played.too_late = [words_of(post) for post in await town.second.sees_only_here()]
    await town.write(town.second, NOTE, channel=town.room, thread=(await town.card()).ts)
    await town.at("14:09")
    await town.write(town.first, f"back {BACK}", channel=town.room, thread=(await town.card()).ts)
    await _note(town, played, "asked back")
    await town.at("14:12")
    await town.write(town.asker, REPLY)


async def _answer(town: SlackTown, played: Played) -> None:
    await town.at("14:21")
    await town.press(town.first, Action.ANSWER, channel=town.room)
    await town.first.submits({"text": ANSWER, "confidence": "4"})
    await town.settle()
    await _note(town, played, "answered")
    await town.write(town.second, f">> {SECOND_OPINION}", channel=town.room, thread=(await town.card()).ts)


async def _note(town: SlackTown, played: Played, step: str) -> None:
    card = await town.card()
    played.cards[step], played.buttons[step] = words_of(card), labels_of(card)
    played.offered[step] = next(found for post in reversed(await town.all(town.asker)) if (found := labels_of(post)))


async def _note_left(town: SlackTown, played: Played) -> None:
    """What people have typed themselves stays where they typed it; replies may have outlived what they replied to."""
    lying = {
        "asker": [*await town.all(town.asker), *await town.asker.sees()],
        "room": [*await town.all(town.first, town.room), *await town.first.sees(town.room)],
    }
    for where, posts in lying.items():
        played.left[where] = [words_of(post) for post in posts if "bot_id" in post.content]
    played.files_left = sum(len(post.files) for posts in lying.values() for post in posts)


async def _sent(town: SlackTown) -> Question:
    found = await town.society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    return found[-1]


async def play_in_words(town: SlackTown) -> Played:
    """Play script 4 without a button: passed, asked back and answered in words."""
    await town.write(town.asker, CAPTION)
    await town.press(town.asker, Action.SEND_URGENT)
    played, thread = Played(question=await _sent(town)), (await town.card()).ts
    words = ((town.second, "pass busy"), (town.first, f"추가 질문 {BACK}"))
    for person, text in words:
        await town.write(person, text, channel=town.room, thread=thread)
    await _note(town, played, "asked back")
    await town.write(town.asker, REPLY)
    await town.write(town.first, f"답변 {ANSWER}", channel=town.room, thread=thread)
    await town.write(town.first, "1", channel=town.room, thread=thread)
    await _note(town, played, "answered")
    played.asker, played.second = await town.texts(town.asker), await town.texts(town.second)
    return played
