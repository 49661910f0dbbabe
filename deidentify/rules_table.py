"""The rules as rows and as a page: what `docs/deidentification.md` says is made here, from the rules themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

from deidentify.headers.cleaning import METHOD, method_codes
from deidentify.headers.rules import applied_options, kept_rules, profile_edition, profile_rules
from deidentify.limits import MEBIBYTE, Limits
from deidentify.text.patterns import all_rules


class RuleRow(NamedTuple):
    """One attribute that is kept: what the profile asks for, with the options applied, and what is done."""

    tag: str
    keyword: str
    profile: str
    treatment: str


def rule_rows() -> Iterator[RuleRow]:
    """Yield a row for each attribute that is kept, by tag; everything else is removed."""
    options = applied_options()
    for tag, rule in sorted(kept_rules().items()):
        row = profile_rules().get(f"{tag:08X}")
        action = row.action(options) if row else ""
        yield RuleRow(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", rule.keyword, action, rule.treatment.value)


def documentation() -> str:
    """Return the page of documentation, in Markdown."""
    text = files("deidentify").joinpath("documentation.md").read_text("utf-8")
    return text.format(
        edition=profile_edition(),
        profile_rules=len(profile_rules()),
        method=" / ".join(METHOD),
        codes=_table(("code", "meaning"), method_codes()),
        limits=_table(("limit", "value"), _limit_rows()),
        counts=_table(("treatment", "attributes"), _treatment_counts()),
        attributes=_table(("tag", "attribute", "profile", "treatment"), rule_rows()),
        text_rules=_table(("rule", "placeholder"), ((rule.name, f"[{rule.kind.value}]") for rule in all_rules())),
    )


def _treatment_counts() -> list[tuple[str, str]]:
    counts = Counter(rule.treatment.value for rule in kept_rules().values())
    return [(name, str(count)) for name, count in sorted(counts.items())]


def _limit_rows() -> Iterator[tuple[str, str]]:
    limits = Limits()
    for name in Limits.__slots__:
        value = getattr(limits, name)
        yield name, f"{value // MEBIBYTE:,} MiB" if name.endswith("bytes") else f"{value:,}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
