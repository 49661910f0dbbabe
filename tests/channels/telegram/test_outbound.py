"""How a message looks: cut at the limit, buttons in rows, the link behind images."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.telegram.outbound import TEXT_LIMIT, keyboard, length_of, pieces, shaped, shortened
from domain.delivery import OfferedChoice, OutgoingMessage
from domain.ids import DeliveryId, ImageId, QuestionId
from domain.messages import Action
from domain.text import DeidentifiedText

HEAD = "🔴 Q417 URGENT\nasker Sea-lion\nimages 3"
PAGES = "https://hilum.example.org"


def message(text: str = "An answer", **parts: object) -> OutgoingMessage:
    return OutgoingMessage(delivery_id=DeliveryId("d1"), key="k", text=text, **parts)  # type: ignore[arg-type]


def choices(*labels: str) -> tuple[OfferedChoice, ...]:
    return tuple(OfferedChoice(action=Action.CLAIM, label=label, digit="1") for label in labels)


def rows_of(*labels: str) -> list[int]:
    return [len(row) for row in keyboard(message(token="t", choices=choices(*labels))).inline_keyboard]


def test_text_closing_and_link_stand_apart():
    look = shaped(message("A <b> & c", closing="An opinion.", link="/u/7Kq2"), page_address=PAGES)

    assert look.texts == (f"A <b> & c\n\nAn opinion.\n\n{PAGES}/u/7Kq2",)


def test_words_that_are_quoted_stand_between_text_and_closing():
    said = message("Q417 ANSWER", quoted=DeidentifiedText(value="PE not excluded."), closing="An opinion.")

    assert shaped(said).texts == ("Q417 ANSWER\n\nPE not excluded.\n\nAn opinion.",)
    assert "PE not excluded." in shaped(said, is_card=True).texts[0]


def test_images_lead_to_their_question():
    images = {"images": (ImageId("i"),), "question_id": QuestionId("q1")}

    assert shaped(message(**images), page_address=PAGES).texts[0].endswith(f"{PAGES}/questions/q1")
    assert shaped(message(**images)).texts == ("An answer",)


def test_long_text_is_cut_between_lines():
    lines = [f"{number} " + "x" * 90 for number in range(100)]

    texts = shaped(message("\n".join(lines))).texts

    assert len(texts) == 3
    assert "\n".join(texts).split("\n") == lines


def test_card_is_one_text_with_its_end():
    look = shaped(message("x" * 9000, closing="An opinion."), is_card=True)

    assert length_of(look.texts[0]) <= TEXT_LIMIT
    assert look.texts[0].endswith("x…\n\nAn opinion.")


@pytest.mark.parametrize("asked", ["58M covid D8. " * 300, "가" * 5000, "x" * 9000])
def test_card_that_is_too_long_is_full_of_what_is_asked(asked):
    said = message(HEAD, quoted=DeidentifiedText(value=asked.strip()), link="/questions/q1")

    (text,) = shaped(said, page_address=PAGES, is_card=True).texts

    head, quoted, link = text.split("\n\n")
    assert (head, link) == (HEAD, f"{PAGES}/questions/q1")
    assert asked.startswith(quoted.removesuffix("…"))
    assert length_of(text) > TEXT_LIMIT - 20


def test_message_that_is_too_long_is_full_and_whole():
    texts = shaped(message(HEAD, quoted=DeidentifiedText(value="가" * 5000))).texts

    assert [length_of(text) > TEXT_LIMIT - 20 for text in texts[:-1]] == [True]
    assert "".join(texts).count("가") == 5000


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        (f"🔴 Q417 {'x' * 200}", f"🔴 Q417 {'x' * 119}…"),
        (f"🔴 Q417 {'word ' * 40}", f"🔴 Q417 {'word ' * 22}word…"),
        (" " * 200, "…"),
    ],
)
def test_title_that_is_too_long_is_cut_near_its_end(title, shown):
    assert shortened(title, 128) == shown


def test_buttons_stand_in_rows_that_a_phone_shows_whole():
    assert rows_of("Claim", "Pass", "Ask back", "Answer") == [3, 1]
    assert rows_of("담당하기", "급하지 않음 보내기", "추가 질문") == [2, 1]
    assert rows_of("A label that is too long for one row") == [1]


def test_no_buttons_no_keyboard():
    assert keyboard(message()) is None
    assert keyboard(message(choices=choices("Claim"))) is None


@given(st.text(alphabet="a 😀\n한", max_size=200), st.integers(min_value=2, max_value=40))
def test_pieces_fit_and_lose_nothing_but_spaces(text, limit):
    found = pieces(text, limit)

    assert all(length_of(piece) <= limit for piece in found)
    assert "".join("".join(found).split()) == "".join(text.split())


@given(st.text(max_size=50), st.integers(min_value=3, max_value=20))
def test_shortened_fits(text, limit):
    assert length_of(shortened(text, limit)) <= limit
