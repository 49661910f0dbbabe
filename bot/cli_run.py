"""`hilum demo`, `serve` and `worker`: the commands that keep running."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from bot import demo
from bot.compose import Parts, compose, make_watch, make_web_services, make_worker
from bot.logs import configure_logs
from bot.schedule import Schedule
from bot.supervisor import Pages, listen, make_server, supervise
from bot.terminal import console, fail
from bot.worker import Worker
from config.settings import Settings
from storage.migrate import is_current
from web.app import create_app
from web.services import DemoRole


def register(app: typer.Typer) -> None:
    app.command("demo")(run_demo)
    app.command("serve")(serve)
    app.command("worker")(work)


def run_demo(
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8080,
    data: Annotated[Path, typer.Option(help="Folder for the demo's data and keys.")] = Path(".demo"),
) -> None:
    """Play member, panelist, editor and coordinator in a browser, with fictional people only."""
    settings = demo.demo_settings(data, port=port, environment=os.environ)
    demo.prepare(settings)
    configure_logs(settings.log_level.value, stream=sys.stderr)
    url = f"http://127.0.0.1:{port}/"

    def started() -> None:
        console.print(f"\nHilum demo: open [bold]{url}[/bold]   (Ctrl-C ends it)\n")

    _run(settings, roles=demo.ROLES, before=demo.fill, on_started=started)


def serve(context: typer.Context) -> None:
    """Run web pages, worker and schedule in one process."""
    settings = _production_settings(context)
    _run(settings)


def work(context: typer.Context) -> None:
    """Run one more worker, without web pages."""
    settings = _production_settings(context)
    _run(settings, with_web=False)


def _production_settings(context: typer.Context) -> Settings:
    settings: Settings = context.obj()
    if demo.is_demo_folder(settings.data):
        fail("this data folder belongs to the demo; give production a folder of its own (HILUM_DATA)", code=3)
    if not settings.channels.web.enabled:
        fail("channels.web.enabled is false: there is no channel to serve", code=3)
    if not is_current(settings.database_url.get_secret_value()):
        fail("the database is not set up for this version: run `hilum migrate` first", code=1)
    configure_logs(settings.log_level.value, stream=sys.stdout)
    return settings


def _run(
    settings: Settings,
    *,
    roles: tuple[DemoRole, ...] = (),
    with_web: bool = True,
    before: Callable[[Parts], object] | None = None,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    listener = _listen(settings) if with_web else None

    async def run() -> None:
        parts = compose(settings)
        if roles:
            parts = parts.with_letters_in(demo.outbox_folder(settings))
        try:
            if before is not None:
                await before(parts)  # type: ignore[misc]  # an async function
            worker = make_worker(parts)
            await supervise(
                worker=worker,
                schedule=Schedule(parts.services, sends_digests=settings.digest.enabled),
                pages=None if listener is None else _pages(parts, worker, listener=listener, roles=roles),
                listeners=parts.listeners,
                watch=make_watch(parts, worker),
                on_started=on_started,
            )
        finally:
            parts.close()

    asyncio.run(run())


def _listen(settings: Settings) -> socket.socket:
    try:
        return listen(settings.web.host, settings.web.port)
    except OSError as error:
        where = f"{settings.web.host}:{settings.web.port}"
        fail(f"cannot listen on {where}: {error.strerror}. Choose another port (make demo PORT=8091).", code=1)


def _pages(parts: Parts, worker: Worker, *, listener: socket.socket, roles: tuple[DemoRole, ...]) -> Pages:
    samples = demo.samples_folder(parts.settings) if roles else None
    outbox = demo.outbox_folder(parts.settings) if roles else None
    services = make_web_services(parts, worker, demo_roles=roles, demo_samples=samples, demo_outbox=outbox)
    app = create_app(services)
    server = make_server(app, trusted_proxies=parts.settings.web.trusted_proxies)
    return Pages(server=server, listener=listener, close_streams=app.state.close_streams)
