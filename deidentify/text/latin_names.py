"""Names in Latin letters: by title, label and role, by form, and romanised Korean names in either order.

Capital letters count here, unlike in the other rules. Eponyms and the words of
reports and messages are no names, whatever they stand beside.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from deidentify.text.cues import is_measured
from deidentify.text.forms import Circumstances
from deidentify.text.words import words

_WORD = r"[A-Z][a-zA-Z]*(?:['’-](?:[A-Z][A-Z]+|[A-Z]?[a-z]+))*"
_NAME = (
    rf"(?:[A-Z]\.|{_WORD})(?:[ ](?:(?:van|von|de|del|la|der|bin|al)[ ])?(?:[A-Z]\.|" rf"{_WORD}|[A-Z](?![a-z]))){{0,3}}"
)
_EDGE = r"(?<![A-Za-z0-9'’-])"
_TITLED = re.compile(
    rf"{_EDGE}(?:[Dd]rs?|DR|[Pp]rof(?:essor)?|PROF|[Mm]rs?|[Mm]s|Miss|Mx|MR(?!I)"
    rf"|MRS|MS|Madam|닥터)(?:\.[ ]?|[ ])(?P<v>{_NAME}|[a-z]{{2,10}}(?![a-z]))"
)
_LABELLED = re.compile(
    rf"(?:(?i:{_EDGE}(?:(?:patient|pt|guardian|mother|father|physician|doctor)"
    rf"(?:'s)?[ _]?)?name(?:d)?|{_EDGE}(?:reported|read|dictated|signed|requested|"
    r"performed|referred|reviewed)(?:[ ]by|(?=:))|"
    rf"{_EDGE}(?:radiologist|referrer|attending|physician|referring|requesting|"
    rf"consultant|resident|fellow|technologist))|성명|이름|환자명|성함)[ \t]{{0,2}}(?:은|"
    rf"는|is|:|=|,)?[ \t]{{0,2}}[:=]?[ \t]{{0,2}}"
    rf"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.?[ ])?(?P<v>{_NAME}|[a-z]{{2,12}}[ -][a-z]{{2,12}}(?:[ -][a-z]{{2,10}})?)"
)
_PATIENT = re.compile(
    rf"{_EDGE}(?:(?i:patient|pts?|from|by|for|to|with|cc|hi|hello|dear|thanks|"
    r"thx|ty|thank you|regards|re|husband|wife|mother|father|son|daughter|brother|"
    rf"sister)[.:,]?|환자|보호자|산모)[ \t\n]{{1,2}}(?P<v>{_NAME})"
)
_AGED = re.compile(
    rf"{_EDGE}(?P<v>{_WORD}(?:,?[ ](?:[A-Z]\.?[ ])?{_WORD}){{1,2}})(?=[ ]?[,(/:-]{{0,2}}[ "
    rf"]?(?:\(?[0-9]{{1,3}}[ ]?(?:/|[yY]|M(?![a-zA-Z])|F(?![a-zA-Z])|세|[mf]/)|(?<![A-Za-z])(?:\(?[MFmf]/[0-9]|"
    rf"DOB|D\.O\.B|MRN|ID(?![a-zA-Z])|born)|환자|님|씨|\(?[0-9]{{6,}}|\[(?:number|"
    r"birth date|resident number|phone)\]))"
)
_CARET = re.compile(rf"{_EDGE}[A-Za-z]{{2,20}}(?:\^[A-Za-z][A-Za-z .-]{{0,20}}){{1,3}}")
_BEFORE_TITLE = re.compile(
    rf"{_EDGE}(?P<v>{_NAME})[ ]?(?:님|씨|선생님|쌤|교수님|교수|과장님|환자분|환자(?=[ ,]|의|는|가|$)|산모)"
)
_DOTTED = re.compile(rf"{_EDGE}(?P<v>(?:[A-Z]\.[ -]?){{1,3}}(?P<s>[A-Z][a-z]+|[A-Z]{{2,}}))(?![A-Za-z])")
_TRAILING = re.compile(
    rf"{_EDGE}(?P<v>(?P<s>[A-Z][a-z]+),?[ ](?:[A-Z]{{2}}|[A-Z]\.[ -]?[A-Z]\.?))(?![A-Za-z0-9])(?![ ]et[ ]al)"
)
_INITIALS = re.compile(
    r"(?:(?i:initials?)|이니셜(?:은|이)?)[ ]?[:=]?[ ]?(?P<v>[A-Z](?:[.]?[ ]?[A-Z])"
    rf"{{1,3}}\.?)(?![A-Za-z])|(?:(?i:{_EDGE}patient|{_EDGE}pt)\.?|환자)[ ](?P<w>[A-Z](?:\.[ "
    rf"]?[A-Z]){{1,2}}\.?|[A-Z]{{3}}(?=[ ,(]{{1,2}}(?:[0-9]{{1,3}}[ ]?[/MFy세]|"
    r"[MF]/[0-9])))(?![A-Za-z])|"
    rf"{_EDGE}(?P<x>[A-Z]\.[ ]?[A-Z]\.(?:[ ]?[A-Z]\.)?)[ ]?(?:님|환자|씨|[(,][ ]?[0-9]{{1,3}}[ ]?[/세])"
)
_DEGREED = re.compile(
    rf"{_EDGE}(?P<v>{_NAME})(?=,?[ ](?:MD|M\.D\.|DO|PhD|RN|FRCR|FRCPC|MBBS|PGY-?[ ]?[1-6]|R[1-4])(?![A-Za-z0-9]))"
)
_ABOUT = re.compile(
    rf"{_EDGE}(?:on|about|regarding|re:?|for|of|with|by|to|from|is|named|called)"
    rf"[ ](?P<v>[A-Z][a-z]{{2,}}[ ][A-Z][a-z]{{2,}}(?:[ ][A-Z][a-z]{{2,}})?)(?=[?.,(;:!]|"
    r"'s|[ ]?\n|[ ]?$|[ ]\()"
)
_ONE = re.compile(
    rf"(?:{_EDGE}[Pp]atient|{_EDGE}[Pp]t\.?)[ ](?P<v>[A-Z][a-z]{{3,14}})(?=[ "
    r"](?:is|was|has|had|remains|came|presented|with|who|still|now|needs|underwent|"
    r"from|also)(?![a-z])|'s|[,(])"
)
_TOKEN = re.compile(r"[A-Za-z]+(?:-[A-Za-z]+)?")
_POSSESSED = re.compile(
    rf"{_EDGE}(?P<v>[A-Z][a-z]{{2,}})['’]s[ ](?:ct|cxr|chest|scan|x-?ray|film|"
    r"mri|image|images|case|report|daughter|son|wife|husband|mother|father|chart|"
    r"lab|labs|biopsy)",
    re.IGNORECASE,
)


def latin_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where names stand in Latin letters; one that is found stands for its words in the whole text."""
    if not re.search("[A-Za-z]", text):
        return
    spans = [*_titled(text), *_cued(text), *_by_form(text), *_romanised(text)]
    yield from spans
    yield from _again(text, {text[start:end] for start, end in spans})


