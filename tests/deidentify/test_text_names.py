"""Names, places and circumstances in free text: what must go, what must stay, and the measured recall."""

from __future__ import annotations

import pytest

from bench._text import measure
from deidentify.text import clean_text
from domain.text import IdentifiableText


def _clean(text):
    return clean_text(IdentifiableText(text)).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("김OO 환자", "[name] 환자"),
        ("이초희씨", "[name]씨"),
        ("환자 팜반뚜언 (31/M)", "환자 [name] ([30대]/M)"),
        ("왕리핑님 재진", "[name]님 재진"),
        ("담당의: 구례", "담당의: [name]"),
        ("울병원강바람님 CT", "[name]님 CT"),
        ("환자홍지선 우측", "환자[name] 우측"),
        ("김 교수님 확인", "[name] 확인"),
        ("Hong Gil-dong, GARCIA^MARIA", "[name], [name]"),
        ("Robert Midler's CT. Midler again", "[name]'s CT. [name] again"),
        ("Ms. Linda Park, K.D. Hong, Hong KD", "[name], [name], [name]"),
        ("initials J.S., pt HGD 67/M", "initials [name], pt [name] [60s]/M"),
        ("Kim JH et al. 2019, Austin Flint murmur", "Kim JH et al. 2019, Austin Flint murmur"),
        ("Any thoughts on Terrence Okafor?", "Any thoughts on [name]?"),
        ("Linda's CT, Signed: Anna Dahl MD", "[name]'s CT, Signed: [name] MD"),
        ("maria garcia f/u, kim minsu ct", "[name] f/u, [name] ct"),
        ("카톡 아이디 lung77, https://a.kr/x", "카톡 아이디 [link], [link]"),
        ("호흡기내과 협진, 본원 내과, 타병원 CT", "호흡기내과 협진, 본원 내과, 타병원 CT"),
        ("한가람병원 7병동 502호", "[hospital] [ward]"),
        ("직업: 미용사, 직업: 광부", "직업: [occupation: 화학물질·가스], 직업: [occupation: 광물 분진]"),
        ("pilot balloon, pilot, retired", "pilot balloon, [occupation], retired"),
        ("가족력: 어머니 폐암. 남편 확진", "가족력: 어머니 폐암. 남편 확진"),
        ("daughter nodule, her daughter", "daughter nodule, her [family]"),
        ("베트남 여행 후, 베트남인", "베트남 여행 후, [origin]"),
    ],
)
def test_what_identifies_goes_and_its_neighbours_stay(text, expected):
    assert _clean(text) == expected


def test_measured_messages_are_found_as_well_as_promised():
    figures = measure()["all"]

    assert figures["identifiers"] >= 0.95
    assert figures["names"] >= 0.9
    assert figures["clean_altered"] <= 0.03


@pytest.mark.parametrize("text", ["환자정상소견", "주치의이상없음"])
def test_ordinary_word_glued_to_a_label_is_no_name(text):
    assert clean_text(IdentifiableText(text)).value == text
