"""What a profile does, as rows for an operator: `hilum deidentify --explain`.

The attributes that are kept are the rows of the documentation; what the
standard names besides, and is removed, is added.
"""

from __future__ import annotations

from collections.abc import Iterator

from deidentify.headers.rules import ProfileRule, Treatment, profile_rules
from deidentify.profiles import Profile
from deidentify.rules_table import RuleRow, rule_rows
from deidentify.text.patterns import all_rules

REMOVED = Treatment.REMOVED.value
WRITTEN_ANEW = "written_anew"


def explain(profile: Profile) -> Iterator[RuleRow]:
    """Yield all that a profile does with an image, by tag, and the rules for text."""
    kept = {row.tag: row for row in rule_rows(profile)}
    named = {_written(key): rule for key, rule in profile_rules().items()}
    for tag in sorted({*kept, *named}):
        yield kept.get(tag) or _removed(tag, named[tag], profile)
    yield RuleRow("", "every other attribute, public or private", "", REMOVED)
    yield from (RuleRow("text", rule.name, "", f"[{rule.kind.value}]") for rule in all_rules())


def _removed(tag: str, rule: ProfileRule, profile: Profile) -> RuleRow:
    """File meta information is never taken over: what must be there is ours."""
    treatment = WRITTEN_ANEW if tag.startswith("(0002") else REMOVED
    return RuleRow(tag, rule.keyword, rule.action(profile.options), treatment)


def _written(key: str) -> str:
    """Write a tag as the standard does; rows for a range of tags keep their `x`."""
    return f"({key[:4]},{key[4:]})" if len(key) == 8 else key
