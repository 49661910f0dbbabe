"""Houses, wards and homes as they are named in passing: nicknames of hospitals, beds by number, towns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from deidentify.text.forms import Circumstances, Finder, Script, Search, maker
from deidentify.text.likeness import is_eponym, is_word
from deidentify.text.words import any_word
from domain.text import IdentifierKind

_CAP = r"[A-Z][A-Za-z]+(?:['’-][A-Za-z]+)*"
_CHAIN = rf"{_CAP}(?:[ ](?:(?:of|de|do|da|del|di|la|the|and|am|an der)[ ])?{_CAP}){{0,3}}"


@cache
def nickname_rules() -> tuple[Finder, ...]:
    """Return the rules, which come behind those for houses and addresses in full."""
    return (*_korean_hospitals(), *_english_hospitals(), *_beds(), *_wards(), *_homes())


_STAY = (
    r"(?=[ ]?(?:병원|의료원|에서|으로[ ]?(?:전원|보내|가|이송)|로[ ]?(?:전원|보내|가|이송)|응급실|외래|펠로우|"
    r"전임의|전공의|레지던트|인턴|출신|교수|판독|"
    r"영상|CT|PET|MR|조직|수술|진료|입원|퇴원|측|쪽|다니|갔|가서|갈|간다|때|있을|계실|파견|협진|의뢰|소속|"
    r"[가-힣]{1,4}과(?![가-힣])))"
)
_FOREIGN = (
    r"(?:Universit(?:a|ae)tsklinikum|Klinikum|Klinik|Krankenhaus|Spital|Universitatsspital|Charite|Hopital|CHU|"
    r"Clinique|Ospedale|Policlinico|"
    r"Hospital|Clinica|Sygehus|Sjukhus|Sykehus|Ziekenhuis|UMC|Szpital|Rumah Sakit|Benh Vien|RSUD|Santa Casa)"
)
_KINDS = (
    r"(?:(?:General |University |Community |Memorial )?Hospital|Hosp\.?(?![a-z])|Medical (?:Cent(?:er|re)|College|"
    r"Group)|Med\.? Cent(?:er|re)|Medical|Clinic|Infirmary|Health|Healthcare|Imaging|Radiology|Diagnostics?|"
    r"Hospice|Nursing Home|"
    r"Care Home|Care Cent(?:er|re)|Polyclinic|Surgery|Practice|Sanatorium|Institute|Rehab|Cancer Cent(?:er|re)|"
    r"General|Memorial|Univ(?:ersity)?\.?|"
    r"Univ\.? Hosp\.?|NHS Trust|Trust|Health System|Medical College|Lodge|House)"
)


def _korean_hospitals() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.HOSPITAL, needs=Script.HANGUL)
    short = any_word("places", "short_hospitals")
    return (
        make("hospital_nickname", rf"(?<![가-힣A-Za-z0-9])(?:{short})(?:병원|의료원|{_STAY})"),
        make(
            "hospital_of_university",
            r"(?<![가-힣])(?!확대|군대|본대|기대|상대|최대|절대|반대|증대|비대)[가-힣]대(?:학교)?병원",
        ),
        maker(IdentifierKind.HOSPITAL)(
            "hospital_with_letters",
            r"(?<![a-z가-힣0-9])(?!ICU|ER|ED|CT|MR|GI|GS|OS|NS|CS|OBGY|ENT|OPD|VIP)[a-z]{2,10}[ ]?"
            r"(?:내과|의원|병원|외과|정형외과|소아과|이비인후과|안과|영상의학과|가정의학과|클리닉)",
        ),
        make(
            "hospital_by_kind",
            r"(?<![가-힣])(?!건강|종합|검진|우리|저희|본원|외부|지역|대학|통합|응급|권역|암|국립|시립|회사)[가-힣]{2,8}"
            r"(?:한의원|산후조리원|검진센터|건강검진센터|영상센터|메디컬|메디칼|실버타운|너싱홈|요양센터|재활센터|"
            r"노인병원|의료재단|건강관리협회|한방병원|영상의학과의원)(?![가-힣]{3})",
        ),
    )


def _english_hospitals() -> tuple[Finder, ...]:
    exact = maker(IdentifierKind.HOSPITAL, flags=0, needs=Script.LATIN)
    return (
        exact(
            "hospital_by_letters",
            r"(?<![A-Za-z])(?:SNUH|SNUBH|KUMC|PNUH|PNUYH|KNUH|CNUH|JNUH|CBNUH|CHAUMC|KUGH|GNUH|EUMC|AUMC|"
            r"BRMH)(?![A-Za-z])",
        ),
        exact("hospital_abroad", rf"(?<![A-Za-z]){_FOREIGN}[ ](?:(?:of|de|do|da|Sao|di|fur|zum|am)[ ]){{0,2}}{_CHAIN}"),
        exact(
            "hospital_of_saint",
            rf"(?<![A-Za-z])(?:St\.?|Saint|Sankt|Santa|Sao|San|Mount|Mt\.?|Royal|Queen|King|"
            rf"Our Lady(?: of)?)[ ](?!Jude)(?:{_CHAIN})"
            rf"(?:[ ]{_KINDS}){{0,3}}(?=[ ]?(?:[,.;)?:]|$|[a-z]|ED|ER|ICU|[0-9]))",
            _is_saint,
        ),
        exact(
            "hospital_by_kind_english", rf"(?<![A-Za-z])(?P<v>(?!{_NOT_NAMED}){_CHAIN}[ ]{_KINDS})(?![a-z])", _is_house
        ),
        exact(
            "hospital_of_region",
            rf"(?<![A-Za-z])(?i:at|from|to|in|by)[ ](?P<v>(?!{_NOT_NAMED}){_CHAIN}[ ](?:Regional|Memorial|Methodist|"
            r"Presbyterian|Baptist|Lutheran|Sinai|Mercy|Infirmary|Deaconess))(?![A-Za-z])",
        ),
        maker(IdentifierKind.HOSPITAL, needs=Script.LATIN)(
            "hospital_known_english",
            rf"(?<![a-z])(?:at|from|in|to|by|of)[ ](?P<v>{any_word('places', 'english_hospitals')})(?![a-z])",
        ),
        Search("hospital_of_transfer", IdentifierKind.HOSPITAL, _transfers),
    )


_NOT_NAMED = (
    r"(?:Outside|Local|Our|The|This|Another|Other|Community|General|Regional|University|Tertiary|Referring|Rural|"
    r"County|District|Private|Public|"
    r"Children|Teaching|My|Your|Their|From|At|In|To|Of|Same|Previous|Current|Nearby|Chest|Chief|Internal|General|Past|"
    r"Nuclear|Interventional|"
    r"Pediatric|Diagnostic|Emergency|Thoracic|Cardiac|Dear|Patient|No|Please|Mental|Public|Oral|Bone|Home|Family|"
    r"Occupational)(?![a-z])"
)
_TRANSFER = re.compile(
    r"(?<![A-Za-z])(?i:transferred|transfer|referred|sent|discharged|admitted|seen|treated|followed|operated|scanned|"
    r"imaged|worked up|biopsied|"
    r"outside (?:ct|film|scan|mri|study|images?|report)|(?:ct|film|scan|mri|study|images?|report|surgery|"
    r"referral))[ ](?:over[ ]|in[ ])?"
    rf"(?:from|at|to|by|in|of)[ ](?P<v>{_CHAIN})"
)


def _transfers(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield what somebody was transferred from or seen at, where it is no word of medicine."""
    if not Script.LATIN.value.search(text):
        return
    for match in _TRANSFER.finditer(text):
        if not any(is_word(word) or is_eponym(word) for word in re.findall(_CAP, match["v"])):
            yield match.span("v")


