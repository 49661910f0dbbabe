"""What members ask of the rota: who is on call, which shifts are theirs, and that their phone was tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from domain.commands import SendTestPages
from domain.delivery import Value
from domain.errors import UserError
from domain.member import Role
from domain.messages import Action
from domain.panel import Panel
from domain.phone import TEST_LASTS
from domain.rota import Tier
from handlers.deed import Deed
from handlers.outbox import Notice
from handlers.shifts import LOOKS_AHEAD, listed, name_value, shifts_ahead


def say_who_is_on_call(deed: Deed) -> None:
    """Tell who is on call now and who comes next, for each panel.

    Raises:
        UserError("no_panel"): there is none yet.
    """
    panels = deed.transaction.panels.all()
    if not panels:
        raise UserError("no_panel")
    for panel in panels:
        deed.tell(deed.actor, Notice(key="rota.on_call", values=_on_call(deed, panel)), part=panel.id)


def say_my_shifts(deed: Deed) -> None:
    """Tell a member their next shifts, numbered, and how to offer one."""
    shifts = shifts_ahead(deed.transaction, deed.actor.id, deed.now)
    values: dict[str, Value] = {"list": listed(deed.services, deed.actor, shifts)}
    deed.tell(deed.actor, Notice(key="rota.my_shifts" if shifts else "rota.no_shifts", values=values))


def pass_test(deed: Deed) -> None:
    """Note that the phone rang: for 30 days its owner counts as on call.

    Raises:
        UserError("choice_unknown"): the button belongs to no test page.
    """
    if not deed.about:
        raise UserError("choice_unknown")
    deed.transaction.phones.note_passed(deed.about, deed.actor.id, deed.now)
    deed.tell(deed.actor, Notice(key="rota.test_passed", values={"until": deed.now + TEST_LASTS}))


def send_tests(deed: Deed) -> None:
    """Send a test page to everybody of the coordinator's panels.

    Raises:
        UserError("coordinator_only")
    """
    panels = [panel for panel in deed.transaction.panels.all() if panel.coordinator_id == deed.actor.id]
    if not panels or not deed.actor.has(Role.COORDINATOR):
        raise UserError("coordinator_only")
    for panel in panels:
        deed.transaction.jobs.add(SendTestPages(panel_id=panel.id, at=deed.now))
    people = {member_id for panel in panels for member_id in panel.members}
    deed.tell(deed.actor, Notice(key="rota.tests_sent", values={"count": len(people)}))


def _on_call(deed: Deed, panel: Panel) -> Mapping[str, Value]:
    first, second = panel.on_call(deed.now)
    change = _next_change(panel, deed.now)
    return {
        "panel": panel.called(deed.actor.language),
        "first": name_value(deed.transaction, first),
        "second": name_value(deed.transaction, second),
        "next": name_value(deed.transaction, panel.on_call(change)[0]),
        "change": change,
    }


def _next_change(panel: Panel, now: datetime) -> datetime:
    """Return when the first shift ends; where it does not end in sight, as far as one looks."""
    return panel.shifts(Tier.PRIMARY, now, now + LOOKS_AHEAD)[0].ends_at


DEEDS: Mapping[Action, Callable[[Deed], None]] = {
    Action.ON_CALL: say_who_is_on_call,
    Action.MY_SHIFTS: say_my_shifts,
    Action.TEST_RANG: pass_test,
    Action.SEND_TESTS: send_tests,
}
