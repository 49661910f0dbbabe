"""Runs web pages, worker, schedule and listeners together, and stops them in order within five seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import uvicorn

from bot.listening import Listener
from bot.schedule import Schedule
from bot.troubles import TroubleWatch
from bot.worker import Worker

STREAMS_END_WITHIN_SECONDS = 2


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the supervisor decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def make_server(app: Callable[..., Any], *, trusted_proxies: Sequence[str] = ()) -> Server:
    """Return a server that says nothing of its own: addresses and paths do not belong in a log.

    Who a request comes from is taken from the headers of a proxy on the list alone.
    """
    options = uvicorn.Config(
        app,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=bool(trusted_proxies),
        forwarded_allow_ips=list(trusted_proxies),
        timeout_graceful_shutdown=STREAMS_END_WITHIN_SECONDS,
        lifespan="on",
    )
    return Server(options)


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket; port 0 takes a free one.

    Raises:
        OSError: the port is taken, or the host is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=512)
    # asyncio does this for sockets of its own making; without it an answer's body waits 40 ms for its head's receipt.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """The web pages of a process: their server, where it listens, and how their open streams are ended."""

    server: Server
    listener: socket.socket
    close_streams: Callable[[], None]


async def supervise(  # noqa: PLR0913 - the parts of one process
    *,
    worker: Worker,
    schedule: Schedule,
    pages: Pages | None,
    listeners: Sequence[Listener] = (),
    watch: TroubleWatch | None = None,
    on_started: Callable[[], None] = lambda: None,
) -> None:
    """Run until SIGTERM or SIGINT, or until a part fails, which stops the others and is raised."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await schedule.start()
    parts = [asyncio.create_task(worker.run(), name="worker")]
    if pages is not None:
        parts.append(asyncio.create_task(pages.server.serve(sockets=[pages.listener]), name="web"))
    hearing = [asyncio.create_task(each.run(), name=each.channel.name) for each in listeners]
    if watch is not None and listeners:
        hearing.append(asyncio.create_task(watch.run(), name="troubles"))
    on_started()
    await _until_stopped([*parts, *hearing], stopping)
    for task in hearing:
        # What is not acknowledged yet is brought again by its service.
        task.cancel()
    schedule.stop()
    worker.stop()
    if pages is not None:
        pages.close_streams()
        pages.server.should_exit = True
    try:
        await _finish([*parts, *hearing])
    finally:
        await asyncio.gather(*(each.close() for each in listeners))


async def _until_stopped(parts: list[asyncio.Task[None]], stopping: asyncio.Event) -> None:
    waiter = asyncio.create_task(stopping.wait())
    await asyncio.wait({waiter, *parts}, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()


async def _finish(parts: list[asyncio.Task[None]]) -> None:
    """Let every part end; raise what made one fail, cancellation apart."""
    for outcome in await asyncio.gather(*parts, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
