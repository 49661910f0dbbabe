"""`hilum doctor`: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.compose import Parts, compose
from config.settings import Settings
from domain.errors import HilumError
from domain.ports.jobs import JobState
from handlers.auditing import verify_audit
from storage.keyring import Keyring
from storage.migrate import is_current

PRIVATE = 0o077


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One part, what was found, and what to do where it is not fine."""

    part: str
    is_fine: bool
    says: str
    mend: str = ""

    def as_row(self) -> dict[str, str | bool]:
        return {"part": self.part, "is_fine": self.is_fine, "says": self.says, "mend": self.mend}


async def examine(settings: Settings) -> list[Finding]:
    """Return what was found of every part; the settings themselves are read by then."""
    findings = [Finding(part="settings", is_fine=True, says="read and valid")]
    checks: tuple[Callable[[Settings], Finding], ...] = (_data, _keys, _database, _archive)
    findings += [await asyncio.to_thread(check, settings) for check in checks]
    findings.append(_channels(settings))
    if all(finding.is_fine for finding in findings):
        findings += await _used(settings)
    return findings


def _data(settings: Settings) -> Finding:
    finding = _folder("data folder", settings.data, mend="run `hilum migrate`, which makes it")
    if finding.is_fine and settings.data.stat().st_mode & PRIVATE:
        says = f"{settings.data} can be read by others"
        return Finding(part="data folder", is_fine=False, says=says, mend=f"chmod 700 {settings.data}")
    return finding


def _archive(settings: Settings) -> Finding:
    folder = settings.archive_folder
    if not folder.exists():
        return Finding(part="archive", is_fine=True, says="empty: the folder is made with the first image")
    return _folder("archive", folder, mend=f"make {folder} writable for the user that runs hilum")


def _folder(part: str, folder: Path, *, mend: str) -> Finding:
    if not folder.is_dir():
        return Finding(part=part, is_fine=False, says=f"{folder} is missing", mend=mend)
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(part=part, is_fine=False, says=f"{folder} cannot be written", mend="check its owner and mode")
    return Finding(part=part, is_fine=True, says=str(folder))


def _keys(settings: Settings) -> Finding:
    folder = settings.keys
    keyring = Keyring(folder)
    try:
        keyring.newest("archive")
        keyring.newest("linkage")
    except HilumError as error:
        mend = "run `hilum keys create` once, or bring the keys back from where you keep their copy"
        return Finding(part="keys", is_fine=False, says=error.code.replace("_", " "), mend=mend)
    if folder.stat().st_mode & PRIVATE:
        says = f"{folder} can be read by others"
        return Finding(part="keys", is_fine=False, says=says, mend=f"chmod 700 {folder}; chmod 600 {folder}/*")
    return Finding(part="keys", is_fine=True, says=f"{folder} (keep a copy apart from the backups)")


def _database(settings: Settings) -> Finding:
    try:
        current = is_current(settings.database_url.get_secret_value())
    except HilumError as error:
        mend = "check HILUM_DATABASE_URL and that the server runs"
        return Finding(part="database", is_fine=False, says=error.code.replace("_", " "), mend=mend)
    if not current:
        says = "not set up for this version"
        return Finding(part="database", is_fine=False, says=says, mend="run `hilum migrate`")
    return Finding(part="database", is_fine=True, says="set up for this version")


def _channels(settings: Settings) -> Finding:
    if not settings.channels.web.enabled:
        mend = "set channels.web.enabled = true"
        return Finding(part="channels", is_fine=False, says="none is enabled", mend=mend)
    says = f"web, as {settings.web.base_url}"
    if not settings.rules.takes_images:
        says += "; images are refused (rules.takes_images = false)"
    return Finding(part="channels", is_fine=True, says=says)


async def _used(settings: Settings) -> list[Finding]:
    """Look at what a running installation has gathered."""
    parts = compose(settings)
    try:
        return [await _parked(parts), await _audit(parts), await _search(parts)]
    finally:
        parts.close()


async def _parked(parts: Parts) -> Finding:
    parked = await parts.storage.queue.rows(JobState.PARKED)
    if parked:
        says = f"{len(parked)} parked"
        return Finding(part="jobs", is_fine=False, says=says, mend="see `hilum jobs list`, then `hilum jobs retry`")
    return Finding(part="jobs", is_fine=True, says="none parked")


async def _search(parts: Parts) -> Finding:
    if await parts.services.store.read(lambda transaction: transaction.search.is_in_step()):
        return Finding(part="search", is_fine=True, says="its index is complete")
    says = "its index is not complete, or of an older version"
    return Finding(part="search", is_fine=False, says=says, mend="run `hilum search rebuild`")


async def _audit(parts: Parts) -> Finding:
    verdict = await verify_audit(parts.services.store)
    if verdict.broken_at is not None:
        says = f"the chain breaks at event {verdict.broken_at}: an event was changed, added or removed"
        mend = "tell your data-protection officer; compare with the backups' `hilum audit verify`"
        return Finding(part="audit", is_fine=False, says=says, mend=mend)
    says = f"{verdict.events} events in one chain, which ends in {verdict.digest[:16]}"
    return Finding(part="audit", is_fine=True, says=says)
