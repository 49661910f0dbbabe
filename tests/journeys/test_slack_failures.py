"""Scripts 3 and 4 by their other ways, and where things go wrong: plain words, lost files, a room that is no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.ids import MemberId
from domain.member import Language, Role
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import QuestionState
from domain.room import Suspension
from tests.fakes.case_files import ANSWER, FILES
from tests.fakes.connected import unsaid
from tests.fakes.slack_town import SlackTown, slack_town, words_of
from tests.fakes.society import COORDINATOR, MEMBER
from tests.peers.slack.emulator import Emulator
from tests.peers.slack.people import Person

WORDS = "M50s COVID D8, O2 2->5 L. PE?"


@pytest.fixture
async def town(tmp_path: Path, slack_emulator: Emulator) -> AsyncIterator[SlackTown]:
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH) as town:
        yield town


async def sent(town: SlackTown) -> None:
    """Ask in words, in one's own conversation, and send it as urgent."""
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)


async def say(town: SlackTown, person: Person, words: str) -> None:
    """Write in the thread of the question."""
    await town.write(person, words, channel=town.room, thread=(await town.card()).ts)


async def state(town: SlackTown) -> QuestionState:
    found = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert found is not None
    return found.state


async def test_question_is_asked_in_words_with_its_files(town: SlackTown) -> None:
    await town.asker.writes(WORDS, files=FILES)
    await town.settle()

    assert unsaid(["3 images received. Checking…", "Preview", "COVID D8"], await town.texts(town.asker)) == []
    assert len(await town.society.images(await town.draft())) == 3


@pytest.mark.parametrize(
    ("language", "abroad"),
    [
        (Language.ENGLISH, "Photos sent here pass servers abroad. Please delete them from your phone and from"),
        (Language.KOREAN, "여기로 보낸 사진은 해외 서버를 거칩니다. 휴대전화와 이 대화에서 지워 주세요."),
    ],
)
async def test_photos_are_said_to_pass_servers_abroad(
    tmp_path: Path, slack_emulator: Emulator, language: Language, abroad: str
) -> None:
    async with slack_town(slack_emulator, tmp_path, language) as town:
        await town.asker.writes(WORDS, files=FILES[:1])
        await town.settle()

        assert unsaid([abroad], await town.texts(town.asker)) == []


async def test_shortcut_opens_the_form_with_words_and_files(town: SlackTown) -> None:
    post = await town.asker.writes(WORDS, channel=await town.slack.channel("ward", town.asker), files=FILES[:1])

    await town.asker.uses_shortcut("ask_panel", post)
    await town.asker.submits({})
    await town.settle()

    assert (await town.society.draft(MEMBER)).text.value == "M50s COVID D8, O2 2->5 L. PE?"
    assert len(await town.society.images(await town.draft())) == 1


async def test_file_of_a_channel_without_the_app_is_asked_for_again(town: SlackTown) -> None:
    ward = await town.slack.channel("ward", town.asker, has_app=False)
    post = await town.asker.writes(WORDS, channel=ward, files=FILES[:1])

    await town.asker.uses_shortcut("ask_panel", post)
    await town.asker.submits({})
    await town.settle()

    expected = ["does not let me read this file. Please send it in our own conversation", "Preview", "COVID D8"]
    assert unsaid(expected, await town.texts(town.asker)) == []


async def test_forwarded_message_is_a_question_with_its_files(town: SlackTown) -> None:
    post = await town.asker.writes(WORDS, channel=await town.slack.channel("ward", town.asker), files=FILES)

    await town.asker.forwards(post)
    await town.settle()

    assert (await town.society.draft(MEMBER)).text.value == "M50s COVID D8, O2 2->5 L. PE?"
    assert len(await town.society.images(await town.draft())) == 3
    assert unsaid(["3 images received. Checking…", "Preview"], await town.texts(town.asker)) == []


async def test_forwarded_message_without_words_is_answered(town: SlackTown) -> None:
    await town.asker.forwards(await town.asker.writes("<@U0PEERBOT>"))
    await town.settle()

    assert unsaid(["I cannot read this kind of message."], await town.texts(town.asker)) == []


async def test_question_goes_its_way_by_socket_mode(tmp_path: Path, slack_emulator: Emulator) -> None:
    async with slack_town(slack_emulator, tmp_path, Language.ENGLISH, by_socket=True) as town:
        await sent(town)

        await town.press(town.first, Action.CLAIM, channel=town.room)

        assert await state(town) is QuestionState.CLAIMED
        assert unsaid(["Dr A took Q417."], await town.texts(town.asker)) == []
        assert all(each.is_acknowledged for each in town.slack.deliveries)


@pytest.mark.parametrize("word", ["claim", "담당", "1"])
async def test_plain_word_claims_in_the_thread(town: SlackTown, word: str) -> None:
    await sent(town)

    await say(town, town.first, word)

    assert await state(town) is QuestionState.CLAIMED
    assert "Taken by Dr A" in words_of(await town.card())


async def test_coordinator_makes_a_channel_the_panels_by_a_word(town: SlackTown) -> None:
    other = await town.slack.channel("panel-chest-new", town.first, town.second, town.office)
    for person in (town.first, town.office):
        await town.write(person, "<@U0PEERBOT> panel chest", channel=other)
        rooms = await town.society.read(lambda transaction: transaction.rooms.all())
        assert [room.address.external_id == other for room in rooms] == [person is town.office]

    await sent(town)

    assert any("Q417" in words_of(post) for post in await town.first.sees(other))


