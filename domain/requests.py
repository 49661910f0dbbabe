"""What members ask of the bot behind a stroke: "/quiet 22-07", "/상태 Q417"."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import time
from enum import StrEnum

from domain.hours import QuietHours
from domain.member import Language
from domain.spelling import folded, plain
from domain.vocabulary import vocabulary

FIND_COMMAND = re.compile(r"\s*/\s*(?:find|찾기|검색)\b\s*(?P<words>.*)", re.IGNORECASE | re.DOTALL)
"""A search, which is routed by itself: its words are looked for, not obeyed."""
_REQUEST = re.compile(r"/\s?(?P<word>[^\W\d_]+)(?:\s+(?P<rest>.*))?", re.DOTALL)
_HOURS = re.compile(r"(\d{1,2})(?::?(\d{2}))?\s?시?\s?[-~]\s?(\d{1,2})(?::?(\d{2}))?\s?시?")
_NUMBER = re.compile(r"q?\s?(\d{1,6})번?")
_OFF = frozenset({"off", "끄기", "없음"})
_LANGUAGES = {
    **dict.fromkeys(("ko", "kor", "korean", "한국어", "한글"), Language.KOREAN),
    **dict.fromkeys(("en", "eng", "english", "영어"), Language.ENGLISH),
}


class Request(StrEnum):
    ASK = "ask"
    ON_CALL = "oncall"
    SWAP = "swap"
    STATUS = "status"
    QUIET = "quiet"
    LANGUAGE = "language"
    WITHDRAW = "withdraw"
    PRIVACY = "privacy"
    DRAFTS = "drafts"
    LOST = "lost"
    LINK = "link"
    PAGE = "page"
    """A link that signs in on a page."""
    BLOCKS = "blocks"
    """Text blocks: all of them, or what is to become of one."""
    INVITE = "invite"
    OFFBOARD = "offboard"
    SURGE = "surge"
    HELP = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with what follows it; None where a stroke begins a word that is none of ours."""

    request: Request | None
    rest: str


def asked_in(text: str) -> Asked | None:
    """Return what a text asks for; None where it does not begin with a stroke and a word."""
    match = _REQUEST.fullmatch(plain(text))
    if match is None:
        return None
    name = vocabulary().requests.get(folded(match["word"]))
    return Asked(request=None if name is None else Request(name), rest=(match["rest"] or "").strip())


def typed_after(text: str) -> str:
    """Return what stands behind the word of a request as it was typed: names keep their capitals."""
    match = _REQUEST.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return "" if match is None else (match["rest"] or "").strip()


def asked_words(text: str) -> str:
    """Return a question without the "/ask" before it; any other text as it is."""
    match = _REQUEST.fullmatch(unicodedata.normalize("NFC", text).replace("／", "/").strip())
    is_ask = match is not None and vocabulary().requests.get(folded(match["word"])) == Request.ASK
    return (match["rest"] or "").strip() if is_ask and match is not None else text


def asks_anew(text: str) -> bool:
    """Return whether a text is a question behind "/ask", and not the word alone."""
    said = asked_words(text)
    return bool(said) and said != text


def hours_in(rest: str) -> QuietHours | None:
    """Return hours as they are typed, "22-07" or "22:30-07:00" or "off"; None where they are none."""
    if rest in _OFF:
        return QuietHours(begins=time(0), ends=time(0))
    match = _HOURS.fullmatch(rest)
    if match is None:
        return None
    begin_hour, begin_minute, end_hour, end_minute = (int(part or 0) for part in match.groups())
    try:
        return QuietHours(begins=time(begin_hour % 24, begin_minute), ends=time(end_hour % 24, end_minute))
    except ValueError:
        return None


def language_in(rest: str) -> Language | None:
    return _LANGUAGES.get(rest)


def number_in(rest: str) -> int | None:
    """Return the number of a question: "Q417", "417", "417번"."""
    match = _NUMBER.fullmatch(rest)
    return None if match is None else int(match[1])
