"""Mentions that mean something, and those that do not."""

from __future__ import annotations

import pytest

from channels.slack.mention import with_colleague


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("second <@U0DRB>", "second @U0DRB"),
        ("2차 <@U0DRB|dr.b> ", "2차 @U0DRB"),
        ("hand over <@U0DRB>", "hand over @U0DRB"),
        ("second, <@U0DRB> look at the ventricle", "second, <@U0DRB> look at the ventricle"),
        ("thank you <@U0DRB>", "thank you <@U0DRB>"),
        ("<@U0DRB>", "<@U0DRB>"),
    ],
)
def test_colleague_is_named_in_commands_alone(said: str, read: str) -> None:
    assert with_colleague(said) == read