def is_known_word(word: str) -> bool:
    """Whether a word is one of reports, messages or eponyms."""
    lower = word.lower().strip(".'’")
    return lower in words("names", "latin", "no_names") or lower in words("allowed", "eponyms")


def _titled(text: str) -> Iterator[tuple[int, int]]:
    for match in _TITLED.finditer(text):
        name = match["v"]
        is_plain = (
            match.group().startswith(("mr ", "mrs ", "ms ", "mr.", "mrs.", "ms."))
            and not is_known_word(name)
            and not is_measured(name)
        )
        if name[0].isupper() or name in words("names", "latin", "surnames") or is_plain:
            yield from ((match.start(), end) for _, end in _trimmed(match, needs_list=False))


def _cued(text: str) -> Iterator[tuple[int, int]]:
    for pattern in (_LABELLED, _DEGREED, _ONE):
        for match in pattern.finditer(text):
            yield from _trimmed(match, needs_list=False)
    for pattern in (_PATIENT, _BEFORE_TITLE):
        for match in pattern.finditer(text):
            yield from _trimmed(match, needs_list=True)
    for match in _INITIALS.finditer(text):
        yield match.span(next(group for group in ("v", "w", "x") if match[group]))


def _trimmed(match: re.Match[str], *, needs_list: bool) -> Iterator[tuple[int, int]]:
    """Yield the name up to the first word that is none; a cue that is weak wants a word of the lists."""
    start = end = match.start("v")
    taken: list[str] = []
    for word in re.finditer(r"[A-Za-z'’-]+\.?", match["v"]):
        bare = re.sub("['’]s$", "", word.group().strip(".'’"))
        if bare.lower() in words("names", "latin", "no_names") and len(bare) > 1:
            break
        if bare.lower() in words("allowed", "eponyms") and (needs_list or taken) and not _is_listed(bare):
            break
        taken.append(bare)
        end = (
            match.start("v")
            + word.end()
            - (len(word.group()) - len(bare) if word.group().endswith("s") and bare != word.group() else 0)
        )
    if taken and (not needs_list or _is_person(taken)):
        yield start, end


