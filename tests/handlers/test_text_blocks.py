"""A panelist's text blocks: written once, put into an answer with a word, on every channel; nothing leaves unseen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.demo_people import PANEL
from domain.ids import PanelId, QuestionId
from domain.member import Language, Member, Role
from domain.messages import Action
from domain.ports.store import Transaction
from domain.question import EntryKind, QuestionState
from domain.text_blocks import TextBlock
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import COORDINATOR, MEMBER, PANELIST, SECOND, Society
from tests.fakes.texting import Texting

CTPA = "CT pulmonary angiography now if D-dimer is raised or hypoxia is sudden."
FOLLOW = "Repeat the radiograph in 24 h."


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    room = await open_room(society)
    await society.say(PANELIST, f"/snip save ctpa {CTPA}")
    return room


async def blocks(society: Society, member: Member = PANELIST) -> Sequence[TextBlock]:
    return await society.read(lambda transaction: transaction.text_blocks.of_member(member.id))


async def shared(society: Society) -> Sequence[TextBlock]:
    return await society.read(lambda transaction: transaction.text_blocks.of_panels([PANEL.id]))


async def said_to(society: Society, member: Member, text: str) -> str:
    """Say it, and return the one line that answers it."""
    before = len(await society.lines(member))
    await society.say(member, text)
    [line] = (await society.lines(member))[before:]
    return f"{line.payload['key']}: {line.payload['text']}"


async def begin(room: PanelRoom) -> tuple[QuestionId, str]:
    """Return a question that the panelist has taken, and its thread."""
    question_id = await room.ask()
    thread = (await room.thread_of(question_id)).thread
    await room.write(PANELIST, "1", thread=thread)
    return question_id, thread


def echo(room: PanelRoom) -> tuple[str, str]:
    """Return what was shown last, and the token that sends it."""
    posts = [*(message for _, message in room.chat.sent), *room.chat.only.posts]
    shown = next(message for message in reversed(posts) if message.key == "panel.answer_echo")
    assert shown.quoted is not None
    assert shown.token is not None
    return shown.quoted.value, shown.token


async def answer_of(room: PanelRoom, question_id: QuestionId) -> tuple[str, object]:
    entries = await room.society.entries(question_id)
    (answer,) = [each for each in entries if each.kind is EntryKind.ANSWER]
    assert answer.text is not None
    return answer.text.value, answer.details.get("confidence")


@pytest.mark.parametrize("words", ["/snip ctpa", "snip CTPA", "/문구 ctpa", "문구 ctpa", "/snip Q1 ctpa"])
async def test_block_is_shown_as_the_answer_and_sent_with_a_press(room: PanelRoom, words: str) -> None:
    question_id, thread = await begin(room)

    await room.write(PANELIST, words, thread=thread)
    text, token = echo(room)
    before = await room.society.question(question_id)
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=token)

    assert (text, before.state) == (CTPA, QuestionState.CLAIMED)
    assert await answer_of(room, question_id) == (CTPA, None)


async def test_block_joins_the_answer_that_waits_and_words_join_both(room: PanelRoom) -> None:
    question_id, thread = await begin(room)
    await room.society.say(PANELIST, f"/snip save fu {FOLLOW}")

    for words in ("/a OP pattern. conf 4", "/snip ctpa", "snip fu", "/a + Call me. #G6"):
        await room.write(PANELIST, words, thread=thread)
    text, token = echo(room)
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=token)

    assert text == f"OP pattern. conf 4\n{CTPA}\n{FOLLOW}\nCall me. #G6"
    assert await answer_of(room, question_id) == (text, 4)


async def test_answer_of_its_own_takes_the_place_of_blocks(room: PanelRoom) -> None:
    _, thread = await begin(room)
    await room.write(PANELIST, "/snip ctpa", thread=thread)
    _, former = echo(room)

    await room.write(PANELIST, "/a +ve D-dimer, OP", thread=thread)
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=former)

    assert echo(room)[0] == "+ve D-dimer, OP"
    assert (await room.society.told(PANELIST))[-1] == "error.choice_taken"


async def test_what_was_shown_is_sent_though_the_block_was_changed(room: PanelRoom) -> None:
    question_id, thread = await begin(room)
    await room.write(PANELIST, "/snip ctpa", thread=thread)
    _, token = echo(room)

    await room.society.say(PANELIST, "/snip save ctpa Something else.")
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=token)

    assert (await answer_of(room, question_id))[0] == CTPA


async def test_nothing_of_the_parts_is_left_in_the_inbox(room: PanelRoom) -> None:
    _, thread = await begin(room)
    for words in ("/a OP.", "/snip ctpa", "/a + Call me."):
        await room.write(PANELIST, words, thread=thread)

    later = room.society.now.replace(year=2100)
    waiting = await room.society.read(lambda transaction: transaction.inbox.unfinished(received_before=later))
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=echo(room)[1])
    left = await room.society.read(lambda transaction: transaction.inbox.unfinished(received_before=later))

    assert (len(waiting), len(left)) == (1, 0)


async def test_words_added_to_nothing_are_the_answer(room: PanelRoom) -> None:
    question_id, thread = await begin(room)

    await room.write(PANELIST, "/a + OP pattern.", thread=thread)
    text, token = echo(room)
    await room.society.press(PANELIST, Action.SEND_ANSWER, token=token)

    assert (text, (await answer_of(room, question_id))[0]) == ("OP pattern.", "OP pattern.")


async def test_whoever_has_not_the_question_is_told_who_answers(room: PanelRoom) -> None:
    question_id, thread = await begin(room)
    await room.society.say(SECOND, f"/snip save ctpa {CTPA}")

    await room.write(SECOND, "/snip ctpa", thread=thread)

    key = room.chat.keys_to(address_of(SECOND).external_id)[-1]
    assert key in {"error.already_taken", "panel.already_taken"}
    assert EntryKind.ANSWER not in [entry.kind for entry in await room.society.entries(question_id)]


@pytest.mark.parametrize("words", ["/snip pneumonia", "snip pneumonia"])
async def test_unknown_block_is_said_to_be_unknown(room: PanelRoom, words: str) -> None:
    _, thread = await begin(room)

    await room.write(PANELIST, words, thread=thread)

    assert room.chat.keys_to(address_of(PANELIST).external_id)[-1] == "error.block_unknown"


async def test_sentence_that_begins_with_the_word_is_a_note(room: PanelRoom) -> None:
    question_id, thread = await begin(room)

    await room.write(PANELIST, "문구 수정이 필요해 보입니다", thread=thread)

    assert EntryKind.NOTE in [entry.kind for entry in await room.society.entries(question_id)]


@pytest.mark.parametrize("words", ["snip", "/snip", "/문구"])
async def test_word_alone_lists_blocks_in_private(room: PanelRoom, words: str) -> None:
    question_id, thread = await begin(room)
    entries = len(await room.society.entries(question_id))

    await room.write(PANELIST, words, thread=thread)

    assert room.chat.keys_to(address_of(PANELIST).external_id)[-1] == "blocks.list"
    assert len(await room.society.entries(question_id)) == entries


async def test_list_shows_first_words_and_whose_they_are(society: Society) -> None:
    await society.say(COORDINATOR, "/snip save op Organizing pneumonia.")
    await society.say(COORDINATOR, "/snip share op")
    await society.say(PANELIST, f"/snip save ctpa {CTPA}")

    listed = await said_to(society, PANELIST, "/snip")

    assert "\nctpa – CT pulmonary angiography now if D-dimer is …" in listed
    assert listed.endswith("\nop (Chest) – Organizing pneumonia.")


async def test_who_has_none_is_told_how_to_make_one(society: Society) -> None:
    assert (await said_to(society, PANELIST, "/snip")).startswith("blocks.none")


async def test_in_a_conversation_the_only_question_at_hand_is_meant(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)
    await society.say(PANELIST, f"/snip save ctpa {CTPA}")

    assert (await said_to(society, PANELIST, "/snip ctpa")).startswith("panel.answer_echo")


async def test_with_no_question_at_hand_one_has_to_be_named(society: Society) -> None:
    await society.say(PANELIST, f"/snip save ctpa {CTPA}")

    assert (await said_to(society, PANELIST, "/snip ctpa")).startswith("error.which_of_the_panel")


async def test_block_is_called_by_the_code_of_a_text_message(society: Society) -> None:
    phones = Texting(society, Language.ENGLISH)
    await phones.begin()
    await phones.text(PANELIST, "/snip save ctpa CTPA now.")
    await phones.text(MEMBER, "PE?")
    await phones.text(MEMBER, "1")

    await phones.text(PANELIST, "41 snip ctpa")
    shown = phones.got(PANELIST)[-1]
    await phones.text(PANELIST, "41 1")

    assert shown == "KSTR 41: CTPA now. - reply 1 to send"
    assert any("CTPA now." in text for text in phones.got(MEMBER))


async def test_block_saved_again_is_changed(society: Society) -> None:
    await society.say(PANELIST, "/snip save ctpa One.")

    assert (await said_to(society, PANELIST, "/문구 저장 CTPA Two lines:\n10⁹/L, 1.5 cm².")).startswith("blocks.saved")

    (block,) = await blocks(society)
    assert (block.name, block.text) == ("CTPA", "Two lines:\n10⁹/L, 1.5 cm².")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("/snip save", "block_how"),
        ("/snip save ctpa", "block_how"),
        ("/snip please help", "block_how"),
        ("/snip delete", "block_how"),
        ("/snip save c CT.", "block_name"),
        ("/snip save save CT.", "block_name"),
        ("/snip save q417 CT.", "block_name"),
        ("/snip save ctpa Call Dr Kim 010-1234-5678.", "block_identifies"),
        ("/snip save 김철수 CT.", "block_identifies"),
        (f"/snip save ctpa {'CT now. ' * 130}", "block_too_long"),
        ("/snip delete ctpa", "block_unknown"),
        ("/snip delete ctpa chest", "block_unknown"),
        ("/snip share ctpa", "panels_coordinator_only"),
    ],
)
async def test_what_cannot_be_done_is_said_and_changes_nothing(society: Society, words: str, code: str) -> None:
    assert (await said_to(society, PANELIST, words)).startswith(f"error.{code}: ")
    assert await blocks(society) == ()


async def test_resident_number_never_reaches_a_block(society: Society) -> None:
    answer = await said_to(society, PANELIST, "/snip save ctpa CT for 800101-1234567.")

    assert answer.startswith("error.block_identifies")
    assert await blocks(society) == ()


async def test_members_of_no_panel_have_no_blocks(society: Society) -> None:
    assert (await said_to(society, MEMBER, "/snip save ctpa CT.")).startswith("error.panel_only")
    assert (await said_to(society, MEMBER, "/snip")).startswith("error.panel_only")


async def test_fifty_are_the_most_and_one_of_them_can_still_be_changed(society: Society) -> None:
    def fill(transaction: Transaction) -> None:
        for number in range(50):
            block = TextBlock(owner_id=PANELIST.id, name=f"b{number}", text="CT.", changed_at=society.now)
            transaction.text_blocks.save(block)

    await society.change(fill)

    assert (await said_to(society, PANELIST, "/snip save ctpa CT.")).startswith("error.blocks_full")
    assert (await said_to(society, PANELIST, "/snip save b7 MRI.")).startswith("blocks.saved")


async def test_coordinator_shares_with_the_panel_and_takes_it_back(society: Society) -> None:
    await society.say(COORDINATOR, "/snip save op Organizing pneumonia.")
    assert (await said_to(society, COORDINATOR, "/snip share op")).startswith("blocks.shared")
    await society.say(COORDINATOR, "/snip delete op")
    between = (len(await blocks(society, COORDINATOR)), len(await shared(society)))

    await society.say(COORDINATOR, "/snip delete op")

    assert between == (0, 1)
    assert await shared(society) == ()


async def test_panelist_deletes_nothing_of_the_panel(society: Society) -> None:
    await society.say(COORDINATOR, "/snip save op Organizing pneumonia.")
    await society.say(COORDINATOR, "/snip share op chest")

    assert (await said_to(society, PANELIST, "/snip delete op")).startswith("error.block_unknown")
    assert (await said_to(society, PANELIST, "/snip delete op chest")).startswith("error.block_unknown")
    assert len(await shared(society)) == 1


async def test_only_what_is_ones_own_is_shared(society: Society) -> None:
    assert (await said_to(society, COORDINATOR, "/snip share op")).startswith("error.block_unknown")
    assert (await said_to(society, COORDINATOR, "/snip share op heart")).startswith("error.panel_unknown")


async def test_with_two_panels_one_is_named(society: Society) -> None:
    heart = replace(PANEL, id=PanelId("heart"), name="Heart", korean_name="심장")
    await society.change(lambda transaction: transaction.panels.save(heart))
    await society.say(COORDINATOR, "/snip save op Organizing pneumonia.")

    assert (await said_to(society, COORDINATOR, "/snip share op")).startswith("error.block_which_panel")
    assert (await said_to(society, COORDINATOR, "/snip share op heart")).startswith("blocks.shared")
    assert await shared(society) == ()


async def test_ones_own_goes_before_the_panels(room: PanelRoom) -> None:
    for words in (
        "/snip save ctpa The panel's.",
        "/snip save op The panel's OP.",
        "/snip share ctpa",
        "/snip share op",
    ):
        await room.society.say(COORDINATOR, words)
    _, thread = await begin(room)

    await room.write(PANELIST, "/snip ctpa", thread=thread)
    own = echo(room)[0]
    await room.write(PANELIST, "/snip op", thread=thread)

    assert (own, echo(room)[0]) == (CTPA, f"{CTPA}\nThe panel's OP.")


async def test_blocks_leave_with_their_member_and_the_panels_stay(society: Society) -> None:
    roles = frozenset({Role.PANELIST, Role.COORDINATOR})
    await society.change_member(COORDINATOR, roles=roles)
    for words in ("/snip save op Organizing pneumonia.", "/snip share op"):
        await society.say(COORDINATOR, words)
    await society.say(PANELIST, f"/snip save ctpa {CTPA}")

    await society.press(COORDINATOR, Action.OFFBOARD, fields={"member": PANELIST.id})

    assert (await blocks(society), len(await shared(society))) == ((), 1)
    assert len(await blocks(society, COORDINATOR)) == 1


async def test_coordinator_of_two_panels_says_whose_block_goes(society: Society) -> None:
    heart = replace(PANEL, id=PanelId("heart"), name="Heart", korean_name="심장")
    await society.change(lambda transaction: transaction.panels.save(heart))
    for words in (
        "/snip save fu Again in 24 h.",
        f"/snip share fu {PANEL.id}",
        "/snip share fu heart",
        "/snip delete fu",
    ):
        await society.say(COORDINATOR, words)

    asked = await said_to(society, COORDINATOR, "/snip delete fu")
    await society.say(COORDINATOR, "/snip delete fu heart")

    assert asked.startswith("error.block_which_panel")
    assert [block.panel_id for block in await shared(society)] == [PANEL.id]
    assert await society.read(lambda transaction: transaction.text_blocks.of_panels([heart.id])) == ()


async def test_page_saves_and_deletes_by_its_form(society: Society) -> None:
    await society.press(PANELIST, Action.SAVE_BLOCK, fields={"block": "ctpa", "text": CTPA})
    (block,) = await blocks(society)
    await society.press(PANELIST, Action.DELETE_BLOCK, fields={"block": "CTPA"})

    assert block.text == CTPA
    assert (await society.told(PANELIST))[-2:] == ["blocks.saved", "blocks.deleted"]
