"""`hilum panels`: who answers, and the two tiers of the rota."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

import typer

from bot.clock import utc_now
from bot.compose import Parts
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from domain.errors import HilumError
from domain.ids import MemberId, PanelId
from domain.member import Role
from domain.panel import Panel
from domain.ports.store import Transaction
from domain.rotation import Rotation

panels = typer.Typer(help="Panels and who is on call.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.add_typer(panels, name="panels")


@panels.command("set")
def set_panel(  # noqa: PLR0913 - one option a field
    context: typer.Context,
    panel_id: Annotated[str, typer.Argument(help="Short id, such as chest.")],
    *,
    member: Annotated[list[str], typer.Option(help="Member id of a panelist; once for each.")],
    coordinator: Annotated[str, typer.Option(help="Member id of the last owner of a question.")],
    name: Annotated[str, typer.Option()] = "Chest",
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
    )

    def save(transaction: Transaction) -> list[str]:
        wanted = [(each, Role.PANELIST) for each in people] + [(panel.coordinator_id, Role.COORDINATOR)]
        problems = [str(each) for each, role in wanted if not _is(transaction, each, role)]
        if not problems:
            transaction.panels.save(panel)
        return problems

    async def keep(parts: Parts) -> list[str]:
        return await parts.services.store.write(save)

    if problems := with_parts(context, keep):
        fail(f"no panelist or coordinator by that id: {', '.join(problems)} (`hilum members list`)", code=1)
    console.print(f"Panel {panel_id}: {len(people)} panelists, weekly turns from {first_day}.")


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
                "first on call": panel.on_call(now)[0],
                "second on call": panel.on_call(now)[1],
                "members": " ".join(panel.members),
                "coordinator": panel.coordinator_id,
            }
            for panel in found
        ]

    show_rows(with_parts(context, read), as_json=as_json, empty="No panel yet: `hilum panels set`.")


def _is(transaction: Transaction, member_id: MemberId, role: Role) -> bool:
    try:
        return transaction.members.get(member_id).has(role)
    except HilumError:
        return False


def _last_monday() -> date:
    today = utc_now().date()
    return date.fromordinal(today.toordinal() - today.weekday())
