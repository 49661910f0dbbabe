"""Builds everything from the settings: services, worker, pages."""

from __future__ import annotations

import os
import secrets
import socket as sockets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from bot import health
from bot.clock import utc_now
from bot.dispatcher import abandon, dispatch, tell_refused
from bot.escalation import escalation_of
from bot.image_work import Places, PooledDeidentifier, PooledRenderer
from bot.listening import Listener
from bot.logs import get_log
from bot.pool import ImagePool, PoolOptions
from bot.service_channels import service_channels, start_links
from bot.troubles import TroubleWatch
from bot.worker import Worker, WorkerOptions
from channels.outbox.channel import OutboxChannel
from channels.web.channel import WebChannel
from config.settings import Settings
from deidentify.limits import Limits
from deidentify.profiles import ARCHIVE, Profile
from digests.compose import DigestComposer
from domain.digest import Digest
from domain.member import Member
from domain.ports.channel import Channel
from domain.ports.deidentifier import Deidentifier
from domain.ports.intake import IntakeLimits
from domain.ports.listening import ChannelServices
from domain.ports.services import Rules, Services
from domain.ports.store import Transaction
from handlers.accept import SealedIntake
from handlers.auditing import verify_audit
from rota.public_holidays import public_holidays
from rota.writing import write_calendar
from storage.compose import Storage, StorageOptions, open_storage
from web.services import DemoRole, WebOptions, WebServices
from wording.catalogue import Catalogue, load_catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The program put together; `close` lets go of processes and databases."""

    settings: Settings
    storage: Storage
    services: Services
    intake: SealedIntake
    pool: ImagePool
    renderer: PooledRenderer
    catalogue: Catalogue
    listeners: tuple[Listener, ...] = ()

    def close(self) -> None:
        self.pool.close()
        self.renderer.pool.close()
        self.storage.close()

    def with_letters_in(self, folder: Path) -> Parts:
        """Return the same parts with the demo's post, which goes no further than a folder."""
        channels = {**self.services.channels, "mail": OutboxChannel(folder)}
        return replace(self, services=replace(self.services, channels=channels))

    def with_clock(self, clock: Callable[[], datetime]) -> Parts:
        """Return the same parts under another clock, for telling a story of the past."""
        channels = {**self.services.channels, "web": WebChannel(store=self.storage.store, clock=clock)}
        services = replace(self.services, clock=clock, channels=channels)
        return replace(self, services=services, intake=replace(self.intake, clock=clock))


def storage_options(
    settings: Settings, *, clock: Callable[[], datetime] = utc_now, is_rehearsal: bool = False
) -> StorageOptions:
    return StorageOptions(
        is_rehearsal=is_rehearsal,
        clock=clock,
        database_url=settings.database_url.get_secret_value(),
        linkage_url=settings.linkage_url.get_secret_value(),
        data_folder=settings.data,
        archive_folder=settings.archive_folder,
        keys_folder=settings.keys,
    )


def compose(settings: Settings, *, clock: Callable[[], datetime] = utc_now, is_rehearsal: bool = False) -> Parts:
    """Open storage and build the services of this process; those of a rehearsal keep nothing.

    Raises:
        HilumError: the database is not migrated, or a key is missing; `hilum doctor` says what to do.
    """
    storage = open_storage(storage_options(settings, clock=clock, is_rehearsal=is_rehearsal))
    pool = ImagePool(options=_pool_options(settings))
    places = Places(uploads=storage_options(settings).uploads_path, archive=settings.archive_folder, keys=settings.keys)
    deidentifier = PooledDeidentifier(
        pool=pool, places=places, limits=_door_limits(settings), profile=_profile(settings)
    )
    viewing = ImagePool(options=replace(_pool_options(settings), processes=1))
    renderer = PooledRenderer(pool=viewing, places=places)
    intake = _intake(settings, storage, deidentifier=deidentifier, clock=clock)
    catalogue = load_catalogue()
    given = ChannelServices(
        store=storage.store,
        intake=intake,
        renderer=renderer,
        wording=catalogue,
        clock=clock,
        log=get_log(),
        owner=_owner(),
        page_address=settings.web.base_url,
    )
    listening = service_channels(settings.channels, given)
    services = _services(settings, storage, given=given, deidentifier=deidentifier, listening=listening)
    return Parts(
        settings=settings,
        storage=storage,
        services=services,
        intake=intake,
        pool=pool,
        renderer=renderer,
        catalogue=catalogue,
        listeners=tuple(Listener(channel=channel, log=get_log()) for channel in listening.values()),
    )


def make_worker(parts: Parts) -> Worker:
    chosen = parts.settings.worker
    return Worker(
        services=parts.services,
        queue=parts.storage.queue,
        dispatch=dispatch,
        tell_refused=tell_refused,
        abandon=abandon,
        options=WorkerOptions(
            owner=_owner(),
            concurrency=chosen.concurrency,
            lease=chosen.lease,
            attempts=chosen.attempts,
            poll=chosen.poll,
        ),
    )


