"""Filling in a modal as Slack's client does."""

from __future__ import annotations

import pytest

from tests.peers.slack.forms import filled

LABEL = {"type": "plain_text", "text": "Label"}
OPTIONS = [
    {"text": {"type": "plain_text", "text": text}, "value": value} for text, value in (("Chest", "c"), ("Neuro", "n"))
]


@pytest.mark.parametrize(
    ("element", "entry", "state"),
    [
        ({"type": "plain_text_input"}, "PE?", {"value": "PE?"}),
        ({"type": "static_select", "options": OPTIONS}, "Chest", {"selected_option": OPTIONS[0]}),
        ({"type": "radio_buttons", "options": OPTIONS}, "n", {"selected_option": OPTIONS[1]}),
        ({"type": "checkboxes", "options": OPTIONS}, ["c", "n"], {"selected_options": OPTIONS}),
        ({"type": "datepicker"}, "2020-11-21", {"selected_date": "2020-11-21"}),
        ({"type": "users_select"}, "U1", {"selected_user": "U1"}),
    ],
    ids=lambda value: value["type"] if isinstance(value, dict) and "type" in value else "",
)
def test_entry_becomes_the_state_of_its_kind(element, entry, state):
    assert filled([_input(element)], {"a": entry}) == {"b": {"a": {"type": element["type"], **state}}}


@pytest.mark.parametrize(
    ("element", "state"),
    [
        ({"type": "plain_text_input", "initial_value": "58M"}, {"value": "58M"}),
        ({"type": "static_select", "options": OPTIONS, "initial_option": OPTIONS[0]}, {"selected_option": OPTIONS[0]}),
        ({"type": "datepicker", "initial_date": "2020-11-21"}, {"selected_date": "2020-11-21"}),
    ],
    ids=lambda value: value.get("type", ""),
)
def test_what_is_not_touched_keeps_its_initial_value(element, state):
    assert filled([_input(element)], {}) == {"b": {"a": {"type": element["type"], **state}}}


def test_option_that_is_not_there_cannot_be_chosen():
    with pytest.raises(ValueError, match="no Cardiac"):
        filled([_input({"type": "static_select", "options": OPTIONS})], {"b": "Cardiac"})


def _input(element):
    return {"type": "input", "block_id": "b", "label": LABEL, "element": {**element, "action_id": "a"}}
