"""Rules for links, public numbers of patients, and addresses.

Those for hospitals and wards stand in `houses.py`, those for work, origin and
relatives in `circumstances.py`. Journeys stay.
"""

from __future__ import annotations

import re
from functools import cache

from deidentify.text.forms import Finder, Script, maker
from deidentify.text.words import any_word
from domain.text import IdentifierKind

PARTICLE = (
    r"(?:이|가|은|는|을|를|의|에|에서|에서의|으로|로|와|과|도|만|께서|이고|이며|"
    r"이신|입니다|임|인데|라|이라|였고|이었|님|들|까지|부터|랑|이랑|한테|에게|"
    r"분)?"
)
AFTER = rf"{PARTICLE}(?![가-힣])"


@cache
def link_rules() -> tuple[Finder, ...]:
    """Return the rules for links and names in services, which come before those for numbers."""
    return _link_rules()


@cache
def place_rules() -> tuple[Finder, ...]:
    """Return the rules for numbers of patients and addresses, strongest first."""
    return (*_number_rules(), *_address_rules())


def _link_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.LINK, needs=Script.LATIN)
    host = r"(?:[a-z0-9-]{1,63}\.){1,6}(?:com|net|org|kr|io|me|gl|link|edu|gov|info|page|app|be|ly)(?![a-z0-9.-]*@)"
    service = (
        r"(?:톡|카톡|카카오톡|카카오|텔레그램|텔레|인스타그램|인스타|라인|위챗|페이스북|"
        r"페북|트위터|kakao(?:talk)?|telegram|instagram|insta|line|wechat|whatsapp|"
        r"facebook|twitter|signal)"
    )
    return (
        make("link", r"(?:https?|ftp)://[^\s<>\"')\]가-힣]{3,300}"),
        make(
            "link_without_scheme",
            (rf"(?<![a-z0-9@.-])(?:www\.)?{host}(?:/[^\s<>\"')\]가-힣]{{0,200}}|(?![a-z0-9])" r")"),
        ),
        make(
            "handle_named",
            (
                rf"(?<![a-z]){service}[ ]?(?:아이디|id|계정|account|handle)?(?:는|은|이)?[ "
                rf"]?[:=]?[ ]?(?P<v>@?[a-z][a-z0-9._-]{{3,30}}(?<![.-]))(?=[^a-z0-9]|$)(?<!채널)"
            ),
            _is_handle,
        ),
        make("handle", r"(?<![a-z0-9.@])@(?P<v>[a-z](?=[a-z0-9._]*[0-9_])[a-z0-9._]{3,30}(?<!\.))", _is_handle),
    )


def _is_handle(match: re.Match[str]) -> bool:
    return re.search("[0-9_.@]", match["v"]) is not None or "아이디" in match.group() or " id" in match.group().lower()


def _number_rules() -> tuple[Finder, ...]:
    """Numbers by which authorities and newspapers call patients, with the place in front."""
    make = maker(IdentifierKind.NUMBER, needs=Script.DIGITS)
    place = (
        rf"(?:(?:{any_word('places', 'cities')}|{any_word('places', 'provinces')}|"
        rf"국내|{any_word('places', 'short_districts')})[ ]?)?"
    )
    return (
        make(
            "public_patient_number",
            rf"(?P<v>{place}#?(?<![0-9])[0-9]{{1,9}}[ ]?번(?:째)?)[ ]?(?:확진자|확진|환자|감염자|접촉자)",
        ),
        make(
            "public_patient_number_behind",
            r"(?:확진자|감염자|확진환자)[ ]?(?:번호)?[ ]?(?P<v>#?[0-9]{1,5}[ ]?번(?!째)|#[0-9]{1,5})",
        ),
        make(
            "public_patient_number_english",
            r"(?<![a-z])(?:patient|pt|case|confirmed case)[ ]?(?P<v>(?:no\.?|number|#|№)[ ]?[0-9]{1,6})(?![0-9.])",
        ),
        make(
            "public_patient_number_sign",
            (rf"(?<![a-z0-9#])(?P<v>{place}#[0-9]{{2,6}})(?=[ ]?(?:환자|확진|patient|pt)" r")"),
        ),
        make("passport", r"(?<![a-z0-9])[a-z](?:[0-9]{8}|[0-9]{3}[a-z][0-9]{4}|[a-z][0-9]{7})(?![a-z0-9])"),
        make(
            "insurance_number",
            (
                r"(?<![a-z])(?:건강보험증|보험증|증번호|사번|학번|군번|운전면허|면허|policy|"
                r"insurance|license|licence|employee|member|badge|account|nhs|medicare|folder|"
                r"file|film|sample|specimen|barcode|바코드|검체|필름|원외|접수|수납|처방전|"
                r"ticket|requisition|order|exam|study|visit|encounter|episode)[ ]?(?:번호|"
                r"no\.?|number|id|#)[ ]?(?:is|:|=|은|는)?[ ]?[:=]?[ ]?(?P<v>[a-z]{0,4}-?[0-9][0-9a-z-]{3,2"
                r"4})(?![0-9])"
            ),
        ),
    )


