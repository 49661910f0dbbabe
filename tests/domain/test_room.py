"""What a room shows of a question, and what it must not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.ids import ImageId, MemberId, ObjectId, PanelId
from domain.key_slices import KeySlice
from domain.member import Language
from domain.messages import Address
from domain.question import QuestionState, Urgency
from domain.room import (
    MOST_IMAGES,
    Room,
    RoomThread,
    Suspension,
    chosen_images,
    is_begun,
    point_of,
    seen_images,
    sign_of,
    withheld_of,
)
from domain.study import Image
from tests.contracts.samples import MEMBER, NOW, QUESTION, facts, image, question
from tests.fakes.linear import grows_linearly

HERE = Address(channel="telegram", external_id="-100")
ROOM = Room(panel_id=PanelId("chest"), address=HERE)


def _image(number: int, *, series: str = "2.25.1") -> Image:
    shown = image(f"image-{number}", object_id=ObjectId(f"object-{number}"), confirmed_at=NOW, removed_at=None)
    return replace(shown, facts=replace(facts(series), instance_number=number, position_mm=None))


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("M, 50s, COVID D8, O2 2→5 L today. New effusion? PE?", "PE? D8"),
        ("PE?", "PE?"),
        ("D8, please look", "D8"),
        ("Is there any chance that this opacity has been there before the operation?", ""),
        ("?", ""),
    ],
)
def test_title_says_what_is_asked(text: str, point: str) -> None:
    assert point_of(text) == point


def test_long_text_without_a_stop_is_read_in_linear_time() -> None:
    """A slower search would hold up the only writer."""
    assert grows_linearly(point_of, "가나 ")


@pytest.mark.parametrize(
    ("state", "urgency", "sign"),
    [
        (QuestionState.OPEN, Urgency.URGENT, "🔴"),
        (QuestionState.OPEN, Urgency.TODAY, "🟠"),
        (QuestionState.OPEN, None, "🔵"),
        (QuestionState.NEEDS_INFO, Urgency.URGENT, "🟡"),
        (QuestionState.ANSWERED, Urgency.URGENT, "🟢"),
        (QuestionState.CLOSED, Urgency.URGENT, "⚪"),
    ],
)
def test_sign_says_how_it_stands(state: QuestionState, urgency: Urgency | None, sign: str) -> None:
    assert sign_of(question(state=state, urgency=urgency)) == sign


def test_only_what_waits_or_is_answered_begins_a_thread() -> None:
    begun = {state for state in QuestionState if is_begun(question(state=state))}

    assert begun == {
        QuestionState.OPEN,
        QuestionState.CLAIMED,
        QuestionState.NEEDS_INFO,
        QuestionState.ANSWERED,
    }


def test_what_is_withheld_has_a_digest_of_its_own() -> None:
    kinds = (
        question(),
        question(state=QuestionState.WITHDRAWN),
        question(wrong_patient_at=NOW),
        question(taken_down=frozenset({"text"})),
        question(taken_down=frozenset({"text", "series:2.25.1"})),
    )

    assert withheld_of(kinds[0]) == ""
    assert len({withheld_of(each) for each in kinds}) == len(kinds)


def test_hidden_images_are_not_seen() -> None:
    images = (_image(1), _image(2, series="2.25.2"), replace(_image(3), confirmed_at=None))

    assert seen_images(question(), images) == images[:2]
    assert seen_images(question(taken_down=frozenset({"series:2.25.1"})), images) == images[1:2]
    assert seen_images(question(wrong_patient_at=NOW), images) == ()


def test_marked_slices_come_first_then_the_middle_of_each_series() -> None:
    images = (*(_image(number) for number in range(1, 20)), _image(20, series="2.25.2"))
    keys = [
        KeySlice(
            question_id=QUESTION,
            image_id=ImageId(f"image-{number}"),
            frame=0,
            member_id=member,
            is_askers=asks,
            marked_at=NOW,
        )
        for number, member, asks in ((5, MemberId("lee"), False), (7, MEMBER, True), (99, MEMBER, True))
    ]

    chosen = [each.id for each in chosen_images(images, keys)]

    assert chosen[:4] == ["image-7", "image-5", "image-10", "image-20"]
    assert len(chosen) == MOST_IMAGES


def test_suspended_room_takes_no_images() -> None:
    rooms = {why: replace(ROOM, suspended=why) for why in Suspension}

    assert [why for why, room in rooms.items() if room.takes_images] == [Suspension.NONE]
    assert [why for why, room in rooms.items() if room.is_reached] == [
        *(Suspension.NONE, Suspension.ROSTER, Suspension.STRANGERS)
    ]
    assert [why for why, room in rooms.items() if room.takes_words] == [Suspension.NONE, Suspension.ROSTER]


def test_room_of_no_language_reads_both() -> None:
    korean = replace(ROOM, language=Language.KOREAN)

    assert [reader.language for reader in ROOM.readers] == [Language.KOREAN, Language.ENGLISH]
    assert [reader.language for reader in korean.readers] == [Language.KOREAN]


def test_thread_has_a_mark_until_it_is_emptied() -> None:
    thread = RoomThread(question_id=QUESTION, room=HERE, thread="7", card="8", round=4, withheld="w", is_closed=True)

    emptied = thread.emptied(removed_at=NOW)

    assert thread.mark != replace(thread, thread="9").mark
    assert (thread.is_open, emptied.is_open) == (True, False)
    assert (emptied.round, emptied.withheld, emptied.removed_at) == (4, "", NOW)