def _is_house(match: re.Match[str]) -> bool:
    """At least one word before the kind is of no list of words."""
    name = match["v"].rpartition(" ")[0]
    return (
        any(not is_word(word) or is_eponym(word) for word in re.findall(_CAP, name)[:1])
        and not re.search(
            r"[ ](?:Medical|Health|Surgery|Practice|General|House|Trust|Radiology|Imaging|Institute|Rehab|"
            r"Diagnostics?)$",
            match["v"],
        )
    ) or not any(is_word(word) for word in re.findall(_CAP, name))


def _is_saint(match: re.Match[str]) -> bool:
    return (
        not match.group().startswith(("King", "Queen"))
        or re.search("Hosp|College|General|Medical|['’]s", match.group()) is not None
    )


_UNIT = (
    r"(?:[msncp]?icu|ccu|hdu|nicu|picu|er|ed|resus|중환자실|집중치료실|응급실|회복실|격리실|음압|음압실|투석실|"
    r"분만실|신생아실|무균실|소생실|처치실|인공신장실|준중환자실|관찰실)"
)
_BED = r"(?:bed|베드|침상|병상|자리|침대|방|격리실|격리방|룸|구역|칸|모니터)"
_NO_COUNT = (
    r"(?![ ]?(?:째|번째|환자|찍|촬영|시행|검사|더|정도|이상|했|본|봤|하|날|일|시간|주|명|차|회|퇴|재|days?|"
    r"d(?![a-z])|hrs?|hours?|weeks?|pts?|patients|beds|/|%|mm|cm|mg|l/|am|pm))"
)


