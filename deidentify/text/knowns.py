"""What is known of the case, searched for in a text by fingerprint: windows of words and numbers are looked up.

And the other way: what a message states about its patient, as fingerprints, to tell two patients apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.cues import any_cue, is_named_measurement, is_unit_at
from deidentify.text.forms import CENTURY, DAY, JOIN, MMDD, MONTH, START, Circumstances, Finder, Search
from deidentify.text.hangul_names import is_title_or_particle
from deidentify.text.latin_names import is_known_word
from deidentify.text.likeness import is_word
from deidentify.text.ordinary import is_ordinary
from deidentify.text.plain import compose, make_plain
from deidentify.text.spellings import INITIALS, forms_of_number
from deidentify.text.words import words
from domain.identity import Fingerprint, IdentityKind, KnownIdentities, fingerprint
from domain.text import IdentifiableText, IdentifierKind

_HANGUL = re.compile("[가-힣]{2,}")
_LATIN = re.compile(r"[^\W\d_가-힣]+")
_BETWEEN = re.compile(r"[ \t\n^,.\-_/]{0,3}\Z")
_INITIALS = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z]\.[ ]?){1,3}[A-Z](?:\.|(?![A-Za-z]))|(?:(?<=환자 "
    r")|(?<=pt )|(?<=Pt )|(?<=patient )|(?<=Patient ))[A-Z]{2,4}(?![A-Za-z])"
)
_NUMBER = re.compile(r"(?<![A-Za-z0-9])(?:[A-Za-z]{1,6}[-_]?)?[0-9](?:[-_ ]?[0-9]|[-_]?[A-Za-z])*")
_PART = re.compile("[A-Za-z]{0,6}[0-9][0-9A-Za-z]{3,24}")
_PREFIXED = re.compile("[A-Za-z]{1,6}[-_]?(?=[0-9])")
_DECIMALS = re.compile(r"\.[0-9]|x[0-9]", re.IGNORECASE)
_ENOUGH_DIGITS = 6
"""A number of fewer digits may be any measurement: it counts behind the name of an identifier alone."""
_WITH_UNIT = re.compile(r"[0-9](?:mm|cm|ml|cc|mg|mcg|kg|g|l|hu|gy|mgy|msv|fr|u|iu|mmhg|bpm|ms|kvp|mas)$", re.IGNORECASE)
_MONTH, _DAY = "1[0-2]|0?[1-9]", "3[01]|[12][0-9]|0?[1-9]"
_DATE = re.compile(
    rf"(?<![0-9])(?:(?P<a>[0-9]{{1,2}})[-./](?P<b>[0-9]{{1,2}})[-./](?P<z>{CENTURY}[0-9]{{2}})|(?P<y>{CENTURY}?[0-9]{{2}})(?:"
    rf"[ ]?[-./년][ ]?(?P<m>{_MONTH})[ ]?[-./월][ ]?(?P<d>{_DAY})|(?P<p>{MONTH})(?P<q>{DAY})))(?![0-9])(?:[ ]?일)?"
)
_LONGEST_WORDS = 4
_LONGEST = 400
"""Bounds what is looked up of one run of letters without a blank."""


@cache
def known_rules() -> tuple[Finder, ...]:
    """Return the rules that look up what is known; without anything known they find nothing."""
    return (
        Search("known_name", IdentifierKind.NAME, _names),
        Search("known_number", IdentifierKind.NUMBER, _numbers),
        Search("known_birth_date", IdentifierKind.BIRTH_DATE, _births),
    )


def identities_in(text: IdentifiableText, *, secret: bytes) -> frozenset[Fingerprint]:
    """Return what a message states about its patient: a labelled number, the birth date, and the sex."""
    plain = make_plain(compose(text.value)).value
    return frozenset(fingerprint(kind, form, secret=secret) for kind, form in _stated(plain))


def _stated(text: str) -> Iterator[tuple[IdentityKind, str]]:
    for match in _labelled_id().finditer(text):
        yield from ((IdentityKind.PATIENT_ID, form) for form in forms_of_number(match["v"]))
    for match in _said_birth().finditer(text):
        dates = _DATE.finditer(match["v"] or match["w"])
        yield from ((IdentityKind.BIRTH_DATE, form) for date in dates for form in _births_of(date))
    for match in _RESIDENT.finditer(text):
        century = {"1": "19", "2": "19", "5": "19", "6": "19", "9": "18", "0": "18"}.get(match["s"], "20")
        yield IdentityKind.BIRTH_DATE, century + match["b"]
        yield IdentityKind.SEX, "M" if match["s"] in "13579" else "F"
    for match in _SEXES.finditer(text):
        yield IdentityKind.SEX, "M" if match.group(match.lastgroup or 0).lower().startswith(("m", "남")) else "F"


_RESIDENT = re.compile(
    rf"{START}(?P<b>[0-9]{{2}}{MMDD})[ ]?[-~]?[ ]?(?P<s>[0-9])(?:[0-9]{{6}}|[*●xX○]{{4,6}})(?![0-9])"
)
_SEXES = re.compile(
    r"(?<![0-9a-z.])[0-9]{1,3}[ ]?(?:세|살|yo|y/o|years?[ -]old)?[ ]?[/,]?[ "
    r"-]?(?P<a>[mf](?![a-z])|male|female|man|woman|남자|여자|남성|여성|남(?![가-힣])"
    r"|여(?![가-힣]))|"
    r"(?<![a-z가-힣])(?P<b>[mf]|남|여)[ ]?/[ ]?[0-9]{1,3}(?![0-9])|(?<![a-z가-힣])"
    r"(?P<c>male|female|남자|여자|남성|여성)[ ]?(?:patient|pt|환자)|(?:sex|성별)"
    r"[ ]?[:=은]?[ ]?(?P<d>[mf](?![a-z])|male|female|남|여)",
    re.IGNORECASE,
)


@cache
def _labelled_id() -> re.Pattern[str]:
    labels = (
        "등록 번호|환자 번호|환자 등록 번호|환자 ID|병록 번호|병록|차트 번호|챠트 "
        "번호|차트|챠트|MRN|MR no|patient ID|pt ID|chart no|chart number|chart|"
        "hospital no|hospital number|ID"
    )
    cues = "|".join(label.replace(" ", "[ ]{0,2}") for label in labels.split("|"))
    return re.compile(
        rf"(?<![a-z])(?:{cues})(?![a-z]){JOIN}(?P<v>[a-z]{{0,4}}[-/]?[0-9](?:[-./]?[0-9a-z]){{3,20}})", re.IGNORECASE
    )


@cache
def _said_birth() -> re.Pattern[str]:
    named, said = (re.sub(r"\(\?P<[a-z]>", "(?:", _DATE.pattern) for _ in range(2))
    return re.compile(
        rf"(?:{any_cue('birth_date')}){JOIN}(?P<v>{named})|(?P<w>{said})[ \t]?생(?![검리존성긴])", re.IGNORECASE
    )


def _names(text: str, circumstances: Circumstances) -> Iterator[tuple[int, int]]:
    known = circumstances.known
    if known is None or not known.fingerprints:
        return
    for run in _HANGUL.finditer(text):
        yield from _in_hangul(run, known)
    yield from _in_latin(text, known)
    for match in _INITIALS.finditer(text):
        if known.holds(IdentityKind.NAME, INITIALS + re.sub("[^a-z]", "", match.group().lower())):
            yield match.span()


def _in_hangul(run: re.Match[str], known: KnownIdentities) -> Iterator[tuple[int, int]]:
    """Names of three syllables and more are found within a word; shorter ones at its beginning, before an ending."""
    word = run.group()
    for start in range(min(len(word), _LONGEST)):
        for length in (5, 4, 3):
            if start + length <= len(word) and known.holds(IdentityKind.NAME, word[start : start + length]):
                yield run.start() + start, run.start() + start + length
    if not is_ordinary(word) and is_title_or_particle(word, 2) and known.holds(IdentityKind.NAME, word[:2]):
        yield run.start(), run.start() + 2


def _in_latin(text: str, known: KnownIdentities) -> Iterator[tuple[int, int]]:
    tokens = list(_LATIN.finditer(text))
    for place, first in enumerate(tokens):
        joined, end, found = "", first.start(), 0
        for count, token in enumerate(tokens[place : place + _LONGEST_WORDS]):
            if count and not _BETWEEN.match(text[end : token.start()]):
                break
            joined, end = joined + token.group().lower(), token.end()
            if len(joined) > 60 or len(joined) < 4 or (not count and not _may_be_alone(token.group())):
                continue
            if known.holds(IdentityKind.NAME, joined):
                found = end
        if found:
            yield first.start(), found


def _may_be_alone(word: str) -> bool:
    """A single name counts in capitals, and in small letters where no list of words has it."""
    if word[0].isupper():
        return not is_known_word(word)
    return not is_word(word) and word not in words("names", "latin", "also_words")


def _numbers(text: str, circumstances: Circumstances) -> Iterator[tuple[int, int]]:
    known = circumstances.known
    if known is None or not known.fingerprints:
        return
    for match in _NUMBER.finditer(text):
        if _WITH_UNIT.search(match.group()) or is_named_measurement(match):
            continue
        found = _known_span(text, match.span(), known)
        if found:
            yield found
        else:
            parts = (_known_span(text, part.span(), known) for part in _PART.finditer(text, *match.span()))
            yield from (span for span in parts if span)


def _known_span(text: str, span: tuple[int, int], known: KnownIdentities) -> tuple[int, int] | None:
    """Return where a known number stands here: with the letters that belong to it, or without the word in front."""
    start, end = span
    value = text[start:end]
    if len(value) > 40 or _is_value(text, end):
        return None
    if any(character.isalpha() for character in value) and _holds(known, value, has_letters=True):
        return span
    prefix = _PREFIXED.match(value)
    start += prefix.end() if prefix else 0
    value = text[start:end]
    is_long = sum(map(str.isdigit, value)) >= _ENOUGH_DIGITS
    if any(character.isalpha() for character in value) or not (is_long or _id_before().search(text[:start][-32:])):
        return None
    return (start, end) if _holds(known, value, has_letters=False) else None


def _is_value(text: str, end: int) -> bool:
    """Decimals, a second side, or a unit follow; a stroke behind a blank divides entries of a list."""
    return bool(_DECIMALS.match(text, end) or (is_unit_at(text, end) and not text.startswith(" /", end)))


@cache
def _id_before() -> re.Pattern[str]:
    return re.compile(rf"(?:{any_cue('number')}|(?<![a-z])(?:pt|patient|no\.?)|환자|번호|#){JOIN}\Z", re.IGNORECASE)


def _holds(known: KnownIdentities, value: str, *, has_letters: bool) -> bool:
    kinds = (IdentityKind.PATIENT_ID, IdentityKind.NUMBER)
    forms = (form for form in forms_of_number(value) if form.isdigit() is not has_letters)
    return any(known.holds(kind, form) for form in forms for kind in kinds)


def _births(text: str, circumstances: Circumstances) -> Iterator[tuple[int, int]]:
    known = circumstances.known
    if known is None or not known.fingerprints:
        return
    for match in _DATE.finditer(text):
        if any(known.holds(IdentityKind.BIRTH_DATE, form) for form in _births_of(match)):
            yield match.span()


def _births_of(match: re.Match[str]) -> Iterator[str]:
    """Yield the days a written date may be; two digits of a year are of either century."""
    if match["z"]:
        yield from (
            f"{match['z']}{int(first):02}{int(second):02}"
            for first, second in ((match["a"], match["b"]), (match["b"], match["a"]))
        )
        return
    years = (match["y"],) if len(match["y"]) == 4 else (f"19{match['y']}", f"20{match['y']}")
    yield from (f"{year}{int(match['m'] or match['p']):02}{int(match['d'] or match['q']):02}" for year in years)
