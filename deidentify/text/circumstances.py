"""Rules for circumstances of a person: work, origin and relatives (safety rule 5).

What stays, since the finding hangs on it: exposures and dusty trades, journeys, and family history.
"""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.forms import Finder, Script, maker
from deidentify.text.places import AFTER
from deidentify.text.words import any_word
from domain.text import IdentifierKind


@cache
def circumstance_rules() -> tuple[Finder, ...]:
    """Return the rules, which give way to those for names and places."""
    return (*_work_rules(), *_origin_rules(), *_family_rules())


def _work_rules() -> tuple[Finder, ...]:
    return (*_workplace_rules(), *_occupation_rules())


def _workplace_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.OCCUPATION, needs=Script.HANGUL)
    works = (
        r"(?:[ ]?(?:로|으로|에서|에)?[ ]?(?:근무|일하|일함|일하시|재직|종사|다니|"
        r"다님|다녔|취업|퇴직|퇴사|직원|노동자|근로자|종사자|아르바이트|알바))"
    )
    place = any_word("places", "workplaces")
    companies = any_word("places", "companies")
    return (
        maker(IdentifierKind.OCCUPATION)(
            "workplace_company",
            (
                rf"(?<![가-힣A-Za-z])(?:{companies})(?:[ ]?(?:[가-힣]{{1,6}}(?:공장|사업장|"
                r"센터|조선소|제철소|연구소|지점)))?(?:[ ]?(?:직원|사원|연구원|생산직|협력업체[ "
                r"]직원))?(?![A-Za-z])"
            ),
        ),
        make(
            "workplace",
            (
                rf"(?<![가-힣A-Za-z])(?:[가-힣A-Za-z]{{1,8}}[ ]?)??(?:{place})(?=(?:[ ]?(?:집단감염|"
                rf"확진|발[ ]|관련[ ]확진))|{works})(?:[ ]?(?:직원|노동자|근로자|종사자|아르바이트|"
                r"알바))?"
            ),
        ),
        make(
            "occupation",
            (
                r"(?<![가-힣])(?=[가-힣])(?:(?:초등학교|중학교|고등학교|어린이집|유치원|학원|콜센터|"
                rf"은행|병원|구청|시청|마트|식당|공장|회사)[ ])?(?:{any_word('places', 'occupations')})"
                rf"(?={AFTER}|[ ]?출신|로[ ]|[ ]?근무|이시|이셨|이세|였|예요|이에요)"
            ),
        ),
        make(
            "occupation_of_medicine",
            (
                rf"(?<![가-힣])(?:{any_word('places', 'medical_occupations')})(?=(?:로|으로|"
                r"이며|이고|인데|이신|임|였|이었)?[ ]?(?:서[ ])?(?:근무|일하|일함|재직|종사|"
                r"이고[ ]|이며[ ]|출신|환자))"
            ),
        ),
    )


def _occupation_rules() -> tuple[Finder, ...]:
    english = maker(IdentifierKind.OCCUPATION, needs=Script.LATIN)
    job = any_word("places", "english_occupations")
    return (
        maker(IdentifierKind.OCCUPATION)(
            "occupation_named",
            (
                r"(?<![가-힣])(?:직업력?|occupation|job)[ ]?(?:은|는|이|:|=)[ ]?[:]?[ ]?(?P<v>[가-힣A-Za-z"
                r"]{2,12})(?<!무직)(?<!없음)(?<!none)"
            ),
            _is_trade,
        ),
        english(
            "occupation_english",
            rf"(?<![a-z-])(?:(?:retired|former|ex-?|local)[ ])?(?:{job})s?(?![a-z-])(?!'s (?:lung|knee|nodule))",
            _is_work,
        ),
        english(
            "occupation_works",
            (
                r"(?<![a-z])(?:works?|worked|working|employed)[ ](?:as[ ](?P<v>(?:an?[ ])"
                r"?(?:[a-z]+[ ]){0,2}(?:nurse|doctor|physician|engineer|driver|manager|worker|"
                r"clerk|assistant|technician|operator|officer|guard|teacher|cook|cleaner|"
                r"porter|barista))|(?:at|for|in)[ ](?P<w>(?:an?[ ]|the[ ])?(?:call cent(?:er|"
                r"re)|(?-i:[A-Z][A-Za-z&-]+(?:[ ][A-Z][A-Za-z&-]+){0,3})|(?:[a-z]+[ ])?(?:school|"
                r"hospital|factory|bank|restaurant|supermarket|shipyard|airport|hotel|warehouse|"
                r"nursing home|daycare))))(?![a-z])"
            ),
        ),
        english(
            "occupation_nurse",
            (
                r"(?<![a-z])(?:is|was|,|a|an)[ ](?:an?[ ])?(?P<v>(?:icu |er |ward |retired "
                r")?(?:nurse|healthcare worker|health care worker))(?=[ ](?:at|in|from|by|"
                r"who|with|here)|[,.)]|$)"
            ),
        ),
    )


def _is_work(match: re.Match[str]) -> bool:
    """A pilot study and a pilot balloon are none."""
    after = match.string[match.end() : match.end() + 9].lower()
    return not re.match(r"[ -](?:study|tube|trial|bone|balloon|scan)", after)


def _is_trade(match: re.Match[str]) -> bool:
    """Trades whose dust, heat or animals are the exposure itself stay."""
    return (
        re.search(
            (
                "광부|광산|탄광|용접|석공|석재|농|도장|주물|목수|목공|조선|건설|석면|미싱|"
                "welder|miner|mason|farmer|blast|painter|baker|carpenter|smith|무직|없|"
                "none|unemployed|retired|노출"
            ),
            match["v"].lower(),
        )
        is None
    )


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
                rf"(?<![가-힣])(?:{country})[ ]?(?:인|사람|국적|출신|교포|동포|이주민|유학생|"
                r"노동자|근로자|여성|남성|여자|남자|아기|산모|선원|관광객|환자|태생)(?!구|"
                rf"도|식|대|공|지|해|후|가)(?={AFTER}|[ ])"
            ),
        ),
        make(
            "origin_came",
            (
                rf"(?<![가-힣])(?P<v>{country})(?=(?:에서|서)[ ](?:온|오신|이주|이민|입국|"
                r"태어|귀국한[ ]교포|시집|와서[ ]살))"
            ),
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
            rf"(?P<v>(?:(?:첫째|둘째|셋째|넷째|막내|큰|작은|친정|시댁)[ ]?)?(?:{family}))(?={ending}(?![가-힣]))",
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
