"""Names by likeness and place, work with its exposure, houses and homes in passing: what goes and what stays."""

from __future__ import annotations

from datetime import date

import pytest

from deidentify.text import clean_text
from deidentify.text.plain import make_plain
from domain.text import IdentifiableText


def _clean(text, today=date(2026, 11, 22)):
    return clean_text(IdentifiableText(text), today=today).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("83병동 장초롱 산소 5L", "[ward] [name] 산소 5L"),
        ("백천득 어제보다 산소 더 올림", "[name] 어제보다 산소 더 올림"),
        ("김수아님, 김단율 폐렴", "[name]님, [name] 폐렴"),
        ("정상아님, 양성아님, 이상아님", "정상아님, 양성아님, 이상아님"),
        ("선우람 올림", "[name] 올림"),
        ("고성능 장비", "고성능 장비"),
    ],
)
def test_korean_word_goes_where_likeness_and_place_agree(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("two pts: Osborne 80F; Delgado 57M", "two pts: [name] [80s]F; [name] [50s]M"),
        ("Mr. Schäfer called", "[name] called"),
        ("van der Berg, Pieter 74M", "[name] [70s]M"),
        ("the Whitcombe report", "the [name] report"),
        ("Paged by Okonjo about Wexler", "Paged by [name] about [name]"),
        ("spoke to haruki tanabe re effusion", "spoke to [name] re effusion"),
        ("priya 26f asthma", "[name] [20s]f asthma"),
        ("kowalski johanna 44f", "[name] [40s]f"),
        ("Weber 66M, effusion", "[name] [60s]M, effusion"),
        ("Quiroz has new mets", "[name] has new mets"),
        ("Zhang Wei M 52 y", "[name] [50s] y"),
        ("A. M 52 years", "A. M [50s] years"),
        ("BENNETT, Carol A CT chest", "[name] CT chest"),
        ("Ana Paula Cross, cough", "[name], cough"),
        ("Crawford extent II, Kerley B lines", "Crawford extent II, Kerley B lines"),
        ("Hughes-Stovin or Wegener 2", "Hughes-Stovin or Wegener 2"),
    ],
)
def test_capitalised_word_goes_where_a_person_stands(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("39세 남자 용접공", "[30대] 남자 [occupation: 금속 흄]"),
        ("용접공 20년 근무", "용접공 20년 근무"),
        ("53M, sandblaster", "[50s]M, [occupation: silica or mineral dust]"),
        ("52yo dental hygienist, cough", "[50s] [occupation], cough"),
        ("66M piano tuner, cough", "[60s]M [occupation], cough"),
        ("He runs a bakery", "He runs [occupation: organic dust]"),
        ("치킨집 운영", "[occupation] 운영"),
        ("은행원으로 20년 근무", "[occupation]으로 20년 근무"),
        ("검표원으로 일함", "[occupation]으로 일함"),
        ("Miller sign, pilot study", "Miller sign, pilot study"),
        ("77M, pacemaker.", "[70s]M, pacemaker."),
    ],
)
def test_work_goes_and_what_is_breathed_in_stays(text, expected):
    assert _clean(text) == expected
    assert _clean(expected) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("전대병원 의뢰", "[hospital] 의뢰"),
        ("Transferred from Glenfield with CD", "Transferred from [hospital] with CD"),
        ("seen at Mayo Clinic", "seen at [hospital]"),
        ("Lakeshore Imaging did it", "[hospital] did it"),
        ("St. Brigid's overnight, Queen Mary Hospital", "[hospital] overnight, [hospital]"),
        ("중환자실 12번", "[ward]"),
        ("Nightingale ward, Isolation ward", "[ward] ward, Isolation ward"),
        ("완도에서 배타고 오심", "[address]에서 배타고 오심"),
        ("운동에서 오는 통증", "운동에서 오는 통증"),
        ("lives at Lindenweg 14, Bad Holmau", "lives at [address]"),
        ("She lives in Aberystwyth", "She lives in [address]"),
        ("스리랑카 분, Japanese encephalitis", "[origin], Japanese encephalitis"),
    ],
)
def test_house_or_home_in_passing_goes(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("육십칠세 남자", "[60대] 남자"),
        ("11월 초 입원", "[약 1개월 전] 입원"),
        ("24년 11월 진단", "[약 2년 전] 진단"),
        ("chest tube 28F, 14F", "chest tube 28F, 14F"),
    ],
)
def test_age_or_month_is_read_however_it_is_written(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize("text", ["11월 초", "24년 11월"])
def test_month_becomes_a_date_where_today_is_unknown(text):
    assert _clean(text, today=None) == "[date]"


def test_letters_with_accents_are_read_without_them():
    plain = make_plain("Łukasz Müller Ørsted Nguyễn")

    assert plain.value == "Lukasz Muller Orsted Nguyen"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("58M, COVID day 8", "[50s]M, COVID day 8"),
        ("M, PROGRAM of care", "M, PROGRAM of care"),
        ("Lim 83/F perforation?", "[name] [80s]/F perforation?"),
        ("Bed ICU-14, Yoon, ECMO day 6", "[ward], [name], ECMO day 6"),
        ("P.J.H M/52 CTPA", "[name] M/[50s] CTPA"),
        ("ㅂㅎㅇ님 추적합니다", "[name]님 추적합니다"),
        ("ㅋㅋㅋ님 감사합니다", "ㅋㅋㅋ님 감사합니다"),
        ("김하늘/F/38/44820163/LAM 의심", "[name]/F/[30대]/[number]/LAM 의심"),
        ("김하늘 | 350000/uL", "[name] | 350000/uL"),
        ("Robert Miller Xandor Quelby saw it", "[name] saw it"),
        ("the stent in Ravello's bronchus", "the stent in [name]'s bronchus"),
        ("she is 66 and breathless", "she is [60s] and breathless"),
        ("Sunita Rai 40 Filipino man", "[name] [40s] [origin] man"),
    ],
)
def test_person_is_found_in_a_row_of_facts(text, expected):
    assert _clean(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("결절이 12/11 CT에 세 개, 12/3 CT에 없던", "결절이 [19일 후] CT에 세 개, [11일 후] CT에 없던"),
        ("림프절 12/24 양성", "림프절 12/24 양성"),
        ("내선 7-3385로 연락", "내선 [phone]로 연락"),
        ("room 4 West 417 film", "[ward] film"),
        ("5층 음압 2호실 입원", "[ward] 입원"),
        ("PERT activated, Bay 9.", "PERT activated, [ward]."),
        ("prior CT at Cedar Bluff Regional described", "prior CT at [hospital] described"),
        ("from Lakeview General Hospital, Kochi.", "from [hospital], [address]."),
        ("In Gaziantep we see many", "In [address] we see many"),
        ("몽골 국적이시고", "[origin]이시고"),
        ("45세 택시기사분인데", "[40대] [occupation]분인데"),
        ("환자분이 시의회 의장이시라", "환자분이 [occupation]이시라"),
        ("쌍둥이 언니도 왔습니다", "[family]도 왔습니다"),
        ("차트번호 1187245번 환자 CT", "차트번호 [number] 환자 CT"),
        ("6인실 612호 입원", "[ward] 입원"),
    ],
)
def test_place_or_circumstance_is_found_in_passing(text, expected):
    assert _clean(text) == expected
