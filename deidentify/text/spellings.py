"""In which forms names and numbers are searched for: Hangul and romanised, in every order, joined.

A form is letters alone, in small letters, with nothing between them. The door
takes fingerprints of these forms; what they were made from is not kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice, permutations, product

from deidentify.text.words import table, words

INITIALS = "~"
"""Stands before initials, which are looked up only beside a cue or with points."""
_SPELLINGS_OF_A_NAME = 48
_SPELLINGS_OF_A_PART = 4


def forms_of_name(name: str) -> frozenset[str]:
    """Return every form in which a name is searched for; a name of one letter has none.

    Args:
        name: as a header or a person writes it, with ^, = or commas or without.
    """
    return frozenset(form for part in unicodedata.normalize("NFC", name).split("=") for form in _forms(part) if form)


def forms_of_number(value: str) -> frozenset[str]:
    """Return the forms of a number of a patient or an examination: with and without letters and leading zeros."""
    plain = re.sub("[^A-Z0-9]", "", unicodedata.normalize("NFKC", value).upper())
    forms = {plain, plain.lstrip("0"), re.sub("[^0-9]", "", plain).lstrip("0"), re.sub("^([A-Z]+)0+", r"\1", plain)}
    return frozenset(form for form in forms if sum(map(str.isdigit, form)) >= 4)


def _forms(name: str) -> Iterator[str]:
    parts = [part for part in re.split(r"[\s^,.\-_/()]+", name.strip()) if part]
    hangul = "".join(part for part in parts if re.fullmatch("[가-힣]+", part))
    latin = [part.lower() for part in parts if re.fullmatch(r"[^\W\d_]+", part) and not re.search("[가-힣]", part)]
    if len(hangul) > 1:
        yield from _forms_of_hangul(hangul)
    if latin:
        yield from _forms_of_latin(latin)


def _forms_of_hangul(name: str) -> Iterator[str]:
    yield name
    length = 2 if name[:2] in words("names", "korean", "compound_surnames") and len(name) > 2 else 1
    given = name[length:]
    if len(given) > 1:
        yield given
    surnames = _surname_spellings(name[:length])
    for spelled in islice(product(*map(_spellings, given)), _SPELLINGS_OF_A_NAME):
        joined = "".join(spelled)
        if len(joined) > 4:
            yield joined
        for surname in surnames:
            yield from (surname + joined, joined + surname)
    initials = "".join(_spellings(syllable)[0][0] for syllable in given)
    for surname in surnames:
        yield from (
            surname + initials,
            initials + surname,
            INITIALS + surname[0] + initials,
            INITIALS + initials + surname[0],
        )


def _forms_of_latin(parts: list[str]) -> Iterator[str]:
    parts = parts[:4]
    for count in range(2, len(parts) + 1):
        yield from ("".join(order) for order in permutations(parts, count))
    yield from (part for part in parts if len(part) > 3)
    first, *others = parts
    letters = "".join(part[0] for part in others)
    if letters:
        yield from (first + letters, letters + first, INITIALS + first[0] + letters, INITIALS + letters + first[0])
        yield from _hangul_of(first, "".join(others))
        yield from _hangul_of(parts[-1], "".join(parts[:-1]))
        yield from _initials_of(first, "".join(others))


def _hangul_of(surname: str, given: str) -> Iterator[str]:
    """A romanised Korean name, in Hangul as it may be written, and respelled."""
    surnames = _hangul_by_spelling("surnames").get(surname, ())
    for syllables in islice(_readings(given), 8) if surnames else ():
        hangul = islice(product(*syllables), _SPELLINGS_OF_A_NAME)
        for name in map("".join, hangul):
            yield from (first + name for first in surnames[:3])


def _initials_of(surname: str, given: str) -> Iterator[str]:
    """The initials of a romanised given name that is written as one word."""
    for syllables in islice(_readings(given), 8):
        letters = "".join(_spellings(hangul[0])[0][0] for hangul in syllables)
        yield from (
            surname + letters,
            letters + surname,
            INITIALS + surname[0] + letters,
            INITIALS + letters + surname[0],
        )


def _readings(given: str) -> Iterator[list[tuple[str, ...]]]:
    """Yield how a romanised given name divides into one to three syllables."""
    known = _hangul_by_spelling("syllables")

    def divide(rest: str, done: list[tuple[str, ...]]) -> Iterator[list[tuple[str, ...]]]:
        if not rest and done:
            yield done
        for length in range(1, min(6, len(rest)) + 1 if len(done) < 3 else 0):
            if rest[:length] in known:
                yield from divide(rest[length:], [*done, known[rest[:length]]])

    yield from divide(given, [])


@cache
def _hangul_by_spelling(name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for entry in table("romanised")[name].split():
        hangul, _, spelled = entry.partition("=")
        for spelling in spelled.split(","):
            found.setdefault(spelling, []).append(hangul)
    return {spelling: tuple(hangul) for spelling, hangul in found.items()}


@cache
def _romanised(name: str) -> dict[str, tuple[str, ...]]:
    entries = (entry.partition("=") for entry in table("romanised")[name].split())
    return {hangul: tuple(spelled.split(",")) for hangul, _, spelled in entries}


def _surname_spellings(surname: str) -> tuple[str, ...]:
    return _romanised("surnames").get(surname) or tuple(_joined(map(_spellings, surname)))


def _spellings(syllable: str) -> tuple[str, ...]:
    return (_romanised("syllables").get(syllable) or (_revised(syllable),))[:_SPELLINGS_OF_A_PART]


def _joined(parts: Iterable[tuple[str, ...]]) -> Iterator[str]:
    return ("".join(spelled) for spelled in islice(product(*parts), _SPELLINGS_OF_A_NAME))


_INITIAL = ["g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"]
_MIDDLE = [
    "a",
    "ae",
    "ya",
    "yae",
    "eo",
    "e",
    "yeo",
    "ye",
    "o",
    "wa",
    "wae",
    "oe",
    "yo",
    "u",
    "wo",
    "we",
    "wi",
    "yu",
    "eu",
    "ui",
    "i",
]
_FINAL = [
    "",
    "k",
    "k",
    "k",
    "n",
    "n",
    "n",
    "t",
    "l",
    "k",
    "m",
    "l",
    "l",
    "l",
    "p",
    "l",
    "m",
    "p",
    "p",
    "t",
    "t",
    "ng",
    "t",
    "t",
    "k",
    "t",
    "p",
    "t",
]


def _revised(syllable: str) -> str:
    """Spell a syllable as the Revised Romanisation does."""
    place = ord(syllable) - ord("가")
    return _INITIAL[place // 588] + _MIDDLE[place % 588 // 28] + _FINAL[place % 28]
