"""Ages become decades, 90 and above one band; children fall into bands of years or months."""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.forms import Circumstances, Conversion, Finder
from domain.text import IdentifierKind

_TUBES = (
    r"(?![ ]?(?:fr|chest tube|pig|pcd|cath|drain|tube|sheath|foley|needle|카테터|"
    r"튜브|배액|흉관|바늘|게이지|gauge|cannula|서방|core))"
)
_SEX = r"(?:[mf](?![a-z0-9]|/(?:[a-z]|up)(?![a-z]))|남자|여자|남성|여성|남아|여아|남|여)"
_AGE = r"(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9]))"

_BESIDE_PERSON = re.compile(
    r"(?:\A|[\n(;\]]|(?<![a-z])(?:pt|patient|case|an?|old)[ :]*|(?:환자|님|씨|증례|할머니|할아버지)[ :]*|"
    r"\][ /]{1,2})[ ]?\Z",
    re.IGNORECASE,
)
_VALUE_BEFORE = re.compile(
    r"(?:(?<![a-z])(?:hu|sizes?|hr|rr|pr|bp|bt|sat|spo2|sao2|o2|flow|rate|pulse|ef|fio2|peep|diameter|length|width|"
    r"thickness|wbc|crp|esr|hb|plt|score)|크기|맥박|심박수|호흡수|혈압|포화도|직경|길이)"
    r"[ ]?[:=]?[ ]?(?:[0-9]{1,3}/)?\Z",
    re.IGNORECASE,
)
_FRENCH_BEFORE = re.compile(r"[0-9][ ]?fr?[ ]?[,/~-][ ]?\Z", re.IGNORECASE)
_COUNT_AFTER = re.compile(
    r"[ ]?(?:f[ ]?[,/~-][ ]?[0-9]{1,2}[ ]?fr?(?![a-z])"
    r"|(?:nodules?|lesions?|nodes?|lns?|mass(?:es)?|cysts?|mets?|segments?|zones?|ribs?|slices?|cores?|cases?|"
    r"patients|pts|"
    r"cavities|opacities|samples?|images?)(?![a-z])"
    r"|여[ ]?(?:[mcμµ]?m(?![a-z])|cc|ml|m?g(?![a-z])|kg|l(?![a-z])|%|hu|개|명|번|회|"
    r"차례|군데|곳|일|년|주|달|분|시간|례|"
    r"예[ ]|건|장|점|갑|종|세|살|도[ ]|배))",
    re.IGNORECASE,
)


_END = r"[ ]?(?:[,.;:)/\[]|$|[ ][a-z]{2}|[가-힣]{2,}(?<!개월)(?<!갑년))"


@cache
def age_rules() -> tuple[Finder, ...]:
    """Return the rules for ages."""
    return (*_said_ages(), *_ages_beside_sex(), *_ages_beside_people(), *_ages_beside_letters(), *_ages_said())


