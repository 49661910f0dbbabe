"""What a text is found by: pairs of syllables for Hangul, folded words for the rest; and what a search asks for.

One function makes the words of stored texts, and the same folding makes those
of a search, so that whatever two syllables of a text are typed find it. What
is found where is `domain.search`'s; what stands here knows texts alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

VERSION = 1
"""Counts the changes of `words_of`: an index made by another version is made anew."""

MOST_GROUPS = 8
"""So many words of a search count; nobody types more, and each costs."""
_MOST_WORDS = 30_000
"""Of one document: PostgreSQL's vectors end at a mebibyte."""
_LONGEST = 40
_POINT = "\ua78f"
"""Stands in a word for a decimal point; a letter, so that no tokenizer parts a number there."""
_SYLLABIC = "\u1100-\u11ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97c\uac00-\ud7ff\uf900-\ufaff"
_CLUSTER = re.compile("[\uac00-\ud7a3]?[\u1100-\u11ff]+|.", re.DOTALL)
_RUN = re.compile(
    f"(?P<syllables>[{_SYLLABIC}]+)"
    rf"|(?P<compound>(?:(?![{_SYLLABIC}])[^\W_])+(?:[-_/'’‐‑](?:(?![{_SYLLABIC}])[^\W_])+)*)"
)
_HYPHEN = re.compile(r"[-_/'’‐‑]")
_PART = re.compile(rf"[^\W\d_{_POINT}]*\d[\d{_POINT}]*|[^\W\d_{_POINT}]+")
_BETWEEN_SYLLABLES = re.compile(rf"(?<=[{_SYLLABIC}])\s+(?=[{_SYLLABIC}])")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_IS_SIMPLE = re.compile("[\x00-\x7f\uac00-\ud7a3]*").fullmatch
"""Of most texts every character is folded by itself; indexing takes a third of the time then."""
_IS_SYLLABIC = re.compile(f"[{_SYLLABIC}]+").fullmatch
_IDLE_LINE = (
    "the and for with was are not but can you this that from has have had any what which there please "
    "should could would did does how when why who his her him she they our your about into than then also "
    "been being or of to in on at is it be as by an we do if so no"
)
_IDLE = frozenset(_IDLE_LINE.split())
_IDLE_SYLLABLES_LINE = (
    "니다 습니 합니 입니 니까 나요 까요 는데 은데 인데 어요 아요 해요 세요 주세 하는 있는 없는 있습 없습 "
    "하고 에서 으로 같은 같습 같아 어떤 어떻 떻게 궁금 금합 봐주 부탁 탁드 드립 립니 문의 의드 환자 자입 "
    "안녕 녕하 하세 감사 사합 선생 생님 지요 가요 한가 을까 ㄹ까 보이 이는 이고 이며 였는 했습 됩니 되나 "
    "될까 그리 리고 그런 런데 이번 경우"
)
_IDLE_SYLLABLES = frozenset(_IDLE_SYLLABLES_LINE.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One word of an index; with `is_begun`, every word that begins with it."""

    text: str
    is_begun: bool = False

    def meets(self, word: str) -> bool:
        return word.startswith(self.text) if self.is_begun else word == self.text


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One thing that was typed: any of the alternatives, each of them whole.

    `contains` is what the folded text has to hold besides, since three
    syllables are two pairs that might stand apart; empty where the words say it.
    """

    alternatives: tuple[tuple[Word, ...], ...]
    contains: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a search asks for: all of the groups. Without any it asks for nothing, and finds nothing."""

    groups: tuple[Group, ...]

    def __bool__(self) -> bool:
        return bool(self.groups)


def words_of(text: str) -> frozenset[str]:
    """Return the words that a text is found by."""
    found = dict.fromkeys(word for run in _RUN.finditer(fold(text)) for word in _words_of_run(run))
    return frozenset(list(found)[:_MOST_WORDS])


def fold(text: str) -> str:
    """Return a text without case, accents, widths and the spaces that Hangul may have or not; twice changes nothing."""
    plain = text.lower() if _IS_SIMPLE(text) else "".join(_fold_cluster(part) for part in _CLUSTER.findall(text))
    return _DECIMAL_POINT.sub(_POINT, _BETWEEN_SYLLABLES.sub("", plain))


def sought_in(typed: str) -> Sought:
    """Return what somebody who typed this seeks; the last word may still be growing."""
    groups = list(_groups(typed))
    return Sought(groups=tuple(dict.fromkeys(groups))[:MOST_GROUPS])


def is_met(sought: Sought, text: str) -> bool:
    """Return whether a text is found by a search: what the databases compute, for one text."""
    words, folded = words_of(text), fold(text)
    return bool(sought) and all(_is_group_met(group, words, folded) for group in sought.groups)


def spans_of(sought: Sought, text: str) -> tuple[tuple[int, int], ...]:
    """Return where in a text what was sought stands: from character to character, the end excluded."""
    letters = list(_letters(text))
    folded = "".join(letter for letter, _ in letters)
    places = {place for group in sought.groups for place in _places(group, folded)}
    return tuple(_merged(sorted((letters[start][1], _end(letters, end, len(text))) for start, end in places)))


def themes_of(text: str) -> tuple[str, ...]:
    """Return the words of a text that say what it is about, in their order, each once."""
    found = dict.fromkeys(word for run in _RUN.finditer(fold(text)) for word in _words_of_run(run))
    return tuple(word for word in found if _is_telling(word))


def _letters(text: str) -> Iterator[tuple[str, int]]:
    """Yield each character of the folded text with the place of what it came from."""
    folded = [(letter, found.start()) for found in _CLUSTER.finditer(text) for letter in _fold_cluster(found.group())]
    line = "".join(letter for letter, _ in folded)
    for match in reversed(list(_BETWEEN_SYLLABLES.finditer(line))):
        del folded[match.start() : match.end()]
    points = {match.start() for match in _DECIMAL_POINT.finditer("".join(letter for letter, _ in folded))}
    for place, (letter, origin) in enumerate(folded):
        yield (_POINT if place in points else letter), origin


def _fold_cluster(cluster: str) -> str:
    if cluster.isascii():
        return cluster.lower()
    if "\uac00" <= cluster <= "\ud7a3":
        return cluster
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", cluster).casefold())
    bare = "".join(letter for letter in plain if unicodedata.category(letter) != "Mn")
    return unicodedata.normalize("NFC", bare)


def _words_of_run(run: re.Match[str]) -> Iterable[str]:
    syllables = run["syllables"]
    if syllables:
        # The last syllable stands alone too, so that each one of them begins a word.
        return (*_pairs(syllables), syllables[-1])
    parts = _parts(run.group())
    joined = ("".join(parts),) if parts and len(_bits(run.group())) > 1 else ()
    return [_stem(part) for part in (*parts, *joined)]


def _pairs(syllables: str) -> tuple[str, ...]:
    return tuple(first + second for first, second in pairwise(syllables))


def _bits(compound: str) -> list[str]:
    return _HYPHEN.split(compound)


def _parts(compound: str) -> tuple[str, ...]:
    return tuple(part[:_LONGEST] for bit in _bits(compound) for part in _PART.findall(bit))


def _stem(word: str) -> str:
    """Return a word without what its plural adds; the same ending goes from the singular, so that both meet."""
    word = word[:_LONGEST]
    if len(word) < 4 or not word.isascii() or not word.isalpha() or word.endswith(("ss", "us")):
        return word
    for ending, left in (("ies", "i"), ("sis", "s"), ("es", ""), ("s", ""), ("e", ""), ("y", "i")):
        if word.endswith(ending):
            return word.removesuffix(ending) + left
    return word


def _groups(typed: str) -> Iterator[Group]:
    """Words are typed apart on purpose: spaces between syllables part them here, unlike in `words_of`."""
    words = typed.split()
    for place, word in enumerate(words):
        runs = list(_RUN.finditer(fold(word)))
        is_growing = place == len(words) - 1 and typed[-1:].strip() != ""
        for number, run in enumerate(runs):
            yield from _groups_of_run(run, is_growing=is_growing and number == len(runs) - 1)


def _groups_of_run(run: re.Match[str], *, is_growing: bool) -> Iterator[Group]:
    syllables = run["syllables"]
    if syllables and len(syllables) == 1:
        yield Group(alternatives=((Word(text=syllables, is_begun=True),),))
    elif syllables:
        pairs = tuple(Word(text=pair) for pair in _pairs(syllables))
        yield Group(alternatives=(pairs,), contains=syllables if len(pairs) > 1 else "")
    elif parts := _parts(run.group()):
        yield _group_of(parts, is_growing=is_growing)


def _group_of(parts: Sequence[str], *, is_growing: bool) -> Group:
    """Words with a hyphen, without it and written as one are the same."""
    whole = tuple(Word(text=_stem(part)) for part in parts)
    alternatives = [whole]
    joined = "".join(parts)[:_LONGEST]
    if len(parts) > 1:
        alternatives.append((Word(text=_stem(joined)),))
    if is_growing and len(joined) > 1:
        alternatives.append((*whole[:-1], Word(text=parts[-1], is_begun=True)))
        if len(parts) > 1:
            alternatives.append((Word(text=joined, is_begun=True),))
    return Group(alternatives=tuple(dict.fromkeys(alternatives)))


def _is_group_met(group: Group, words: frozenset[str], folded: str) -> bool:
    if group.contains not in folded:
        return False
    return any(all(any(word.meets(known) for known in words) for word in whole) for whole in group.alternatives)


def _places(group: Group, folded: str) -> Iterator[tuple[int, int]]:
    wanted = _Wanted(frozenset(word for whole in group.alternatives for word in whole))
    if group.contains:
        yield from ((match.start(), match.end()) for match in re.finditer(re.escape(group.contains), folded))
        return
    for run in _RUN.finditer(folded):
        if run["syllables"]:
            yield from _syllables_at(run, wanted)
        else:
            yield from _parts_at(run, wanted)


class _Wanted:
    """The words of a group, parted by how they are met."""

    def __init__(self, words: frozenset[Word]) -> None:
        self.words = words
        self._whole = frozenset(word.text for word in words if not word.is_begun)
        self._begun = tuple(word.text for word in words if word.is_begun)

    def are_met_by(self, word: str) -> bool:
        return word in self._whole or word.startswith(self._begun)


def _syllables_at(run: re.Match[str], wanted: _Wanted) -> Iterator[tuple[int, int]]:
    for word in wanted.words:
        found = re.finditer(re.escape(word.text), run.group())
        yield from ((run.start() + match.start(), run.start() + match.end()) for match in found)


def _parts_at(run: re.Match[str], wanted: _Wanted) -> Iterator[tuple[int, int]]:
    if len(_bits(run.group())) > 1 and wanted.are_met_by(_stem("".join(_parts(run.group())))):
        yield run.start(), run.end()
        return
    for part in _PART.finditer(run.group()):
        if wanted.are_met_by(_stem(part.group())):
            yield run.start() + part.start(), run.start() + part.end()


def _merged(places: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Join places that overlap or touch."""
    open_start, open_end = -1, -1
    for start, end in places:
        if start > open_end:
            if open_end > open_start:
                yield open_start, open_end
            open_start, open_end = start, end
        open_end = max(open_end, end)
    if open_end > open_start:
        yield open_start, open_end


def _end(letters: Sequence[tuple[str, int]], end: int, length: int) -> int:
    """Where the last folded character of a place ends in the text: before the next one that came of another."""
    last = letters[end - 1][1]
    following = next((origin for _, origin in letters[end:] if origin > last), length)
    return min(following, last + 1) if following > last else length


def _is_telling(word: str) -> bool:
    if _IS_SYLLABIC(word):
        return len(word) > 1 and word not in _IDLE_SYLLABLES
    return len(word) > 1 and not word[0].isdigit() and word not in _IDLE