def make_watch(parts: Parts, worker: Worker) -> TroubleWatch:
    return TroubleWatch(
        services=parts.services, listeners=parts.listeners, silent=lambda: worker.silent, owner=worker.options.owner
    )


def make_web_services(
    parts: Parts,
    worker: Worker,
    *,
    demo_roles: tuple[DemoRole, ...] = (),
    demo_samples: Path | None = None,
    demo_outbox: Path | None = None,
) -> WebServices:
    async def preview(member: Member) -> str | None:
        return await preview_digest(parts, member)

    async def is_healthy() -> Mapping[str, bool | str]:
        return await health.check(parts, worker)

    return WebServices(
        store=parts.services.store,
        intake=parts.intake,
        renderer=parts.renderer,
        wording=parts.catalogue,
        clock=parts.services.clock,
        log=parts.services.log,
        new_token=new_token,
        health=is_healthy,
        write_calendar=write_calendar,
        verify_audit=partial(verify_audit, parts.services.store),
        digest_preview=preview,
        escalation=parts.services.escalation,
        start_links=partial(start_links, parts.services.channels),
        webhooks={each.channel.name: hook for each in parts.listeners if (hook := each.channel.webhook) is not None},
        options=replace(_web_options(parts), demo_roles=demo_roles, demo_samples=demo_samples, demo_outbox=demo_outbox),
    )


async def preview_digest(parts: Parts, member: Member) -> str | None:
    """Return what a member's next digest would say now; None where nothing is new."""
    now = parts.services.clock()

    def compose_it(transaction: Transaction) -> str | None:
        since = transaction.digests.told_until(member.id) or now - timedelta(days=7)
        digest = Digest(name="daily", period=member.local(now).date(), member_id=member.id, since=since, until=now)
        return parts.services.digests.compose(transaction, digest, member)

    return await parts.services.store.read(compose_it)


def new_token() -> str:
    """Return 192 random bits as URL-safe text."""
    return secrets.token_urlsafe(24)


def _intake(
    settings: Settings, storage: Storage, *, deidentifier: Deidentifier, clock: Callable[[], datetime]
) -> SealedIntake:
    return SealedIntake(
        store=storage.store,
        uploads=storage.vault,
        deidentifier=deidentifier,
        clock=clock,
        limits=_intake_limits(settings),
        takes_images=settings.rules.takes_images,
        cleaning_lanes=settings.rules.cleaning_lanes,
    )


def _services(
    settings: Settings,
    storage: Storage,
    *,
    given: ChannelServices,
    deidentifier: Deidentifier,
    listening: Mapping[str, Channel],
) -> Services:
    escalation = escalation_of(settings.escalation)
    return Services(
        store=given.store,
        deidentifier=deidentifier,
        uploads=storage.vault,
        archive=storage.archive,
        linkage=storage.linkage,
        wording=given.wording,
        digests=DigestComposer(wording=given.wording, escalation=escalation),
        channels={"web": WebChannel(store=given.store, clock=given.clock), **listening},
        log=given.log,
        clock=given.clock,
        new_token=new_token,
        rules=rules_of(settings),
        limits=_intake_limits(settings),
        escalation=escalation,
        holidays=partial(public_holidays, settings.rules.holiday_country),
    )


def _owner() -> str:
    """Return a name of this process that no other one has, on this machine or elsewhere."""
    return f"{sockets.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def _pool_options(settings: Settings) -> PoolOptions:
    return PoolOptions(
        processes=settings.worker.pool_processes,
        idle=settings.worker.pool_idle,
        memory_bytes=settings.limits.memory_bytes,
    )


def _door_limits(settings: Settings) -> Limits:
    return Limits(
        file_bytes=settings.limits.file_bytes,
        frame_pixels=settings.limits.image_pixels,
        entries=settings.limits.zip_entries,
        inflated_bytes=settings.limits.zip_bytes,
    )


def _intake_limits(settings: Settings) -> IntakeLimits:
    chosen = settings.limits
    return IntakeLimits(
        text_characters=chosen.text_characters,
        file_bytes=chosen.file_bytes,
        files_per_message=chosen.files_per_message,
        member_bytes=chosen.member_bytes,
    )


def _profile(settings: Settings) -> Profile:
    return replace(ARCHIVE, options=settings.deidentification.options)


def rules_of(settings: Settings) -> Rules:
    """Return the times and switches that an operator has set."""
    return Rules(**settings.rules.model_dump(), page_address=settings.web.base_url)


def _web_options(parts: Parts) -> WebOptions:
    web = parts.settings.web
    return WebOptions(
        secure_cookies=web.secure_cookies,
        allowed_hosts=web.allowed_hosts,
        base_url=web.base_url,
        sign_in_life=web.sign_in_link_time_to_live,
        session_life=web.session_time_to_live,
        session_idle=web.session_idle,
        upload_link_life=web.upload_link_time_to_live,
        upload_idle=web.upload_idle,
        society=parts.settings.rules.society,
        takes_applications="mail" in parts.services.channels,
    )