def _beds() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.WARD, needs=Script.DIGITS)
    return (
        make(
            "ward_letters",
            r"(?<![a-z0-9])(?:(?:ward|unit)[ ])?(?:(?-i:[0-9]{1,2}[NSEWA-H]{1,2}|[NSEW][0-9]{1,2})|"
            r"[0-9]{1,2}[ ](?:north|south|east|west))[ ,-]{1,2}(?:bed|rm|room|bay|#)[ ]?[0-9]{1,3}",
        ),
        make("bed_before_unit", r"(?<![a-z])bed[ ](?:[msncp]?icu|ccu|hdu|er|ed)[ -]?[0-9]{1,3}(?![0-9a-z])"),
        make(
            "bed_of_floor",
            rf"(?<![0-9])[0-9]{{1,2}}층[ ]?(?:[가-힣]{{2,4}}[ ])?[0-9]{{1,2}}[ ]?(?:번[ ]?)?(?:호실|{_BED})"
            r"(?![가-힣]{2})",
        ),
        make(
            "bed_of_unit",
            rf"(?<![a-z가-힣]){_UNIT}[ -]?(?:no\.?[ ]?|#)?(?:(?:{_BED})[ ]?)?[0-9]{{1,3}}(?:[ ]?번?(?:째)?[ ]?{_BED}|"
            rf"(?:[ ]?번|[ ]?호실?|-[0-9]{{1,2}}|[a-d])?(?![0-9a-z.]){_NO_COUNT})",
        ),
        make(
            "ward_bed",
            r"(?<![0-9a-z가-힣.])[0-9]{1,3}[ ]?[a-z동서남북]?[ ]?병동[ ]?[0-9]{1,3}[ ]?번"
            rf"(?:[ ]?{_BED}|{_NO_COUNT})",
        ),
        make(
            "bed_of_zone",
            rf"(?<![a-z가-힣]){_UNIT}[ ]?[a-z가나다라마][ ]?(?:구역|존|zone|섹터)(?:[ ]?[0-9]{{1,2}}번?)?",
            script=Script.HANGUL,
        ),
        make("ward_of_beds", r"(?<![0-9])[1-9]인실[ ]?[0-9]{3,4}(?:-[0-9])?[ ]?호?(?![0-9])"),
        make("bed_by_number", r"(?<![0-9.])[0-9]{1,3}[ ]?번[ ]?(?:방|침대|격리실|격리방|룸|병실|구역)(?!향|사|법|문)"),
    )


