"""Every sentence for text messages fits one segment, with the longest values that are realistic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.demo_people import MEMBER
from domain.delivery import Terms
from domain.lengths import length_of
from domain.member import Language
from domain.messages import Action
from domain.short_codes import LINK_CODE_LENGTH
from domain.short_texts import plain_signs
from domain.vocabulary import word_of
from handlers.short_text import BARE, ELSEWHERE, MADE, REPLY, SHORT
from wording.catalogue import load_catalogue

CATALOGUE = load_catalogue()
KEYS = sorted(key for key in CATALOGUE.sentences[Language.ENGLISH] if SHORT in key)
BOTH = [(key, language) for key in KEYS for language in Language]
LATE = datetime(2026, 11, 28, 14, 59, tzinfo=UTC)
CODE = "m" * LINK_CODE_LENGTH
LINKS = {Language.ENGLISH: f"https://k.kr/q/{CODE}", Language.KOREAN: f"k.kr/q/{CODE}"}
NAMES = {Language.ENGLISH: "Dr Namgung Minhyeok", Language.KOREAN: "남궁민혁"}
INVITE = f"https://hilum.example.org/join/{'m' * 43}"
WORDS = {Language.ENGLISH: "No PE. CTPA not needed.", Language.KOREAN: "PE 없음. CT 불요"}
"""The least that has to have room; what is longer goes by its link."""


ON_PAGES = (
    *("page.", "shell.", "signin.", "landing.", "outbox.", "refusal.", "chart.", "digest.", "weekly."),
    *("action.", "field.", "option.", "concern.", "to_confirm.", "identity.", "state.", "draft.screen_photo"),
    *("rota.calendar", "rota.line", "rota.tier", "rota.reason", "rota.nobody", "error.key_slices"),
    "blocks.line",
)
"""What stands on pages, or inside other sentences."""
AT_SERVICES = (
    *("telegram.", "workspace.", "files.", "number.", "error.file_", "edit.", "question.originals_"),
    *("draft.message_deleted", "draft.file_refused", "draft.preview_in_chat", "draft.preview_with_form", "draft.page"),
    *("room.not_of_panel", "room.taken", "request.cut_off_in_chat"),
    *("prompt.ask_", "prompt.answer", "prompt.opinion", "prompt.add_", "prompt.consent_", "prompt.or_new"),
)
"""What is said where files come in and messages are edited, and on the pages of services: never in a text message."""
LETTERS = frozenset({"join.code", "join.approved", "join.refused"})
"""What goes out by e-mail alone."""
TOLD = sorted(
    key
    for key in CATALOGUE.sentences[Language.ENGLISH]
    if SHORT not in key and key not in LETTERS and not key.startswith((*ON_PAGES, *AT_SERVICES))
)


def everything(language: Language) -> dict[str, object]:
    """Return the longest values that are realistic, of every kind."""
    people = dict.fromkeys(("first", "second", "giver", "taker", "former", "other", "planned", "next"), "Dr Kim")
    whens = ("sent", "claim_due", "until", "begins", "ends", "change", "received", "day", "outcome", "due", "since")
    times = dict.fromkeys(whens, LATE)
    left_out = ("originals", "quality", "list", "concerns", "title", "files", "asker", "alike", "sure")
    nothing = dict.fromkeys(left_out, "")
    numbers = ("images", "limit", "confidence", "screens", "pictures", "pixels", "megabytes", "days")
    counts = {**dict.fromkeys(numbers, 9999), **dict.fromkeys(("claims", "shifts", "left", "hours", "strangers"), 99)}
    words = {"labels": "Q417, Q421", "names": "417 or 421", "state": "open", "by": "sex", "tier": "primary"}
    others = {"reason": "absent", "questions": "Q417! Q421*", "choices": "1=yes", "time": "07:30", "zone": "Asia/Seoul"}
    what = {"what": Terms(keys=("incident.what_everything",)), "note": "Nobody is named in it."}
    what |= {"strangers": 99, "missing": NAMES[language]}
    newcomers = {"number": "KSTR-2020-0417", "email": "somi.han@example.org", "channel": "telegram"}
    newcomers |= {"scope": "files:read"}
    what |= {"noted": "SMS 61/70", "days": 7, "since": LATE, "purpose": Terms(keys=("proposal.guideline",))}
    given = {**people, **times, **nothing, **counts, **words, **others, **what, **newcomers, **longest(language)}
    given |= {"why": Terms(keys=("refusal.text_still_shows",))}
    # What is quoted is measured with the sentence that has a place for it.
    return {**given, "text": "", "kilobytes": 64}


def longest(language: Language) -> dict[str, object]:
    link = LINKS[language]
    return {
        "society": "KSTR",
        "label": "Q9999",
        "panel": "cardiac team",
        "code": 99,
        "name": NAMES[language],
        "text": WORDS[language],
        "link": link,
        "upload": link,
        "upload_minutes": 30,
        "claim_minutes": 15,
        "answer_minutes": 60,
        "answer_due": LATE,
        "outcome": LATE,
        "at": LATE,
        "minutes": 20,
        "count": 3,
        "telephone": "02-2072-0000",
        "like": "Q9999",
        "word": word_of(Action.ADD_INFORMATION, language),
        "merge": CATALOGUE.sentence("panel.merge_alike", language).format(like="Q9999"),
    }


@pytest.mark.parametrize(("key", "language"), BOTH, ids=str)
def test_text_message_is_one_segment(key: str, language: Language) -> None:
    values = {**everything(language), **longest(language)}
    if key.startswith("members.invited"):
        values["link"] = INVITE
    member = replace(MEMBER, language=language)

    said = plain_signs(CATALOGUE.text(key, member, values))  # type: ignore[arg-type]  # every value is one

    assert length_of(said).fits_one_message, (said, length_of(said))


@pytest.mark.parametrize("language", Language)
def test_whatever_is_told_fits_or_has_a_text_message_of_its_own(language: Language) -> None:
    member = replace(MEMBER, language=language)
    said = {key: plain_signs(CATALOGUE.text(key, member, everything(language))) for key in TOLD}  # type: ignore[arg-type]

    long = {key for key, text in said.items() if not length_of(text).fits_one_message}

    assert len(TOLD) > 150
    assert {key for key in long if f"{key}{SHORT}" not in KEYS} == set()


def test_english_text_messages_need_no_wide_letters() -> None:
    member = replace(MEMBER, language=Language.ENGLISH)
    values = {**everything(Language.ENGLISH), **longest(Language.ENGLISH)}
    texts = {key: plain_signs(CATALOGUE.text(key, member, values)) for key in KEYS}  # type: ignore[arg-type]

    assert [key for key, text in texts.items() if length_of(text).septets is None] == []


def test_what_is_made_for_text_messages_is_used_by_them() -> None:
    used = {name for key, language in BOTH for name in CATALOGUE.placeholders(key, language) or ()}

    assert used >= MADE.keys()


@pytest.mark.parametrize("ending", [BARE, ELSEWHERE, REPLY])
def test_endings_belong_to_a_text_message(ending: str) -> None:
    whole = [key.removesuffix(ending) for key in KEYS if key.endswith(ending)]

    assert whole
    assert [key for key in whole if key not in KEYS] == []


def test_no_sentence_is_there_for_a_key_that_is_not() -> None:
    assert CATALOGUE.placeholders("nothing.sms", Language.KOREAN) is None
