"""A channel is kept listening, whatever its service says; and the settings say which channels there are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import health
from bot.compose import Parts, compose, make_worker
from bot.doctor import examine
from bot.listening import AGAIN_AFTER, DEFECT, MENDED_AFTER, Listener
from bot.service_channels import start_links
from config.loading import load_settings
from config.settings import Settings
from domain.errors import PermanentError, TransientError
from domain.ids import PanelId
from domain.messages import Address
from domain.room import Room, Suspension
from storage.keyring import create_keys
from storage.migrate import prepare
from tests.fakes.quiet_log import QuietLog
from tests.peers.telegram.peer import TelegramPeer


@dataclass
class Station:
    """A channel that hears what it is told to hear, then has to be cancelled."""

    outcomes: list[Exception | None]
    name: str = "telegram"
    closed: int = 0
    trouble: str = ""

    async def listen(self) -> None:
        if not self.outcomes:
            await asyncio.Event().wait()
        if (outcome := self.outcomes.pop(0)) is not None:
            raise outcome

    async def close(self) -> None:
        self.closed += 1
        if self.closed > 1:
            await asyncio.Event().wait()


@dataclass
class Waits:
    seconds: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    done: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, *outcomes: Exception | None) -> Listener:
        listener = Listener(channel=Station([*outcomes]), log=QuietLog())  # type: ignore[arg-type]  # what is used of it

        async def sleep(seconds: float) -> None:
            self.seconds.append(seconds)
            self.faults.append(listener.fault)
            if len(self.seconds) == len(outcomes):
                self.done.set()

        listener.sleep = sleep
        return listener


async def _hear(listener: Listener, waits: Waits) -> None:
    task = asyncio.create_task(listener.run())
    await asyncio.wait_for(waits.done.wait(), 5)
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_service_that_is_away_is_waited_for():
    waits = Waits()
    busy = TransientError("telegram_busy", retry_after=timedelta(seconds=7))

    await _hear(waits.of(TransientError("telegram_away"), busy, None), waits)

    assert waits.seconds == [AGAIN_AFTER.total_seconds(), 7, AGAIN_AFTER.total_seconds()]
    assert waits.faults == ["", "", ""]


async def test_refused_token_is_a_fault_until_it_is_mended():
    waits = Waits()
    listener = waits.of(PermanentError("token_refused"))

    listener.proved = timedelta(0)

    await _hear(listener, waits)

    assert (waits.seconds, waits.faults) == ([MENDED_AFTER.total_seconds()], ["token_refused"])
    assert listener.fault == ""


async def test_refusal_stays_a_fault_while_the_service_is_only_asked_again():
    waits = Waits()
    listener = waits.of(PermanentError("token_refused"))

    task = asyncio.create_task(listener.run())
    await asyncio.wait_for(waits.done.wait(), 5)
    await asyncio.sleep(0)
    await asyncio.sleep(0)

    assert listener.trouble == "token_refused"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize(
    ("fault", "trouble", "shown"), [("", "away", "away"), ("refused", "", "refused"), ("", "", "")]
)
def test_channel_that_hears_nothing_for_minutes_is_in_trouble(fault: str, trouble: str, shown: str):
    listener = Waits().of()
    listener.fault = fault
    listener.channel.trouble = trouble  # type: ignore[misc]  # a station of ours

    assert listener.trouble == shown


async def test_defect_in_a_channel_stops_nothing_else():
    waits = Waits()
    listener = waits.of(KeyError("Xylofoon"), None)

    await _hear(listener, waits)

    assert (waits.seconds, waits.faults) == ([AGAIN_AFTER.total_seconds()] * 2, [DEFECT, ""])
    ((event, fields),) = listener.log.lines
    assert (event, fields["error_type"]) == ("channel_failed", "KeyError")
    assert fields["where"].startswith("test_listening.py:")


async def test_close_that_hangs_holds_nobody_up():
    listener = Waits().of()
    listener.closing = timedelta(0)

    await listener.close()
    await listener.close()

    assert listener.channel.closed == 2


@pytest.fixture
def peer():
    with TelegramPeer().in_thread() as running:
        yield running


@pytest.fixture
def settings(tmp_path: Path, peer: TelegramPeer) -> Settings:
    """An installation with Telegram, on loopback."""
    environment = {
        "HILUM_DATA": str(tmp_path / "data"),
        "HILUM_CHANNELS__TELEGRAM__TOKEN": peer.token,
        "HILUM_CHANNELS__TELEGRAM__API_URL": peer.url,
        "HILUM_CHANNELS__SLACK__BOT_TOKEN": "xoxb-of-nobody",
        "HILUM_CHANNELS__SLACK__APP_TOKEN": "xapp-of-nobody",
        "HILUM_CHANNELS__SLACK__API_URL": "http://127.0.0.1:9/api/",
    }
    return _installed(environment)


def _installed(environment: dict[str, str]) -> Settings:
    made = load_settings(None, environment=environment)
    made.data.mkdir(mode=0o700)
    prepare(made.database_url.get_secret_value())
    create_keys(made.keys)
    return made


@pytest.fixture
async def parts(settings: Settings) -> AsyncIterator[Parts]:
    opened = compose(settings)
    yield opened
    for listener in opened.listeners:
        await listener.close()
    opened.close()


async def test_settings_turn_channels_on(parts: Parts):
    assert set(parts.services.channels) == {"web", "telegram", "slack"}
    assert [listener.channel.name for listener in parts.listeners] == ["telegram", "slack"]
    assert all(channel.name == name for name, channel in parts.services.channels.items())


async def test_links_that_open_a_chat_are_those_of_services_that_have_them(parts: Parts):
    early = start_links(parts.services.channels, "482913")
    telegram = parts.services.channels["telegram"]
    telegram._reception.username = "hilum_bot"  # type: ignore[attr-defined]  # as if it had asked

    found = start_links(parts.services.channels, "482913")

    assert (early, found) == ({}, {"telegram": "https://t.me/hilum_bot?start=482913"})


async def test_health_names_the_channel_that_hears_nothing(parts: Parts):
    telegram, slack = parts.listeners
    telegram.fault = "token_refused"

    found = await health.check(replace(parts, listeners=(telegram, slack)), make_worker(parts))

    assert (found["telegram"], found["slack"]) == ("token_refused", True)


async def test_doctor_asks_each_service_about_its_rooms(parts: Parts, settings: Settings, peer: TelegramPeer):
    address = Address(channel="telegram", external_id=str(peer.forum("Chest").id))
    room = Room(panel_id=PanelId("chest"), address=address, suspended=Suspension.ROSTER)
    await parts.services.store.write(lambda transaction: transaction.rooms.save(room))

    found = {finding.part: finding for finding in await examine(settings)}

    assert found["channels"].says.endswith(", telegram, slack")
    assert found["telegram"].is_fine
    assert found["telegram group of chest"].is_fine
    assert "gives no answer" in found["slack"].says
    assert "of the panel is not there" in found["room of chest at telegram"].says


async def test_room_of_a_channel_that_is_off_is_found(tmp_path: Path):
    settings = _installed({"HILUM_DATA": str(tmp_path / "data")})
    opened = compose(settings)
    room = Room(panel_id=PanelId("chest"), address=Address(channel="telegram", external_id="-100123"))
    await opened.services.store.write(lambda transaction: transaction.rooms.save(room))
    opened.close()

    found = {finding.part: finding for finding in await examine(settings)}

    assert not found["room of chest at telegram"].is_fine
    assert "the channel telegram is off" in found["room of chest at telegram"].says
