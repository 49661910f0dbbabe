"""Korean names: a surname and a given name to which something points (title, label, role, age), or that are usual.

What looks like a name but is a word of radiology or of messages (`allowed.toml`) is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.forms import Circumstances
from deidentify.text.hangul_surroundings import (
    AGE_AFTER,
    ENDS,
    INTRODUCES,
    LOOKED_AT,
    NUMBER_AFTER,
    PERSON_BEFORE,
    TITLE_ALONE,
    TITLED,
    is_labelled,
    is_led,
)
from deidentify.text.ordinary import allowed_words, is_ordinary
from deidentify.text.words import table, words

_RUN = re.compile("[가-힣]+")
_PARTICLES = frozenset("이가은는을를의에와과도만로")
_TITLES = (
    "교수님|선생님|쌤|샘|과장님|원장님|실장님|팀장님|부장님|닥터|교수|선생|"
    "과장|원장|간호사|전공의|펠로우|주임님|박사님|모씨|모 씨|씨"
)
_CLAUSE = "흉부|복부|두부|엑스레이|판독|영상|사진|시티|씨티|검사|의뢰|보호자|환자"
_SENTENCE = re.compile("(?:다|요|음|함|지|고|을|를|까|죠|데|서|면|게)$")


def korean_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where names stand in Hangul; one that is found stands for all of its kind in the text."""
    spans = [span for run in _RUN.finditer(text) for span in _in_run(text, run)]
    yield from spans
    found = {text[start:end] for start, end in spans if end - start >= 3}
    if found:
        yield from (match.span() for match in re.finditer("|".join(sorted(map(re.escape, found))), text))


@cache
def syllables_of(name: str) -> frozenset[str]:
    """Return the syllables of one list of `names.toml`."""
    return frozenset(table("names")["korean"][name])


@cache
def _titles() -> tuple[str, ...]:
    return tuple(sorted(words("names", "korean", "honorifics"), key=len, reverse=True))


@cache
def _any_title() -> re.Pattern[str]:
    return re.compile("|".join(_titles()))


@cache
def _tail() -> re.Pattern[str]:
    particles = "|".join(sorted(words("names", "korean", "particles"), key=len, reverse=True))
    titles = "|".join(_titles())
    return re.compile(rf"(?:(?:{titles})?(?:{particles})?(?![가-힣])|(?:님|씨|환자)|(?:{particles})?(?:{_CLAUSE}))")


@cache
def _strict_tail() -> re.Pattern[str]:
    """What may follow a name to which nothing points."""
    titles = "|".join(_titles())
    return re.compile(
        rf"(?:{titles})?(?:입니다만|입니다|이고요|이구요|고요|구요|이라고요|이라는|"
        r"라는|이란|란|인데요|이에요|예요|인데여|임|이라고|라고|이고|이며|인데|이요|"
        r"이신데|이가|이는|이의|이한테|께서|한테|에게|이|가|은|는|을|를|의|와|과|"
        rf"도|랑|이랑)?(?![가-힣])|님|씨|환자|{_CLAUSE}"
    )


@cache
def _glued_lead() -> re.Pattern[str]:
    known = (
        "환자이름은|환자이름|환자명은|환자명|이름은|이름이|성함은|성함이|성명은|"
        "성명|성함|이름|보호자|환자는|환자|주치의|담당교수|담당의|전공의|교수|영상의학과|"
        "호흡기내과|흉부외과|내과|외과|응급의학과"
    )
    return re.compile(known)


def _in_run(text: str, run: re.Match[str]) -> Iterator[tuple[int, int]]:
    word, begin = run.group(), run.start()
    length = _at_start(text, run) or _before_title(text, run, 0)
    if length:
        yield begin, begin + length
        return
    lead = _glued_lead().match(word)
    if lead and (rest := _length_after_lead(word, lead.end())):
        yield begin + lead.end(), begin + lead.end() + rest
        return
    for place in range(1, min(len(word) - 3, 40)):
        if length := _within(word, place):
            yield begin + place, begin + place + length
            return


def _length_after_lead(word: str, place: int) -> int:
    if is_ordinary(word, place):
        return 0
    for length in _lengths(word, place):
        is_name = length > 2 and _quality(word[place : place + length]) >= 2
        if is_name and _tail().match(word, place + length):
            return length
    return 0


