"""Days written as two numbers with a stroke: dates only beside an examination, an admission, a symptom or a visit.

3/14 may be nodes, 10/15 a score, 2/3 a part of a lung: what stands beside a scale, an organ, a side or a station stays.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deidentify.text.forms import Circumstances, Finder, Found
from domain.text import IdentifierKind

NO_UNIT = r"(?![ ]?(?:mm|cm|mg|ml|g|kg|cc|%|x[ ]?[0-9]|hu|번|차|개|례|세|살|도|배|점|회)(?![a-z]))"
WEEKDAY = r"(?:[ ]?\([월화수목금토일]\)|[ ]?[월화수목금토일]요일)?"

_DAY = r"(?:1[0-2]|0?[1-9])/(?:3[01]|[12][0-9]|0?[1-9])(?![0-9/])"
_NEXT = r"[ ]?(?:,|-|~|&|→|->|및|와|과|랑|이랑|부터|에서|and|to)[ ]?"
_RUN = re.compile(
    rf"(?<![0-9a-z.:/-])(?<![0-9] ){_DAY}(?:일자?)?{WEEKDAY}(?:{_NEXT}{_DAY}(?:일자?)?{WEEKDAY}){{0,5}}"
    rf"(?![0-9a-z/]|[-.:][0-9]){NO_UNIT}",
    re.IGNORECASE,
)
_ONE = re.compile(rf"(?P<m>[0-9]{{1,2}})/(?P<d>[0-9]{{1,2}})(?:일자?)?{WEEKDAY}")
_POINTED = re.compile(rf"(?<![0-9a-z.:/-])(?<![0-9] )(?P<m>1[0-2]|[1-9])\.(?P<d>3[01]|[12][0-9])[ ]?일자?{WEEKDAY}")
_PARTS = frozenset(("1/2", "1/3", "2/3", "1/4", "3/4", "4/5"))
"""Parts of a whole that reports name every day."""
_SIDES = "rt|lt|right|left|both|bilat(?:eral)?|r[uml]l|l[ul]l|ll"
_ORGANS = (
    "lungs?|liver|lobes?|esophagus|hemithorax|thorax|ribs?|vertebra|spine|kidneys?|lingula|segments?|segs?|stations?|"
    "levels?|zones?|fields?|nodes?|lns?|lymph"
)
_SCALES = (
    "gcs|motor|strength|grade|gr|scores?|scale|power|mrc|murmur|systolic|diastolic|stage|nrs|vas|ecog|aspects|curb-?65|"
    "bipap|cpap|ipap|ratio|points?|fractions?|cycles?|doses?|cores?|slices?|nodules?|lesions?|pieces?|samples?|"
    "biopsies|positive|negative|pos|neg|images?|series|ser|im|se"
)
_PLACES = (
    "우측|좌측|양측|오른쪽|왼쪽|우상엽|우중엽|우하엽|좌상엽|좌하엽|상엽|하엽|폐|우폐|좌폐|간|늑골|척추|흉강|식도|기관지|"
    "림프절|결절|병변|구역|분절|점수|점|근력|등급|단계|척도|압력"
)
_LATIN_BESIDE = rf"{_SIDES}|{_ORGANS}|{_SCALES}"
_BEFORE = re.compile(
    rf"(?:(?<![a-z])(?:{_LATIN_BESIDE}|lower|upper|middle|mid|about|approximately|than)|(?:{_PLACES})(?:[은는이가의]|에서)?)"
    r"[ ]?[:=(]?[ ]?\Z",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"[ ]?(?:(?:on[ ]|in[ ]|the[ ]|of[ ]the[ ])?(?:{_LATIN_BESIDE}|of)(?![a-z])"
    rf"|{_PLACES}|지점|상부|하부|이상|이하|부위|정도|양성|음성|째|간)",
    re.IGNORECASE,
)
_VERBS = "visit(?:ed|s)?|admitted|admission|adm|discharged?|transferred|presented|seen|onset|surgery"
_SYMPTOMS = "symptoms?|sx|fever|cough|sputum|dyspnea|hemoptysis|chest[ ]pain"
_IMAGES = "ct|cxr|mri|mr(?!\\.)|pet|us|echo|hrct|ctpa|x-?ray|cpa|scan|film|study|exam|f/u"
_DONE = "intubat(?:ed|ion)|pcd|pcna|ebus|bx|biopsy|bronchoscopy|op"
_KOREAN = (
    "검사|촬영|재촬영|영상|사진|엑스레이|엑스선|입원|퇴원|내원|외래|수술|시술|생검|발병|발생|증상|발열|확진|응급실|전원|"
    "시행|판독|진단|삽관|발관|사망|처음|찍|기침|호흡곤란|객혈|흉통"
)
_MODIFIERS = (
    "chest|abd|abdomen|brain|initial|outside|enhanced|low-dose|follow-?up|f/u|본원|외부|타원|흉부|복부|"
    "오전|오후|아침|저녁|새벽|밤|당일|경|쯤"
)
_EVENT_AFTER = re.compile(
    rf"[ ]?(?:에서|에|의|자|부터)?[ ]?(?:(?:{_MODIFIERS})(?:에)?[ ]?){{0,2}}"
    rf"(?:(?:{_VERBS}|{_SYMPTOMS}|{_IMAGES}|{_DONE})(?![a-z])|{_KOREAN})",
    re.IGNORECASE,
)
_EVENT_BEFORE = re.compile(
    rf"(?:(?<![a-z])(?:{_VERBS}|{_IMAGES})|(?:{_KOREAN}))(?:일|일자|은|는|을|를|이|가)?[ ]?[:(]?[ ]?\Z"
    rf"|(?<![a-z])(?:{_VERBS}|{_IMAGES}|{_DONE}|{_SYMPTOMS}|er|hospital|started|began|done|taken|performed)"
    r"[ ](?:on|from|dated|of|since|at)[ ]\Z",
    re.IGNORECASE,
)
_IMAGED = re.compile(rf"[ ]?(?:{_IMAGES})(?:에서|에|보다|때)", re.IGNORECASE)
"""An examination that something is seen in: what stands before its day does not count anything."""
_DATED = re.compile(r"\[(?:date|[^\]]{1,16}(?:전|후|ago))\]")

Reading = Callable[[int, int, Circumstances], str | None]


def stroke_rules(reading: Reading) -> tuple[Finder, ...]:
    """Return the rules for days without a year; `reading` says what a month and a day become."""
    return (
        _Days("date_beside_event", _RUN, reading, _is_beside_event),
        _Days("date_beside_dates", _RUN, reading, _is_beside_dates),
        _Days("date_of_day", _POINTED, reading, _is_before_event),
    )


@dataclass(frozen=True, slots=True)
class _Days:
    """A rule for days in a row, of which each becomes its own distance."""

    name: str
    pattern: re.Pattern[str]
    reading: Reading
    holds: Callable[[re.Match[str]], bool]
    kind: IdentifierKind = IdentifierKind.DATE

    def find(self, text: str, circumstances: Circumstances) -> Iterator[Found]:
        for run in self.pattern.finditer(text):
            if not self.holds(run):
                continue
            for day in [run] if "m" in run.re.groupindex else _ONE.finditer(text, *run.span()):
                shown = self.reading(int(day["m"]), int(day["d"]), circumstances)
                if shown is not None:
                    yield Found(*day.span(), self.kind, shown)


def _is_beside_event(run: re.Match[str]) -> bool:
    if _counts(run):
        return _IMAGED.match(run.string, run.end()) is not None
    return _is_before_event(run) or _EVENT_BEFORE.search(_lead(run)) is not None


def _is_before_event(run: re.Match[str]) -> bool:
    """An event follows, or the word for *dated* closes the day."""
    return run.group().endswith("일자") or _EVENT_AFTER.match(run.string, run.end()) is not None


def _is_beside_dates(run: re.Match[str]) -> bool:
    """Beside another date of the message, before a Korean word, and on a day that is no number of a month."""
    days = [int(day["d"]) for day in _ONE.finditer(run.group())]
    near = run.string[max(0, run.start() - 60) : run.end() + 60]
    if min(days) <= 12 or _counts(run) or not _DATED.search(near):
        return False
    return re.match("[ ][가-힣]", run.string[run.end() : run.end() + 2]) is not None


def _counts(run: re.Match[str]) -> bool:
    """Whether it is a part of a whole, or a scale, an organ, a side or a station stands beside it."""
    parts = {f"{int(day['m'])}/{int(day['d'])}" for day in _ONE.finditer(run.group())}
    return bool(parts & _PARTS) or _AFTER.match(run.string, run.end()) is not None or bool(_BEFORE.search(_lead(run)))


def _lead(run: re.Match[str]) -> str:
    return run.string[max(0, run.start() - 24) : run.start()].rpartition("\n")[2]
