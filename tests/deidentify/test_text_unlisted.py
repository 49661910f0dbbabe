"""Names and places of no list, known by what stands around them; and words of medicine that look like them."""

from __future__ import annotations

from datetime import date

import pytest

from deidentify.text import clean_text
from deidentify.text.spellings import forms_of_name
from domain.identity import IdentityKind, KnownIdentities, fingerprint
from domain.text import IdentifiableText


def _clean(text):
    return clean_text(IdentifiableText(text), today=date(2026, 11, 22)).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("인소망씨꺼", "[name]씨꺼"),
        ("엄채륜인데요 기흉", "[name]인데요 기흉"),
        ("이제니(남 44) 기흉", "[name](남 [40대]) 기흉"),
        ("홍길동,차막순 두 환자", "[name],[name] 두 환자"),
        ("응급실로어제밤온홍길동님 CT", "응급실로어제밤온[name]님 CT"),
        ("이전공의 노트", "이전공의 노트"),
        ("네팔에서 온 라메쉬 구룽 씨", "[origin]에서 온 [name] 씨"),
        ("카자흐스탄인 알리야 F/41", "[origin] [name] F/[40대]"),
        ("응우옌티란 산모", "[name] 산모"),
        ("900412-6123457 쩐반훙", "[resident number] [name]"),
        ("900412-6123457 입니다", "[resident number] 입니다"),
        ("크고작은 스텐트중인 님", "크고작은 스텐트중인 님"),
        ("성명 정상, 환자홍길동준 확인", "성명 정상, 환자홍길동준 확인"),
        ("걔OO", "걔OO"),
    ],
)
def test_korean_or_foreign_name_goes_by_its_surroundings(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Svenja Kowalczyk, lady", "[name], lady"),
        ("hey its tomasz from icu", "hey its [name] from icu"),
        ("hello maria garcia", "hello [name]"),
        ("thanks much", "thanks much"),
        ("Whitcombe's scan", "[name]'s scan"),
        ("L. Oduya called", "[name] called"),
        ("S. Aureus, Ground Glass, right", "S. Aureus, Ground Glass, right"),
        ("Sarcoid Granuloma, Potts Disease's CT", "Sarcoid Granuloma, Potts Disease's CT"),
        ("Dr. Anna Crohn disease", "[name] Crohn disease"),
        ("seen by Dr. Okafor.", "seen by [name]."),
        ("pt Hodgkin Crohn", "pt Hodgkin Crohn"),
        ("Thoughts on Ground Glass?", "Thoughts on Ground Glass?"),
    ],
)
def test_western_name_goes_and_medical_words_stay(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("하늘안과에서 의뢰", "[hospital]에서 의뢰"),
        ("탑영상의학과에서 찍은", "[hospital]에서 찍은"),
        ("저희안과에서, 심장혈관흉부외과", "저희안과에서, 심장혈관흉부외과"),
        ("at Northfield General.", "at [hospital]."),
        ("신관 8층 811호", "[ward]"),
        ("2차 CT, 동의 수술, 이대로 가도 됨", "2차 CT, 동의 수술, 이대로 가도 됨"),
        ("며느님이 오심", "[family]이 오심"),
        ("she's Nigerian, 29, sickle", "she's [origin], [20s], sickle"),
        ("prior 05/2025", "prior [about 18 mo ago]"),
        ("서울 강남구 역삼동 123-4", "[address]"),
    ],
)
def test_place_or_circumstance_goes(text, expected):
    assert _clean(text) == expected


def test_number_of_eight_digits_is_a_day_only_where_today_is_known():
    assert clean_text(IdentifiableText("20261120 CT")).value == "[birth date] CT"


def test_what_is_known_of_another_is_left_alone():
    marks = {fingerprint(IdentityKind.NAME, form, secret=b"s" * 32) for form in forms_of_name("뷁도끼")}
    known = KnownIdentities(secret=b"s" * 32, fingerprints=frozenset(marks))
    text = IdentifiableText("Q.W.E. 8mm 2024.1.2 CT")

    cleaned = clean_text(text, known=known)

    assert cleaned.value == "Q.W.E. 8mm [date] CT"


def test_name_of_two_syllables_has_no_given_name_to_find_alone():
    forms = forms_of_name("김별")

    assert "김별" in forms
    assert "별" not in forms