def _within(word: str, place: int) -> int:
    """A usual name amid letters without blanks counts before a title that is clear."""
    for length in _lengths(word, place):
        if length < 3 or _quality(word[place : place + length]) < 3 or is_ordinary(word, place):
            continue
        if any(word.startswith(title, place + length) for title in _clear_titles()) and not is_ordinary(
            word[max(0, place - 1) :]
        ):
            return length
    return 0


def _at_start(text: str, run: re.Match[str]) -> int:
    """Return how many syllables at the beginning of a word are a name by what stands around, or by itself."""
    word = run.group()
    before = text[max(0, run.start() - 24) : run.start()].rpartition("\n")[2]
    if is_labelled(before) and (length := _labelled(text, run)):
        return length
    for length in _lengths(word, 0):
        quality = _quality(word[:length])
        if not quality or not _tail().match(word, length):
            continue
        if is_ordinary(word) and (_is_listed(word, length) or (quality < 3 and not _is_bracketed(text, run, length))):
            continue
        if _is_pointed_at(text, run, length=length, before=before) and (
            quality >= 2 or length != 3 or _is_aged(text, run, length)
        ):
            return length
        is_by_itself = quality >= 3 or (quality == 2 and length == 3 and _begins_line(text, run, before))
        if length > 2 and is_by_itself and not is_ordinary(word) and _strict_tail().match(word, length):
            return length
    return _foreign(text, run, before)


def _is_bracketed(text: str, run: re.Match[str], length: int) -> bool:
    """Whether an age or a number in brackets is joined to it: 이제니(남 44)."""
    end = run.start() + length
    if length != 3 or end != run.end() or text[end : end + 1] != "(":
        return False
    return AGE_AFTER.match(text, end) is not None or NUMBER_AFTER.match(text, end) is not None


def _begins_line(text: str, run: re.Match[str], before: str) -> bool:
    """Whether a line begins with it, and with nothing else up to a sign or what is looked at."""
    return not before.strip(" -*[(") and (
        LOOKED_AT.match(text, run.end()) is not None or INTRODUCES.search(run.group(), 3) is not None
    )


def _is_aged(text: str, run: re.Match[str], length: int) -> bool:
    return run.start() + length == run.end() and AGE_AFTER.match(text, run.end()) is not None


def _foreign(text: str, run: re.Match[str], before: str) -> int:
    """A foreign name in Hangul: between a role and an age in brackets, or joined to 님."""
    word = run.group()
    if is_ordinary(word) or not 3 <= len(word) <= 8:
        return 0
    if is_led(before) and text[run.end() : run.end() + 2].strip()[:1] == "(" and AGE_AFTER.match(text, run.end()):
        return len(word)
    is_plain = word.endswith("님") and not word.endswith(_longer_titles()) and not TITLED.search(word)
    return len(word) - 1 if is_plain and len(word) > 3 else 0


@cache
def _longer_titles() -> tuple[str, ...]:
    return tuple(title for title in _titles() if title.endswith("님") and title != "님")


def _is_listed(word: str, length: int) -> bool:
    """Whether it is a listed word itself, or one with a particle: 정상이, not 배수지."""
    allowed = allowed_words()
    return word in allowed or word[:length] in allowed or (word[:2] in allowed and word[2:3] in _PARTICLES)


def _labelled(text: str, run: re.Match[str]) -> int:
    """Behind a label a possible name counts, and any other word that stands alone there."""
    word = run.group()
    if is_ordinary(word):
        return 0
    for length in _lengths(word, 0):
        if length > 2 and _quality(word[:length]) and _tail().match(word, length):
            return length
    is_behind_colon = text[max(0, run.start() - 2) : run.start()].strip() in (":", "=")
    stands_alone = is_behind_colon or ENDS.match(text, run.end()) is not None
    return len(word) if stands_alone and 2 <= len(word) <= 7 and not _SENTENCE.search(word) else 0


def _is_short(run: re.Match[str], length: int) -> bool:
    """Whether a name of this length needs an age behind it: two syllables, or four that are no compound surname's."""
    return length == 2 or run.group()[:2] not in words("names", "korean", "compound_surnames")


def _is_pointed_at(text: str, run: re.Match[str], *, length: int, before: str) -> bool:
    end = run.start() + length
    after = AGE_AFTER.match(text, end) or NUMBER_AFTER.match(text, end)
    if length != 3 and _is_short(run, length):
        return bool(AGE_AFTER.match(text, end) and end == run.end() and (not before.strip() or is_led(before)))
    if after or is_led(before):
        return True
    is_sure = _quality(run.group()[:length]) >= 2 or ENDS.match(text, run.end()) is not None
    return is_sure and PERSON_BEFORE.search(before) is not None


