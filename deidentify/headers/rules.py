"""The rules of the header as data: `kept.toml`, the tables of PS3.15, and what each storage class must have."""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pydicom.datadict import dictionary_VR, tag_for_keyword

from domain.errors import DeidentificationError


class Treatment(StrEnum):
    """What happens to an attribute."""

    EMPTY = "emptied"
    PSEUDONYM = "pseudonym"
    AGE = "age_decade"
    DATE = "date_shifted"
    DATE_TIME = "date_time_shifted"
    TIME = "time_to_the_hour"
    UID = "uid_remapped"
    CLASS_UID = "class_uid_kept"
    SEQUENCE = "sequence_cleaned"
    TABLE = "table_kept"
    BULK = "bulk_kept"
    POINTER = "pointer_kept"
    NUMBER = "number_kept"
    TERM = "term_kept"
    AGENT = "agent_kept"
    LEADING = "leading_terms_kept"
    PATTERN = "pattern_kept"
    CODE_STRING = "code_string_kept"
    DESCRIPTOR = "descriptor_cleaned"
    CODE = "code_kept"
    SAFE_PRIVATE = "safe_private_kept"
    DUMMY = "dummy"
    REMOVED = "removed"


_LISTS: Mapping[str, Treatment] = {
    "empty": Treatment.EMPTY,
    "pseudonyms": Treatment.PSEUDONYM,
    "ages": Treatment.AGE,
    "dates": Treatment.DATE,
    "date_times": Treatment.DATE_TIME,
    "times": Treatment.TIME,
    "uids": Treatment.UID,
    "class_uids": Treatment.CLASS_UID,
    "sequences": Treatment.SEQUENCE,
    "tables": Treatment.TABLE,
    "bulk": Treatment.BULK,
    "pointers": Treatment.POINTER,
    "numbers": Treatment.NUMBER,
}
_TABLES: Mapping[str, Treatment] = {
    "terms": Treatment.TERM,
    "agents": Treatment.AGENT,
    "leading": Treatment.LEADING,
    "patterns": Treatment.PATTERN,
}


_ANYWHERE = ("YES", "NO", "NONE", "UNKNOWN", "OTHER", "MIXED", "")
"""What a code string may say wherever it stands, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRule:
    """One attribute that is kept: how, and which words or form its values may have."""

    tag: int
    keyword: str
    vr: str
    treatment: Treatment
    terms: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileRule:
    """One row of PS3.15 Table E.1-1 or E.3.4-1: the basic action, and those of the options.

    `keyword` is the attribute's, or the value type of a content item.
    """

    key: str
    keyword: str
    basic: str
    options: Mapping[str, str]

    def action(self, applied: tuple[str, ...]) -> str:
        """Return the action with these options applied; an option's action comes before the basic one."""
        return next((self.options[name] for name in applied if self.options.get(name)), self.basic)


@dataclass(frozen=True, slots=True, kw_only=True)
class SafePrivate:
    """One private attribute that is a number: of which creator, its VR, and its group and last two digits."""

    creator: str
    group: int
    number: int
    vr: str


@cache
def kept_rules() -> Mapping[int, KeptRule]:
    """Return the rules by tag.

    Raises:
        DeidentificationError("door_without_rules"): there are none; everything stays outside.
    """
    return require_rules({rule.tag: rule for rule in _read_kept(_kept())})


def require_rules(rules: Mapping[int, KeptRule]) -> Mapping[int, KeptRule]:
    """Return the rules, if there are any: an empty list would mean that nobody knows what may stay."""
    if not rules:
        raise DeidentificationError("door_without_rules")
    return rules


@cache
def profile_rules() -> Mapping[str, ProfileRule]:
    """Return the rows of the profile by tag, as eight hexadecimal digits; ranges keep their `x`."""
    return {rule.key: rule for rule in _read_rules("profile.csv", ("tag",))}


@cache
def content_rules() -> Mapping[str, ProfileRule]:
    """Return the rows for the content items of structured documents, by `scheme code`."""
    return {rule.key: rule for rule in _read_rules("content.csv", ("scheme", "code"))}


@cache
def profile_edition() -> str:
    """Return the edition of the standard that the profile's rows come from."""
    found = re.search(r"edition (\w+)", _lines("profile.csv")[0])
    return found.group(1) if found else ""


@cache
def never_kept() -> frozenset[int]:
    """Return the tags that are removed whatever the tables say."""
    return frozenset(map(_tag, _kept()["never"]))


