"""What Slack's errors mean for Hilum: later, never at this address, or never in this room."""

from __future__ import annotations

from datetime import timedelta

from domain.errors import HilumError, PermanentError, TransientError

CUT_OFF = "channel_cut_off"
SCOPE_MISSING = "scope_missing"
MENDED_WITHIN = timedelta(minutes=1)
_LATER = frozenset(
    {
        *("fatal_error", "internal_error", "service_unavailable", "request_timeout", "team_added_to_org"),
        *("message_limit_exceeded", "file_update_failed", "update_failed", "endpoint_unavailable"),
        "external_channel_migrating",
    }
)
_NOT_DONE = frozenset(_LATER - {"fatal_error", "internal_error"})
"""Of the others Slack says itself that some of it may have been done."""
_CUT_OFF = frozenset(
    {
        *("account_inactive", "token_revoked", "token_expired", "invalid_auth", "not_authed", "org_login_required"),
        *("not_allowed_token_type", "team_access_not_granted", "access_denied", "ekm_access_denied"),
        *("accesslimited", "two_factor_setup_required", "enterprise_is_restricted"),
    }
)
"""The app was removed, its token is none, or the workspace lets it in no more: an operator has to mend it, and nothing
is lost until then."""
_NO_RIGHTS = frozenset(
    {
        *("missing_scope", "no_permission", "restricted_action", "restricted_action_read_only_channel"),
        *("restricted_action_thread_only_channel", "restricted_action_non_threadable_channel"),
        *("restricted_action_thread_locked", "not_allowed", "team_not_found", "posting_to_channel_denied"),
        "messages_tab_disabled",
    }
)
"""What an operator has left out, or a workspace has forbidden: of a person too it says nothing about the person."""
_ROOM_GONE = frozenset(
    {
        *("channel_not_found", "is_archived", "is_inactive", "not_in_channel", "channel_is_archived"),
        "method_not_supported",
    }
)
_THREAD_GONE = frozenset({"message_not_found", "thread_not_found", "cannot_reply_to_message"})
"""A message that may not be changed any more, as in a workspace that closes edits, still stands there."""
_STAYS = frozenset({"cant_delete_message", "compliance_exports_prevent_deletion"})
"""A workspace that keeps everything; what a message says can still be struck out."""
_BLOCKED = frozenset(
    {
        *("channel_not_found", "user_not_found", "user_disabled", "user_not_visible", "cannot_dm_bot", "is_archived"),
        *("is_inactive", "not_in_channel", "user_is_restricted"),
    }
)
"""Of a person: they have left the workspace, or take nothing from the app."""
_FILE_UNSEEN = frozenset({"file_not_found", "files_not_found"})
"""Source: Slack, *files.delete*, errors: "The file does not exist, or is not visible to the calling user"."""


class UnseenFileError(PermanentError):
    """A file that is gone, or that the app may not see: of one of our own it is gone, of a member's nobody knows."""

    def __init__(self) -> None:
        super().__init__("file_gone")


def failure(code: str, *, status: int = 200, retry_after: timedelta | None = None, in_room: bool = False) -> HilumError:
    """Return the error of Hilum that an answer of the Web API stands for.

    Args:
        code: Slack's word, empty where the answer was none of Slack's.
        in_room: whether it was about a room, where the same word means something else than of a person.
    """
    if status == 429 or code in {"ratelimited", "rate_limited"}:
        # Slack limits each method, and posting in each channel: never all that the app may do.
        return TransientError("slack_busy", retry_after=retry_after or timedelta(seconds=1), is_local=True)
    if status >= 500 or code in _LATER:
        return TransientError("slack_away", retry_after=retry_after, is_unsure=code not in _NOT_DONE)
    if code in _CUT_OFF:
        return TransientError(CUT_OFF, retry_after=MENDED_WITHIN)
    if code in {"file_deleted", *_FILE_UNSEEN}:
        return UnseenFileError() if code in _FILE_UNSEEN else PermanentError("file_gone")
    if code in _STAYS:
        return PermanentError("not_deletable")
    return PermanentError(_in_room(code) if in_room else _with_person(code))


def _in_room(code: str) -> str:
    if code in _THREAD_GONE:
        return "thread_gone"
    if code in _ROOM_GONE:
        return "room_gone"
    return "room_rights" if code in _NO_RIGHTS else "slack_refused"


def _with_person(code: str) -> str:
    if code in _BLOCKED:
        return "address_blocked"
    if code in _THREAD_GONE:
        return "message_gone"
    return SCOPE_MISSING if code in _NO_RIGHTS else "slack_refused"