def _said_ages() -> tuple[Finder, ...]:
    edge = r"(?<![0-9a-z.:/~-])(?<![0-9] )"
    return (
        _rule(
            "age_korean",
            (
                r"(?<![0-9.~-])(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9])(?:\.[0-9])?[ ]?(?:세|"
                r"살)(?:[ ]?[0-9]{1,2}[ ]?개월)?)(?!대|기|균|포|션|트|균|척|로토|포탁|부|이상|이하|미만|[ ]?(?:이상|"
                r"이하|미만|초과|까지|부터))"
            ),
            _years,
        ),
        _rule(
            "age_english",
            (
                rf"{edge}(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9])[ -]?(?:years?|yrs?)[ -]?(?:old|"
                r"of[ ]age)|(?P<y2>1[0-2][0-9]|[1-9]?[0-9])[ ]?(?:y/o|yo|y\.o\.?|yrs?/o)"
                r")(?![a-z])"
            ),
            _years,
        ),
        _rule(
            "age_of",
            (
                r"(?<![a-z])(?:aged?|나이|연령)(?:는|은)?[ ]?[:=]?[ ]?(?:of[ ])?(?P<v>(?P<y>1[0-2][0-9]|"
                r"[1-9][0-9]))(?![0-9.%/-])(?![ ]?(?:일|주(?!소)|개월|months?|days?|weeks?|명|"
                r"mo))"
            ),
            _years,
        ),
        _rule("age_before_sex", rf"{edge}{_AGE}(?=[ ]?[/,][ ]?{_SEX})", _years),
        _rule(
            "age_after_sex",
            (
                rf"(?<![a-z가-힣0-9])(?:[mf]|남자|여자|남성|여성|남|여)[ ]?[/,][ ]?{_AGE}(?![0-9.%/-]|"
                r"[ ]?(?:mm|cm|년|월|일|개|주|달|명|mg|ml|fr|번|차|회|months?|mos?(?![a-z])|m/o|weeks?|"
                r"wks?|wk|days?|d(?![a-z])|hours?|hrs?|min|times|x(?![a-z])))"
            ),
            _years,
        ),
    )


def _ages_beside_sex() -> tuple[Finder, ...]:
    edge = r"(?<![0-9a-z.:/~-])(?<![0-9] )"
    return (
        _rule(
            "age_glued_to_sex",
            (
                r"(?:^|(?<=[\n,;:(/\]])|(?<=[\n,;:(/\].][ ])|(?<=환자 )|(?<=pt )|(?<=patient "
                r")|(?<=\ba )|(?<=\ban )|(?<=for )|(?<=the )|(?<=[?!] ))(?P<v>(?P<y>[1-9][0-9])"
                rf")(?=[ ]?(?:[mf](?![a-z0-9/-])|y[ /]?[mf](?![a-z])|yom|yof)){_TUBES}(?![ "
                r"]?f[ ]?(?:fr|chest|pig|pcd|cath|drain|tube|sheath|foley|needle|흉관|카테터|"
                r"배액|튜브))"
            ),
            _years,
        ),
        _rule("age_before_person", rf"{edge}{_AGE}(?=[ ]?(?:남자|여자|남성|여성|남환|여환)(?![가-힣]{{3}}))", _years),
        _rule(
            "age_years_before_sex", rf"(?<![0-9a-z.:/~-])(?<![0-9] ){_AGE}(?=[ ]?y[ ]?[/,]?[ ]?[mf](?![a-z]))", _years
        ),
        _rule(
            "age_between_strokes",
            rf"(?<=[a-z가-힣\]]/)(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9]))(?=[ ]?/[ ]?{_SEX})",
            _years,
        ),
        _rule(
            "age_glued_to_sex_korean", rf"{edge}(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9]))(?=[ ]?[남여](?![가-힣]))", _years
        ),
        _rule(
            "age_in_brackets",
            r"[(][ ]?(?:남자?|여자?|남성|여성|m|f)[ ]?(?P<v>(?P<y>1[0-2][0-9]|[1-9]?[0-9]))(?=[ ]?[),])",
            _years,
        ),
        _rule(
            "age_after_name",
            (
                r"\[(?:name|occupation(?:: [^\]]{2,40})?|origin)\](?:[ ]?(?:님|씨|군|양|환자|환아|할머니|할아버지|"
                r"산모|쌤))?(?:[ ]?\("
                r"[ ]?|,[ ]|/|[ ]/[ ]?|[ ]is[ ])(?P<v>(?P<y>1[0-2][0-9]|"
                r"[1-9][0-9]))(?=[ ]?[,)/])"
            ),
            _years,
        ),
        _rule(
            "age_after_name_and_sex",
            rf"\[name\][ ,/]{{1,3}}(?:남자|여자|남|여|m|f)[ ,/]{{0,3}}(?P<v>(?P<y>1[0-2][0-9]|[1-9][0-9]))(?={_END})",
            _years,
        ),
    )


