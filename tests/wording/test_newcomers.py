"""What goes by text message to phones that are being linked, or to whoever comes in: one message each."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.delivery import Value
from domain.lengths import length_of
from domain.member import Language
from domain.short_texts import plain_signs
from tests.fakes.society import CATALOGUE, MEMBER

ELSEWHERE = frozenset({"link.on_page", "stranger.link_first"})
"""What is said on our pages and at services; by text message in other words, or never."""
KEYS = tuple(
    key
    for key in CATALOGUE.sentences[Language.ENGLISH]
    if key.startswith(("link.", "stranger.", "error.invite_", "error.former", "error.linked")) and key not in ELSEWHERE
)
NAMES = {Language.KOREAN: "남궁민수", Language.ENGLISH: "Dr Catherine Namgung"}


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", [*KEYS, "join.welcome", "members.cut_off", "members.approved", "error.enrol_only"])
def test_sentence_fits_one_text_message(key: str, language: Language) -> None:
    values: dict[str, Value] = {
        "code": "123456",
        "minutes": 10,
        "name": NAMES[language],
        "channel": "telegram",
        "society": "KSTR",
    }

    text = plain_signs(CATALOGUE.text(key, replace(MEMBER, language=language), values))

    assert length_of(text).fits_one_message