async def test_answer_in_plain_words_goes_by_its_button(town: SlackTown) -> None:
    await sent(town)
    await say(town, town.first, f"answer {ANSWER}")
    assert await state(town) is QuestionState.OPEN

    await town.press(town.first, Action.SEND_ANSWER, channel=town.room)
    await say(town, town.first, "close")

    assert unsaid([ANSWER], await town.texts(town.asker)) == []
    assert await state(town) is QuestionState.CLOSED


async def test_silent_claimer_is_asked_and_then_relieved(town: SlackTown) -> None:
    await sent(town)
    await town.press(town.first, Action.CLAIM, channel=town.room)

    await town.settle(timedelta(minutes=15))
    assert unsaid(["Still on it?"], await town.texts(town.first)) == []
    await town.settle(timedelta(minutes=10))

    assert await state(town) is QuestionState.OPEN
    assert (await town.card()).content["blocks"][0]["text"]["text"].startswith("🔴 Q417")


async def test_file_that_slack_keeps_to_itself_is_explained(town: SlackTown) -> None:
    await town.slack.set_scopes(*(scope for scope in town.slack.installation.scopes if scope != "files:read"))

    await town.asker.writes(WORDS, files=FILES[:1])
    await town.settle()

    expected = ["does not let me read this file", "Preview"]
    assert [each for each in expected if unsaid([each], await town.texts(town.asker))] == []


async def test_stranger_is_told_to_link_first(town: SlackTown) -> None:
    stranger = await town.slack.person("eunseo")

    await town.write(stranger, WORDS)

    assert unsaid(["this account is not linked yet"], await town.texts(stranger)) == []


async def test_edit_after_sending_is_appended_as_new_info(town: SlackTown) -> None:
    said = await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)

    await town.asker.edits(said, "M50s COVID D9, O2 5 L. PE?")
    await town.settle()

    assert unsaid(["Q417 was sent already: new info appended."], await town.texts(town.asker)) == []


@pytest.mark.parametrize(("said", "follows"), [("today", "Q417 · TODAY · sent"), ("D9, O2 6 L", "O2 2->5 L. PE?\nD9")])
async def test_words_in_the_thread_of_a_preview_mean_what_they_say(town: SlackTown, said: str, follows: str) -> None:
    await town.write(town.asker, WORDS)
    preview = next(post for post in await town.all(town.asker) if "Preview" in words_of(post))

    await town.write(town.asker, said, thread=preview.content.get("thread_ts", preview.ts))

    assert unsaid([follows], await town.texts(town.asker)) == []


async def test_words_below_a_dropped_draft_begin_another(town: SlackTown) -> None:
    await town.write(town.asker, WORDS)
    preview = next(post for post in await town.all(town.asker) if "Preview" in words_of(post))
    await town.press(town.asker, Action.DISCARD)

    await town.write(town.asker, "OP or PE?", thread=preview.content.get("thread_ts", preview.ts))

    assert (await town.society.draft(MEMBER)).text.value == "OP or PE?"
    assert unsaid(["OP or PE?"], await town.texts(town.asker)) == []


async def test_text_that_is_too_long_is_answered_once_slack_is_back(town: SlackTown) -> None:
    await town.asker.writes(WORDS * 1000)
    town.slack.faults.rate_limit("chat.postMessage", retry_after=60)
    await town.settle()
    before = await town.texts(town.asker)

    await town.settle(timedelta(minutes=2))

    said = ["The text is too long (20000 characters at most). Nothing was sent."]
    assert [[text for text in texts if "too long" in text] for texts in (before, await town.texts(town.asker))] == [
        [],
        said,
    ]


async def test_archived_channel_holds_nothing_up(town: SlackTown) -> None:
    await town.first.archives(town.room)
    await sent(town)

    await town.press(town.first, Action.CLAIM)

    (room,) = await town.society.read(lambda transaction: transaction.rooms.all())
    assert room.suspended is Suspension.GONE
    assert unsaid(["its room at Slack is gone"], await town.texts(town.office)) == []
    assert await state(town) is QuestionState.CLAIMED


async def test_somebody_else_in_the_channel_stops_words_and_images(town: SlackTown) -> None:
    await town.first.invites((await town.slack.person("passerby")).user_id, town.room)
    await town.settle()
    await town.asker.writes(WORDS, files=FILES[1:])
    await town.settle()
    await town.look()

    await town.press(town.asker, Action.SEND_URGENT)

    assert not any(post.files for post in await town.all(town.first, town.room))
    assert unsaid(["What a question says is not shown here"], [words_of(await town.card())]) == []


async def test_removed_app_is_told_of_where_it_is_not_needed(town: SlackTown) -> None:
    roles = COORDINATOR.roles | {Role.ADMINISTRATOR}
    await town.society.change(lambda transaction: _appoint(transaction, COORDINATOR.id, roles))

    await town.slack.uninstall()
    await town.settle()

    said = [line for line in await town.society.lines(COORDINATOR) if "operator" in str(line.payload["key"])]
    assert [line.payload["key"] for line in said] == ["operator.slack_refused"]
    assert "api.slack.com/apps" in str(said[0].payload)


def _appoint(transaction: Transaction, member_id: MemberId, roles: frozenset[Role]) -> None:
    member = transaction.members.lock(member_id)
    transaction.members.save(replace(member, roles=roles))
