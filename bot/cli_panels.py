"""`hilum panels`: who answers, and the two tiers of the rota."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Annotated

import typer

from bot.cli_audit import note_administered
from bot.cli_rooms import register as register_rooms
from bot.cli_rota import rota
from bot.clock import utc_now
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.commands import SendTestPages
from domain.delivery import Priority
from domain.errors import HilumError
from domain.ids import MemberId, PanelId
from domain.member import Role
from domain.panel import Panel
from domain.ports.store import Transaction
from domain.rota import Tier
from domain.rotation import Rotation
from handlers.room_notes import look_into_rooms

_KOREAN_NAMES = {"Chest": "흉부"}

panels = typer.Typer(help="Panels and who is on call.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    panels.add_typer(rota, name="rota")
    register_rooms(panels)
    app.add_typer(panels, name="panels")


@panels.command("set")
def set_panel(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    panel_id: Annotated[str, typer.Argument(help="Short id, such as chest.")],
    *,
    member: Annotated[list[str], typer.Option(help="Member id of a panelist; once for each.")],
    coordinator: Annotated[str, typer.Option(help="Member id of the last owner of a question.")],
    name: Annotated[str, typer.Option(help="As it stands in English sentences, before the word panel.")] = "Chest",
    korean_name: Annotated[str | None, typer.Option(help="As it stands in Korean sentences, such as 흉부.")] = None,
    topic: Annotated[
        list[str], typer.Option(help="Words of a question that is for this panel; once for each.", default_factory=list)
    ],
    fallback: Annotated[
        str | None, typer.Option(help="Id of the panel that stands in where nobody is reached.")
    ] = None,
    starts_on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="First day of the rota.")] = None,
) -> None:
    """Set up a panel; its members take weekly turns, the second tier one turn ahead."""
    people = tuple(MemberId(each) for each in member)
    first_day = starts_on.date() if starts_on else _last_monday()
    panel = Panel(
        id=PanelId(panel_id),
        name=name,
        members=people,
        coordinator_id=MemberId(coordinator),
        primary=Rotation(members=people, starts_on=first_day),
        secondary=Rotation(members=(*people[1:], people[0]), starts_on=first_day),
        korean_name=korean_name or _KOREAN_NAMES.get(name, ""),
        topics=tuple(topic),
        fallback_id=None if fallback is None else PanelId(fallback),
    )

    async def keep(parts: Parts) -> list[str]:
        def save(transaction: Transaction) -> list[str]:
            problems = _save(transaction, panel)
            look_into_rooms(parts.services, transaction)
            return problems

        return await parts.services.store.write(save)

    if problems := with_parts(context, keep):
        fail(f"no panelist, coordinator or panel by that id: {', '.join(problems)} (`hilum members list`)", code=1)
    console.print(f"Panel {panel_id}: {len(people)} panelists, weekly turns from {first_day}.")
    console.print(f"A phone counts as on call once it passed a test page: `hilum panels test-page {panel_id}`.")


@panels.command("test-page")
def send_test_page(context: typer.Context, panel_id: Annotated[str, typer.Argument(help="Id of the panel.")]) -> None:
    """Send everybody of a panel a test page, now; without one in 30 days a phone counts as a gap in the rota."""

    def note(transaction: Transaction) -> int:
        panel = transaction.panels.get(PanelId(panel_id))
        transaction.jobs.add(SendTestPages(panel_id=panel.id, at=utc_now()), priority=Priority.URGENT)
        note_administered(transaction, "send_test_pages", panel.id)
        return len(panel.members)

    async def send(parts: Parts) -> int:
        return await parts.services.store.write(note)

    console.print(f"Test page to {with_parts(context, send)} panelists noted; a running worker sends it.")


@panels.command("list")
def show(context: typer.Context, *, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """List the panels with who is on call now."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        found = await parts.services.store.read(lambda transaction: transaction.panels.all())
        now = utc_now()
        return [
            {
                "id": panel.id,
                "name": panel.name,
                "first on call": _on_call(panel, Tier.PRIMARY, now),
                "second on call": _on_call(panel, Tier.SECONDARY, now),
                "members": " ".join(panel.members),
                "topics": ", ".join(panel.topics),
                "falls back to": panel.fallback_id,
                "coordinator": panel.coordinator_id,
            }
            for panel in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="No panel yet: `hilum panels set`.")


def _on_call(panel: Panel, tier: Tier, now: datetime) -> str:
    [shift] = panel.shifts(tier, now, now + timedelta(microseconds=1))
    return shift.member_id or (f"– ({shift.planned}: gap)" if shift.planned else "–")


def _with_layers(transaction: Transaction, panel: Panel) -> Panel:
    """Keep the layers and holidays of a panel whose turns are set anew, and what was not given."""
    former = next((each for each in transaction.panels.all() if each.id == panel.id), panel)
    return replace(
        panel,
        layers=former.layers,
        holidays=former.holidays,
        korean_name=panel.korean_name or former.korean_name,
        topics=panel.topics or former.topics,
        fallback_id=panel.fallback_id or former.fallback_id,
    )


def _save(transaction: Transaction, panel: Panel) -> list[str]:
    """Save a panel, unless somebody or something that it names is unknown; returns what."""
    wanted = [(each, Role.PANELIST) for each in panel.members] + [(panel.coordinator_id, Role.COORDINATOR)]
    problems = [str(each) for each, role in wanted if not _is(transaction, each, role)]
    known = {each.id for each in transaction.panels.all()} - {panel.id}
    problems += [] if panel.fallback_id in {None, *known} else [str(panel.fallback_id)]
    if not problems:
        transaction.panels.save(_with_layers(transaction, panel))
        note_administered(transaction, "set_panel", panel.id)
    return problems


def _is(transaction: Transaction, member_id: MemberId, role: Role) -> bool:
    try:
        return transaction.members.get(member_id).has(role)
    except HilumError:
        return False


def _last_monday() -> date:
    today = utc_now().date()
    return date.fromordinal(today.toordinal() - today.weekday())
