"""Who takes part: a fictional society in five time zones, or a society's own panel and rota, without its names."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from itertools import cycle, islice

from bot.compose import storage_options
from bot.simulation.plan import Plan
from config.settings import Settings
from domain.hours import QuietHours
from domain.ids import MemberId, PanelId
from domain.member import Language, Member, Role
from domain.messages import Address
from domain.paging import VOICE
from domain.panel import Panel
from domain.phone import TEST_LASTS, TestPage
from domain.ports.store import Transaction
from domain.rota import Layer, Tier
from domain.rotation import Rotation
from storage.compose import open_storage
from storage.engines import sqlite_file

ZONES = ("Asia/Seoul", "America/New_York", "Asia/Seoul", "Europe/Berlin", "Asia/Kolkata", "Asia/Seoul")
EAST = "Australia/Sydney"
_ABROAD = frozenset({"America/New_York", "Europe/Berlin"})
"""Where it is day while those in Seoul sleep."""
_NIGHT = Layer(
    tier=Tier.PRIMARY,
    name="night",
    rotation=Rotation(members=(MemberId("-"),), starts_on=date(2020, 1, 6), days=1, handoff_at=time(22)),
    ends=time(8),
)
_QUESTIONS_EACH = 25
_LEAST_ASKERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everybody of a simulation; `is_own` where panel and rota are the society's."""

    panel: Panel
    members: tuple[Member, ...]
    askers: tuple[Member, ...]
    is_own: bool = False

    def with_askers(self, plan: Plan) -> Cast:
        return replace(self, askers=askers_of(plan))

    @property
    def panelists(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.id in self.panel.members)

    def found(self, transaction: Transaction, plan: Plan) -> None:
        """Put everybody and the panel into an empty database, each phone tested some days before."""
        for member in (*self.members, *self.askers):
            transaction.members.save(member)
        transaction.panels.save(self.panel)
        for override in self.panel.overrides:
            transaction.rotas.add_override(override)
        for place, member in enumerate(self.panelists):
            tested = plan.start - (place * 7 % 23) * TEST_LASTS / 30 - timedelta(hours=1)
            transaction.phones.add(
                TestPage(id=f"test-{member.id}", member_id=member.id, sent_at=tested, passed_at=tested)
            )


def fictional(plan: Plan) -> Cast:
    """Return a society in five time zones: daily turns in two tiers, and nights for those who have their day then."""
    dice = plan.dice("society")
    zones = list(islice(cycle((*ZONES, EAST)), plan.panelists))
    panelists = [_panelist(number, zone, plan) for number, zone in enumerate(zones, start=1)]
    ids = tuple(member.id for member in panelists)
    at_night = tuple(member.id for member in panelists if member.time_zone in _ABROAD) or ids
    office = (
        _member("coordinator", "Asia/Seoul", Role.COORDINATOR, channels=("web", "sms", VOICE)),
        _member("chair", "Asia/Seoul", Role.CHAIR, channels=("web", "sms")),
        _member("board", "Asia/Seoul", Role.BOARD),
    )
    by_day = tuple(member.id for member in panelists if member.time_zone not in _ABROAD) or ids
    panel = Panel(
        id=PanelId("chest"),
        name="Chest",
        members=ids,
        coordinator_id=office[0].id,
        primary=Rotation(members=by_day, starts_on=date(2020, 1, 6), days=1),
        secondary=Rotation(members=(*ids[1:], ids[0]), starts_on=date(2020, 1, 6), days=1),
        layers=(replace(_NIGHT, rotation=replace(_NIGHT.rotation, members=at_night)),),
    )
    askers = askers_of(plan)
    dice.shuffle(panelists)
    return Cast(panel=panel, members=(*panelists, *office), askers=askers)


def own_society(settings: Settings) -> Cast | None:
    """Return what the settings' database holds of panel and rota; None where there is nothing yet.

    Raises:
        HilumError: it cannot be read, or belongs to another version.
    """
    url = settings.database_url.get_secret_value()
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return None
    storage = open_storage(storage_options(settings))
    try:
        return asyncio.run(storage.store.read(own))
    finally:
        storage.close()


def own(transaction: Transaction) -> Cast | None:
    """Return a society's panel, rota and people as they are, without names and addresses; None where it has none.

    Where it has several panels, the first is tried: the one that questions go to.
    """
    panels = transaction.panels.all()
    if not panels:
        return None
    panel = panels[0]
    known = [member for member in transaction.members.all() if member.active]
    concerned = {*panel.people, *_turns(panel)}
    switchers = frozenset({Role.CHAIR, Role.COORDINATOR, Role.BOARD})
    members = [member for member in known if member.id in concerned or member.roles & switchers]
    return Cast(panel=panel, members=tuple(map(_nameless, members)), askers=(), is_own=True)


def askers_of(plan: Plan) -> tuple[Member, ...]:
    """Return those who ask, fictional in any case."""
    count = max(_LEAST_ASKERS, plan.questions // _QUESTIONS_EACH)
    zones = islice(cycle((*ZONES, EAST)), count)
    return tuple(_member(f"asker-{number}", zone) for number, zone in enumerate(zones, start=1))


def _panelist(number: int, zone: str, plan: Plan) -> Member:
    dice = plan.dice("habits", number)
    channels = ("web", "sms", VOICE)[: dice.choices((1, 2, 3), weights=(1, 6, 3))[0]]
    quiet = QuietHours(begins=time(23), ends=time(6)) if dice.random() < 0.2 else None
    member = _member(f"panelist-{number}", zone, Role.PANELIST, channels=channels)
    return replace(
        member,
        quiet=quiet,
        awake_pool=dice.choice((True, True, None, False)),
        pages_at_night=dice.random() < 0.1,
    )


def _member(name: str, zone: str, *roles: Role, channels: Sequence[str] = ("web",)) -> Member:
    return Member(
        id=MemberId(name),
        display_name=name,
        alias=name,
        language=Language.KOREAN if zone == "Asia/Seoul" else Language.ENGLISH,
        time_zone=zone,
        roles=frozenset(roles),
        addresses=tuple(Address(channel=channel, external_id=name) for channel in channels),
        digest_at=None,
    )


def _nameless(member: Member) -> Member:
    """Keep what paging goes by, and nothing that says who it is."""
    used = dict.fromkeys(address.channel for address in member.chain)
    addresses = tuple(Address(channel=channel, external_id=member.id) for channel in used)
    return replace(
        member, display_name=member.id, alias=member.id, addresses=addresses, stopped=frozenset(), digest_at=None
    )


def _turns(panel: Panel) -> set[MemberId]:
    rotations = [panel.primary, panel.secondary, *(layer.rotation for layer in panel.layers)]
    taking = {member_id for rotation in rotations if rotation is not None for member_id in rotation.members}
    return taking | {override.member_id for override in panel.overrides if override.member_id is not None}
