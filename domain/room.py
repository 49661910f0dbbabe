"""Rooms: places that a whole panel shares at a service, with a thread for each question; the truth is in the database.

What is said about a question anywhere is shown in its threads, and what is said in a thread is for the panel.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from domain.card import Clue, clues_of
from domain.ids import MemberId, ObjectId, PanelId, QuestionId, derive_id
from domain.key_slices import KeySlice
from domain.member import Language, Member, Role, stranger
from domain.messages import Address
from domain.ports.channel import Placed
from domain.question import Question, QuestionState, Urgency
from domain.study import Image, group_into_series
from domain.withholding import hides_image

ROOM = MemberId("?room")
"""Whose the buttons in a room are: whoever of the panel presses first."""
MOST_IMAGES = 10
"""So many come with a card at the most: services show no more in one album."""
_LONGEST_POINT = 32
_OUTDATED = "?"
"""In the place of a digest of what was left out of a thread: it is none."""
_POINT = re.compile(rf"(?<![^.!?\n;])[^.!?\n;]{{1,{2 * _LONGEST_POINT}}}\?")
"""What is asked, at the end of a text: "PE?". Bounded: a long text without a stop is read in linear time."""


class Suspension(StrEnum):
    """Why a room does not show what it should; empty while all is well."""

    NONE = ""
    NEW = "new"
    """It was not seen yet that only people of the panel are there: nothing is shown before that."""
    ROSTER = "roster"
    """Somebody of the panel is not there: images stop going there (safety rule 19)."""
    STRANGERS = "strangers"
    """Somebody who is not of the panel is there: no word of a question goes there either (safety rules 18 and 19)."""
    UNSEEN = "unseen"
    """Somebody of the panel was cut off or has left: nothing more is shown before it was seen who is there."""
    PUBLIC = "public"
    """Anybody can read there: what stands there is taken out."""
    RIGHTS = "rights"
    """Hilum may not do there what it has to."""
    GONE = "gone"
    """It is no longer there, or Hilum was put out of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A panel's place at one service: a supergroup with topics, a private Slack channel."""

    panel_id: PanelId
    address: Address
    language: Language | None = None
    """None shows both languages."""
    suspended: Suspension = Suspension.NONE

    @property
    def mark(self) -> str:
        """Return what the buttons under a word about this room carry."""
        return derive_id("room", self.address.channel, self.address.external_id)

    @property
    def is_reached(self) -> bool:
        """Return whether anything can be shown there for now."""
        return self.takes_words or self.suspended is Suspension.STRANGERS

    @property
    def takes_words(self) -> bool:
        """Return whether what a question says is shown there, and not only that there is one."""
        return self.suspended in (Suspension.NONE, Suspension.ROSTER)

    @property
    def takes_images(self) -> bool:
        return self.suspended is Suspension.NONE

    @property
    def readers(self) -> tuple[Member, ...]:
        """Return who reads there, one for each language: a panelist whom nobody knows."""
        languages = (Language.KOREAN, Language.ENGLISH) if self.language is None else (self.language,)
        return tuple(_reader(language) for language in languages)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomThread:
    """How far a question is shown in a room.

    `thread` and `card` are the service's own references; `shown` is a digest of
    the title, the card and the buttons as they stand there, so that what has not
    changed is not edited; `withheld` is one of what was left out; `pictures` are the objects of
    the images that lie there. `round` counts the commands that were noted to bring it up to
    date; `is_noted` while one of them waits, `is_posting` while one of them has something put there, or an answer's
    preview may have been: found so by the next, since it was killed or heard no answer, what was put there is known to
    nobody.
    """

    question_id: QuestionId
    room: Address
    thread: str = ""
    card: str = ""
    shown: str = ""
    withheld: str = ""
    pictures: frozenset[ObjectId] = frozenset()
    round: int = 0
    is_noted: bool = False
    is_posting: bool = False
    is_closed: bool = False
    delivered_at: datetime | None = None
    """When a service accepted the latest answer to the asker, and which (`delivered_by`)."""
    delivered_by: str = ""
    removed_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Return whether anything of the question stands in the room."""
        return bool(self.thread or self.card)

    @property
    def is_outdated(self) -> bool:
        """Return whether what lies there has to go, and comes back without what it was taken out for."""
        return self.withheld == _OUTDATED

    @property
    def comes_back(self) -> bool:
        """Return whether it was taken out only to be shown anew."""
        return not self.is_open and self.shown == _OUTDATED

    @property
    def placed(self) -> Placed:
        return Placed(thread=self.thread, card=self.card)

    @property
    def mark(self) -> str:
        """What an entry carries whose words were typed in this thread: they are read there already."""
        return derive_id("said_in", self.room.channel, self.room.external_id, self.thread or self.card)[:16]

    def outdated(self) -> RoomThread:
        """Return it as one in which something lies that must not be seen there: it is taken out, and shown anew."""
        return replace(self, withheld=_OUTDATED)

    def emptied(self, *, removed_at: datetime | None = None) -> RoomThread:
        """Return it once nothing of the question stands in the room any more."""
        return replace(
            self,
            thread="",
            card="",
            # Shown anew it is no news.
            shown=self.withheld if self.is_outdated else "",
            withheld="",
            pictures=frozenset(),
            is_posting=False,
            is_closed=False,
            removed_at=removed_at,
        )


def panel_named_in(text: str) -> str | None:
    """Return the panel whose room a place is made by these words, "/panel chest"; None where they are others."""
    match = _PANEL.fullmatch(unicodedata.normalize("NFC", text).strip())
    return None if match is None else match["name"]


def withheld_of(question: Question) -> str:
    """Return a digest of what of a question nobody may see now: when it changes, what was posted has to go."""
    is_withdrawn, is_wrong = question.state is QuestionState.WITHDRAWN, question.wrong_patient_at is not None
    if not (is_withdrawn or is_wrong or question.taken_down):
        return ""
    return derive_id("withheld", is_withdrawn, is_wrong, *sorted(question.taken_down))


def is_begun(question: Question) -> bool:
    """Return whether a question that stands in no thread gets one."""
    return question.is_awaiting_panel or question.state is QuestionState.ANSWERED


def seen_images(question: Question, images: Sequence[Image]) -> tuple[Image, ...]:
    """Return the images of a question that the panel may look at now."""
    if question.wrong_patient_at is not None:
        return ()
    return tuple(image for image in images if image.is_visible and not hides_image(question, image))


def sign_of(question: Question) -> str:
    """Return the picture that says at a glance how a question stands."""
    match question.state:
        case QuestionState.OPEN:
            return _OPEN[question.urgency or Urgency.ROUTINE]
        case QuestionState.CLAIMED | QuestionState.NEEDS_INFO:
            return "🟡"
        case QuestionState.ANSWERED:
            return "🟢"
        case _:
            return "⚪"


def point_of(text: str) -> str:
    """Return what a text asks, in a word or two: "PE? D8"; nothing where it does not end with a question."""
    asked = [found.strip() for found in _POINT.findall(text)]
    point = asked[-1] if asked and len(asked[-1]) <= _LONGEST_POINT else ""
    day = clues_of(text)[Clue.DAY][:1]
    return " ".join(part for part in (point, *day) if part and part != "?")


def chosen_images(images: tuple[Image, ...], key_slices: Sequence[KeySlice]) -> tuple[Image, ...]:
    """Return which images come with a card: those with marked slices, the middle of each series, then the others."""
    by_id = {image.id: image for image in images}
    series = [each.images for each in group_into_series(images)]
    marked = [key.image_id for key in sorted(key_slices, key=lambda key: not key.is_askers)]
    middle = [group[len(group) // 2].id for group in series]
    rest = [image.id for group in series for image in group]
    wanted = dict.fromkeys((*(each for each in marked if each in by_id), *middle, *rest))
    return tuple(by_id[each] for each in wanted)[:MOST_IMAGES]


_PANEL = re.compile(r"[/／]\s?(?:panel|패널)\s+(?P<name>\S+)", re.IGNORECASE)
_OPEN = {Urgency.URGENT: "🔴", Urgency.TODAY: "🟠", Urgency.ROUTINE: "🔵"}


def _reader(language: Language) -> Member:
    nobody = stranger(language)
    return Member(
        id=nobody.id, display_name="", alias="", language=language, roles=frozenset({Role.PANELIST}), digest_at=None
    )
