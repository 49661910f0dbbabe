"""Policies from the settings are those of the domain, and what cannot be one is refused with its place."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.escalation import escalation_of
from config.loading import SettingsError, load_settings
from config.settings import Settings
from domain.policies import Audience, Escalation
from domain.question import Urgency


def settings_from(tmp_path, text: str) -> Settings:
    file = tmp_path / "hilum.toml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file, environment={})


def test_policies_without_settings_are_those_of_the_domain():
    assert escalation_of(Settings().escalation) == Escalation()


def test_society_writes_its_own_chain(tmp_path):
    text = """
        [escalation]
        open_claims = 5
        sms_limits = ["2 in 90s"]
        [escalation.urgent]
        steps = ["0 primary secondary", "7 panel", "60 office:next"]
    """

    escalation = escalation_of(settings_from(tmp_path, text).escalation)

    steps = escalation.policies[Urgency.URGENT].steps
    assert [step.after for step in steps] == [timedelta(minutes=minutes) for minutes in (0, 7, 60)]
    assert steps[0].audiences == (Audience.PRIMARY, Audience.SECONDARY)
    assert (escalation.open_claims, escalation.limits["sms"][0].within) == (5, timedelta(seconds=90))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[escalation.urgent]\nsteps = ["0 everybody"]', "must be lines such as"),
        ('[escalation.urgent]\nsteps = ["0 primary"]', "coordinator"),
        ('[escalation.today]\nsteps = ["5 panel", "5 office"]', "one after another"),
        ('[escalation.routine]\nremind_claimer_after = "30h"', "reminded before"),
        ('[escalation]\nsms_limits = ["often"]', "must be a limit such as"),
        ('[escalation]\nsms_limits = ["0 in 1m"]', "must be a limit such as"),
        ('[escalation]\ntime_zone = "Asia/Nowhere"', "must be a time zone"),
        ('[escalation]\nopens = "21:00"', "opens must come before"),
        ("[escalation]\nurgent = 3", "escalation.urgent"),
    ],
)
def test_what_cannot_be_a_policy_is_refused(tmp_path, text, said):
    with pytest.raises(SettingsError, match=said):
        settings_from(tmp_path, text)
