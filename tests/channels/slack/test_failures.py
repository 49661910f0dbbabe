"""Slack's own words for what it will not do, and what each means: later, never at this address, never in this room."""

from __future__ import annotations

import pytest

from channels.slack.failures import failure
from domain.errors import TransientError


@pytest.mark.parametrize(
    ("code", "in_room", "meant"),
    [
        ("user_disabled", False, "address_blocked"),
        ("message_not_found", False, "message_gone"),
        ("missing_scope", False, "scope_missing"),
        ("messages_tab_disabled", False, "scope_missing"),
        ("cannot_reply_to_message", False, "message_gone"),
        ("cant_update_message", False, "slack_refused"),
        ("edit_window_closed", True, "slack_refused"),
        ("cannot_reply_to_message", True, "thread_gone"),
        ("posting_to_channel_denied", True, "room_rights"),
        ("cant_delete_message", True, "not_deletable"),
        ("invalid_blocks", False, "slack_refused"),
        ("file_deleted", False, "file_gone"),
        ("file_not_found", False, "file_gone"),
        ("message_not_found", True, "thread_gone"),
        ("is_archived", True, "room_gone"),
        ("restricted_action", True, "room_rights"),
        ("invalid_blocks", True, "slack_refused"),
        ("is_inactive", True, "room_gone"),
        ("is_inactive", False, "address_blocked"),
        ("account_inactive", True, "channel_cut_off"),
        ("accesslimited", True, "channel_cut_off"),
        ("two_factor_setup_required", False, "channel_cut_off"),
        ("enterprise_is_restricted", False, "channel_cut_off"),
        ("internal_error", True, "slack_away"),
        ("endpoint_unavailable", False, "slack_away"),
        ("update_failed", True, "slack_away"),
        ("external_channel_migrating", True, "slack_away"),
        ("ratelimited", True, "slack_busy"),
    ],
)
def test_errors_of_slack_are_translated(code, in_room, meant):
    found = failure(code, in_room=in_room)

    assert found.code == meant
    assert isinstance(found, TransientError) is (meant in {"slack_away", "slack_busy", "channel_cut_off"})
