"""`hilum migrate`, `doctor`, `keys`, `jobs`, `digest`: what an operator does now and then."""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Annotated

import typer
from rich.markup import escape

from bot.clock import utc_now
from bot.compose import Parts, preview_digest
from bot.doctor import examine
from bot.session import with_parts
from bot.terminal import console, fail, show_rows
from config.settings import Settings
from domain.commands import StartDigest
from domain.delivery import DeliveryState
from domain.ids import DeliveryId, JobId
from domain.ports.jobs import JobState
from handlers.deliver import send_again
from storage.keyring import create_keys
from storage.migrate import migrate

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for a script.")]

keys = typer.Typer(help="The keys that seal everything; they live outside the data folder.", no_args_is_help=True)
jobs = typer.Typer(help="Stored work: ids and times, never content.", no_args_is_help=True)
digest = typer.Typer(help="The daily digest.", no_args_is_help=True)
search = typer.Typer(help="The index of the search.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    app.command("migrate")(run_migrate)
    app.command("doctor")(doctor)
    app.add_typer(keys, name="keys")
    app.add_typer(jobs, name="jobs")
    app.add_typer(digest, name="digest")
    app.add_typer(search, name="search")


def run_migrate(context: typer.Context) -> None:
    """Bring the database to this version; safe to run again."""
    settings: Settings = context.obj()
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    migrate(settings.database_url.get_secret_value())
    console.print("The database is up to date.")


def doctor(context: typer.Context, *, as_json: AsJson = False) -> None:
    """Check settings, database, archive, keys and channels, and say how to mend each."""
    settings: Settings = context.obj()
    findings = asyncio.run(examine(settings))
    if as_json:
        sys.stdout.write(json.dumps([finding.as_row() for finding in findings], ensure_ascii=False) + "\n")
    else:
        for finding in findings:
            mark = "[green]✔[/green]" if finding.is_fine else "[red]✘[/red]"
            console.print(f"{mark} {escape(finding.part)}: {escape(finding.says)}", soft_wrap=True)
            if finding.mend:
                console.print(f"  → {finding.mend}", markup=False, soft_wrap=True)
    if not all(finding.is_fine for finding in findings):
        raise SystemExit(1)


@keys.command("create")
def keys_create(context: typer.Context) -> None:
    """Make the keys of a new installation; refuses where there are some."""
    settings: Settings = context.obj()
    if settings.keys.exists() and any(settings.keys.glob("*.key")):
        fail(f"{settings.keys} holds keys already; nothing was changed", code=1)
    create_keys(settings.keys)
    console.print(f"Keys made in {settings.keys}. Keep a copy apart from the backups: without them nothing opens.")


@jobs.command("list")
def jobs_list(
    context: typer.Context,
    *,
    state: Annotated[JobState, typer.Option(help="Which jobs.")] = JobState.PARKED,
    as_json: AsJson = False,
) -> None:
    """List jobs, parked ones unless told otherwise, and deliveries whose outcome is unknown or dead."""

    async def read(parts: Parts) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = [
            {"id": row.id, "what": row.command, "state": row.state, "due": row.due_at, "error": row.error}
            for row in await parts.storage.queue.rows(state)
        ]
        for outcome in (DeliveryState.UNKNOWN, DeliveryState.DEAD):
            found = await parts.services.store.read(lambda transaction, o=outcome: transaction.deliveries.in_state(o))  # type: ignore[misc]
            rows += [
                {"id": d.id, "what": f"delivery {d.key}", "state": d.state, "due": d.created_at, "error": None}
                for d in found
            ]
        return rows

    show_rows(
        with_parts(context, read), as_json=as_json, empty=f"No {state.value} job, and no delivery that needs you."
    )


@jobs.command("retry")
def jobs_retry(
    context: typer.Context, job: Annotated[str, typer.Argument(help="The id of a parked job, or of a delivery.")]
) -> None:
    """Make a parked job ready again, or send an unknown or dead delivery once more."""

    async def revive(parts: Parts) -> bool:
        if job.isdecimal():
            return await parts.storage.queue.revive(JobId(int(job)), utc_now())
        services = parts.services
        return await services.store.write(lambda transaction: send_again(services, transaction, DeliveryId(job)))

    if not with_parts(context, revive):
        fail(f"no parked job and no unknown or dead delivery {job}", code=1)
    console.print(f"{job} is ready again.")


@digest.command("preview")
def digest_preview(
    context: typer.Context, member: Annotated[str | None, typer.Option(help="Member id; otherwise everybody.")] = None
) -> None:
    """Show what the next digest would say."""

    async def preview(parts: Parts) -> list[tuple[str, str | None]]:
        members = await parts.services.store.read(lambda transaction: transaction.members.all())
        chosen = [m for m in members if member in (None, m.id) and m.active and m.digest_at is not None]
        return [(m.display_name, await preview_digest(parts, m)) for m in chosen]

    for name, text in with_parts(context, preview):
        console.print(name, style="bold", markup=False)
        # Placeholders such as [phone] would pass for markup.
        console.print(f"{text or 'nothing new, nothing sent'}\n", markup=False, soft_wrap=True)


@digest.command("send")
def digest_send(context: typer.Context) -> None:
    """Send today's digest now to everybody who has not had it; a running worker does the sending."""

    async def send(parts: Parts) -> bool:
        command = StartDigest(name="daily", at=utc_now(), everyone=True)
        return await parts.services.store.write(lambda transaction: transaction.jobs.add(command))

    with_parts(context, send)
    console.print("Noted: a running `hilum serve` or `hilum worker` sends it.")


@search.command("rebuild")
def search_rebuild(context: typer.Context) -> None:
    """Make the search's index anew from questions and entries; the program may go on running."""

    async def rebuild(parts: Parts) -> int:
        return await parts.services.store.write(lambda transaction: transaction.search.rebuild())

    count = with_parts(context, rebuild)
    console.print(f"{count} questions can be found.")
