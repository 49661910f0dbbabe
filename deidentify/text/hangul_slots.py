"""Korean names by likeness and place together: the less a word is like a name, the more has to point at it.

What stands around is counted: placeholders, people, ages and numbers, the edge of a line, entries of a list.
Words that are known to be ordinary are none, wherever they stand.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache, lru_cache

from deidentify.text.forms import Circumstances, Script
from deidentify.text.hangul_names import is_title_or_particle, syllables_of
from deidentify.text.hangul_surroundings import AGE_AFTER, LOOKED_AT, NUMBER_AFTER, is_led
from deidentify.text.ordinary import allowed_words, is_ordinary
from deidentify.text.words import words

_RUN = re.compile("[가-힣]{2,}")
_FIRMLY_BEFORE = (
    re.compile(
        r"\[(?:ward|number|hospital|resident number|birth date|phone|occupation(?:: [^\]]{2,40})?|origin|family|"
        r"[0-9]0대|[0-9-]+세|90세 이상)\]"
        r"(?:생|호|세)?(?:[ ]?[/,]?[ ]?(?:[MFmf]|남자|여자|남|여|남성|여성))?[ ,/:)\]]{1,3}\Z"
    ),
    re.compile(r"(?:\A|\n)[ ]{0,3}(?:[0-9]{1,2}[.)]|[-*•>#①-⑨]|\[[^\]]{1,8}\])[ ]{0,2}\Z"),
    re.compile(r"[0-9]{1,2}[)][ ]?\Z"),
    re.compile(r"(?<![0-9])[0-9]{1,3}(?:세|살)?[ ]?/?[ ]?(?:[MFmf]|남자|여자|남|여)[ ,/]{1,2}\Z"),
    re.compile(r"\[name\](?:님|씨|환자)?[ ]?(?:\([^)]{0,24}\))?[ ]?(?:,|/|·|&|와|과|랑|이랑|하고|및|vs\.?)[ ]?\Z"),
    re.compile(r"(?:[가-힣]과|병동|호실|호|번|중환자실|응급실|외래|ICU|ER|ED|방)[ ,:]{1,2}\Z"),
)
_WEAKLY_BEFORE = (
    re.compile(r"(?:\A|[\n.?!:>~)\]/,;→=-])[ ]{0,2}\Z"),
    re.compile(
        r"(?:그|저|이|아까|어제|오늘|방금|지금|금일|작일|지난번|저번|이번|전에|우리|저희|혹시|일단|참|근데|그리고|또|"
        r"어|아|네|저기|"
        r"선생님|교수님|쌤|안녕하세요|안녕하십니까|전|저는|제가|제|담당|말한|말씀드린|올린|보낸|오신|온|입원한|퇴원한|"
        r"찍은|계신)[,.]?[ ]\Z"
    ),
)
_FIRMLY_AFTER = (
    AGE_AFTER,
    NUMBER_AFTER,
    re.compile(r"[ ]?\((?=[^)]{0,30}(?:[0-9]|cT|pT|T[1-4]|r/o|s/p|재발|의심|남|여))"),
    re.compile(
        r"[ ](?:이분|그분|이 분|그 분|두분|두 분|환자|pt|산모|할머니|할아버지|어르신|보호자|님|씨|선생|교수|과장|쌤|"
        r"샘|드림|올림|배상|拜上)"
    ),
    re.compile(r"[ ]?(?:올림|드림|배상)(?![가-힣])"),
)
_WEAKLY_AFTER = (
    LOOKED_AT,
    re.compile(r"[ ]?[,/;:(\n→=]|[ ]?[A-Za-z]|[ ]?\Z"),
    re.compile(
        r"[ ](?:오늘|어제|내일|이번|지난|금일|방금|아까|[0-9]{1,2}일|퇴원|입원|수술|시술|검사|판독|호흡|산소|열|기침|"
        r"객혈|흉통|"
        r"결과|상태|외래|응급|급해|급한|재발|의심|확인|좀|봐|다시|폐|흉|좌|우|양측)"
    ),
)
_SHORT_GIVEN = frozenset("별솔담봄빛율윤설준훈혁현민건결산슬린은진철호웅찬단겸연원영수숙순식빈한샘선헌환욱완")


def slotted_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield words of Hangul whose likeness and place together say that they are names."""
    if not Script.HANGUL.value.search(text):
        return
    for run in _RUN.finditer(text):
        for length in (3, 4, 2):
            if length <= len(run.group()) and _is_name(text, run, length):
                yield run.start(), run.start() + length
                break


