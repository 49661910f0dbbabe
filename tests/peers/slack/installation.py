"""The app as it is installed in the workspace: its ids, tokens and scopes; and who else has a token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

DEFAULT_SCOPES = (
    "channels:history", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history",
    "groups:read", "im:history", "im:read", "im:write", "team:read", "users:read", "users:read.email",
)  # fmt: skip

DEFAULT_EVENTS = (
    "app_home_opened", "app_uninstalled", "channel_archive", "channel_deleted", "channel_left", "channel_unarchive",
    "group_archive", "group_deleted", "group_left", "group_unarchive",
    "member_joined_channel", "member_left_channel", "message.channels", "message.groups", "message.im",
    "tokens_revoked", "user_change",
)  # fmt: skip

SCOPES_OF_EVENTS = {
    **dict.fromkeys(("channel_archive", "channel_deleted", "channel_left", "channel_unarchive"), "channels:read"),
    "file_shared": "files:read",
    **dict.fromkeys(("group_archive", "group_deleted", "group_left", "group_unarchive"), "groups:read"),
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "message.mpim": "mpim:history",
    "user_change": "users:read",
}
"""Source: Slack, *Events API reference*, "Required scopes" of each event; an event not named here needs none."""


@dataclass(slots=True, kw_only=True)
class Installation:
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    events: tuple[str, ...] = DEFAULT_EVENTS
    app_id: str = "A0PEERAPP"
    bot_id: str = "B0PEERBOT"
    bot_user: str = "U0PEERBOT"
    bot_token: str = "xoxb-peer-of-slack"
    app_token: str = "xapp-peer-of-slack"
    signing_secret: str = "signed-by-the-peer-of-slack"
    verification_token: str = "deprecated-verification-token"
    team_id: str = "T000000001"
    team_domain: str = "society"
    is_installed: bool = True
    people: dict[str, str] = field(default_factory=dict)
    """User ids by token."""

    def error_of(self, token: str, method: str) -> str:
        """Return why a token is refused, or nothing. emulate takes any token, so this stands before it.

        Source: Slack, *auth.test*, errors: `not_authed` without a token, `invalid_auth` with one that cannot be
        validated, `account_inactive` with the bot token of an app that was removed, `not_allowed_token_type`;
        *apps.connections.open* takes an app-level token with connections:write, and nothing else does.
        """
        if not token:
            return "not_authed"
        if token == self.app_token:
            return "" if method == "apps.connections.open" else "not_allowed_token_type"
        if token != self.bot_token:
            return "" if token in self.people else "invalid_auth"
        if not self.is_installed:
            return "account_inactive"
        return "not_allowed_token_type" if method == "apps.connections.open" else ""

    def may_receive(self, event: str) -> bool:
        """Source: Slack, *Events API*: an app gets the events it subscribed to and has the scopes for."""
        return event in self.events and SCOPES_OF_EVENTS.get(event, "") in {"", *self.scopes}

    def seed(self, *, team_name: str) -> dict[str, Any]:
        """Return what emulate is to know of the app at the beginning."""
        app = {
            "client_id": "1.2",
            "client_secret": "unused",
            "app_id": self.app_id,
            "name": "Hilum",
            "redirect_uris": [],
            "scopes": list(self.scopes),
            "bot_id": self.bot_id,
            "bot_user_id": self.bot_user,
            "bot_name": "hilum",
        }
        token = {
            "token": self.bot_token,
            "type": "bot",
            "user": self.bot_user,
            "scopes": list(self.scopes),
            "app_id": self.app_id,
            "bot_id": self.bot_id,
            "bot_user_id": self.bot_user,
        }
        return {
            "team": {"name": team_name, "domain": self.team_domain},
            "strict_scopes": True,
            "oauth_apps": [app],
            "tokens": [token],
        }
