"""The panel's card (safety rule 12): what a question's words say of the patient, taken out as it was written.

Nothing here alters or judges a text: a clue is a piece of it, letter for
letter. What is not found is said to be not given, and the whole text stands
below the card.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum


class Clue(StrEnum):
    """What is looked for, in the order of the card."""

    SEX_AND_AGE = "sex_and_age"
    DAY = "day"
    OXYGEN = "oxygen"
    IMMUNE = "immune"
    MODALITY = "modality"
    CONTRAST = "contrast"
    IMAGE_AGE = "image_age"
    PRIOR = "prior"


MOST_OF_ONE = 3
"""So many pieces of a text stand in one line of the card."""

_BAND = r"\[?\d{1,3}(?:-\d{1,3})?\+?\s*(?:s|대|세|살|개월|주|yo|y/o|years?[ -]old|mo|months?[ -]old)\]?"
_SEX = r"(?:남자|여자|남성|여성|남아|여아|남|여|males?\b|females?\b|man\b|woman\b|boy\b|girl\b|[MF](?![A-Za-z0-9]))"
_LETTER = r"(?<![A-Za-z0-9])[MF]"
_NUMBER = r"\d{1,3}(?:\.\d+)?"
_RANGE = rf"{_NUMBER}(?:\s*(?:->|→|-|~|to|에서)\s*{_NUMBER})?"
_NOT = r"(?:(?:no|not|without|denies|never)\s+)?"
_NEGATED = r"(?:\s*(?:\(-\)|neg(?:ative)?\b|음성|없음|아님))?"
_AGO = (
    rf"(?:\[[^\]]*(?:\bago|\bin|전|후|today|오늘)[^\]]*\]|{_NUMBER}\s*(?:days?|d|weeks?|months?|years?)\s+ago"
    rf"|{_NUMBER}\s*(?:일|주|개월|달|년)\s*전|yesterday|어제|today\b|오늘)"
)
_IMAGE = r"(?:CXR|CT|X-?ray|HRCT|CTPA|MRI?|영상|사진|엑스레이|흉부\s*사진)"

_CLUES: Mapping[Clue, str] = {
    Clue.SEX_AND_AGE: (
        rf"{_LETTER}\s*[,/]?\s*{_BAND}|{_BAND}\s*[,/]?\s*{_SEX}|(?:남자|여자|남성|여성)\s*,?\s*{_BAND}"
        rf"|(?<![A-Za-z])(?:fe)?male\s*,?\s*{_BAND}|(?<![A-Za-z0-9]){_BAND}(?!\s*(?:전|후|ago|째))"
    ),
    Clue.DAY: (
        r"(?<![A-Za-z0-9])D\s?[+-]?\d{1,3}(?![\d.A-Za-z])|(?<![A-Za-z])day\s*\d{1,3}(?!\d)|\d{1,3}\s*일\s*째"
        r"|(?:onset|증상|발열)[^.,;\n]{0,12}?(?:\d{1,3}\s*(?:days?|일)\s*(?:ago|전)|\[[^\]]*(?:ago|전)\])"
    ),
    Clue.OXYGEN: (
        rf"(?:{_NOT}(?<![A-Za-z])(?:O2|oxygen)|산소)(?!\s*sat)[^\S\n]*(?:up|need|now|요구량|증가)?\s*:?\s*"
        rf"(?:(?:up|down)\s*)?{_RANGE}\s*(?:L(?:/min|pm)?|리터|%)?"
        rf"|(?<![A-Za-z])(?:SpO2|SaO2|sats?|산소포화도|포화도)\s*:?\s*{_RANGE}\s*%?"
        rf"(?:\s*(?:on|at)?\s*(?:RA|room air|NC|HFNC|mask|{_NUMBER}\s*L)\b)?"
        rf"|{_NOT}(?<![A-Za-z])(?:HFNC|NIV|BiPAP|CPAP|ECMO|intubated|ventilat(?:ed|or)|room air|nasal cannula)\b"
        rf"(?:\s*{_NUMBER}\s*L)?|고유량|인공호흡기?|기관\s?삽관|에크모|산소\s*(?:없이|불필요)"
    ),
    Clue.IMMUNE: (
        rf"{_NOT}(?:immuno(?:suppress\w*|compromis\w*|competent|deficien\w*)|neutropeni\w*|transplant\w*|chemo\w*"
        rf"|rituximab|methotrexate|steroids?|(?<![A-Za-z])HIV(?![A-Za-z])|leuk[a]?emia|lymphoma)\b{_NEGATED}"
        rf"|(?:\S{{0,6}}이식|면역\s?억제\S{{0,2}}|면역\s?저하\S{{0,2}}|호중구\s?감소\S{{0,2}}|항암\S{{0,3}}|스테로이드){_NEGATED}"
    ),
    Clue.MODALITY: (
        r"(?<!prior )(?<!previous )(?<!old )(?<!이전 )(?<!과거 )(?<!기존 )(?<!전 )(?<![A-Za-z])(?:portable\s+)?"
        r"(?:CXR|chest\s*(?:x-?ray|radiograph)|x-?ray|HRCT|CTPA|CTA|CT|MRI)"
        r"(?![A-Za-z])(?:\s+(?:AP|PA|lateral|supine|portable|axial|coronal|sagittal)\b)*"
        r"|엑스레이|흉부\s?사진|초음파"
    ),
    Clue.CONTRAST: (
        r"(?:non-?|without\s+|no\s+)?(?<![A-Za-z])contrast(?:-?\s?enhanced)?\b(?!\s*allerg)|비?조영(?:제\s*(?:사용|없이))?"
        r"|(?<![A-Za-z])(?:un)?enhanced\b"
    ),
    Clue.IMAGE_AGE: (
        r"(?<!prior )(?<!previous )(?<!old )(?<!이전 )(?:this\s+|today's\s+)?"
        rf"{_IMAGE}\s*(?:taken|from|done|촬영)?\s*{_AGO}"
        rf"|today's\s+{_IMAGE}|오늘\s*(?:찍은\s*)?{_IMAGE}"
    ),
    Clue.PRIOR: (
        rf"(?:no\s+)?(?:prior|previous|old|이전|과거|기존)\s*{_IMAGE}(?:[^.,;?\n]{{0,12}}?{_AGO})?{_NEGATED}"
        rf"|{_AGO}\s*{_IMAGE}"
    ),
}
_COMPILED = {clue: re.compile(pattern, re.IGNORECASE) for clue, pattern in _CLUES.items()}


def clues_of(text: str) -> Mapping[Clue, tuple[str, ...]]:
    """Return the pieces of a text that say something the card asks for; each as it stands, in its order, once."""
    return {clue: _pieces(pattern, text) for clue, pattern in _COMPILED.items()}


def _pieces(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found = (match.group().strip(" ,:;") for match in pattern.finditer(text))
    return tuple(dict.fromkeys(piece for piece in found if piece))[:MOST_OF_ONE]
