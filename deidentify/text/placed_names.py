"""Names in Latin letters by likeness and place: what is of no list of words, where a person stands.

Capitalised words in a row are read together. An eponym counts only beside an age or another name, and never
before what is called after people: a sign, a disease, a tube.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from deidentify.text.forms import Circumstances, Script
from deidentify.text.likeness import is_eponym, is_given_name, is_listed, is_word, may_be_name
from deidentify.text.words import words

_WORD = (
    r"(?:[A-Z][a-z]{1,17}(?:['’-][A-Z]?[a-z]{2,14}|['’][A-Z][a-z]{2,14}){0,2}|(?:Mc|Mac|O['’]|D['’])[A-Z][a-z]{2,14})"
)
_CAPITALS = r"[A-Z]{3,16}(?:-[A-Z]{3,16})?"
_PARTICLE = r"(?:van|von|der|den|de|da|do|dos|das|del|della|la|le|di|bin|bint|binti|al|el|ibn|y|e|ten|ter|zu)[ ]"
_TOKEN = re.compile(rf"{_WORD}(?![A-Za-z])|{_CAPITALS}(?![A-Za-z])|[A-Z]\.?(?![A-Za-z])")
_CHAIN = re.compile(
    rf"(?<![A-Za-z0-9'’&/.-])(?:{_WORD}|{_CAPITALS}|[A-Z]\.?)(?![A-Za-z])"
    rf"(?:(?:,[ ]?|[ ])(?:{_PARTICLE}){{0,2}}(?:{_WORD}|{_CAPITALS}|[A-Z]\.?)(?![A-Za-z0-9])){{0,5}}"
)
_AGE_AFTER = re.compile(
    r"(?:['’]s)?[ ]?[,(/:;-]{0,2}[ ]?(?:(?:is|was|aged?|a)[ ])?(?:[0-9]{1,3}[ ]?(?:[MFmf](?![a-zA-Z])|"
    r"[/-]?[ ]?[yY](?:[eo/]|rs?(?![a-z])|[MF])"
    r"|/[ ]?[MFmf남여]|세|살|,|\)|[ ]?(?:male|female|man|woman|M|F)(?![a-z])|(?<=[0-9]{2})(?![0-9.%/x-])(?![ ]?(?:mm|"
    r"cm|"
    r"mg|ml|cc|HU|hu|Fr|fr|d(?![a-z])|day|week|month|h(?![a-z])|min|kV|mA|%|times|case|pat|nodule|year)))|"
    r"[MF][ ]?/?[ ]?[0-9]{2}(?![0-9])|\(?[MF]\)|남|여"
    r"|\[(?:[0-9]0s|[0-9]0대|90\+|number|birth date|resident number)\])"
)
_PEOPLE_AFTER = re.compile(
    r"['’]s[ ](?:left|right|upper|lower|middle|bronch\w*|lungs?|lobe|nodules?|mass|effusion|airway|trachea\w*|"
    r"pleura\w*|mediastin\w*|heart|aorta|chest|drain|stent|fever|sats?|oxygen)(?![a-z])|"
    r"(?:['’]s?)?[ ](?:ct|cxr|hrct|pet|mri|x-?rays?|films?|scans?|reports?|cases?|chart|images?|family|pt|patient|"
    r"lady|gentleman|"
    r"study|studies|results?|biopsy|labs?|notes?|daughter|son|wife|husband|mother|father|something)(?![a-z])",
    re.IGNORECASE,
)
_ACTS_AFTER = re.compile(
    r"[ ](?:says?|said|asks?|asked|asking|wants?|wanted|thinks?|thought|called|calls|agrees?|agreed|wrote|mentioned|"
    r"told|"
    r"here|wonders|suggests?|suggested|sent|requested|reported|read|signed|keeps|reviewed|reports|insists|believes|"
    r"referred|in[ ](?:ED|ER|ICU|clinic|theatre|radiology)|from[ ](?:ED|ER|ICU|medicine|surgery|radiology|resp|pulm)|"
    r"on[ ]call|tells|has[ ](?:seen|asked|sent)|lives|works|is[ ](?:asking|on|worried|back))(?![a-z])"
)
_CUE_BEFORE = re.compile(
    r"(?:(?<![A-Za-z])(?i:dr|prof|mr|mrs|ms|mx|pt|pts|patient|patients|from|by|for|hi|hello|hey|dear|thanks|thx|"
    r"cheers|regards|best|"
    r"name|named|called|ask|asked|tell|told|call|paging|paged|cc|attn|re|regarding|about|husband|wife|son|daughter|"
    r"mother|"
    r"father|brother|sister|with|and|between|colleague|fellow|resident|intern|consultant|nurse|sir|madam|this[ ]is|"
    r"i[ ]am|i'm|it's|its|señora?|sra?|herr|frau|mme|monsieur|signora?)\.?[:,]?|\[(?:name|family|age|ward|"
    r"number)\][,:]?|^|[\n>:(;/*•-]|[0-9]\)|->)[ \n]{0,2}\Z"
)
_BEGINS = re.compile(r"(?:\A|[.?!:;\n][ ]?|[0-9][ ])\Z")
_DOES_AFTER = re.compile(
    r"[ ](?:has|had|is|was|needs|gets|got|looks|desats?|again|deteriorat\w+|remains|came|went|"
    r"still)(?![a-z])"
)
_CLOSES = re.compile(r"[ ]?[.!]?[ ]?(?:\Z|\n)")
_CLOSE_BEFORE = re.compile(
    r"(?:(?:\n|--?|/|~)[ \n]{0,2}|(?i:thanks|thx|regards|cheers|best|br|rgds|sincerely|yours)[, \n]{1,3})\Z"
)
_CALLED_AFTER = re.compile(
    r"(?:['’]s?)?[ -](?:sign|disease|syndrome|lines?|class|classification|criteria|criterion|score|index|stag(?:e|"
    r"ing)|tube|drain|"
    r"catheter|stent|filter|valve|shunt|procedure|operation|repair|anastomosis|nodes?|nodules?|bod(?:y|ies)|cells?|"
    r"triad|tetrad|pentad|space|fissure|foramen|hernia|fracture|lesions?|ulcer|cyst|tumou?r|lymphoma|sarcoma|"
    r"granulom\w*|stain|test|angle|position|view|method|technique|law|reflex|murmur|grad(?:e|ing)|rule|formula|"
    r"equation|"
    r"ratio|needle|mask|pump|trial|guidelines?|protocol|phenomenon|effect|reaction|factor|virus|agent|ring|plexus|"
    r"artery|vein|duct|nerve|ganglion|canal|lobe|segment|ligament|muscle|triangle|scale|patterns?|types?|hump|spots?|"
    r"lung|pneumonia|palsy|thyroiditis|contracture|nephritis|glomerul\w*|leak|balloon|flap|approach|incision|device|"
    r"rod|plate|membrane|layer|island|units?|number|stud(?:y|ies)[ ](?:group|criteria)|consensus|system|model|risk|"
    r"calculator|"
    r"aneurysm|extent|malformation|anomaly|deformity|chest|gland|pouch|lake|loop|maneuver|manoeuvre|respiration|"
    r"breathing|"
    r"pulse|wave|interval|zone|et[ ]al|(?-i:[A-Z]{1,3})[ ]et[ ]al|(?-i:[0-9](?![0-9a-zA-Z]|[ ]?[/yYMFmf])|"
    r"[IVX]{1,4}(?![A-Za-z])))(?![a-z])",
    re.IGNORECASE,
)
_LISTED_SMALL = re.compile(
    r"(?<![A-Za-z0-9.@-])(?:dr|prof|mr|mrs|ms|from|by|for|hi|hey|hello|thanks|thx|ask|asked|tell|told|call|paging|pt|"
    r"patient|name|re|about|"
    r"is|to|with|w/|son|daughter|husband|wife|mother|father|brother|"
    r"sister)\.?,?[ ](?P<v>[a-z]{3,14}(?:[ ][a-z]{2,14})?)(?![A-Za-z@.-]?[a-z0-9@])"
)
_SMALL_AGED = re.compile(
    r"(?<![A-Za-z0-9.@-])(?P<v>[a-z]{3,14}(?:[ ][a-z]{2,14})?)(?=,?[ ](?:[0-9]{1,3}[ ]?(?:yo|y/o|/?[mf])(?![a-z])|"
    r"[mf]/?[0-9]{2}))"
)


_PARTICLES_BEFORE = re.compile(r"(?<![A-Za-z])(?:(?:van|von|der|den|de|del|dos|da|la|al|bin|el|ter|ten)[ ]){1,2}\Z")
_TITLE_BEFORE = re.compile(
    r"(?<![A-Za-z])(?:Drs?|Prof|Mrs?|Ms|Mx|Miss|Sir|Madam|Sra?|Srta|Senora?|Dona|Don|Dra|Herr|Frau|Mme|Mlle|Monsieur|"
    r"Madame|Sig(?:nora?)?|Pan|Pani|Ustaz|Datuk)\.?[ ]\Z"
)


@dataclass(frozen=True, slots=True)
class _Row:
    """Capitalised words in a row that may all be of a name."""

    text: str
    start: int
    end: int
    full: tuple[str, ...]

    @property
    def before(self) -> str:
        return self.text[max(0, self.start - 24) : self.start]


def placed_names(text: str, _: Circumstances) -> Iterator[tuple[int, int]]:
    """Yield where names stand by their likeness and their place."""
    if not Script.LATIN.value.search(text):
        return
    for chain in _CHAIN.finditer(text):
        for row in _rows(text, chain):
            if _is_name(row):
                yield row.start, row.end
    for pattern in (_LISTED_SMALL, _SMALL_AGED):
        for match in pattern.finditer(text):
            yield from _small(match)
    for match in _surname_aged().finditer(text):
        yield match.span("v" if match["v"] else "w")


@cache
def _surname_aged() -> re.Pattern[str]:
    """A Korean surname by itself beside age and sex, or behind a bed: Lim 83/F."""
    romanised = (pair.partition("=")[2].split(",") for pair in words("romanised", "surnames"))
    surnames = "|".join(sorted({way.title() for ways in romanised for way in ways if len(way) > 2}))
    person = r"(?:[0-9]{2}[ ]?/?[ ]?[MF]|[MF][ ]?/?[ ]?[0-9]{2})(?![A-Za-z0-9])"
    return re.compile(
        rf"(?<![A-Za-z0-9-])(?P<v>{surnames})(?=(?:,?[ ]|[ ]?[/(]){person})"
        rf"|\[(?:ward|number)\],?[ ](?P<w>{surnames})(?=,)"
    )


def _rows(text: str, chain: re.Match[str]) -> Iterator[_Row]:
    """Divide a chain at words that belong to no name."""
    taken: list[re.Match[str]] = []
    for token in (*_TOKEN.finditer(text, *chain.span()), None):
        if token is not None and (
            len(token.group().strip(".")) == 1 or may_be_name(token.group()) or _is_first_word(token, taken)
        ):
            taken.append(token)
        elif taken:
            yield from _row(text, taken)
            taken = []


def _is_first_word(token: re.Match[str], taken: list[re.Match[str]]) -> bool:
    """A surname that is a word besides, behind a given name: Ana Paula Cross."""
    is_behind = bool(taken) and is_given_name(taken[0].group()) and len(taken[0].group()) > 2
    return is_behind and is_listed(token.group()) and token.group().istitle()


def _row(text: str, tokens: list[re.Match[str]]) -> Iterator[_Row]:
    """An initial stands within a name or behind it, A. or A; a lone letter begins none."""
    while tokens and len(tokens[0].group()) == 1:
        tokens = tokens[1:]
    while (
        tokens
        and tokens[-1].group() in {"M", "F"}
        and re.match("[ ,/]{0,2}[0-9]", text[tokens[-1].end() : tokens[-1].end() + 3])
    ):
        tokens = tokens[:-1]
    full = tuple(token.group() for token in tokens if len(token.group().strip(".")) > 1)
    if full:
        title = _PARTICLES_BEFORE.search(
            text, max(0, tokens[0].start() - 12), tokens[0].start()
        ) or _TITLE_BEFORE.search(text, max(0, tokens[0].start() - 12), tokens[0].start())
        yield _Row(text, title.start() if title else tokens[0].start(), tokens[-1].end(), full)


def _is_name(row: _Row) -> bool:
    if _CALLED_AFTER.match(row.text, row.end):
        return False
    if any(word.isupper() and not is_listed(word) for word in row.full):
        return False
    is_aged = _AGE_AFTER.match(row.text, row.end) is not None and any(len(word) > 2 for word in row.full)
    if all(is_eponym(word) for word in row.full):
        return is_aged and (len(row.full) == 1 or any(is_given_name(word) for word in row.full))
    if len(row.full) > 1:
        return is_aged or any(is_listed(word) for word in row.full) or _has_cue(row)
    return is_aged or _is_alone(row)


def _has_cue(row: _Row) -> bool:
    return any(
        (
            _CUE_BEFORE.search(row.before),
            _PEOPLE_AFTER.match(row.text, row.end),
            _ACTS_AFTER.match(row.text, row.end),
        )
    )


def _is_alone(row: _Row) -> bool:
    """One word: a listed one counts by itself, if it is no acronym; another where a person is spoken of or signs."""
    word = row.full[0]
    if word.isupper() or len(word) < 3 or is_eponym(word):
        return False
    if is_given_name(word) and len(word) > 3:
        return True
    is_signed = _CLOSES.match(row.text, row.end) is not None and _CLOSE_BEFORE.search(row.before) is not None
    is_spoken_of = _PEOPLE_AFTER.match(row.text, row.end) or _ACTS_AFTER.match(row.text, row.end)
    if is_listed(word):
        return bool(is_signed or is_spoken_of or _CUE_BEFORE.search(row.before)) or len(word) > 5
    begins = _BEGINS.search(row.before) is not None and _DOES_AFTER.match(row.text, row.end) is not None
    return bool(
        begins
        or is_spoken_of
        or (is_signed and row.start > 0)
        or re.search(
            r"(?:(?i:from|by|for|about|re|regarding|ask|asked|tell|told|call|paged?|paging|dr|prof|mr|mrs|ms|pt|"
            r"patient|name[ds]?|spoke to|to see)\.?:?|[0-9]{2}[ ]?/?[ ]?[MF]|(?:man|woman|male|female|lady|"
            r"gentleman),?|[0-9]{2}[ ]?(?:yo|y/o)[ ]?[MFmf]?)[ ]\Z",
            row.before,
        )
    )


def _small(match: re.Match[str]) -> Iterator[tuple[int, int]]:
    """Given names in small letters beside a cue, and a surname behind them."""
    parts = match["v"].split(" ")
    if is_given_name(parts[0]) and not is_word(parts[0]) and not is_eponym(parts[0]):
        has_both = len(parts) > 1 and len(parts[1]) > 2 and not is_word(parts[1])
        yield match.start("v"), match.start("v") + len(match["v"] if has_both else parts[0])
    elif (
        len(parts) > 1
        and is_given_name(parts[1])
        and not is_word(parts[1])
        and parts[0] in words("given", "last")
        and not is_word(parts[0])
    ):
        yield match.span("v")
