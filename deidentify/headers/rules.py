"""The rules of the header: what each attribute becomes, from `kept.toml` within `profile.csv`."""

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
    """What happens to an attribute that is kept; all others are removed."""

    EMPTY = "emptied"
    PSEUDONYM = "pseudonym"
    AGE = "age_decade"
    DATE = "date_shifted"
    DATE_TIME = "date_time_shifted"
    TIME = "time_to_the_hour"
    UID = "uid_remapped"
    CLASS_UID = "class_uid_kept"
    SEQUENCE = "sequence_cleaned"
    CODED = "code_kept"
    TABLE = "table_kept"
    POINTER = "pointer_kept"
    NUMBER = "number_kept"
    TERM = "term_kept"
    AGENT = "agent_kept"
    LEADING = "leading_terms_kept"
    PATTERN = "pattern_kept"


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
    "coded": Treatment.CODED,
    "tables": Treatment.TABLE,
    "pointers": Treatment.POINTER,
    "numbers": Treatment.NUMBER,
}
_TABLES: Mapping[str, Treatment] = {
    "terms": Treatment.TERM,
    "agents": Treatment.AGENT,
    "leading": Treatment.LEADING,
    "patterns": Treatment.PATTERN,
}


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
    """One row of PS3.15 Table E.1-1: the basic action, and those of the options."""

    tag: str
    keyword: str
    basic: str
    options: Mapping[str, str]

    def action(self, applied: tuple[str, ...]) -> str:
        """Return the action with these options applied; an option's action comes before the basic one."""
        return next((self.options[name] for name in applied if self.options.get(name)), self.basic)


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
    return {rule.tag: rule for rule in _read_profile()}


@cache
def profile_edition() -> str:
    """Return the edition of the standard that the profile's rows come from."""
    first = files("deidentify.headers").joinpath("profile.csv").read_text("utf-8").split("\n", 1)[0]
    found = re.search(r"edition (\w+)", first)
    return found.group(1) if found else ""


def applied_options() -> tuple[str, ...]:
    return tuple(_kept()["options"])


@cache
def known_codes() -> Mapping[tuple[str, str], str]:
    """Return the meaning of each coded entry that may stay, by designator and value."""
    schemes: dict[str, dict[str, str]] = _kept()["codes"]
    return {(scheme, code): meaning for scheme, codes in schemes.items() for code, meaning in codes.items()}


@cache
def vocabulary() -> str:
    """Return every word that we may write ourselves, in lower case, for the search for what was left over."""
    words = [term for rule in kept_rules().values() for term in rule.terms]
    words += [f"{scheme} {code} {meaning}" for (scheme, code), meaning in known_codes().items()]
    return "\n".join(words).lower()


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
    tag = tag_for_keyword(keyword)
    if tag is None:
        raise DeidentificationError("door_without_rules")
    return KeptRule(tag=tag, keyword=keyword, vr=dictionary_VR(tag), treatment=treatment, terms=terms, pattern=pattern)


def _read_profile() -> Iterator[ProfileRule]:
    lines = files("deidentify.headers").joinpath("profile.csv").read_text("utf-8").splitlines()
    for row in csv.DictReader(lines[1:]):
        fixed = {"tag", "keyword", "basic"}
        options = {name: action for name, action in row.items() if name not in fixed}
        yield ProfileRule(tag=row["tag"], keyword=row["keyword"], basic=row["basic"], options=options)
