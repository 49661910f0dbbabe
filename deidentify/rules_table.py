"""The rules as rows and as a page: what `docs/deidentification.md` says is made here, from the rules themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import NamedTuple

from deidentify.headers.marks import method_codes, method_texts
from deidentify.headers.policy import permits, policy_for
from deidentify.headers.rules import Treatment, kept_rules, profile_edition, profile_rules
from deidentify.limits import MEBIBYTE, Limits
from deidentify.profiles import ARCHIVE, Profile
from deidentify.text.patterns import all_rules


class RuleRow(NamedTuple):
    """One attribute that is kept: what the profile asks for, with the options applied, and what is done."""

    tag: str
    keyword: str
    profile: str
    treatment: str


def rule_rows(profile: Profile = ARCHIVE) -> Iterator[RuleRow]:
    """Yield a row for each attribute of the allow-list, by tag, with what an image's becomes under the profile."""
    policy = policy_for(profile, "", is_image=True)
    for tag, kept in sorted(kept_rules().items()):
        row = profile_rules().get(f"{tag:08X}")
        action = row.action(profile.options) if row else ""
        treatment = kept.treatment if permits(kept, row, profile) else policy.rule(0, tag).treatment
        yield RuleRow(f"({tag >> 16:04X},{tag & 0xFFFF:04X})", kept.keyword, action, treatment.value)


def documentation() -> str:
    """Return the page of documentation, in Markdown."""
    text = files("deidentify").joinpath("documentation.md").read_text("utf-8")
    return text.format(
        edition=profile_edition(),
        profile_rules=len(profile_rules()),
        method=" / ".join(method_texts(pixels_searched=True)),
        codes=_table(("code", "meaning"), method_codes(ARCHIVE, pixels_searched=True)),
        limits=_table(("limit", "value"), _limit_rows()),
        counts=_table(("treatment", "attributes"), _treatment_counts()),
        attributes=_table(("tag", "attribute", "profile", "treatment"), rule_rows()),
        text_rules=_table(("rule", "placeholder"), ((rule.name, f"[{rule.kind.value}]") for rule in all_rules())),
    )


def _treatment_counts() -> list[tuple[str, str]]:
    counts = Counter(row.treatment for row in rule_rows() if row.treatment != Treatment.REMOVED)
    return [(name, str(count)) for name, count in sorted(counts.items())]


def _limit_rows() -> Iterator[tuple[str, str]]:
    limits = Limits()
    for name in Limits.__slots__:
        value = getattr(limits, name)
        yield name, f"{value // MEBIBYTE:,} MiB" if name.endswith("bytes") else f"{value:,}"


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines)
