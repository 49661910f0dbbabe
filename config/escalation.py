"""What a society may set about paging: the tables [escalation] and, below it, one for each urgency."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Annotated, ClassVar, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field, field_validator, model_validator

from config.table import Table
from config.values import Duration, Durations, Names, parse_duration, split_list
from domain.hours import Hours
from domain.paging import LIMITS, VOICE, Limit
from domain.policies import ROUTINE_CHAIN, TODAY_CHAIN, URGENT_CHAIN, EscalationPolicy, chain
from domain.policies import Escalation as Rules
from domain.question import Urgency

_RULES, _HOURS = Rules(), Hours()
_URGENT, _TODAY, _ROUTINE = (_RULES.policies[urgency] for urgency in (Urgency.URGENT, Urgency.TODAY, Urgency.ROUTINE))
"""What the domain follows where nothing is set; the defaults here are read from it."""
_LIMIT = re.compile(r"(\d+) in (.+)")


def parse_limit(value: object) -> object:
    """Return how many pages in how long, written as "5 in 15m".

    Raises:
        ValueError: it is written otherwise.
    """
    if not isinstance(value, str):
        return value
    found = _LIMIT.fullmatch(value.strip())
    if found is None or int(found[1]) < 1:
        raise ValueError('must be a limit such as "5 in 15m"')
    return int(found[1]), parse_duration(found[2])


def _written(limits: tuple[Limit, ...]) -> tuple[tuple[int, timedelta], ...]:
    return tuple((limit.pages, limit.within) for limit in limits)


PageLimit = Annotated[tuple[int, timedelta], BeforeValidator(parse_limit)]
PageLimits = Annotated[tuple[PageLimit, ...], BeforeValidator(split_list)]


class Policy(Table):
    """The chain of one urgency, with its targets; what is not set is as the domain has it."""

    USUAL: ClassVar[tuple[tuple[str, ...], EscalationPolicy]]

    steps: Names
    claim_within: Duration
    answer_within: Duration
    remind_claimer_after: Duration
    release_claim_after: Duration
    extend_claim_by: Duration
    remind_asker_after: Duration
    close_unanswered_after: Duration

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, given: object) -> object:
        if not isinstance(given, Mapping):
            return given
        lines, usual = cls.USUAL
        others = {name: getattr(usual, name) for name in cls.model_fields if name != "steps"}
        return {"steps": lines, **others, **given}

    @field_validator("steps")
    @classmethod
    def _are_steps(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        try:
            chain(*value)
        except ValueError as error:
            raise ValueError('must be lines such as "5 primary:voice secondary secondary:next"') from error
        return value

    @model_validator(mode="after")
    def _is_policy(self) -> Self:
        self.rules()
        return self

    def rules(self, *, hours: Hours | None = None, wakes: bool = False) -> EscalationPolicy:
        """Return it as the domain follows it.

        Raises:
            ValueError: nobody could follow it.
        """
        steps, others = chain(*self.steps), self.model_dump(exclude={"steps"})
        return EscalationPolicy(steps=steps, hours=hours, wakes=wakes, **others)


class Urgent(Policy):
    """Within the hour, by day and by night."""

    USUAL = (URGENT_CHAIN, _URGENT)
    pause_at_most: Duration


class Today(Policy):
    """Today, in working hours."""

    USUAL = (TODAY_CHAIN, _TODAY)


class Routine(Policy):
    """Without hurry, in working hours."""

    USUAL = (ROUTINE_CHAIN, _ROUTINE)


class Escalation(Table):
    """Who is paged, when, and how often."""

    time_zone: str = _HOURS.time_zone
    opens: time = _HOURS.opens
    closes: time = _HOURS.closes
    quiet_begins: time = _RULES.quiet.begins
    quiet_ends: time = _RULES.quiet.ends
    open_claims: int = Field(default=_RULES.open_claims, ge=1)
    bundle: Duration = _RULES.bundle
    read_again_after: Durations = _RULES.read_again_after
    sms_limits: PageLimits = _written(LIMITS["sms"])
    voice_limits: PageLimits = _written(LIMITS[VOICE])
    urgent_questions: int = Field(default=_RULES.guard.urgent_questions, ge=1)
    urgent_within: Duration = _RULES.guard.within
    danger_words: Names = _RULES.guard.danger_words
    discrepancy_words: Names = _RULES.guard.discrepancy_words
    surge_confirm_within: Duration = _RULES.surge.confirm_within
    surge_lasts: Duration = _RULES.surge.lasts
    surge_claim_within: Duration = _RULES.surge.claim_within
    surge_digests_from: time = _RULES.surge.digests_from
    surge_digests_until: time = _RULES.surge.digests_until
    surge_digest_every: Duration = _RULES.surge.digest_every
    urgent: Urgent = Field(default_factory=lambda: Urgent.model_validate({}))
    today: Today = Field(default_factory=lambda: Today.model_validate({}))
    routine: Routine = Field(default_factory=lambda: Routine.model_validate({}))

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError('must be a time zone such as "Asia/Seoul"') from error
        return value

    @model_validator(mode="after")
    def _opens_first(self) -> Self:
        if not self.opens < self.closes:
            raise ValueError("opens must come before closes")
        if not self.surge_digests_from < self.surge_digests_until:
            raise ValueError("surge_digests_from must come before surge_digests_until")
        if self.surge_digest_every <= timedelta(0):
            raise ValueError("surge_digest_every must be longer than nothing")
        return self
