"""Scripts 1 and 5, played once: an urgent question asked in a private chat and answered in the panel's forum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from aiogram.types import Message

from domain.messages import Action
from domain.question import Question
from tests.fakes.case_files import ANSWER, BACK, BLOCK, CAPTION, FILES, NOTE, REPLY
from tests.fakes.leak_story import kept_by
from tests.fakes.society import MEMBER
from tests.fakes.telegram_town import TelegramTown, take_room
from tests.peers.telegram.rooms import Topic

SURE = f"{ANSWER} conf 4"


@dataclass(slots=True, kw_only=True)
class Played:
    """What people saw; `topics` and `buttons` are those of the forum after each step, by the step's name."""

    question: Question
    asker: list[str] = field(default_factory=list)
    first: list[str] = field(default_factory=list)
    second: list[str] = field(default_factory=list)
    """What the panelists were told in their own chats."""
    forum: list[str] = field(default_factory=list)
    topics: dict[str, Topic] = field(default_factory=dict)
    buttons: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)
    """The newest buttons that the asker had after each step."""
    preview: str = ""
    """What the forum showed of the answer before it was sent."""
    with_block: str = ""
    """The same once the panelist had put a text block into it."""
    relays: list[Message] = field(default_factory=list)
    """What the bot had posted in the forum before it was removed."""
    kept: bytes = b""
    """All that the database and the log hold before anything was removed."""
    calls: list[str] = field(default_factory=list)
    """All that the bot has asked of the service, in words."""
    originals: int = 0
    """So many of the asker's own messages with files are left after sending."""
    left: Mapping[str, list[str]] = field(default_factory=dict)
    """What can still be read a week after the close."""


async def play(town: TelegramTown) -> Played:
    """Play both scripts on the minutes that they name."""
    await take_room(town)
    await town.write(town.first, f"/snip save egfr {BLOCK}")
    await draft(town)
    offered = town.buttons(town.asker)
    await town.press(town.asker, Action.SEND_URGENT)
    played = Played(question=await _sent(town), offered={"preview": offered})
    played.originals = sum(bool(each.document or each.photo) for each in _own(town))
    _note(town, played, "open")
    await _claim_and_ask_back(town, played)
    await _answer(town, played)
    await town.at("14:30")
    await town.press(town.asker, Action.CHANGED_PLAN)
    _note(town, played, "closed")
    played.asker, played.first = town.asker.hears(), town.first.hears()
    played.forum = town.forum.texts(town.topic)
    played.relays = [each for each in town.forum.messages(town.topic) if each.from_user == town.peer.service.bot]
    played.calls = [repr(each.request) for each in town.peer.journal.calls()]
    played.kept = kept_by(town.society)
    await town.later(timedelta(days=7, hours=1))
    played.left = {"asker": town.asker.hears(), "forum": town.forum.texts()}
    played.question = await town.society.question(played.question.id)
    return played


async def ask(town: TelegramTown, caption: str = CAPTION) -> None:
    """Send an album as a question, and that as urgent."""
    await draft(town, caption)
    await town.press(town.asker, Action.SEND_URGENT)


async def draft(town: TelegramTown, caption: str = CAPTION) -> None:
    """Send an album, and look at the images."""
    town.asker.sends_album(FILES, caption=caption)
    await town.settle()
    await town.look()


async def _claim_and_ask_back(town: TelegramTown, played: Played) -> None:
    await town.at("14:06")
    await town.press(town.in_topic(town.first), Action.CLAIM)
    _note(town, played, "claimed")
    await town.write(town.in_topic(town.second), NOTE)
    await town.at("14:09")
    await town.write(town.in_topic(town.first), f"/back {BACK}")
    _note(town, played, "asked back")
    await town.at("14:12")
    await town.write(town.asker, REPLY)


async def _answer(town: TelegramTown, played: Played) -> None:
    await town.at("14:21")
    await town.write(town.in_topic(town.first), f"/a {SURE}")
    played.preview = town.forum.texts(town.topic)[-1]
    await town.write(town.in_topic(town.first), "/snip egfr")
    played.with_block = town.forum.texts(town.topic)[-1]
    await town.press(town.in_topic(town.first), Action.SEND_ANSWER)
    _note(town, played, "answered")


def _note(town: TelegramTown, played: Played, step: str) -> None:
    played.topics[step] = replace(town.forum.topic(town.topic))
    played.buttons[step] = town.buttons(town.in_topic(town.first))
    played.offered[step] = town.buttons(town.asker)


def _own(town: TelegramTown) -> list[Message]:
    return [each for each in town.asker.sees() if each.from_user == town.asker.user]


async def _sent(town: TelegramTown) -> Question:
    found = await town.society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    return found[-1]


async def play_in_words(town: TelegramTown) -> Played:
    """Play what script 5 ends with: a second opinion of a colleague by name, a case of it, and the close."""
    await take_room(town)
    await town.write(town.asker, CAPTION)
    await town.press(town.asker, Action.SEND_URGENT)
    played = Played(question=await _sent(town))
    await town.write(town.in_topic(town.first), "담당")
    town.in_topic(town.first).names(town.second, behind="/second")
    await town.settle()
    played.second = town.second.hears()
    for person, words in ((town.first, SURE), (town.second, "CTPA, agreed. conf 3")):
        await town.write(town.in_topic(person), f"/a {words}")
        await town.press(town.in_topic(person), Action.SEND_ANSWER)
    await town.write(town.in_topic(town.first), "/case")
    await town.write(town.in_topic(town.first), "/close")
    _note(town, played, "closed")
    played.asker, played.first = town.asker.hears(), town.first.hears()
    played.question = await town.society.question(played.question.id)
    return played
