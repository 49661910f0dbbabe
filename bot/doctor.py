"""`hilum doctor`: what is wrong with an installation, and how to mend it."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bot.compose import Parts, compose
from bot.service_channels import check_ups, enabled_channels
from config.settings import Settings
from domain.errors import HilumError
from domain.outage import Trouble
from domain.ports.jobs import JobState
from domain.ports.listening import Finding
from domain.room import Room, Suspension
from handlers.auditing import verify_audit
from storage.keyring import Keyring
from storage.migrate import is_current

PRIVATE = 0o077


async def examine(settings: Settings) -> list[Finding]:
    """Return what was found of every part; the settings themselves are read by then."""
    findings = [Finding(part="settings", is_fine=True, says="read and valid")]
    checks: tuple[Callable[[Settings], Finding], ...] = (_data, _keys, _database, _archive)
    findings += [await asyncio.to_thread(check, settings) for check in checks]
    findings += [_channels(settings), *_advice(settings)]
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
        return Finding(part="channels", is_fine=False, says="the pages are off, which every channel needs", mend=mend)
    _, *others = enabled_channels(settings)
    says = ", ".join((f"web, as {settings.web.base_url}", *others))
    if not settings.rules.takes_images:
        says += "; images are refused (rules.takes_images = false)"
    return Finding(part="channels", is_fine=True, says=says)


def _advice(settings: Settings) -> list[Finding]:
    """Return what is no fault, and better set."""
    if settings.rules.fallback_telephone:
        return []
    says = "rules.fallback_telephone is empty: askers are promised a telephone number for when nobody answers"
    return [Finding(part="rules", is_fine=True, says=says, mend="set it to the number of the society's office")]


async def _used(settings: Settings) -> list[Finding]:
    """Look at what a running installation has gathered."""
    parts = compose(settings)
    try:
        ours = [await _parked(parts), await _audit(parts), await _search(parts)]
        return [*ours, *await _unread(parts), *await _troubles(parts), *await _services(parts)]
    finally:
        parts.close()


async def _parked(parts: Parts) -> Finding:
    parked = await parts.storage.queue.rows(JobState.PARKED)
    if parked:
        says = f"{len(parked)} parked"
        return Finding(part="jobs", is_fine=False, says=says, mend="see `hilum jobs list`, then `hilum jobs retry`")
    return Finding(part="jobs", is_fine=True, says="none parked")


async def _unread(parts: Parts) -> list[Finding]:
    """Return what came from services and could not be read; nothing where nothing is kept."""
    found = await parts.services.store.read(lambda transaction: transaction.parked.kept())
    mend = "see `hilum parked list`, then `hilum parked replay`"
    counts = Counter(each.channel for each in found)
    return [
        Finding(part=f"updates of {name}", is_fine=False, says=f"{count} could not be read and are kept", mend=mend)
        for name, count in sorted(counts.items())
    ]


_TROUBLES = {
    "slack_line_lost": (
        "the connection that events come over (Socket Mode) does not stay, though Slack answers",
        "let this machine's firewall and proxy pass wss:// connections to Slack; what was written meanwhile is read "
        "back",
    ),
    "slack_not_read_back": (
        "what was written while nothing was heard is not read back; what is written now is heard",
        "give the app the scopes that are named below and install it again; else look for slack_not_read and "
        "slack_reading_failed in the program's log",
    ),
    "webhook_refused": (
        "Telegram does not take the address at which it is to post updates, so that nothing is heard",
        "give channels.telegram.webhook_url a public https:// address with a certificate that is known everywhere and "
        "port 443, 80, 88 or 8443, and restart Hilum; or leave it empty, and updates are fetched",
    ),
    "telegram_conflict": (
        "another program fetches the updates of this bot: each of the two hears only some of them",
        "stop the other program, or a second `hilum serve` with a database of its own; if you know of none, have "
        "@BotFather make a new token (/revoke), write it into the file that channels.telegram.token_file names (or "
        "into channels.telegram.token), and restart Hilum",
    ),
}


async def _troubles(parts: Parts) -> list[Finding]:
    """Return what the running program last noted of its channels; what it has noted no more is over."""
    known = await parts.services.store.read(lambda transaction: transaction.troubles.all())
    return [_trouble(each) for each in known if each.lasts(parts.services.clock())]


def _trouble(trouble: Trouble) -> Finding:
    says, mend = _TROUBLES.get(
        trouble.code,
        (f"the running program says {trouble.code}", "see what is found of the service below, and the program's log"),
    )
    part = f"{trouble.channel} since {trouble.since:%H:%M} UTC"
    return Finding(part=part, is_fine=False, says=says, mend=mend)


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


async def _services(parts: Parts) -> list[Finding]:
    """Ask the services that the channels are at, and look at why nothing is shown in a room."""
    rooms = await parts.services.store.read(lambda transaction: transaction.rooms.all())
    findings: list[Finding] = []
    looks = check_ups(parts.settings.channels, page_address=parts.services.rules.page_address)
    for name, check_up in looks.items():
        findings += await check_up([room for room in rooms if room.address.channel == name])
    chosen = enabled_channels(parts.settings)
    unheard = [_unheard(room) for room in rooms if room.address.channel not in chosen]
    return findings + unheard + [_suspended(room) for room in rooms if room.suspended]


def _unheard(room: Room) -> Finding:
    name = room.address.channel
    mend = f"set channels.{name} in the settings, or `hilum panels room {room.panel_id} {name} … --remove`"
    says = f"the channel {name} is off: nothing is shown there"
    return Finding(part=_part_of(room), is_fine=False, says=says, mend=mend)


_OF_PEOPLE = {
    Suspension.ROSTER: "somebody of the panel is not there: no images are shown",
    Suspension.STRANGERS: "somebody there is not of the panel: no words and no images are shown",
    Suspension.UNSEEN: "somebody was cut off or left, and it was not seen since who is there: nothing is shown",
}


def _suspended(room: Room) -> Finding:
    part = _part_of(room)
    if room.suspended is Suspension.NEW:
        says = "Hilum has not yet seen only people of the panel there: nothing is shown"
        mend = (
            "put others out, and have panelists link their phones; `hilum serve` looks within a minute of being told "
            "of the room, then every hour"
        )
        return Finding(part=part, is_fine=False, says=says, mend=mend)
    if room.suspended in _OF_PEOPLE:
        says = _OF_PEOPLE[room.suspended]
        mend = (
            "compare the people there, bots too, with `hilum panels list`; whoever stands in both has not linked this "
            "service yet (page Members); within an hour of their being right again it goes on"
        )
        return Finding(part=part, is_fine=False, says=says, mend=mend)
    mend = "give Hilum its rights there again, as the finding above says; then it goes on"
    return Finding(part=part, is_fine=False, says=f"nothing is shown there ({room.suspended})", mend=mend)


def _part_of(room: Room) -> str:
    return f"room of {room.panel_id} at {room.address.channel}"