_NEAR = r"(?P<v>(?P<y>1[01][0-9]|[1-9][0-9]))"
_NO_COUNT = (
    r"(?![0-9.%/:-]*[0-9%])(?![ ]?(?:mm|cm|mg|ml|cc|kg|g(?![a-z])|l(?![a-z])|u(?![a-z])|hu|fr|년|월|일|주|개|달|"
    r"명|번|차|회|"
    r"분|시|층|호|도|점|갑|"
    r"months?|mos?(?![a-z])|weeks?|wks?|days?|d(?![a-z])|hours?|hrs?|min|times|x(?![a-z])|py|pack|beats|bpm|st|nd|"
    r"rd|th))"
)


def _ages_beside_people() -> tuple[Finder, ...]:
    return (
        _rule(
            "age_behind_name",
            rf"\[(?:name|origin|occupation(?:: [^\]]{{2,40}})?)\](?:[ ]?(?:님|씨|환자|군|양))?[ ,/:(-]{{1,3}}(?:(?:is|"
            rf"aged?|"
            rf"만|올해|[mf]|남|여|남자|여자|male|female)[ ,/]{{0,2}})?{_NEAR}{_NO_COUNT}"
            r"(?=[ ]?(?:years?|yrs?|y(?![a-z])|세|살|[,.;:)/\]?]|$|남|여|[mf](?![a-z])|male|female|man|woman|with|had|"
            r"has|"
            r"s/p|c/o)|[ ][a-z가-힣\[])",
            _years,
        ),
        _rule(
            "age_before_person_english",
            rf"(?<![0-9a-z.:/~-])(?<![0-9] ){_NEAR}[ -]{{1,2}}(?=(?:old[ ])?(?:[a-z]+[ ])?(?:male|female|man|woman|"
            rf"lady|gentleman|boy|girl|pt|patient|smoker)(?![a-z]))",
            _years,
        ),
        _rule(
            "age_with_years",
            rf"(?:(?<![a-z])(?:pt|patient|man|woman|male|female|lady|gentleman|boy|girl|is|was|age|aged|[mf])|"
            rf"\]),?[ ]{_NEAR}(?=[ ](?:years?|yrs?)(?![a-z])(?![ ](?:ago|later|of|history|after|before|since|smok|"
            rf"f/?u|follow)))",
            _years,
        ),
    )


def _ages_beside_letters() -> tuple[Finder, ...]:
    return (
        _rule(
            "age_glued_to_capital",
            rf"(?<![0-9a-z.:/~-])(?<![0-9] ){_NEAR}(?=(?-i:[MF])(?![a-z0-9/-])){_TUBES}",
            _capital_years,
        ),
        _rule(
            "age_behind_capital",
            rf"(?:(?<=[,;(/:] )|(?<=[,;(/:])|(?<=\] )|(?<=\])|(?<=pt )|(?<=patient )|(?<=환자 )|"
            rf"(?<=[가-힣] ))(?-i:[MF])[ ]?[/-]?{_NEAR}"
            rf"(?=[ ]?[,.;)/]|$|[ ][a-z가-힣\[]){_NO_COUNT}(?![ ]?(?:fdg|pet|chest tube|pcd|cath|sheath|drain))",
            _years,
        ),
        _rule(
            "age_before_name",
            rf"(?<![0-9a-z.:/~-])(?<![0-9] ){_NEAR}(?=[ ]?/?[ ]?(?:[mf]|남|여|남자|여자)[ ,]{{1,2}}\[name\])",
            _years,
        ),
    )