def _before_title(text: str, run: re.Match[str], place: int) -> int:
    """A name before its title, joined or behind one blank; a surname alone before a title of the staff."""
    word = run.group()
    for length in _lengths(word, place):
        title = _title_at(text, run.start() + length)
        if not title or length > len(word) or (length < len(word) and not word.startswith(title, length)):
            continue
        name = word[:length]
        if name in allowed_words() or (length < 3 and title not in _clear_titles() - {"환자", "보호자"}):
            continue
        if is_ordinary(word) and (
            length < 3 or (is_ordinary(name) and (_quality(name) < 3 or _is_listed(word, length)))
        ):
            continue
        if _quality(name) >= (1 if title in _clear_titles() or length == 2 else 2) and not _is_attribute(name, title):
            return length
    return _surname_alone(text, run) or _given_alone(text, run)


def _is_attribute(name: str, title: str) -> bool:
    """Whether it says what kind of patient: 오래된 환자."""
    return (
        title.startswith(("환자", "환우", "보호자"))
        and name[-1] in "한된인는은을던할될난온간신해성의적"
        and _quality(name) < 3
    )


def _title_at(text: str, place: int) -> str:
    start = place + (text[place : place + 1] == " ")
    if start > place and text.startswith(("양측", "양쪽", "양성", "군의", "양상", "양폐", "양하"), start):
        return ""
    match = _any_title().match(text, start)
    title = match.group() if match else ""
    return "" if len(title) == 1 and title in "군양" and (start > place or _RUN.match(text, start + 1)) else title


def _surname_alone(text: str, run: re.Match[str]) -> int:
    match = _surname_and_title().match(text, run.start())
    if match is None:
        return 0
    surname, gap = match["v"], match["gap"]
    if is_ordinary(run.group()) and not gap:
        return 0
    return 0 if gap and (surname in "전한이저주신" and not match.group().endswith("님")) else len(match.group())


@cache
def _surname_and_title() -> re.Pattern[str]:
    surnames = "|".join((*words("names", "korean", "compound_surnames"), *sorted(syllables_of("usual_surnames"))))
    return re.compile(rf"(?P<v>{surnames})(?P<gap>[ ]?)(?:{_TITLES})(?![가-힣]{{3,}})")


def _given_alone(text: str, run: re.Match[str]) -> int:
    """A given name or a foreign one before 씨 or 님: 길동 씨, 인소망씨."""
    word = run.group()
    if len(word) < 2 or word[:2] in _no_given() or is_ordinary(word):
        return 0
    for length in (2, 3, 4):
        if TITLE_ALONE.match(text, run.start() + length) and (length == 2 or not TITLED.search(word)):
            return length if length <= len(word) else 0
    return 0


def _lengths(word: str, place: int) -> Iterator[int]:
    """Yield how long a name here may be, the likeliest first."""
    if word[place : place + 2] in words("names", "korean", "compound_surnames"):
        yield from (length for length in (4, 3) if place + length <= len(word))
    if word[place : place + 1] and (
        word[place] in syllables_of("usual_surnames") or word[place] in syllables_of("other_surnames")
    ):
        yield from (length for length in (3, 2, 4) if place + length <= len(word))


def _quality(name: str) -> int:
    """Return 3 for a usual surname and given name, 2 for a possible one, 1 for a surname and anything, 0 for none."""
    if name[:2] in words("names", "korean", "compound_surnames") and len(name) > 2:
        return 3 if _usual(name[2], "first_usual") else 2
    is_usual = name[0] in syllables_of("usual_surnames")
    if len(name) != 3:
        return int(is_usual)
    first, second = _usual(name[1], "first_usual"), _usual(name[2], "second_usual")
    if is_usual:
        return 3 if first and second else 2 if first or second else 1
    return 2 if first and second else 0


def _usual(syllable: str, name: str) -> bool:
    return syllable in syllables_of(name)


def is_title_or_particle(word: str, place: int) -> bool:
    """Whether nothing but titles and particles stands in a word from this place on."""
    return _tail().match(word, place) is not None


def _clear_titles() -> frozenset[str]:
    return words("names", "korean", "clear_titles")


def _no_given() -> frozenset[str]:
    return words("names", "korean", "no_given")
