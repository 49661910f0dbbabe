"""The demo: fictional people on this machine alone, never to be mistaken for production."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TextColumn
from tzlocal import get_localzone_name

from bot.clock import utc_now
from bot.compose import Parts
from bot.demo_people import ROLES
from bot.demo_story import tell_story
from bot.image_work import draw_samples
from bot.terminal import console, fail
from config.loading import load_settings
from config.settings import Settings
from storage.keyring import create_keys

MARK = "THIS-IS-A-DEMO"
_PRODUCTION = ("HILUM_CHANNELS__", "HILUM_DATABASE_URL", "HILUM_LINKAGE_URL", "HILUM_ARCHIVE_URL", "HILUM_KEYS")

__all__ = ["ROLES", "demo_settings", "fill", "is_demo_folder", "outbox_folder", "prepare", "samples_folder"]


def demo_settings(folder: Path, *, port: int, environment: Mapping[str, str]) -> Settings:
    """Return the demo's settings: loopback, its own folder, images taken, nothing from outside."""
    for name in environment:
        if name.startswith(_PRODUCTION):
            fail(f"{name} is set: the demo refuses production channels, databases and keys; unset it", code=3)
    root = folder.absolute()
    tables = {
        "data": str(root / "data"),
        "keys": str(root / "keys"),
        "log_level": "warning",
        "web": {"host": "127.0.0.1", "port": port},
        # Nobody else works on it: whoever has killed it and starts it again need not wait a minute.
        "worker": {"lease": "15s"},
        "rules": {"takes_images": True, "fallback_telephone": "02-000-0000 (demo)"},
    }
    return load_settings(None, environment={}, command_line=tables)


def is_demo_folder(data: Path) -> bool:
    """Return whether a folder is the demo's data, or the demo's own with data and keys in it."""
    return (data / MARK).exists() or (data / "data" / MARK).exists()


def prepare(settings: Settings) -> None:
    """Make folders and keys, where they are not there yet."""
    data = settings.data
    if not is_demo_folder(data) and _holds_strangers(data):
        fail(f"{data.parent} holds something that is not a demo; choose another folder (DATA=…)", code=1)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    (data / MARK).touch()
    if not settings.keys.exists():
        create_keys(settings.keys)


def _holds_strangers(data: Path) -> bool:
    beside = [entry for entry in data.parent.glob("*") if entry.name not in {"data", "keys"}]
    return bool(beside) or any(data.glob("*"))


def samples_folder(settings: Settings) -> Path:
    """Return where the fictional studies lie that a newcomer may upload."""
    return settings.data / "samples"


def outbox_folder(settings: Settings) -> Path:
    """Return where the letters lie that the demo does not send."""
    return settings.data / "outbox"


async def fill(parts: Parts) -> None:
    """Tell the demo's past at the first start."""
    members = await parts.services.store.read(lambda transaction: transaction.members.all())
    if members:
        return
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=console, transient=True) as progress:
        progress.add_task("Preparing a few past cases (first start only)…")
        # The demo's people live where the newcomer's clock does.
        samples = samples_folder(parts.settings)
        await parts.pool.run("samples", draw_samples, samples)
        await tell_story(parts, clock=utc_now, time_zone=get_localzone_name() or "Asia/Seoul", samples=samples)