def _address_rules() -> tuple[Finder, ...]:
    return (*_full_addresses(), *_home_rules(), *_english_addresses())


@cache
def _any_district() -> str:
    return f"{any_word('places', 'districts')}|{any_word('places', 'short_districts')}"


def _full_addresses() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.ADDRESS, needs=Script.HANGUL)
    province, district = any_word("places", "provinces"), _any_district()
    town = r"[가-힣]{1,7}[0-9]{0,2}(?:동|읍|면|리|로|길|가)(?:[0-9]{1,3}가)?"
    number = (
        r"(?:[ ]?[0-9]{1,5}(?:-[0-9]{1,4})?(?:번지|번길|길)?(?:[ ]?[0-9]{1,4}(?:-[0-9]{1,4})"
        r"?)?(?![0-9.]|[ ]?(?:세|살|mm|cm|/)))?"
    )
    block = (
        r"(?:[ ,]{0,2}[가-힣A-Za-z0-9]{1,12}(?:아파트|아파텔|APT|빌라|오피스텔|맨션|"
        r"빌딩|주공|타운|자이|푸르지오|래미안|힐스테이트))?(?:[ ,]{0,2}[0-9]{1,4}[ "
        r"]?동(?![가-힣]))?(?:[ ,]{0,2}[0-9]{1,5}[ ]?호)?"
    )
    return (
        make(
            "address",
            (
                rf"(?<![가-힣])(?=[가-힣])(?:(?:{province})[ ]?)?(?:(?:{district})[ ]?){{1,2}}{town}(?:[ "
                rf"]{town})?{number}{block}"
            ),
        ),
        make(
            "address_of_town",
            rf"(?<![가-힣])(?:{province})[ ](?:[가-힣]{{2,5}}(?:동|읍|면))(?={AFTER}|[ ,]){number}{block}",
        ),
        make(
            "address_of_province",
            (
                rf"(?<![가-힣])(?:{province})[ ](?:[가-힣]{{1,4}}(?:시|구|군))(?![가-힣]{{2,}})"
                rf"(?:[ ]{town}{number}{block})?"
            ),
        ),
        make(
            "address_block",
            (
                r"(?<![가-힣])[가-힣A-Za-z0-9]{1,12}(?:아파트|빌라|오피스텔|맨션)(?:[ ]?[0-9]{1,4}[ "
                r"]?동)?(?:[ ]?[0-9]{1,5}[ ]?호)?"
            ),
        ),
        make("address_flat", r"(?<![0-9])[0-9]{1,4}동[ ]?[0-9]{3,5}호(?!실)"),
        make(
            "address_district",
            (
                rf"(?<![가-힣])(?=[가-힣])(?:(?:{province})[ ]?)?(?:{any_word('places', 'districts')})"
                rf"(?![가-힣]{{0,3}}(?:보건소|병원|의원))(?={AFTER})"
            ),
        ),
    )