def _ages_said() -> tuple[Finder, ...]:
    return (
        _rule(
            "age_said",
            rf"(?:(?<![가-힣])(?:올해|연세|연세가|연세는|나이가|나이는|나이|만|향년)[ ]?[:]?[ ]?|(?<![a-z])(?:yo|y/o|"
            rf"age|aged|"
            rf"years)[ ]?[:=]?[ ]){_NEAR}{_NO_COUNT}(?=[ ]?(?:[이되세신인입임,./)]|$|[ ]))",
            _years,
        ),
        _rule(
            "age_after_person",
            (
                r"(?<![a-z])(?:man|woman|male|female|lady|gentleman|boy|girl),?[ ](?:aged[ "
                r"])?(?P<v>(?P<y>1[0-2][0-9]|[1-9][0-9]))(?=[,.;)]|[ ]with|[ ]presents|[ "
                r"]who|$)"
            ),
            _years,
        ),
        _rule(
            "age_said_of_person",
            rf"(?:(?<![a-z])(?:s?he|who|pt|patient)|\[(?:name|family)\])(?:['’]s|[ ](?:is|was))[ ]{_NEAR}{_NO_COUNT}"
            r"(?=[.,;!?](?![0-9])|$|[ ](?:and|with|who|now|but|so|has|had)(?![a-z]))",
            _years,
        ),
        _rule(
            "age_after_letter",
            (
                r"(?<![a-z가-힣0-9/])(?:m|f)(?P<v>(?P<y>[1-9][0-9]))(?=[ ,.]|$)(?=[ ,.]*(?:[a-z가-힣]{2,})"
                r")(?<=^m[0-9]{2}|^f[0-9]{2})"
            ),
            _years,
        ),
    )


def age_band(years: int, *, in_korean: bool) -> str:
    """Return the band of an age in years, in brackets."""
    if years >= 90:
        return "[90세 이상]" if in_korean else "[90+]"
    if years >= 20:
        return f"[{years // 10}0대]" if in_korean else f"[{years // 10}0s]"
    if years == 0:
        return month_band(6, in_korean=in_korean)
    low, high = next(band for band in ((1, 4), (5, 9), (10, 17), (18, 19)) if years <= band[1])
    return f"[{low}-{high}세]" if in_korean else f"[{low}-{high} y]"


def month_band(months: int, *, in_korean: bool) -> str:
    """Return the band of an age below two years in brackets."""
    low, high = next(band for band in ((0, 2), (3, 5), (6, 11), (12, 23)) if months <= band[1])
    return f"[{low}-{high}개월]" if in_korean else f"[{low}-{high} mo]"


def _rule(name: str, pattern: str, shown: object) -> Conversion:
    return Conversion(name, IdentifierKind.AGE, re.compile(pattern, re.IGNORECASE | re.MULTILINE), shown)  # type: ignore[arg-type]


def _number(match: re.Match[str]) -> int:
    return int(match["y"] or match["y2"])


def _is_value(match: re.Match[str]) -> bool:
    """Whether the number is a measurement, a count or the size of a tube; 24/m is a rate unless a person is named."""
    start, end = match.span("v")
    before, after = match.string[max(0, start - 24) : start], match.string[end : end + 3]
    is_rate = re.match(r"[ ]?/[ ]?m(?![a-z])", after) is not None and not _BESIDE_PERSON.search(before)
    is_measured = _VALUE_BEFORE.search(before) or _FRENCH_BEFORE.search(before)
    return is_rate or bool(is_measured or _COUNT_AFTER.match(match.string, end))


def _capital_years(match: re.Match[str], circumstances: Circumstances) -> str | None:
    """54M and 72F are people unless a tube or a size stands before them."""
    before = match.string[max(0, match.start("v") - 20) : match.start("v")]
    if int(match["y"]) < 15 or re.search(
        r"(?:tube|튜브|흉관|cath\w*|drain|sheath|size|pigtail|pcd|카테터|배액관|french|guide|needle|with|"
        r"via)[ (:]{0,3}\Z",
        before,
        re.IGNORECASE,
    ):
        return None
    return _years(match, circumstances)


def _years(match: re.Match[str], circumstances: Circumstances) -> str | None:
    if _is_value(match):
        return None
    return age_band(_number(match), in_korean=circumstances.in_korean)