def _wards() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.WARD, needs=Script.DIGITS)
    return (
        make(
            "ward_named",
            r"(?<![가-힣])[가-힣]{1,5}병동[ ]?[0-9]{1,4}(?:[ ]?(?:호실|호|번[ ]?(?:방|베드|침상|침대|자리)?|"
            r"층))?(?![0-9]|[ ]?(?:명|일|주|개))",
        ),
        make(
            "ward_of_building",
            r"(?<![0-9a-z가-힣])(?:[a-z]|[가-힣]{1,4}|[0-9])(?:동|"
            r"관)[ ]?[0-9]{1,2}[ ]?층(?:[ ]?[0-9]{1,4}호)?(?:[ ]?병동)?",
        ),
        make(
            "ward_floor",
            r"(?<![0-9a-z가-힣.])[0-9]{1,2}[ ]?층[ ]?(?:[동서남북]|[a-z])?[ ]?(?:병동|병실|간호사실|스테이션|"
            r"[0-9]{1,2}번)",
        ),
        make("room_in_parts", r"(?<![0-9-])[0-9]{3,4}-[0-9]{1,2}[ ]?(?:호|번)(?![0-9])"),
        make(
            "ward_english_of_wing",
            r"(?<![a-z])(?:ward|bed|room|rm|unit)[ ][0-9]{1,2}[ ]?(?:north|south|east|west)"
            r"(?:[ ][0-9]{1,4})?(?![0-9a-z])",
        ),
        make(
            "ward_english_named",
            r"(?<![a-z])(?:ward|bed|bay|room|rm|cubicle|unit|wing|resus|side[ ]?room|isolation room|"
            r"trauma bay)[ ]?(?:no\.?|number|#)?[ ]?"
            r"(?:[0-9]{1,4}[a-z]?(?:[-/.][0-9a-z]{1,4})?|[a-z][0-9]{1,4}(?:-[0-9]{1,3})?|"
            r"(?-i:[A-H](?![a-z])))(?:[ ]?(?:(?:north|south|east|west)(?![a-z])|(?-i:[NSEW]{1,2}(?![A-Za-z]))))?"
            rf"(?![0-9a-z]|\.[0-9]){_NO_COUNT}(?![ ]?(?:of|to|ml|units?|x|u)(?![a-z]))",
        ),
        make(
            "floor_english",
            r"(?<![0-9a-z])[0-9]{1,2}(?:st|nd|rd|th)[ ](?:floor|flr)(?:[ ](?:north|south|east|west|ward|wing|"
            r"[a-h])(?![a-z]))?",
        ),
        make(
            "ward_by_direction",
            r"(?<![a-z])(?:on|in|from|to|at)[ ](?P<v>(?:[0-9]{1,2}[ ]?(?:north|south|east|west)|(?:north|south|east|"
            r"west)[ ]?[0-9]{1,2}|(?-i:[0-9]{1,2}[NSEW]{1,2}))(?:[ ]?(?:bed|rm|room)[ ]?[0-9]{1,3})?)(?![a-z0-9])",
        ),
        maker(IdentifierKind.WARD, flags=0, needs=Script.LATIN)(
            "ward_of_name", r"(?<![A-Za-z])(?P<v>[A-Z][a-z]{2,12})[ ](?:[Ww]ard|[Ww]ing)(?![a-z])", _is_named_ward
        ),
    )


def _is_named_ward(match: re.Match[str]) -> bool:
    return not is_word(match["v"])


