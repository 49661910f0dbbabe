"""Rules for circumstances of a person: origin and relatives (safety rule 5); those for work stand in `occupations.py`.

What stays, since the finding hangs on it: journeys and family history.
"""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.forms import Finder, Script, maker
from deidentify.text.occupations import occupation_rules
from deidentify.text.places import AFTER
from deidentify.text.words import any_word
from domain.text import IdentifierKind


@cache
def circumstance_rules() -> tuple[Finder, ...]:
    """Return the rules, which give way to those for names and places."""
    return (*occupation_rules(), *_origin_rules(), *_family_rules())


def _origin_rules() -> tuple[Finder, ...]:
    return (*_korean_origin_rules(), *_english_origin_rules())


def _korean_origin_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.ORIGIN, needs=Script.HANGUL)
    english = maker(IdentifierKind.ORIGIN, needs=Script.LATIN)
    country = any_word("places", "countries")
    person = (
        r"(?:man|woman|male|female|gentleman|lady|boy|girl|patient|pt|national|citizen|"
        r"immigrant|worker|student|descent|origin|nationality|born|husband|wife|"
        r"refugee|migrant|tourist|sailor|expat|m/|f/)"
    )
    return (
        make(
            "origin",
            (
                rf"(?<![가-힣])(?:{country})[ ]?(?:인|분|쪽[ ]분|며느리|신부|엄마|청년|아저씨|아주머니|할머니|"
                rf"할아버지|사람|국적|출신|교포|동포|이주민|유학생|"
                r"노동자|근로자|여성|남성|여자|남자|아기|산모|선원|관광객|환자|태생)(?!구|"
                rf"도|식|대|공|지|해|후|가)(?={AFTER}|[ ]|이시|이신|이며|이고|인데)"
            ),
        ),
        make(
            "origin_came",
            (
                rf"(?<![가-힣])(?P<v>{country})(?=(?:에서|서)[ ](?:온|오신|이주|이민|입국|"
                r"태어|귀국한[ ]교포|시집|와서[ ]살))"
            ),
        ),
        make(
            "origin_beside_age",
            rf"(?:(?:[0-9]{{1,3}}[ ]?(?:세|살)?|\])[ ]?/?[ ]?(?:[mf]|남자|여자|남성|여성|남|"
            rf"여)?[ ,/]{{1,2}})(?P<v>{country})(?=[ ,./)]|$)(?![ ]?(?:여행|출장|다녀|방문|체류|거주|갔))"
            rf"|(?<![가-힣])(?P<w>{country})(?=[ ,/]{{1,2}}(?:[mf][ ]?/?[ ]?[0-9]{{2}}|[0-9]{{1,2}}[ ]?(?:세|살|"
            rf"/?[ ]?[mf]|/)))",
        ),
        make("origin_of_group", rf"(?<![가-힣])(?:{any_word('places', 'origins')})(?={AFTER}|[ ])"),
        maker(IdentifierKind.ORIGIN)(
            "origin_named", r"국적[ ]?(?:은|는|:|=)[ ]?[:]?[ ]?(?P<v>[가-힣]{2,8}|[A-Za-z]{3,15})"
        ),
        english(
            "origin_english",
            (
                rf"(?<![a-z])(?P<v>{any_word('places', 'english_origins')})(?=[ ](?:[0-9]{{1,2}}[ "
                rf"]?(?:yo|y/o|year)[a-z -]{{0,8}}[ ]?)?(?:[a-z]+[ ])?{person}(?![a-z]))"
            ),
        ),
    )


