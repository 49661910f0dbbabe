"""Reading the catalogue and filling its sentences in. The sentences themselves are in `ko/` and `en/`.

Keys stand as msgid, sentences as msgstr, with `{name}` placeholders. A time takes
`{due:time}` (14:02), `{due:day}` (21 Nov) or `{due}` (both), on the reader's own clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import resources
from importlib.resources.abc import Traversable
from string import Formatter
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton, format_time
from babel.messages.pofile import read_po

from domain.delivery import Terms, Value
from domain.member import Language, Member
from domain.messages import Action
from wording.particles import filled

_PAGE_PREFIX = "page."


class CatalogueError(Exception):
    """The catalogue itself is wrong: a defect, found by the tests and at start."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The `Wording` port: sentences by language and key."""

    sentences: Mapping[Language, Mapping[str, str]]

    def text(self, key: str, member: Member, values: Mapping[str, Value]) -> str:
        """Return a sentence in the member's language, times on the member's clock.

        Raises:
            CatalogueError: no such key, or a value that the sentence needs is missing.
        """
        plain = {name: _shown(value, member) for name, value in values.items() if not isinstance(value, Terms)}
        terms = {name: self._joined(value, member, plain) for name, value in values.items() if isinstance(value, Terms)}
        return self._filled(key, member.language, {**plain, **terms})

    def sentence(self, key: str, language: Language) -> str:
        """Return a sentence with its placeholders as they stand."""
        try:
            return self.sentences[language][key]
        except KeyError as error:
            raise CatalogueError(f"no sentence {key} in {language}") from error

    def _joined(self, terms: Terms, member: Member, values: Mapping[str, object]) -> str:
        """Return sentences inside another, filled in with the same values."""
        said = terms.separator.join(self._filled(key, member.language, values) for key in terms.keys)
        return terms.lead + said if said else ""

    def _filled(self, key: str, language: Language, values: Mapping[str, object]) -> str:
        sentence = self.sentence(key, language)
        try:
            return filled(sentence, values) if language is Language.KOREAN else sentence.format_map(values)
        except KeyError as error:
            raise CatalogueError(f"{key} needs {error}") from error

    def label(self, action: Action, language: Language) -> str:
        return self.sentence(f"action.{action}", language)

    def placeholders(self, key: str, language: Language) -> frozenset[str] | None:
        sentence = self.sentences[language].get(key)
        if sentence is None:
            return None
        return frozenset(name for _, name, _, _ in Formatter().parse(sentence) if name is not None)

    def page_texts(self, language: Language) -> Mapping[str, str]:
        return {key: text for key, text in self.sentences[language].items() if key.startswith(_PAGE_PREFIX)}


def load_catalogue() -> Catalogue:
    """Read every catalogue file of both languages.

    Raises:
        CatalogueError: a key stands twice.
    """
    folder = resources.files("wording")
    return Catalogue({language: read_sentences(folder.joinpath(language.value)) for language in Language})


def read_sentences(folder: Traversable) -> Mapping[str, str]:
    """Read the catalogue files of one language; raises as `load_catalogue` does."""
    sentences: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".po"):
            _read_file(file, sentences)
    return sentences


def _read_file(file: Traversable, sentences: dict[str, str]) -> None:
    with file.open("rb") as stream:
        for message in read_po(stream):
            if not message.id:
                continue
            if str(message.id) in sentences:
                raise CatalogueError(f"{message.id} stands twice")
            sentences[str(message.id)] = str(message.string)


def _shown(value: Value, member: Member) -> object:
    if isinstance(value, datetime):
        return _Moment(value.astimezone(ZoneInfo(member.time_zone)), member.language)
    return value


@dataclass(frozen=True, slots=True)
class _Moment:
    """A time as the reader sees it."""

    local: datetime
    language: Language

    def __format__(self, spec: str) -> str:
        time = format_time(self.local, "HH:mm", locale=self.language.value)
        if spec == "time":
            return time
        day = format_skeleton("MMMd", self.local, locale=self.language.value)
        return day if spec == "day" else f"{day} {time}"