def _homes() -> tuple[Finder, ...]:
    make = maker(IdentifierKind.ADDRESS, needs=Script.HANGUL)
    exact = maker(IdentifierKind.ADDRESS, flags=0, needs=Script.LATIN)
    towns = f"{any_word('places', 'cities')}|{any_word('places', 'provinces')}|{any_word('places', 'short_towns')}"
    comes = (
        r"(?:(?:에서|서)[ ]?(?:[가-힣 ]{0,6}?(?:온|오신|오셨|오심|오셔|왔)|온|오신|오셨|오심|왔|올라|내려|전원|이송|"
        r"헬기|사시|사는|살|거주|농사|일하|자란|태어|나고|출발|KTX|버스|차로|택시)|에[ ]?(?:거주|사시|사는|살|산다|"
        r"계시|집)|"
        r"[ ]?(?:거주|사시는|사는|출신|주민|토박이|사람|분(?:이|인|으)|댁|쪽에서|근처|인근에[ ]?(?:사|거주)|할머니|"
        r"할아버지|아주머니|어르신))"
    )
    streets = (
        r"[A-Z][a-z]{2,20}(?:weg|strasse|str\.?|gasse|platz|allee|ring|damm|ufer|gatan|vagen|gade|vej|straat|laan|"
        r"plein|katu|tie|utca)[ ][0-9]{1,4}[a-z]?"
        rf"|(?:Rua|Avenida|Av\.?|Via|Viale|Piazza|Calle|Carrer|Paseo|Rue|Boulevard|Avenue|Jalan|Jl\.?|Duong|Ulitsa|"
        rf"ulica|ul\.)[ ](?:de[ ]|da[ ]|do[ ]|la[ ]|du[ ]|des[ ])*{_CHAIN},?[ ]?[0-9]{{1,5}}"
        r"|(?:Flat|Apt\.?|Apartment|"
        r"Suite)[ ]?[0-9]{1,4}[A-Za-z]?(?:,[ ][0-9]{1,5}[ ][A-Z][a-z]+(?:[ ][A-Z][a-z]+){0,2})?|"
        r"P\.?O\.?[ ]?Box[ ][0-9]{1,6}"
    )
    return (
        make(
            "address_comes_from",
            rf"(?<![가-힣])(?P<v>(?:(?:{any_word('places', 'provinces')})[ ]?)?(?:{towns}|[가-힣]{{2,4}}(?:시|군|구|"
            rf"읍|면|동|리)))(?={comes})",
            _is_town,
        ),
        exact("address_behind_hospital", rf"\[hospital\],[ ](?P<v>{_CAP})(?=[.,;)]|$|[ ]here)"),
        exact("address_abroad", rf"(?<![A-Za-z])(?:{streets})(?:,[ ]?(?:[0-9]{{4,6}}[ ])?{_CHAIN})?"),
        Search("address_of_town_english", IdentifierKind.ADDRESS, _towns),
    )


def _is_town(match: re.Match[str]) -> bool:
    return match["v"] not in (
        "이동",
        "활동",
        "운동",
        "공동",
        "지면",
        "전면",
        "후면",
        "측면",
        "단면",
        "표면",
        "당시",
        "다시",
        "동시",
        "필시",
        "혹시",
        "역시",
        "요구",
        "연구",
        "병동",
        "본동",
    )


_TOWN = re.compile(
    r"(?:(?<![A-Za-z])(?i:lives?|lived|living|resid(?:es?|ed|ing)|resident|based|born|raised|native|home|stays?|"
    r"staying|moved|flew in|flown in|"
    r"came|comes|airlifted|driven|travell?ed here)[ ](?:in|from|at|near|of|to|outside)|"
    r"(?:\A|[.\n][ ]?)(?i:here in|in)(?=[A-Za-z, ]{3,30} we )|"
    r"\[occupation[^\]]{0,40}\][ ](?:in|at|near)|(?:\]|[0-9][MF]?|(?i:yo|y/o|old|man|woman|lady|gentleman|male|female|"
    r"boy|girl|patient|pt|guy)),?[ ]from)"
    rf"[ ](?P<v>{_CHAIN}(?:,[ ]{_CAP})?)"
)


def _towns(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where somebody lives or comes from; countries are a journey or an origin, which have rules of their own."""
    for match in _TOWN.finditer(text) if Script.LATIN.value.search(text) else ():
        if not is_word(match["v"].split(" ")[0].strip(",")):
            yield match.span("v")
