"""What a channel cannot translate is kept sealed, blocks nothing, and is reported once an hour."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.dispatcher import dispatch
from domain.commands import SweepInbox
from domain.member import Language, Role
from domain.messages import Address
from handlers.parking import Replayed, replay_parked, shape_of, without_resident_numbers
from storage.tables_services import parked
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.service_channel import CHAT, connect_service
from tests.fakes.society import COORDINATOR, MEMBER, Society

RAW = '{"update_id": 7, "message": "patient 900101-1234567"}'


async def _park(society: Society, external_id: str = "7") -> bool:
    is_new = await society.intake.park("chat", external_id, RAW, reason="message_unknown")
    await society.work()
    return is_new


async def _kept(society: Society) -> int:
    return await society.read(lambda transaction: transaction.parked.waiting("chat"))


async def test_replay_is_parked_once(society: Society) -> None:
    assert [await _park(society), await _park(society)] == [True, False]
    assert await _kept(society) == 1


async def test_administrators_are_told_once_an_hour(society: Society) -> None:
    await society.change_member(COORDINATOR, roles=COORDINATOR.roles | {Role.ADMINISTRATOR})

    for number in range(3):
        await _park(society, str(number))
    society.now += timedelta(hours=1)
    await _park(society, "later")

    assert (await society.told(COORDINATOR)).count("operator.parked") == 2
    assert "updates_parked" in society.log.events


@pytest.mark.parametrize(
    ("code", "language", "said"),
    [
        ("text_too_long", Language.ENGLISH, "The text is too long (20000 characters at most). Nothing was sent."),
        ("too_many_files", Language.KOREAN, "한 번에 파일은 최대 2000개입니다."),
        ("images_not_taken", Language.ENGLISH, "Images cannot be taken here yet. Ask in words; nothing was kept."),
    ],
)
async def test_sender_of_what_was_refused_is_told_once(
    society: Society, code: str, language: Language, said: str
) -> None:
    chat = await connect_service(society)
    await society.change_member(MEMBER, addresses=(CHAT, *MEMBER.addresses), language=language)

    for _ in range(2):
        await society.intake.park("chat", "8", RAW, reason=code, sender=CHAT)
        await society.work()

    assert [message.text for message in chat.sent] == [said]
    assert await _kept(society) == 1


async def test_stranger_whose_message_was_refused_is_told_nothing(society: Society) -> None:
    chat = await connect_service(society)
    await society.change_member(MEMBER, addresses=(CHAT, *MEMBER.addresses), active=False)

    for sender in (CHAT, Address(channel="chat", external_id="nobody")):
        await society.intake.park("chat", sender.external_id, RAW, reason="text_too_long", sender=sender)
    await society.work()

    assert chat.sent == []


async def test_removed_app_is_told_by_another_channel_in_words_of_its_own(society: Society) -> None:
    chat = await connect_service(society)
    addresses = (CHAT, *COORDINATOR.addresses)
    await society.change_member(COORDINATOR, roles=COORDINATOR.roles | {Role.ADMINISTRATOR}, addresses=addresses)

    for number in range(2):
        await society.intake.park("chat", f"gone {number}", RAW, reason="app_removed")
        await society.work()

    assert [each for each in await society.told(COORDINATOR) if "operator" in each] == ["operator.slack_refused"]
    assert chat.sent == []


async def test_archived_room_is_not_called_unreadable(society: Society) -> None:
    await society.change_member(COORDINATOR, roles=COORDINATOR.roles | {Role.ADMINISTRATOR})

    await society.intake.park("chat", "archived", RAW, reason="room_archived")
    await society.work()

    assert [each for each in await society.told(COORDINATOR) if "operator" in each] == ["operator.room_archived"]


async def test_parked_text_is_sealed_and_goes_with_its_day(society: Society) -> None:
    await _park(society)
    files = [path.read_bytes() for path in society.folder.glob("hilum.db*")]

    await dispatch(society.services, SweepInbox(at=society.now + timedelta(hours=25)))

    assert not any(b"update_id" in data for data in files)
    assert await _kept(society) == 0


async def test_reason_is_kept_in_clear(society: Society) -> None:
    await _park(society)

    rows = await society.storage.store.look(lambda connection: connection.execute(sa.select(parked)).all())

    assert [(row.channel, row.reason) for row in rows] == [("chat", "message_unknown")]


@dataclass(slots=True)
class _Chat(PaperChannel):
    """Reads what was parked, or still does not."""

    reads: bool = True
    replayed: tuple[str, datetime] | None = None

    async def replay(self, raw: str, *, received_at: datetime) -> bool:
        self.replayed = (raw, received_at)
        return self.reads


async def _replay(society: Society, channel: PaperChannel) -> Replayed:
    society.services = replace(society.services, channels={"chat": channel})
    (update,) = await society.read(lambda transaction: transaction.parked.kept())
    return await replay_parked(society.services, update.id)


async def test_what_can_be_read_now_is_taken_in_and_shredded(society: Society) -> None:
    await _park(society)
    chat = _Chat()

    outcome = await _replay(society, chat)

    assert (outcome, await _kept(society), await _park(society)) == (Replayed.TAKEN, 0, False)
    assert chat.replayed is not None
    assert json.loads(chat.replayed[0])["message"] == "patient [resident number]"


@pytest.mark.parametrize("channel", [_Chat(reads=False), PaperChannel()])
async def test_what_cannot_be_read_yet_stays(society: Society, channel: PaperChannel) -> None:
    await _park(society)

    assert await _replay(society, channel) is Replayed.UNREADABLE
    assert await _kept(society) == 1


async def test_what_is_gone_is_not_taken_in(society: Society) -> None:
    assert await replay_parked(society.services, "unknown") is Replayed.GONE


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ('{"text": "\\uff1900101-1234567"}', {"text": "[resident number]"}),
        ('[{"900101-1234567": 7, "id": -1009001011234567}]', [{"[resident number]": 7, "id": -1009001011234567}]),
        ('["1606030000.000100", "900101 1234567", null]', ["1606030000.000100", "[resident number]", None]),
    ],
)
async def test_numbers_are_cut_from_every_text(society: Society, raw: str, kept: object) -> None:
    cut = without_resident_numbers(society.services.deidentifier, raw)

    assert json.loads(cut) == kept


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("RRN 900101-1234567", "RRN [resident number]"),
        pytest.param("[" * 100_000, '"nested too deeply"', id="deep"),
    ],
)
async def test_what_is_no_json_holds_no_number_either(society: Society, raw: str, kept: str) -> None:
    assert without_resident_numbers(society.services.deidentifier, raw) == kept


def test_shape_has_no_word_of_it() -> None:
    raw = json.dumps({"text": "Hong", "Hong Gildong": [1, None, True], "from": {"id": 7}})

    assert shape_of(raw) == {"text": "text of 4", "?": ["int", "NoneType", "bool"], "from": {"id": "int"}}
    assert shape_of("Hong") == "text of 4"