@cache
def known_codes() -> Mapping[tuple[str, str], str]:
    """Return the meaning of each coded entry that an image may have, by designator and value."""
    schemes: dict[str, dict[str, str]] = _kept()["codes"]
    return {(scheme, code): meaning for scheme, codes in schemes.items() for code, meaning in codes.items()}


@cache
def descriptor_words() -> frozenset[str]:
    """Return the words of which a cleaned description may be made, in capitals."""
    listed = [word for words in _kept()["descriptors"].values() for word in words]
    parts = kept_rules()[_tag("BodyPartExamined")].terms
    return frozenset(word.upper() for word in (*listed, *parts))


@cache
def code_terms() -> Mapping[int, tuple[str, ...]]:
    """Return the terms that the standard names for code strings, by tag."""
    rows = {int(row["tag"], 16): tuple(row["terms"].split("|")) for row in csv.DictReader(_lines("terms.csv")[1:])}
    return rows | {_tag(keyword): tuple(terms) for keyword, terms in _kept()["code_terms"].items()}


@cache
def terms_of(tag: int) -> tuple[str, ...]:
    """Return what a code string may say: its own terms, or any of the standard where its own are not known."""
    own = code_terms().get(tag)
    every = own or {term for terms in code_terms().values() for term in terms}
    return (*sorted(every), *_ANYWHERE)


@cache
def safe_private() -> Mapping[tuple[str, int, int], SafePrivate]:
    """Return the private attributes that may stay, by creator, group and last two digits."""
    rows = [
        SafePrivate(creator=creator, group=int(place[:4], 16), number=int(place[4:], 16), vr=vr)
        for creator, places in _kept()["safe_private"].items()
        for place, vr in places.items()
    ]
    return {(row.creator, row.group, row.number): row for row in rows}


@cache
def required_types(sop_class: str) -> Mapping[tuple[int, int], int]:
    """Return what objects of a class must have: type 1 or 2 (1C and 2C alike), by sequence (0: none) and tag."""
    modules = _modules().get(sop_class, frozenset())
    types: dict[tuple[int, int], int] = {}
    for place, kind, tag in _required_rows():
        if place in modules or _is_tag(place):
            key = (int(place, 16) if _is_tag(place) else 0, tag)
            types[key] = min(kind, types.get(key, kind))
    return types


@cache
def storage_classes() -> frozenset[str]:
    """Return the uids of the classes whose modules are known."""
    return frozenset(_modules())


@cache
def _modules() -> Mapping[str, frozenset[str]]:
    rows = csv.DictReader(_lines("classes.csv")[1:])
    return {row["uid"]: frozenset(row["modules"].split()) for row in rows}


@cache
def _required_rows() -> tuple[tuple[str, int, int], ...]:
    rows = csv.DictReader(_lines("required.csv")[1:])
    return tuple(
        (row["place"], kind, int(tag, 16)) for row in rows for kind in (1, 2) for tag in row[f"type_{kind}"].split()
    )


def _is_tag(place: str) -> bool:
    return re.fullmatch("[0-9A-F]{8}", place) is not None


def _lines(name: str) -> list[str]:
    return files("deidentify.headers").joinpath(name).read_text("utf-8").splitlines()


@cache
def _kept() -> dict[str, Any]:
    with files("deidentify.headers").joinpath("kept.toml").open("rb") as file:
        return tomllib.load(file)


def _read_kept(kept: Mapping[str, Any]) -> Iterator[KeptRule]:
    for name, treatment in _LISTS.items():
        for keyword in kept[name]:
            yield _rule(keyword, treatment)
    for name, treatment in _TABLES.items():
        for keyword, values in kept[name].items():
            if isinstance(values, str):
                yield _rule(keyword, treatment, pattern=re.compile(values))
            else:
                yield _rule(keyword, treatment, terms=tuple(values))


def _rule(
    keyword: str, treatment: Treatment, *, terms: tuple[str, ...] = (), pattern: re.Pattern[str] | None = None
) -> KeptRule:
    tag = _tag(keyword)
    return KeptRule(tag=tag, keyword=keyword, vr=dictionary_VR(tag), treatment=treatment, terms=terms, pattern=pattern)


def _tag(keyword: str) -> int:
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise DeidentificationError("door_without_rules")
    return tag


def _read_rules(name: str, keys: tuple[str, ...]) -> Iterator[ProfileRule]:
    for row in csv.DictReader(_lines(name)[1:]):
        fixed = {*keys, "keyword", "value_type", "basic"}
        options = {option: action for option, action in row.items() if option not in fixed}
        key = " ".join(row[part] for part in keys)
        called = row.get("keyword") or row.get("value_type") or ""
        yield ProfileRule(key=key, keyword=called, basic=row["basic"], options=options)