def _english_origin_rules() -> tuple[Finder, ...]:
    english = maker(IdentifierKind.ORIGIN, needs=Script.LATIN)
    countries = any_word("places", "english_countries")
    return (
        english(
            "origin_english_said",
            rf"(?<![a-z])(?:she|he|who|patient|pt)(?:['’]s|[ ]is|[ ]was)[ ]"
            rf"(?P<v>{any_word('places', 'english_origins')})(?=[,.;)]|$)",
        ),
        english(
            "origin_english_aged",
            (
                rf"(?<![a-z])(?P<v>{any_word('places', 'english_origins')})(?=,?[ ](?:[mf][ "
                rf"/]?[0-9]{{1,3}}|[0-9]{{1,3}}[ ]?/?[ ]?[mf])(?![a-z]))"
            ),
        ),
        english(
            "origin_english_beside_age",
            rf"(?:(?:[0-9]{{1,3}}|\])[ ]?-?(?:yo|y/o|y\.o\.?|years?(?:[ -]old)?|yrs?)?[ ,/]{{0,2}}(?:[mf]|male|female|"
            rf"lady|man|woman)?[ ,/]{{1,2}}"
            r"|(?<![a-z])(?:an?|this|young|elderly|old|middle-aged)[ ])"
            rf"(?P<v>{any_word('places', 'english_origins')})(?![a-z])(?![ -]{_NO_PEOPLE})",
        ),
        english(
            "origin_english_came",
            (
                r"(?:(?<![a-z])(?:originally from|immigrated from|emigrated from|migrated "
                r"from|national of|citizen of|born in|comes from|came from|native of|immigrant "
                r"from|worker from|man from|woman from|male from|female from|patient from|"
                r"refugee from|student from|is from|moved from|nationality:?|ethnicity:?)"
                rf"|(?:(?<=[0-9\]])[ ]?[mf]|\]|(?<![a-z])(?:yo|old))[ ]from)[ ](?P<v>{countries}"
                rf"|{any_word('places', 'english_origins')})(?![a-z])"
            ),
        ),
    )


_NO_PEOPLE = (
    r"(?:encephalitis|herb|medicine|measles|guideline|flu|criteria|society|stud|cohort|journal|classif|registry|trial|"
    r"data|thoracic|radiolog|"
    r"trypanosom|sleeping|spotted|h(?:a)?emorrhagic|style|type|tea|food|college|version|consensus|school|university|"
    r"hospital|vaccine|strain|variant)"
)
"""What is called after a people and is none of them."""


def _family_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.FAMILY, needs=Script.HANGUL)
    english = maker(IdentifierKind.FAMILY, needs=Script.LATIN)
    family = any_word("places", "family")
    ending = (
        r"(?:이랑|랑|하고|이|가|은|는|을|를|의|와|과|도|만|께서|께서는|께서도|에게|"
        r"한테|한테서|로부터|입니다|이고|이며|분|분이|분께서|분도|님(?:이|은|께서|도|의|을|과|랑|한테)?|들|들도|들이|"
        r"중|측|모두)?"
    )
    return (
        make(
            "family",
            rf"(?<![가-힣])(?:환자[ ]?|환자의[ ])?"
            rf"(?P<v>(?:(?:첫째|둘째|셋째|넷째|막내|쌍둥이|큰|작은|친정|시댁)[ ]?)?(?:{family}))"
            rf"(?={ending}(?![가-힣]))",
            _is_person_of_family,
        ),
        make(
            "family_old",
            r"(?<![가-힣])(?P<v>할머니|할아버지)(?=(?:와|과|랑|이랑|하고)[ ]?(?:같이|함께|둘이|사|살|동거|접촉|도))",
        ),
        english(
            "family_english",
            rf"(?<![a-z-])(?:{any_word('places', 'english_family')})(?:s(?![a-z]))?(?![a-z-])",
            _is_person_of_family,
        ),
    )


def _is_person_of_family(match: re.Match[str]) -> bool:
    """In family history the relation itself is the finding; daughter nodules and sister chromatids are no people."""
    around = match.string[max(0, match.start() - 30) : match.end() + 30].lower()
    if re.search(r"가족력|fhx|family (?:history|hx)|유전|f/h|hereditary|inherited", around):
        return False
    after = match.string[match.end() : match.end() + 14].lower()
    before = match.string[max(0, match.start() - 7) : match.start()].lower()
    return not (
        re.match(
            r" (?:nodule|cyst|cell|lesion|mary|joseph|chromatid|vessel|artery|seed|product|결절|세포|yourself)", after
        )
        or re.search("parent|mono$|di$|siamese", before)
    )