def _is_name(text: str, run: re.Match[str], length: int) -> bool:
    word = run.group()
    likeness = likeness_of(word[:length])
    if not likeness or not is_title_or_particle(word, length) or _is_ordinary(word, length):
        return False
    return likeness + _pointers(text, run, length) >= _ENOUGH


_ENOUGH = 5
"""Of likeness and pointers together; a firm pointer counts two, a weak one one."""
LISTED = 4
"""The likeness of a listed given name behind a usual surname."""


@lru_cache(maxsize=20_000)
def likeness_of(name: str) -> int:
    """Return how much it is like a name: most with a listed given name, less by its syllables, 0 for none."""
    is_compound = name[:2] in words("names", "korean", "compound_surnames")
    is_usual = name[0] in syllables_of("usual_surnames")
    as_compound = _with_given(name[2:], is_usual=True) if is_compound else 0
    is_surname = is_usual or name[0] in syllables_of("other_surnames")
    return max(as_compound, _with_given(name[1:], is_usual=is_usual) if is_surname else 0)


def _with_given(given: str, *, is_usual: bool) -> int:
    if len(given) == 1:
        return 2 if is_usual and given in _SHORT_GIVEN else 0
    if len(given) != 2:
        return 0
    if given in words("given", "hangul"):
        return LISTED if is_usual else LISTED - 1
    firsts, seconds = _usual_syllables()
    usual = (given[0] in firsts) + (given[1] in seconds)
    return 1 + usual if is_usual else usual


@cache
def _usual_syllables() -> tuple[frozenset[str], frozenset[str]]:
    """Return the syllables with which given names begin and end, by the list of them."""
    given = words("given", "hangul")
    firsts, seconds = Counter(name[0] for name in given), Counter(name[1] for name in given)
    return tuple(frozenset(s for s, count in counted.items() if count >= 3) for counted in (firsts, seconds))  # type: ignore[return-value]


def _is_ordinary(word: str, length: int) -> bool:
    """A word of the list, alone or with an ending; a listed given name behind a word of two syllables stays a name."""
    if word in allowed_words() or word[:length] in allowed_words() or (length < 4 and word[:2] in allowed_words()):
        return True
    return is_ordinary(word) and likeness_of(word[:length]) < LISTED


def _pointers(text: str, run: re.Match[str], length: int) -> int:
    before = text[max(0, run.start() - 40) : run.start()]
    end = run.start() + length
    firm = any(pattern.search(before) for pattern in _FIRMLY_BEFORE) or is_led(before.rpartition("\n")[2])
    weak = any(pattern.search(before) for pattern in _WEAKLY_BEFORE)
    firm_after = any(pattern.match(text, place) for place in (end, run.end()) for pattern in _FIRMLY_AFTER)
    weak_after = any(pattern.match(text, run.end()) for pattern in _WEAKLY_AFTER)
    is_titled = run.end() > end and _TITLED.match(text, end) is not None
    return 2 * (firm + firm_after + is_titled) + weak + weak_after


_TITLED = re.compile(
    r"환자|님|씨|쌤|샘|교수|선생|과장|원장|간호사|전공의|펠로우|인턴|할머니|할아버지|어르신|산모|보호자|군(?![가-힣])|"
    r"양(?![가-힣])"
)
