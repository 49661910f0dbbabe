"""Korean names of which a part is masked already, and initials."""

from __future__ import annotations

import re
from collections.abc import Iterator

from deidentify.text.forms import Circumstances
from deidentify.text.hangul_names import syllables_of

_MASKED = re.compile(
    rf"(?<![가-힣a-z0-9])(?:(?:{'|'.join(['남궁', '황보', '제갈', '선우', '독고'])}|"
    rf"[가-힣])[ ]?(?:[O○◯〇ㅇ*＊●]{{2}}|[XxＸ]{{2}})(?![a-z0-9])|[가-힣][O○◯〇*＊●][가-힣"
    rf"](?![가-힣]{{2,}})|[가-힣][ ]?모[ ]?씨)",
    re.IGNORECASE,
)
_CONSONANTS = re.compile(r"(?<![ㄱ-ㅎ가-힣])(?P<v>(?!ㅋㅋ|ㅎㅎ|ㅇㅇㅇ|ㄷㄷ)[ㄱ-ㅎ]{3})(?=[ ]?(?:님|씨|환자|선생|교수))")
_DOTTED = re.compile(
    r"(?<![A-Za-z0-9.])(?P<v>(?:[A-Z]\.[ ]?){1,2}[A-Z]\.?)"
    r"(?=[ ,/]{1,2}(?:[MF][ ]?/?[ ]?[0-9]{2}|[0-9]{2}[ ]?(?:/?[MF]|(?=,)))(?![a-z0-9]))"
)
_INITIAL = re.compile(r"(?<![A-Za-z0-9])(?:[A-Z]\.?){1,3}[ ]?씨(?![가-힣]{3})")


def masked_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield names of which a part is masked already, 김OO, 이모 씨, K씨."""
    surnames = syllables_of("usual_surnames") | syllables_of("other_surnames")
    for match in _MASKED.finditer(text):
        if match.group()[0] in surnames or len(match.group()) > 3:
            yield match.span()
    yield from (match.span() for match in _INITIAL.finditer(text))
    yield from (match.span("v") for pattern in (_CONSONANTS, _DOTTED) for match in pattern.finditer(text))
