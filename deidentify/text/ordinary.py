"""Korean words that are no names though they begin like one (`allowed.toml`)."""

from __future__ import annotations

from functools import cache, lru_cache

from deidentify.text.words import words

_SUFFIX = frozenset(
    "이가은는을를의와과도만로으에서및성적인일중후전시증암염술력된됨한함할하되없있같여상부측쪽"
    "옴왔줌됐갔옵내외간형화률율량비체종류판실보까지부라네요입니고며면던든게기음씩째쯤경당별해했던등들님분"
)
"""What may follow such a word: particles, endings, and beginnings of what is joined to nouns."""


@lru_cache(maxsize=20_000)
def is_ordinary(run: str, start: int = 0) -> bool:
    """Whether a word of the list begins here and what follows it is an ending or another word."""
    allowed = allowed_words()
    for length in range(min(9, len(run) - start), 1, -1):
        if run[start : start + length] in allowed:
            rest = run[start + length :]
            if length > 2 or not rest or rest[0] in _SUFFIX or is_ordinary(rest):
                return True
    return False


@cache
def allowed_words() -> frozenset[str]:
    """Return the words of both lists."""
    return words("allowed", "korean") | words("allowed", "everyday")
