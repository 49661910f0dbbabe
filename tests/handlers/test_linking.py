"""One person on several channels: the code is shown on one and typed on the other; wrong ones are few and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.ids import InboxId, derive_id
from domain.linking import LASTS, LOCKED_FOR, WRONG_TRIES, WRONG_TRIES_AT_A_CODE
from domain.member import Member
from domain.messages import Action, Address
from handlers.strangers import answer_stranger
from tests.fakes.newcomers import PHONE, Newcomers, six_digits_in
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import COLLEAGUE, MEMBER, Society

KNOWN = Address(channel="sms", external_id="+821011111111")


@pytest.fixture
async def newcomers(society: Society) -> Newcomers:
    """Her first phone is known; the other is not yet."""
    found = Newcomers(society)
    await found.give(MEMBER, KNOWN)
    return found


async def code_of(newcomers: Newcomers) -> str:
    await newcomers.text("/link", sender=KNOWN)
    return six_digits_in(newcomers.got(KNOWN)[-1])


def _wrong(code: str) -> str:
    return "000000" if code != "000000" else "000001"


async def member_now(society: Society) -> Member:
    return await society.read(lambda transaction: transaction.members.get(MEMBER.id))


async def test_code_typed_on_the_other_phone_links_it_and_both_are_told(newcomers: Newcomers) -> None:
    code = await code_of(newcomers)

    await newcomers.text(code)

    assert (await member_now(newcomers.society)).addresses[-1] == PHONE
    assert newcomers.keys() == ["link.done_here"]
    assert newcomers.keys(KNOWN)[-1] == "link.done_there"
    assert (await newcomers.society.told(MEMBER))[-1] == "link.done_there"


async def test_linked_phone_asks_as_its_member(newcomers: Newcomers) -> None:
    await newcomers.text(await code_of(newcomers))

    await newcomers.text("New effusion on the left, PE?")

    assert (await newcomers.society.draft(MEMBER)).text.value == "New effusion on the left, PE?"


async def test_code_works_once(newcomers: Newcomers) -> None:
    code, other = await code_of(newcomers), Address(channel="sms", external_id="+82102")
    await newcomers.text(code)

    await newcomers.text(code, sender=other)

    assert newcomers.keys(other) == ["link.wrong"]
    assert await newcomers.holder(other) is None


async def test_code_ends_after_ten_minutes(newcomers: Newcomers) -> None:
    code = await code_of(newcomers)
    newcomers.society.now += LASTS

    await newcomers.text(code)

    assert await newcomers.holder() is None


async def test_code_is_nowhere_in_what_is_kept(newcomers: Newcomers) -> None:
    code = await code_of(newcomers)
    files = [file for file in newcomers.society.folder.glob("hilum.db*") if file.is_file()]

    assert files
    assert not any(code.encode() in file.read_bytes() for file in files)


async def test_fifth_wrong_code_locks_the_phone_and_nobody_elses_code(newcomers: Newcomers) -> None:
    code = await code_of(newcomers)
    for _ in range(5):
        await newcomers.text(_wrong(code))
    await newcomers.text(code)
    others = Address(channel="sms", external_id="+82104")

    await newcomers.text(code, sender=others)

    assert newcomers.keys() == [*["link.wrong"] * 4, "link.locked"]
    assert await newcomers.holder() is None
    assert await newcomers.holder(others) is not None


async def test_wrong_codes_from_everywhere_void_those_that_are_open(newcomers: Newcomers) -> None:
    code = await code_of(newcomers)
    for number in range(WRONG_TRIES_AT_A_CODE):
        await newcomers.text(_wrong(code), sender=Address(channel="sms", external_id=f"+8210{number // WRONG_TRIES}"))
    last = Address(channel="sms", external_id="+82199")

    await newcomers.text(code, sender=last)

    assert newcomers.keys(KNOWN)[-1] == "link.code"
    assert (await newcomers.society.told(MEMBER))[-1] == "link.void"
    assert await newcomers.holder(last) is None


async def test_lock_ends_after_an_hour(newcomers: Newcomers) -> None:
    for _ in range(5):
        await newcomers.text("000000")
    newcomers.society.now += LOCKED_FOR

    await newcomers.text(await code_of(newcomers))

    assert await newcomers.holder() is not None


async def test_stranger_is_told_the_way_once_a_day(newcomers: Newcomers) -> None:
    await newcomers.text("저희 병원 CT 좀 봐주세요")
    await newcomers.press(Action.CLAIM)
    today = newcomers.keys()
    newcomers.society.now += timedelta(days=1)

    await newcomers.text("hello")

    assert today == ["stranger.link_first"]
    assert "연결" in newcomers.got()[0]
    assert len(newcomers.got()) == 2


@pytest.mark.parametrize(
    ("words", "told"),
    [("/start", ["ko", "en"]), ("hello", ["en"]), ("/연결", ["ko"]), ("/start no-invite", ["ko", "en"])],
)
async def test_stranger_in_a_chat_is_told_in_the_language_that_they_write(
    newcomers: Newcomers, words: str, told: list[str]
) -> None:
    chat, here = PaperChannel(name="chat"), Address(channel="chat", external_id="1")
    services = newcomers.society.services
    newcomers.society.services = replace(services, channels={**services.channels, "chat": chat})

    await newcomers.text(words, sender=here)
    await newcomers.text(words, sender=here)

    assert [message.key for message in chat.sent] == ["stranger.link_first"] * len(told)
    assert ["ko" if "연결" in message.text else "en" for message in chat.sent] == told


async def test_words_of_a_stranger_are_not_kept(newcomers: Newcomers) -> None:
    message = newcomers.message("name and number of a patient")
    await newcomers.society.receive(message)
    inbox_id = InboxId(derive_id("inbox", "sms", message.external_id))

    await answer_stranger(newcomers.society.services, inbox_id)

    waits = await newcomers.society.read(
        lambda transaction: transaction.inbox.unfinished(received_before=newcomers.society.now + LASTS)
    )
    assert waits == ()


async def test_stranger_on_a_channel_that_nobody_serves_gets_nothing(newcomers: Newcomers) -> None:
    await newcomers.text("hello", sender=Address(channel="fax", external_id="1"))

    assert newcomers.sms.texts == []


async def test_member_of_a_known_phone_is_told_it_is_linked(newcomers: Newcomers) -> None:
    await newcomers.text("/link 123456", sender=KNOWN)

    assert newcomers.keys(KNOWN) == ["error.linked_already"]


async def test_code_is_shown_on_the_page_not_in_its_conversation(newcomers: Newcomers) -> None:
    await newcomers.society.say(COLLEAGUE, "/연결")

    assert await newcomers.society.told(COLLEAGUE) == ["link.on_page"]


async def test_linking_and_wrong_codes_are_in_the_audit(newcomers: Newcomers) -> None:
    await newcomers.text("000000")
    await newcomers.text(await code_of(newcomers))

    done = [(event.action, event.actor_id, event.channel) for event in await newcomers.events()]

    assert ("link_wrong", None, "sms") in done
    assert ("link_channel", MEMBER.id, "sms") in done
