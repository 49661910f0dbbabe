"""From the settings of paging to the policies that the handlers follow."""

from __future__ import annotations

from config.escalation import Escalation as EscalationSettings
from config.escalation import PageLimits
from domain.guard import Guard
from domain.hours import Hours, QuietHours
from domain.paging import VOICE, Limit
from domain.policies import Escalation
from domain.question import Urgency
from domain.surge import SurgeRules


def escalation_of(chosen: EscalationSettings) -> Escalation:
    """Return the policies that an operator has set."""
    hours = Hours(opens=chosen.opens, closes=chosen.closes, time_zone=chosen.time_zone)
    return Escalation(
        policies={
            Urgency.URGENT: chosen.urgent.rules(wakes=True),
            Urgency.TODAY: chosen.today.rules(hours=hours),
            Urgency.ROUTINE: chosen.routine.rules(hours=hours),
        },
        limits={"sms": _limits(chosen.sms_limits), VOICE: _limits(chosen.voice_limits)},
        open_claims=chosen.open_claims,
        bundle=chosen.bundle,
        quiet=QuietHours(begins=chosen.quiet_begins, ends=chosen.quiet_ends),
        read_again_after=chosen.read_again_after,
        guard=Guard(
            urgent_questions=chosen.urgent_questions,
            within=chosen.urgent_within,
            danger_words=chosen.danger_words,
            discrepancy_words=chosen.discrepancy_words,
        ),
        surge=SurgeRules(
            confirm_within=chosen.surge_confirm_within,
            lasts=chosen.surge_lasts,
            claim_within=chosen.surge_claim_within,
            digests_from=chosen.surge_digests_from,
            digests_until=chosen.surge_digests_until,
            digest_every=chosen.surge_digest_every,
        ),
    )


def _limits(limits: PageLimits) -> tuple[Limit, ...]:
    return tuple(Limit(pages=pages, within=within) for pages, within in limits)