def _is_person(taken: list[str]) -> bool:
    return any(_is_first(word) or (_is_listed(word) and len(word) > 2) or _is_given(word, at_least=2) for word in taken)


def _is_first(word: str) -> bool:
    return word.lower() in words("names", "latin", "first_names")


def _is_listed(word: str) -> bool:
    return word.lower() in words("names", "latin", "clear_surnames")


def _by_form(text: str) -> Iterator[tuple[int, int]]:
    for match in _AGED.finditer(text):
        name = re.sub(r"(?:[ ,]+(?:ID|MRN|DOB|MD))+$", "", match["v"])
        bare = re.findall(r"[A-Za-z'’-]+", name)
        if len(bare) > 1 and not any(len(word) > 1 and (is_known_word(word) or is_measured(word)) for word in bare):
            yield match.start("v"), match.start("v") + len(name)
    yield from (match.span() for match in _CARET.finditer(text))
    yield from _with_initials(text)
    yield from _possessed(text)
    yield from _spoken_of(text)
    yield from _first_and_last(text)


def _with_initials(text: str) -> Iterator[tuple[int, int]]:
    for match in _DOTTED.finditer(text):
        if match["s"].lower() in words("names", "latin", "surnames") and not is_known_word(match["s"]):
            yield match.span("v")
    for match in _TRAILING.finditer(text):
        if _is_listed(match["s"]) and match["v"].split(" ")[1].lower().strip(".") not in words(
            "names", "latin", "no_names"
        ):
            yield match.span("v")


def _possessed(text: str) -> Iterator[tuple[int, int]]:
    for match in _POSSESSED.finditer(text):
        if (
            match["v"][0].isupper()
            and (_is_first(match["v"]) or _is_listed(match["v"]))
            and not is_known_word(match["v"])
        ):
            yield match.span("v")


def _spoken_of(text: str) -> Iterator[tuple[int, int]]:
    """Two or three capitalised words after a preposition, none of them known."""
    for match in _ABOUT.finditer(text):
        if not any(is_known_word(word) or is_measured(word) for word in match["v"].split(" ")):
            yield match.span("v")


def _first_and_last(text: str) -> Iterator[tuple[int, int]]:
    """A usual first name and a capitalised word that is no other: Robert Miller, MILLER, ROBERT J."""
    for match in re.finditer(rf"{_EDGE}(?P<a>{_WORD})(?P<gap>,?)[ ](?:[A-Z]\.?[ ])?(?P<b>{_WORD})(?![A-Za-z])", text):
        first, last = (match["b"], match["a"]) if match["gap"] else (match["a"], match["b"])
        if _is_first(first) and len(last) > 2 and first.isupper() == last.isupper() and not _is_term(first, last):
            yield match.start(), _extended(text, match.end() - (2 if re.search("['’]s$", match.group()) else 0))
    for match in re.finditer(rf"{_EDGE}(?P<a>[a-z]{{3,12}})[ ](?P<b>[a-z]{{2,12}})(?![A-Za-z-])", text):
        if _is_first(match["a"]) and match["b"] in words("names", "latin", "other_surnames"):
            yield match.span()


def _extended(text: str, end: int) -> int:
    """Return where a name ends that goes on with one or two more capitalised words."""
    for _ in range(2):
        more = re.match(rf"[ ]{_WORD}(?![A-Za-z])", text[end : end + 24])
        if more is None or is_known_word(more.group().strip()) or is_measured(more.group().strip()):
            break
        end += more.end()
    return end


def _is_term(first: str, last: str) -> bool:
    """Whether the second is no name, or both are of eponyms, as in Austin Flint."""
    eponyms = words("allowed", "eponyms")
    last = re.sub("['’]s$", "", last).lower()
    return last in words("names", "latin", "no_names") or (first.lower() in eponyms and last in eponyms)


