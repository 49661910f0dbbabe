"""Work: what somebody is and where somebody works (safety rule 5), with what is breathed in there left standing.

The words are in `occupations.toml`. A trade by itself is an exposure and stays; beside a person it becomes
`[occupation]`, and a dusty, hot or mouldy one says so: `[occupation: metal fume]`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from deidentify.text.forms import Check, Circumstances, Conversion, Finder, Script
from deidentify.text.likeness import is_eponym, is_word
from deidentify.text.places import AFTER
from deidentify.text.words import any_word, table, words
from domain.text import IdentifierKind

_TABLE = "occupations"
_YEARS = r"(?:[0-9]{1,2}[ ]?년[ ]?(?:간|동안|넘게|정도|가까이)?[ ]?|오래[ ]?|계속[ ]?|평생[ ]?)?"
_DOES = (
    r"(?:근무|일[ ]?(?:하|했|함|해)|일(?=[ ,.]|$)|재직|종사|활동|은퇴|퇴직|퇴사|정년|다니|다님|다녔|다닌|작업|취업|"
    r"생활)"
)
_IS = (
    r"(?:분|이시|이셔|이셨|이신|이세|이었|였|예요|이에요|이라던|라던|이래|래요|이라고|라고|이라(?![가-힣]{2})|이고|이며|이자|"
    r"인데|입니다|임(?![가-힣])|"
    rf"[ ]?출신|(?:으로|로)[ ]?(?:서[ ])?{_YEARS}{_DOES}|(?:일[을]?)?[ ]?(?:하시|하셨|하는|했|하다|하던)|[ ]?{_DOES})"
)
_FIELDS = (
    "태권도|검도|유도|합기도|헬스|요가|필라테스|수영|골프|피아노|영어|수학|미술|음악|보험|부동산|식당|편의점|카페|네일샵|미용실|버스|택시|트럭|화물|지게차|굴삭기|덤프|레미콘|"
    "대리|배달|택배|스쿨버스|마을버스|시내버스|고속버스|관광버스|아파트|건물|학교|초등|중등|고등|지하철|대기업|중소기업|농협|건설|조선소|소방|경찰|교육|세무|행정|우체국|시청|구청|도청"
)
_RANK = (
    "이병|일병|상병|병장|하사|중사|상사|원사|준위|소위|중위|대위|소령|중령|대령|훈련병|훈련생|장병|"
    "병사|간부|부사관|장교|군무원|복무"
)
_PERSON_BEFORE = re.compile(
    r"(?:\[(?:name|origin|family|number|ward|[^\]]{1,8}(?:대|세|세 이상)|[0-9]{2}(?:s|\+)|[0-9-]+ y)\]|"
    r"(?<![0-9.])[0-9]{1,3}[ ]?"
    r"(?:세|살|yo|y/o|y\.?o\.?|years?(?:[ -]old)?|yr)?[ ]?/?[ ]?[mf]?|"
    r"(?<![a-z])(?:[mf]|male|female|man|woman|gentleman|lady|is|was|as|an|a|retired|former|job|occupation|work)|"
    r"남자|여자|남성|여성|남|여|남환|여환|환자|환자분|환자는|환자가|님은|님이|씨는|씨가|분은|분이|님|씨|분|본인|"
    r"은퇴한|퇴직한|퇴역|전직|현직|아버지|어머니|남편|아내)"
    r"[ ,./():-]{1,3}(?:[0-9]{1,2}년[ ](?:경력|차)[ ])?\Z",
    re.IGNORECASE,
)
_PERSON_AFTER = re.compile(
    r"[ ,]{1,2}(?:\[(?:name|[0-9]{2}대|[0-9]{2}s)\]|[0-9]{2}[ ]?(?:세|살|yo|y/o|/[ ]?[mf]|"
    r"[mf](?![a-z])))",
    re.IGNORECASE,
)
_NO_WORK = re.compile(r"무직|없|none|unemployed|retired|노출|미상|모름|unknown", re.IGNORECASE)


@cache
def occupation_rules() -> tuple[Finder, ...]:
    """Return the rules for work, which give way to those for names and places."""
    return (
        *_workplace_rules(),
        *_korean_titles(),
        *_korean_trades(),
        *_english_trades(),
        *_english_workplaces(),
    )


def _workplace_rules() -> tuple[Finder, ...]:
    place, companies = any_word(_TABLE, "workplaces"), any_word(_TABLE, "companies")
    works = rf"(?:[ ]?(?:으로|로|에서|에|을|를)?[ ]?{_YEARS}(?:{_DOES}|직원|노동자|근로자|종사자|아르바이트|알바))"
    return (
        _rule(
            "workplace_company",
            rf"(?<![가-힣A-Za-z])(?P<v>(?:{companies})(?:[ ]?(?:[가-힣]{{1,6}}(?:공장|사업장|센터|조선소|제철소|"
            rf"연구소|지점)))?"
            r"(?:[ ]?(?:직원|사원|연구원|생산직|협력업체[ ]직원))?)(?![A-Za-z])",
        ),
        _rule(
            "workplace",
            rf"(?<![가-힣A-Za-z])(?P<v>(?:[가-힣A-Za-z]{{1,8}}[ ]?)??(?:{place})(?=(?:[ ]?(?:집단감염|확진|발[ ]|"
            rf"관련[ ]확진))|"
            rf"{works})"
            r"(?:[ ]?(?:직원|노동자|근로자|종사자|아르바이트|알바))?)",
            needs=Script.HANGUL,
        ),
    )


_HOUSE = (
    "시의회|도의회|구의회|군의회|국회|초등학교|중학교|고등학교|어린이집|유치원|학원|콜센터|은행|병원|구청|시청|마트|"
    "식당|공장|회사"
)


def _korean_titles() -> tuple[Finder, ...]:
    titles, medical = (any_word(_TABLE, key) for key in ("titles", "medical"))
    return (
        _rule(
            "occupation_of_service",
            rf"(?<![가-힣])(?P<v>(?:육군|해군|공군|해병대?|특전사|카투사)(?:[ ]?(?:{_RANK}))?)"
            rf"(?=[ ]|{AFTER}|[,.]|$)",
            needs=Script.HANGUL,
        ),
        _rule(
            "occupation",
            rf"(?<![가-힣])(?P<v>(?=[가-힣])(?:(?:{_HOUSE}|{_FIELDS})[ ])?(?:{titles}))(?={AFTER}|{_IS}|[ ]?출신|로[ ]|"
            rf"[ ]?근무|"
            rf"이시|이셔|이셨|이세|였|예요)",
            _is_beside_person_if_exposure,
            needs=Script.HANGUL,
        ),
        _rule(
            "occupation_of_medicine",
            rf"(?<![가-힣])(?P<v>(?:{medical}))(?=(?:로|으로|이며|이고|인데|이신|임|였|이었|라던데|래요|이래요|"
            rf"라고[ ]?(?:하|합|했)|라서|이라서|셨|이셨)?[ ]?"
            r"(?:서[ ])?(?:근무|일하|일함|재직|종사|이고[ ]|이며[ ]|출신|환자)|(?:라던데|래요|이래요|라고[ ]?(?:하|합|"
            r"했)|라서|이라서|셨|이셨|예요|이세요|세요|\)))",
            needs=Script.HANGUL,
        ),
    )


def _korean_trades() -> tuple[Finder, ...]:
    titles, endings = (any_word(_TABLE, key) for key in ("titles", "endings"))
    return (
        _rule(
            "occupation_by_ending",
            rf"(?<![가-힣])(?P<v>(?:(?:퇴역|비둘기|앵무새|가축|돼지|한우|젖소|염소|닭|오리|버섯|인삼|"
            rf"화훼)[ ])?[가-힣]{{0,7}}?(?:{endings}|{titles})|(?:{_FIELDS})[ ](?:{endings}|{titles})|"
            rf"[가-힣]{{2,6}}[사자원장가주](?=이시|이신|이셨|이세|이었|였))"
            rf"(?=[ ]*(?:[,./)]|$)|{AFTER}|{_IS})",
            _is_work_beside_person,
            needs=Script.HANGUL,
        ),
        _rule(
            "occupation_of_owner",
            r"(?<![가-힣])(?P<v>[가-힣]{1,6}(?:집|점|방앗간|푸줏간|대장간|가게|상회|공방|샵|마트|카페|식당|업체|공장|"
            r"농장|학원|미용실|약국|"
            r"세탁소|사우나|노래방|편의점|목욕탕|민박|펜션|"
            r"하우스|과수원|양계장|양돈장|목장|축사|철물점|인테리어|부동산|정비소|주유소))(?=[ ]?(?:을|"
            r"를)?[ ]?(?:운영|경영|하시는|하시던|하셨|하심|사장|주인|직원|알바|"
            r"하는[ ]?분))",
            needs=Script.HANGUL,
        ),
        _rule(
            "occupation_said",
            rf"(?<![가-힣])(?P<v>[가-힣]{{1,7}}?(?:{endings}))(?={_IS})",
            _is_said_work,
            needs=Script.HANGUL,
        ),
        _rule(
            "occupation_named",
            r"(?<![가-힣a-z])(?:직업력?|하시는[ ]일|occupation|job)[ ]?(?:은|는|이|:|=|-|"
            r"/)[ ]?[:]?[ ]?(?P<v>[가-힣A-Za-z]{2,12}"
            r"(?:[ ](?:[가-힣]{1,6}(?:사|원|공|관|수|부|직|자)|worker|driver|teacher|operator|officer|engineer|"
            r"technician|"
            r"owner)(?![가-힣a-z]))?)",
            _is_named_work,
            needs=Script.ANY,
        ),
    )


def _english_trades() -> tuple[Finder, ...]:
    job = any_word(_TABLE, "english")
    kind = "|".join(words(_TABLE, "english_endings"))
    return (
        _rule(
            "occupation_english_of_field",
            rf"(?<![a-z-])(?P<v>(?:(?:retired|former|ex)[ -])?(?:[a-z]{{3,12}}[ -]){{1,2}}"
            rf"(?:{job}|nurse|hygienist|assistant|apprentice|tech|instructor|owner|dealer|maker))(?![a-z-])",
            _is_aged_field,
            needs=Script.LATIN,
        ),
        _rule(
            "occupation_english",
            rf"(?<![a-z-])(?P<v>(?:(?:retired|former|ex-?|local|part-time)[ ])?(?:{job})s?)(?![a-z-])(?!'s (?:lung|"
            rf"knee|nodule|disease|asthma|elbow))",
            _is_english_work,
            needs=Script.LATIN,
        ),
        _rule(
            "occupation_works",
            r"(?<![a-z])(?:works?|worked|working|employed|job is|job as|trained|career|retired|occupation:?|"
            r"trade:?)[ ](?:as[ ]|was[ ]|is[ ])?"
            rf"(?P<v>(?:an?[ ])?(?:[a-z]+[ -]){{0,2}}?(?!{_NONE})[a-z]{{2,12}}(?:{kind}))(?![a-z])(?=[ ]?(?:[,.;:)]|$|"
            rf"for|in|at|with|since|and|until|who|[0-9]))",
            _is_named_work,
            needs=Script.LATIN,
        ),
        _rule(
            "occupation_english_by_ending",
            rf"(?<![a-z-])(?P<v>(?:(?:retired|"
            rf"former)[ ])?(?:[a-z]+[ -])?(?!{_NONE})[a-z]{{2,12}}(?:{kind}))(?=[ ]?(?:[,;.)]|$|[ ]with|[ ]for))",
            _is_aged_work,
            needs=Script.LATIN,
        ),
    )


def _english_workplaces() -> tuple[Finder, ...]:
    return (
        _rule(
            "occupation_at",
            r"(?<![a-z])(?:works?|worked|working|employed)[ ](?:at|for|in|with)[ ](?P<v>(?:an?[ ]|"
            r"the[ ])?(?:call cent(?:er|re)|"
            r"(?-i:[A-Z][A-Za-z&-]+(?:[ ][A-Z][A-Za-z&-]+){0,3})|(?:[a-z]+[ ]){0,2}(?:school|hospital|factory|bank|"
            r"restaurant|supermarket|shipyard|"
            r"airport|hotel|warehouse|nursing home|daycare|mine|quarry|mill|foundry|farm|bakery|office|store|shop|"
            r"plant|kitchen|laundry|salon|"
            r"construction|prison|university|navy|army|police|railway|docks?)))(?![a-z])",
            needs=Script.LATIN,
        ),
        _rule(
            "occupation_nurse",
            r"(?<![a-z])(?:is|was|,|a|an)[ ](?:an?[ ])?(?P<v>(?:icu |er |ward |retired |staff |student )?(?:nurse|"
            r"healthcare worker|health care worker|"
            r"doctor|physician|dentist|pharmacist|paramedic|midwife|radiographer))(?=[ ](?:at|in|from|by|who|with|"
            r"here|himself|herself|too)|[,.)]|$)",
            needs=Script.LATIN,
        ),
        _rule(
            "occupation_of_owner_english",
            r"(?<![a-z])(?:runs?|owns?|owned|ran|manages?|managed)[ ](?P<v>(?:an?|the|his|her|"
            r"their)[ ](?:[a-z]+[ ]){0,2}"
            r"(?:bakery|farm|shop|store|restaurant|cafe|pub|bar|hotel|salon|laundry|garage|business|company|stall|"
            r"kiosk|"
            r"butchery|nursery|school|gym|studio|brewery|mill|workshop|factory|takeaway|market))(?![a-z])",
            needs=Script.LATIN,
        ),
    )


_NONE = rf"(?:{'|'.join(sorted(words(_TABLE, 'no_english_endings')))})(?![a-z])"


def _rule(name: str, pattern: str, holds: Check | None = None, *, needs: Script = Script.ANY) -> Conversion:
    return Conversion(name, IdentifierKind.OCCUPATION, re.compile(pattern, re.IGNORECASE), _showing(holds), needs)


def _showing(holds: Check | None) -> Callable[[re.Match[str], Circumstances], str | None]:
    def shown(match: re.Match[str], circumstances: Circumstances) -> str | None:
        if holds is not None and not holds(match):
            return None
        return placeholder_of(match["v"], in_korean=circumstances.in_korean)

    return shown


@cache
def _exposures() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    return tuple(
        (re.compile(row["work"], re.IGNORECASE), row["korean"], row["english"]) for row in table(_TABLE)["exposures"]
    )


def placeholder_of(work: str, *, in_korean: bool) -> str:
    """Return what stands in the place of some work: its kind, and what is breathed in there."""
    for pattern, korean, english in _exposures():
        if pattern.search(work):
            return f"[{IdentifierKind.OCCUPATION.value}: {korean if in_korean else english}]"
    return f"[{IdentifierKind.OCCUPATION.value}]"


def _is_exposure(work: str) -> bool:
    return any(pattern.search(work) for pattern, _, _ in _exposures())


def _is_beside_person(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start("v") - 24) : match.start("v")]
    return _PERSON_BEFORE.search(before) is not None or _PERSON_AFTER.match(match.string, match.end("v")) is not None


def _is_beside_person_if_exposure(match: re.Match[str]) -> bool:
    """A trade that is an exposure stays where nobody stands beside it."""
    return not _is_exposure(match["v"]) or _is_beside_person(match)


def _is_known_ending(work: str) -> bool:
    return any(work == word or (len(word) > 1 and work.endswith(word)) for word in words(_TABLE, "no_endings"))


def _is_work_beside_person(match: re.Match[str]) -> bool:
    return _is_beside_person(match) and not _is_known_ending(match["v"]) and not is_ordinary_work(match["v"])


def _is_said_work(match: re.Match[str]) -> bool:
    after = match.string[match.end() : match.end() + 24]
    is_done = re.match(rf"(?:으로|로)[ ]?(?:서[ ])?{_YEARS}(?:근무|일|재직|종사|은퇴|퇴직)", after) is not None
    return is_done and not _is_known_ending(match["v"]) and not _is_exposure(match["v"])


def is_ordinary_work(work: str) -> bool:
    """Whether a word that ends like work is one of radiology or of messages."""
    return work in words("allowed", "korean") or work in words("allowed", "everyday")


def _is_named_work(match: re.Match[str]) -> bool:
    return _NO_WORK.search(match["v"]) is None


def _is_english_work(match: re.Match[str]) -> bool:
    """A pilot study and a pilot balloon are none."""
    after = match.string[match.end() : match.end() + 9].lower()
    if re.match(r"[ -](?:study|tube|trial|bone|balloon|scan|cell|lung|exam|view|hands?|valve|fisher|dieker)", after):
        return False
    if match["v"][0].isupper() and is_eponym(match["v"]):
        return False
    return _is_beside_person_if_exposure(match)


def _is_aged_field(match: re.Match[str]) -> bool:
    """A title with a word before it, behind an age: dental hygienist, cocoa farmer."""
    parts = re.split("[ -]", match["v"].lower())
    return _is_aged(match) and not any(part in _NO_PARTS or part in _NO_FIELDS for part in parts)


def _is_aged(match: re.Match[str]) -> bool:
    before = match.string[max(0, match.start("v") - 20) : match.start("v")]
    return _AGED_BEFORE.search(before) is not None


_AGED_BEFORE = re.compile(
    r"(?:\[[0-9]{2}(?:s|\+)\]|(?<![0-9.])[0-9]{2}|\[(?:origin|name)\])[ -]?(?:yo|y/o|y\.o\.?|/?[mf]|years?(?:[ -]old)?|"
    r"yr)?[ ]?/?"
    r"[ ]?(?:[mf]|male|female|man|woman|lady|gentleman|ex)?[, ]{1,2}\Z",
    re.IGNORECASE,
)
_NO_FIELDS = frozenset(
    ("with", "and", "from", "for", "has", "had", "who", "the", "was", "his", "her", "our", "of", "by", "in")
)


def _is_aged_work(match: re.Match[str]) -> bool:
    parts = re.split("[ -]", match["v"].lower())
    return (
        _is_aged(match)
        and not any(part in _NO_PARTS or part in _NO_FIELDS for part in parts)
        and not parts[-1].endswith(("less", "ness"))
        and (not is_word(parts[-1]) or parts[-1] in _WORKING)
    )


_WORKING = words(_TABLE, "english_endings") - {"or", "man", "woman", "men", "women", "boy", "girl", "hand"}
_NO_PARTS = words(_TABLE, "no_english_endings")