def _home_rules() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.ADDRESS, needs=Script.HANGUL)
    english = maker(IdentifierKind.ADDRESS, needs=Script.LATIN)
    province, district = any_word("places", "provinces"), _any_district()
    cities, short = any_word("places", "cities"), any_word("places", "short_districts")
    lives = (
        r"(?:에서|에)?[ ]?(?:거주|사는|사시는|살고|살다|사심|산다는|출신|주민|시민|"
        r"자택|집단감염|확진자|에서[ ]온|에서[ ]오신|에서[ ]올라|에서[ ]내려|요양원|"
        r"소재|거주자|토박이|발[ ]확진)"
    )
    street = (
        r"(?:street|st\.?|avenue|ave\.?|road|rd\.?|boulevard|blvd\.?|lane|ln\.?|"
        r"drive|court|ct\.|way|place|terrace)(?![a-z])"
    )
    return (
        make(
            "address_lives",
            (
                rf"(?<![가-힣])(?=[가-힣])(?P<v>(?:(?:{province})[ ]?)?(?:{province}|{cities}|{short}"
                rf"|[가-힣]{{2,4}}(?:동|읍|면)))(?={lives})"
            ),
        ),
        make(
            "address_home",
            (
                r"(?<![가-힣])(?:집|자택|고향|본가|거주지|주소지|사는[ ]?곳|시골|댁)(?:은|"
                rf"이|는|도)?[ ]?[:]?[ ]?(?P<v>(?:(?:{province})[ ]?)?(?:{province}|{cities}|"
                rf"{district}))(?=에|이|입|인|라|로|으로|$|[ ,.])"
            ),
        ),
        make(
            "address_patient",
            rf"(?<![가-힣])(?=[가-힣])(?P<v>{province}|{cities})"
            r"(?=[ ](?:환자|할머니|할아버지|어르신|분이|[0-9]{1,3}번))",
        ),
        english(
            "address_english",
            (
                rf"(?<![0-9])[0-9]{{1,5}}[a-z]?[ ](?:[nsew]\.?[ ])?(?-i:(?:[A-Z][a-z]+[ ])"
                rf"{{1,3}}){street}(?:,?[ ](?:apt|unit|suite|#)\.?[ ]?[0-9a-z-]{{1,6}})?(?-i:,[ "
                rf"][A-Z][a-z]+(?:[ ][A-Z][a-z]+)?)?(?-i:,?[ ][A-Z]{{2}}[ ][0-9]{{5}})?"
            ),
        ),
    )


def _english_addresses() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.ADDRESS, needs=Script.HANGUL)
    english = maker(IdentifierKind.ADDRESS, needs=Script.LATIN)
    return (
        english(
            "address_english_lives",
            (
                r"(?<![a-z])(?:lives?|living|resides?|residing|resident|native|came|comes|"
                r"lived|based|is|transferred|referred|patient|male|female|man|woman|lady|"
                rf"gentleman)[ ](?:in|from|of|near)[ ](?P<v>(?:{any_word('places', 'english_cities')})"
                r"(?:-(?:si|gu|do))?(?-i:,[ ][A-Z][a-z]+)?)(?![a-z])"
            ),
        ),
        english(
            "address_romanised",
            r"(?<![a-z])[a-z]{2,16}-(?:gu|ro|eup|myeon)(?:[ ][0-9]{1,4}(?:-[0-9]{1,4})?)?(?![a-z-])"
            r"(?:,[ ][a-z]+-(?:si|gu|do)){0,2}|(?<![a-z])[a-z]{2,16}-dong,[ ][a-z]{2,16}-(?:gu|si)(?![a-z-])",
        ),
        make(
            "postal_code",
            (r"(?:우편번호|zip(?: code)?|postcode)[ ]?[:=]?[ ]?(?P<v>[0-9]{5}(?:-[0-9]{4})" r"?)(?![0-9])"),
            script=Script.DIGITS,
        ),
    )