def _romanised(text: str) -> Iterator[tuple[int, int]]:
    tokens = list(_TOKEN.finditer(text))
    place = 0
    while place < len(tokens):
        count = next((count for count in (3, 2) if _is_korean(text, tokens[place : place + count], count)), 0)
        if count:
            yield tokens[place].start(), tokens[place + count - 1].end()
        place += count or 1


def _is_korean(text: str, tokens: list[re.Match[str]], count: int) -> bool:
    if len(tokens) < count or any(text[a.end() : b.start()] not in {" ", ", ", ",", ". "} for a, b in pairwise(tokens)):
        return False
    names = [token.group() for token in tokens]
    if any(name.lower() in _NO_SYLLABLE for name in names) or not _same_case(names):
        return False
    return _is_surname_and_given(names[0], names[1:]) or (
        "," not in text[tokens[0].end() : tokens[-1].start()] and _is_surname_and_given(names[-1], names[:-1])
    )


def _same_case(names: list[str]) -> bool:
    """All capitalised, all capital letters, or all small ones; then the surname has to be clear."""
    if all(name[0].isupper() for name in names):
        return True
    return all(name.islower() for name in names) and any(name in _PLAIN_SURNAMES for name in (names[0], names[-1]))


def _is_surname_and_given(surname: str, given: list[str]) -> bool:
    lower = surname.lower()
    if lower not in words("names", "latin", "surnames") or "-" in surname:
        return False
    joined = "".join(given)
    if len(given) == 2:
        return lower in words("names", "latin", "clear_surnames") and all(
            _is_given(part, at_least=1, at_most=1) for part in given
        )
    is_clear = (
        lower in words("names", "latin", "clear_surnames")
        or "-" in joined
        or (len(joined) > 5 and not joined.islower())
    )
    return is_clear and not is_known_word(joined) and _is_given(joined, at_least=2)


def _is_given(word: str, *, at_least: int, at_most: int = 2) -> bool:
    parts = word.lower().split("-")
    if len(parts) > 1:
        return len(parts) <= 3 and all(_syllables(part) for part in parts)
    return any(at_least <= count <= at_most for count in _syllables(parts[0]))


@cache
def _syllable_list() -> frozenset[str]:
    return words("names", "latin", "syllables")


def _syllables(word: str) -> set[int]:
    """Return in how many syllables of given names a word can be read, up to three."""
    if not 1 < len(word) <= 14:
        return set()
    reached: dict[int, set[int]] = {0: {0}}
    for place in range(len(word)):
        for length in range(1, 7):
            if place in reached and word[place : place + length] in _syllable_list() and place + length <= len(word):
                reached.setdefault(place + length, set()).update(count + 1 for count in reached[place] if count < 3)
    return reached.get(len(word), set())


def _again(text: str, names: set[str]) -> Iterator[tuple[int, int]]:
    parts = {part for name in names for part in re.findall(r"[A-Z][A-Za-z]{3,}", name) if not is_known_word(part)}
    if parts:
        pattern = re.compile(rf"{_EDGE}(?:{'|'.join(sorted(parts))})(?![A-Za-z])")
        yield from (match.span() for match in pattern.finditer(text))


_NO_SYLLABLE = frozenset(
    [
        "a",
        "in",
        "no",
        "so",
        "to",
        "do",
        "an",
        "ma",
        "pa",
        "ha",
        "he",
        "on",
        "is",
        "it",
        "as",
        "at",
        "of",
        "or",
        "by",
        "ct",
        "mr",
        "ap",
        "the",
        "and",
        "for",
        "man",
        "men",
        "sun",
        "son",
        "him",
        "her",
        "hi",
        "ok",
        "hum",
        "human",
        "chin",
    ]
)
_PLAIN_SURNAMES = frozenset(
    [
        "kim",
        "gim",
        "choi",
        "choe",
        "jung",
        "jeong",
        "kang",
        "yoon",
        "jang",
        "lim",
        "seo",
        "shin",
        "kwon",
        "hwang",
        "ahn",
        "ryu",
        "yoo",
        "hong",
        "koh",
        "goh",
        "moon",
        "baek",
        "huh",
        "hur",
        "noh",
        "kwak",
        "gwak",
        "hyun",
        "namgung",
        "hwangbo",
        "jegal",
        "cho",
        "park",
        "lee",
    ]
)
