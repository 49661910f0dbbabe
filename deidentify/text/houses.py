"""Rules for hospitals, wards, rooms and beds.

The level of care (ICU) stays, and hospitals that are only described do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.forms import Circumstances, Finder, Script, Search, maker
from deidentify.text.places import AFTER
from deidentify.text.words import any_word, words
from domain.text import IdentifierKind


@cache
def house_rules() -> tuple[Finder, ...]:
    """Return the rules, strongest first."""
    return (*_hospital_rules(), *_shortened_rules(), *_ward_rules())


def _hospital_rules() -> tuple[Finder, ...]:
    kind = IdentifierKind.HOSPITAL
    make, exact = maker(kind, needs=Script.HANGUL), maker(kind, flags=0, needs=Script.LATIN)
    named = any_word("places", "hospital_names")
    house = (
        r"(?:Hospital|Medical[ ]Cent(?:er|re)|University[ ]Hospital|Clinic|Infirmary|"
        r"Health[ ]Cent(?:er|re)|General[ ]Hospital|HOSPITAL|MEDICAL[ ]CENTER|hospital|"
        r"medical[ ]center)"
    )
    return (
        make("hospital_known", rf"(?<![가-힣])(?:{named})(?:병원)?(?![가-힣]{{4,}})"),
        Search("hospital", kind, _hospitals),
        make(
            "hospital_university",
            r"(?<![가-힣])[가-힣]{2,6}(?:의대|의과대학|대병원|치대)(?=[ ]|에서|에|으로|로|의|에서는|측|$|[,.)])",
        ),
        exact(
            "hospital_english",
            (
                r"(?<![A-Za-z])(?P<v>(?:St\.?[ ])?(?:(?!(?:Outside|Local|Our|The|This|Another|"
                r"Other|Community|General|Regional|University|Tertiary|Referring|Rural|County|"
                r"District|Private|Public|Children|Teaching|My|Your|Their|From|At|In|To|"
                r"Of|Same|Previous|Current|Nearby|Mayo|Cleveland|Eye|Pain|Chest|Outpatient|"
                rf"Wound|Sleep|Memory|Heart|Fever|Asthma|Cancer|TB|Lung)[ ]){_CAP}[ ](?:{_CAP}[ "
                rf"]){{0,3}})(?:(?:University|General|National|Memorial|Regional|Christian|"
                rf"Catholic)[ ]){{0,2}}{house})(?![a-z])"
            ),
        ),
        exact(
            "hospital_university_english",
            r"(?<![A-Za-z])[A-Z][a-z]+(?:[ ][A-Z][a-z]+)?[ ]University(?:[ ]Hospital)?(?=[ ,.)]|$)",
        ),
        exact(
            "hospital_short",
            (
                rf"(?<![A-Za-z])(?i:{any_word('places', 'english_hospitals')})(?=[ ]?(?:병원|"
                r"에서|으로|로|에|의|응급|hospital|ER|ED)|[ ]?$)"
            ),
        ),
        maker(kind, needs=Script.LATIN)(
            "hospital_of_city",
            (r"(?<![a-z])(?:hospital|clinic)[ ](?:in|of)[ ](?P<v>(?-i:[A-Z][a-z]{2,15})" r")(?![a-z])"),
        ),
    )


def _shortened_rules() -> tuple[Finder, ...]:
    """Houses without the word for a house, by their place or kind."""
    kind = IdentifierKind.HOSPITAL
    make, exact = maker(kind, needs=Script.HANGUL), maker(kind, flags=0, needs=Script.LATIN)
    return (
        exact(
            "hospital_general_english",
            r"(?<![a-z])(?:at|from|in|of|to)[ ](?P<v>(?:(?!The|Our|Outside)[A-Z][a-z]+[ ]){1,2}(?:General|"
            r"Memorial|Royal|Regional|Infirmary))(?=[ ]?(?:[.,;)\n]|$|ER|ED))",
        ),
        make(
            "hospital_of_place",
            rf"(?<![가-힣])(?:{any_word('places', 'cities')}|{any_word('places', 'provinces')}|[가-힣]{{2}})"
            r"(?:성심|성모|세브란스|제일|중앙|백|을지|보훈|적십자|한림|우리들|자혜|기독)"
            r"(?=[ ]?(?:ER|ED|응급|외래|에서|병동|입원|측))",
        ),
    )


_CAP = r"[A-Z][A-Za-z'’.-]+"


def _hospitals(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """A house with a name of its own before it; the word before is only looked at where they stand apart."""
    for match in re.finditer(r"(?<![가-힣A-Za-z0-9])[가-힣A-Za-z0-9]{2,24}", text):
        word = match.group()
        house = re.search(_HOUSES, word)
        if house is None or house.start() == 0:
            continue
        name = word[: house.start()]
        if _is_name_of_house(name, house.group()):
            yield match.start(), match.start() + house.end()


_HOUSES = re.compile(
    r"(?:대학교병원|대학병원|재활병원|요양병원|한방병원|병원|의료원|(?<!상임위)"
    r"(?<!국회)의원|클리닉|보건소|보건지소|보건의료원|요양원|메디컬센터|내과|"
    r"정형외과|이비인후과|산부인과|소아과|소아청소년과|안과|피부과|치과|비뇨기과|"
    r"비뇨의학과|가정의학과|영상의학과|재활의학과|마취통증의학과|통증의학과|성형외과|"
    r"흉부외과|신경외과|정신과|외과|신경과(?=에서|로|의뢰|원장|의원))(?=이|가|은|는|을|를|"
    r"의(?!원)|에|으|로|과|와|도|측|$|전|외래|응급|영상|소속|입원|판독|원장|"
    r"진료|입|인|임|서|꺼|거|환자|까지|부터|내원)"
)


def _is_name_of_house(name: str, house: str) -> bool:
    general = words("places", "general_hospitals")
    if house.endswith("과"):
        known = general | _DEPARTMENTS
        shortest = 1 if len(house) > 4 else 2
        return shortest <= len(name) <= 6 and re.search("[^가-힣]", name) is None and not _is_made_of(name, known)
    stripped = re.sub(
        (
            r"(?:대학교|대학|종합|대|요양|재활|한방|전문|내과|외과|이비인후과|소아과|"
            r"산부인과|정형외과|안과|치과|피부과|가정의학과|소아청소년과|영상의학과)"
            r"$"
        ),
        "",
        name,
    )
    if not stripped or stripped in general or name in general or not re.search("[가-힣A-Za-z]", stripped):
        return False
    return not any(name == first + second for first in general for second in general if name.startswith(first))


def _is_made_of(name: str, known: frozenset[str]) -> bool:
    """Whether it is one of these words, or two of them joined."""
    return name in known or any(name[:place] in known and name[place:] in known for place in range(1, len(name)))


_DEPARTMENTS = frozenset(
    [
        *("대장항문", "항문", "유방", "갑상선", "간담췌", "위장관", "이식", "구강악안면", "심장혈관", "외상", "혈관"),
        *("두경부", "직업환경", "정형", "성형", "소아청소년", "재활", "마취", "마취통증", "가정", "영상", "정신건강"),
        *(
            "여러",
            "각",
            "해당",
            "관련",
            "같은",
            "다른",
            "상부",
            "하부",
            "종양",
            "비뇨",
            "그",
            "이",
            "양측",
            "전",
            "일차",
        ),
        "최근",
        "오늘",
        "어제",
        "원래",
        "지금",
        "이번",
        "다음",
        "또는",
        "먼저",
        "다시",
        "지난번",
        "이미",
        "계속",
        "현재",
        "외래",
        "본원",
        "저희",
        "우리",
        "타원",
        "원내",
        "협진",
        "흉부",
        "심장",
        "소화기",
        "호흡기알레르기",
        "심혈관",
        "감염",
        "내원",
        "응급의학",
        "통증",
        "중환자의학",
        "중환자",
        "신경",
        "척추",
        "소아호흡기",
        "소아감염",
        "소아심장",
        "소아혈액종양",
        "주치의",
        "담당",
        "이비인후",
        "소화기",
        "호흡기",
        "순환기",
        "신장",
        "내분비",
        "감염",
        "류마티스",
        "혈액",
        "종양",
        "혈액종양",
        "알레르기",
        "노년",
        "일반",
        "응급",
        "통합",
        "최근",
    ]
)


def _ward_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.WARD, needs=Script.DIGITS)
    unit = r"(?:(?:[msnc]?icu|er|ed|중환자실|응급실|병실|병동)[ ]?)"
    bed = r"(?:bed|베드|침상|병상|자리)"
    return (
        make(
            "ward",
            (
                rf"(?<![0-9a-z가-힣.])(?:[가-힣]{{1,3}}관[ ])?(?:[0-9]{{1,3}}[ ]?(?:[a-z]|"
                rf"[동서남북])?[ ]?(?:병동|층[ ]?병동)|[가-힣]{{1,3}}병동[ ]?[0-9]{{1,3}}|"
                rf"[동서남북신본별][ ]?[0-9]{{1,3}}[ ]?병동)(?:[ ]?[0-9]{{1,4}}[ ]?호(?:실)"
                rf"?)?(?:[ ]?[0-9]{{1,2}}번?[ ]?{bed})?"
            ),
        ),
        make("ward_of_house", r"(?<![가-힣])(?:본관|신관|별관|서관|동관|남관|북관|구관)[ ]?[0-9]{1,2}[ ]?층"),
        make(
            "room",
            (
                rf"(?<![0-9동])[0-9]{{2,4}}[ ]?호(?:실)?(?![가-힣])(?:[ ]?[0-9]{{1,2}}번?[ "
                rf"]?{bed})?|(?<![0-9동])[0-9]{{3,4}}[ ]?호(?:실)?(?=에|의|로|에서|환자|입원|"
                rf"[ ])(?:[ ]?[0-9]{{1,2}}번?[ ]?{bed})?|(?:병실|방)[ ]?[:]?[ ]?[0-9]{{2,4}}(?:호|"
                r"-[0-9])"
            ),
        ),
        make(
            "room_english",
            (
                r"(?<![a-z])(?:room|rm\.?|ward|unit)[ ]?(?:no\.?|number|#)?[ ]?(?:(?!1[.]|"
                r"[0-9]{1,6}[ ]?(?:mg|ml|u(?![a-z])|iu|units?|of|x))[0-9]{1,4}[a-z]?(?:-[0-9a-z]{1,2})"
                r"?)(?![0-9a-z.])(?![ ]?(?:%|mm|cm|/))"
            ),
        ),
        make(
            "ward_english",
            (
                r"(?<![a-z0-9])[0-9]{1,3}[a-z]?[ ]ward(?![a-z])|(?<![a-z])ward[ ](?:[a-z]?[0-9]{1,3}[a-z]?"
                r"|[a-z])(?![a-z0-9])"
            ),
            script=Script.LATIN,
        ),
        make(
            "bed",
            (
                rf"{unit}?(?<![a-z가-힣]){bed}[ ]?(?:no\.?|number|#)?[ ]?[0-9]{{1,3}}[a-z]?(?![0-9a-z.])"
                rf"(?:번)?(?![ ]?(?:%|mm|cm|명|개|일|/))|{unit}?(?<![0-9.])[0-9]{{1,3}}[ "
                rf"]?번[ ]?(?:째[ ]?)?{bed}(?={AFTER})|{unit}?{bed}[ ]?[0-9]{{1,3}}번"
            ),
        ),
    )
