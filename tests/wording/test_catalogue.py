"""Sentences filled in: values, times on the reader's clock, and defects that are noticed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.delivery import Terms, Value
from domain.ids import MemberId
from domain.member import Language, Member
from domain.text import DeidentifiedText
from wording.catalogue import Catalogue, CatalogueError, load_catalogue, read_sentences

AT = datetime(2026, 11, 21, 16, 5, tzinfo=UTC)
SENTENCES = {
    "a.time": "{at:time}",
    "a.day": "{at:day}",
    "a.both": "{at}",
    "a.text": "{label}: {text}",
    "a.around": "{label}{also}",
    "page.x": "X {n}",
}
CATALOGUE = Catalogue({Language.ENGLISH: SENTENCES, Language.KOREAN: SENTENCES})


def _reader(language: Language = Language.ENGLISH, time_zone: str = "Asia/Seoul") -> Member:
    return Member(id=MemberId("m"), display_name="", alias="", language=language, time_zone=time_zone)


@pytest.mark.parametrize(
    ("key", "language", "zone", "shown"),
    [
        ("a.time", Language.ENGLISH, "Asia/Seoul", "01:05"),
        ("a.time", Language.ENGLISH, "Europe/Berlin", "17:05"),
        ("a.day", Language.ENGLISH, "Asia/Seoul", "Nov 22"),
        ("a.day", Language.KOREAN, "Asia/Seoul", "11월 22일"),
        ("a.both", Language.KOREAN, "Europe/Berlin", "11월 21일 17:05"),
    ],
)
def test_times_are_the_readers_own(key: str, language: Language, zone: str, shown: str) -> None:
    assert CATALOGUE.text(key, _reader(language, zone), {"at": AT}) == shown


def test_values_are_put_in_as_they_are() -> None:
    values: dict[str, Value] = {"label": "Q1", "text": DeidentifiedText(value="no {label} in 3.5 cm"), "unused": 3}

    assert CATALOGUE.text("a.text", _reader(), values) == "Q1: no {label} in 3.5 cm"


def test_missing_value_or_sentence_is_a_defect() -> None:
    with pytest.raises(CatalogueError, match=r"a\.text needs"):
        CATALOGUE.text("a.text", _reader(), {"label": "Q1"})
    with pytest.raises(CatalogueError, match=r"no sentence a\.none in en"):
        CATALOGUE.sentence("a.none", Language.ENGLISH)


def test_sentence_inside_another_takes_its_values() -> None:
    inside = Terms(keys=("a.text", "a.day"), lead=" ", separator="; ")
    values: dict[str, Value] = {"label": "Q1", "text": "no {at}", "at": AT, "also": inside}

    assert CATALOGUE.text("a.around", _reader(), values) == "Q1 Q1: no {at}; Nov 22"
    with pytest.raises(CatalogueError, match=r"a\.text needs"):
        CATALOGUE.text("a.around", _reader(), {"label": "Q1", "at": AT, "also": inside})


def test_pages_get_their_own_sentences_with_placeholders() -> None:
    assert CATALOGUE.page_texts(Language.ENGLISH) == {"page.x": "X {n}"}


def test_catalogue_on_disk_is_read_whole() -> None:
    loaded = load_catalogue()

    assert set(loaded.sentences) == set(Language)
    assert all(len(sentences) > 100 for sentences in loaded.sentences.values())


def test_key_that_stands_twice_is_a_defect(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "draft.x"\nmsgstr "one"\n', encoding="utf-8")
    (tmp_path / "b.po").write_text('msgid "draft.x"\nmsgstr "two"\n', encoding="utf-8")

    with pytest.raises(CatalogueError, match=r"draft\.x stands twice"):
        read_sentences(tmp_path)


def test_only_catalogue_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid ""\nmsgstr ""\n\nmsgid "draft.x"\nmsgstr "one"\n', encoding="utf-8")
    (tmp_path / "a.po~").write_text("not read", encoding="utf-8")

    assert read_sentences(tmp_path) == {"draft.x": "one"}
