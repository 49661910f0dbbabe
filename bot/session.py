"""A short use of the program's parts by one command."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import typer

from bot.compose import Parts, compose
from bot.logs import configure_logs
from config.settings import Settings

T = TypeVar("T")


def with_parts(context: typer.Context, work: Callable[[Parts], Awaitable[T]]) -> T:
    """Open the parts, do one thing, close them."""
    settings: Settings = context.obj()
    configure_logs("error", sys.stderr)

    async def run() -> T:
        parts = compose(settings)
        try:
            return await work(parts)
        finally:
            parts.close()

    return asyncio.run(run())
