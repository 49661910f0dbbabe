"""What each person has on the screen: modals one on another, the app's Home, and what only they can see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Screen:
    modals: list[dict[str, Any]] = field(default_factory=list)
    home: dict[str, Any] | None = None
    ephemerals: list[dict[str, Any]] = field(default_factory=list)

    def replace(self, view: dict[str, Any]) -> None:
        if view["type"] == "home":
            self.home = view
        else:
            self.modals = [view if shown["id"] == view["id"] else shown for shown in self.modals]


@dataclass(slots=True)
class Screens:
    by_user: defaultdict[str, Screen] = field(default_factory=lambda: defaultdict(Screen))
    users_of_triggers: dict[str, str] = field(default_factory=dict)

    def note(self, method: str, arguments: Mapping[str, Any], answer: Mapping[str, Any]) -> None:
        """Show what a call that succeeded puts on a screen.

        Source: Slack, *views.open*, *views.push*: the view opens for who made the trigger, for at most three in a
        stack; *views.publish*: in the Home tab of `user_id`; *chat.postEphemeral*: to `user` alone, and no
        method finds it again.
        """
        if method in ("views.open", "views.push"):
            user = self.users_of_triggers[str(arguments.get("trigger_id") or arguments.get("interactivity_pointer"))]
            self.by_user[user].modals.append(answer["view"])
        elif method == "views.publish":
            self.by_user[str(arguments["user_id"])].replace(answer["view"])
        elif method == "views.update":
            for screen in self.by_user.values():
                screen.replace(answer["view"])
        elif method == "chat.postEphemeral":
            shown = {**arguments, "ts": answer["message_ts"], "is_ephemeral": True}
            self.by_user[str(arguments["user"])].ephemerals.append(shown)
