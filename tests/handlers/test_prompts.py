"""A button that needs words is followed by a message that asks for them; the reply to it is the action."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.consent import ConsentScope
from domain.delivery import OutgoingMessage
from domain.ids import QuestionId
from domain.member import Language, Member
from domain.messages import Action, Attachment, AttachmentKind, Origin, Press
from domain.question import Entry, EntryKind, QuestionState
from domain.text import DeidentifiedText, IdentifiableText
from tests.fakes.panel_room import PanelRoom, address_of, open_room
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society
from tests.fakes.texting import Texting

WORDS = "Prior CT, and when?"
ANOTHER = "58M, reversed halo on CT. OP or PE?"


@pytest.fixture
async def room(society: Society) -> PanelRoom:
    """Everybody is at a service whose messages open the field for a reply, the asker too."""
    room = await open_room(society)
    room.chat.capabilities = replace(room.chat.capabilities, has_prompts=True)
    await society.change_member(MEMBER, addresses=(address_of(MEMBER), *MEMBER.addresses))
    return room


async def _receive(room: PanelRoom, member: Member, **what: object) -> None:
    given = {"text": None, "origin": Origin(reference=f"typed-{next(room.society.numbers)}"), **what}
    message = replace(room.society.message(member), channel="chat", sender=address_of(member))
    await room.society.receive(replace(message, **given))  # type: ignore[arg-type]  # fields of a message
    await room.later(timedelta(seconds=5))


async def press(room: PanelRoom, member: Member, action: Action, question_id: QuestionId) -> None:
    await _receive(room, member, press=Press(action=action, question_id=question_id))


async def reply(room: PanelRoom, member: Member, words: str = WORDS, **what: object) -> None:
    """Reply to the newest message that asks somebody for words."""
    numbers = [
        n for n, (to, each) in enumerate(room.chat.sent, 1) if to == address_of(member).external_id and each.prompt
    ]
    origin = Origin(reference=f"typed-{next(room.society.numbers)}", replied_to=f"message-{numbers[-1]}")
    await _receive(room, member, text=IdentifiableText(words), origin=origin, **what)


async def write(room: PanelRoom, member: Member, words: str) -> None:
    await _receive(room, member, text=IdentifiableText(words))


async def said(room: PanelRoom, question_id: QuestionId, kind: EntryKind) -> list[str]:
    entries: Sequence[Entry] = await room.society.entries(question_id)
    return [each.text.value for each in entries if each.kind is kind and each.text is not None]


def newest(room: PanelRoom, member: Member) -> OutgoingMessage:
    return [message for to, message in room.chat.sent if to == address_of(member).external_id][-1]


async def settled(room: PanelRoom) -> QuestionId:
    question = await room.society.ask()
    await room.society.settle(question.id)
    await room.later()
    return question.id


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(
    ("action", "key"),
    [(Action.ASK_BACK, "prompt.ask_back"), (Action.ANSWER, "prompt.answer"), (Action.OPINION, "prompt.opinion")],
)
async def test_press_is_answered_by_what_asks_for_words(
    room: PanelRoom, action: Action, key: str, language: Language
) -> None:
    question_id = await room.ask()
    known = await room.society.read(lambda transaction: transaction.members.get(PANELIST.id))
    await room.society.change_member(known, language=language)

    await press(room, PANELIST, action, question_id)

    asked, label = newest(room, PANELIST), (await room.society.question(question_id)).label
    assert (asked.key, asked.choices, asked.text.startswith(label)) == (key, (), True)
    assert asked.prompt == f"{label}: {room.society.services.wording.label(action, language)}"


@pytest.mark.parametrize("action", [Action.ASK_BACK, Action.ANSWER])
async def test_press_in_the_room_is_answered_to_one_alone(room: PanelRoom, action: Action) -> None:
    await room.ask()

    await room.press(PANELIST, action)

    assert newest(room, PANELIST).key == f"prompt.{action}"
    assert room.chat.only.posts == []


async def test_reply_asks_back(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    await reply(room, PANELIST)

    assert await said(room, question_id, EntryKind.ASKED_BACK) == [WORDS]
    assert newest(room, MEMBER).key == "question.asked_back"
    assert newest(room, PANELIST).key == "panel.asked_back_by_text"


async def test_two_replies_are_two_messages(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    await reply(room, PANELIST)
    await reply(room, PANELIST, "back pain since when?")

    assert await said(room, question_id, EntryKind.ASKED_BACK) == [WORDS, "back pain since when?"]


async def test_reply_to_answer_is_shown_before_it_goes(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ANSWER, question_id)

    await reply(room, PANELIST, "OP. PE not excluded, CTPA. conf 4 #G6")
    shown = newest(room, PANELIST)
    before = await said(room, question_id, EntryKind.ANSWER)
    await _receive(room, PANELIST, press=Press(action=Action.SEND_ANSWER, token=shown.token))

    assert (shown.key, before) == ("panel.answer_echo", [])
    assert await said(room, question_id, EntryKind.ANSWER) == ["OP. PE not excluded, CTPA. conf 4 #G6"]
    [answer] = [each for each in await room.society.entries(question_id) if each.kind is EntryKind.ANSWER]
    assert answer.details["confidence"] == 4


async def test_reply_is_an_opinion_that_no_room_has_shown(room: PanelRoom) -> None:
    question_id = (await room.society.ask(action=Action.SEND_ROUTINE)).id
    await room.later()
    await press(room, SECOND, Action.OPINION, question_id)

    await reply(room, SECOND, "OP pattern")

    assert (await room.society.question(question_id)).is_sealed
    assert await said(room, question_id, EntryKind.OPINION) == ["OP pattern"]
    assert "OP pattern" not in str(room.chat.only.posts)


@pytest.mark.parametrize("action", [Action.ADD_INFORMATION, Action.ASK_MORE])
@pytest.mark.parametrize("words", ["contrast allergy", "1", "helped"])
async def test_reply_of_an_asker_is_added(room: PanelRoom, action: Action, words: str) -> None:
    question_id = await room.ask()
    await room.society.press(PANELIST, Action.ANSWER, question_id, {"text": "CTPA."})
    await press(room, MEMBER, action, question_id)

    await reply(room, MEMBER, words)

    assert newest(room, MEMBER).key == "question.information_sent"
    assert await said(room, question_id, EntryKind.INFORMATION) == [words]


async def test_reply_attests_what_research_rests_on(room: PanelRoom) -> None:
    question_id = await settled(room)
    await press(room, MEMBER, Action.CONSENT_RESEARCH, question_id)
    asked = newest(room, MEMBER).key

    await reply(room, MEMBER, "2020-0123")

    assert asked == "prompt.consent_research"
    assert (await room.society.question(question_id)).consent is ConsentScope.RESEARCH


async def test_buttons_beside_it_stay_until_words_have_come(room: PanelRoom) -> None:
    question_id = await settled(room)
    offer = next(message for _, message in reversed(room.chat.sent) if message.key.startswith("consent"))
    await _receive(room, MEMBER, press=Press(action=Action.CONSENT_RESEARCH, token=offer.token))

    await _receive(room, MEMBER, press=Press(action=Action.CONSENT_TEACHING, token=offer.token))

    assert (await room.society.question(question_id)).consent is ConsentScope.TEACHING


@pytest.mark.parametrize("action", [Action.ASK_BACK, Action.ANSWER])
async def test_nobody_is_asked_for_words_that_come_too_late(room: PanelRoom, action: Action) -> None:
    question_id = await room.ask()
    await press(room, SECOND, Action.CLAIM, question_id)

    await press(room, PANELIST, action, question_id)

    assert newest(room, PANELIST).key == "error.already_taken"


@pytest.mark.parametrize("action", [Action.ASK_BACK, Action.ANSWER])
async def test_late_reply_is_refused_as_a_late_word_is(room: PanelRoom, action: Action) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, action, question_id)
    await press(room, SECOND, Action.CLAIM, question_id)

    await reply(room, PANELIST)

    assert newest(room, PANELIST).key == "error.already_taken"
    assert (await room.society.question(question_id)).state is QuestionState.CLAIMED


@pytest.mark.parametrize(("word", "key"), [("/back Q1", "prompt.ask_back"), ("/a Q1", "prompt.answer")])
async def test_word_without_words_is_asked_for_them(room: PanelRoom, word: str, key: str) -> None:
    await room.ask()

    await write(room, PANELIST, word)

    assert newest(room, PANELIST).key == key


async def test_word_of_command_in_a_reply_is_one(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    await reply(room, PANELIST, "/close")

    assert newest(room, PANELIST).key == "error.not_now"
    assert await said(room, question_id, EntryKind.ASKED_BACK) == []


async def test_reply_to_any_other_message_is_what_it_was(room: PanelRoom) -> None:
    question_id = await room.ask()
    await write(room, PANELIST, "/claim Q1")
    number = next(n for n, (_, each) in enumerate(room.chat.sent, 1) if each.key == "panel.claimed_by_text")
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    origin = Origin(reference="typed", replied_to=f"message-{number}")
    await _receive(room, PANELIST, text=IdentifiableText("looks like OP"), origin=origin)

    assert await said(room, question_id, EntryKind.NOTE) == ["looks like OP"]


async def test_reply_with_a_file_is_no_question_to_the_asker(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    file = Attachment(reference="lost", kind=AttachmentKind.PHOTO)
    await reply(room, PANELIST, attachments=(file,))

    assert await said(room, question_id, EntryKind.ASKED_BACK) == []
    assert "error.panel_files" in room.chat.keys_to(address_of(PANELIST).external_id)


async def test_words_without_a_reply_are_asked_about(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)

    await write(room, PANELIST, ANOTHER)

    offer = newest(room, PANELIST)
    assert (offer.key, [each.action for each in offer.choices]) == (
        "prompt.or_new",
        [Action.ASK_BACK, Action.NEW_QUESTION],
    )
    assert await said(room, question_id, EntryKind.ASKED_BACK) == []


@pytest.mark.parametrize("is_typed", [False, True])
async def test_words_go_where_their_author_says(room: PanelRoom, is_typed: bool) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)
    await write(room, PANELIST, WORDS)
    token = newest(room, PANELIST).token

    for _ in range(2):
        if is_typed:
            await write(room, PANELIST, "back")
        else:
            await _receive(room, PANELIST, press=Press(action=Action.ASK_BACK, token=token))

    assert await said(room, question_id, EntryKind.ASKED_BACK) == [WORDS]


async def test_answer_without_a_reply_is_shown_once_it_is_one(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ANSWER, question_id)
    await write(room, PANELIST, "OP, CTPA.")
    await _receive(room, PANELIST, press=Press(action=Action.ANSWER, token=newest(room, PANELIST).token))

    await write(room, PANELIST, "1")

    assert await said(room, question_id, EntryKind.ANSWER) == ["OP, CTPA."]


@pytest.mark.parametrize("has_draft", [False, True])
async def test_words_that_are_a_new_question_become_one(room: PanelRoom, has_draft: bool) -> None:
    question_id = await room.ask()
    if has_draft:
        await write(room, PANELIST, "Another patient.")
    await press(room, PANELIST, Action.ASK_BACK, question_id)
    await write(room, PANELIST, ANOTHER)

    await _receive(room, PANELIST, press=Press(action=Action.NEW_QUESTION, token=newest(room, PANELIST).token))

    draft = await room.society.draft(PANELIST)
    assert draft.text.value.endswith("reversed halo on CT. OP or PE?")
    assert draft.text.value.startswith("Another patient.") is has_draft


async def test_old_offer_has_expired(room: PanelRoom) -> None:
    question_id = await room.ask()
    await press(room, PANELIST, Action.ASK_BACK, question_id)
    await write(room, PANELIST, WORDS)
    token = newest(room, PANELIST).token
    await room.later(timedelta(days=2))

    await _receive(room, PANELIST, press=Press(action=Action.ASK_BACK, token=token))

    assert newest(room, PANELIST).key == "error.choice_expired"


@pytest.mark.parametrize("wait", [timedelta(minutes=11), timedelta(0)])
async def test_words_after_something_else_are_a_question(room: PanelRoom, wait: timedelta) -> None:
    question_id = await room.ask()
    await press(room, SECOND, Action.ASK_BACK, question_id)
    if not wait:
        await press(room, SECOND, Action.CLAIM, question_id)
        await press(room, SECOND, Action.CLOSE, question_id)
        await press(room, PANELIST, Action.ASK_BACK, question_id)
    await room.later(wait)

    await write(room, SECOND if wait else MEMBER, ANOTHER)

    assert (await room.society.draft(SECOND if wait else MEMBER)).text.value.endswith("OP or PE?")


@pytest.mark.parametrize(
    ("language", "pressed", "typed"),
    [
        (Language.ENGLISH, "more info", "KSTR Q417: write it like this: /more info Q417 and your words."),
        (Language.KOREAN, "추가 정보", "[KSTR] Q417: 이렇게 적어 주세요. /추가 정보 Q417 내용"),
    ],
)
async def test_text_message_says_the_exact_word(society: Society, language: Language, pressed: str, typed: str) -> None:
    texting = Texting(society, language)
    await texting.begin()
    await texting.text(MEMBER, "M50s PE?")
    await texting.text(MEMBER, "1")

    await texting.text(MEMBER, pressed)

    assert texting.got(MEMBER)[-1] == typed


async def test_words_behind_the_word_are_added(society: Society) -> None:
    texting = Texting(society, Language.ENGLISH)
    await texting.begin()
    await texting.text(MEMBER, "M50s PE?")
    await texting.text(MEMBER, "1")

    await texting.text(MEMBER, "/more info Q417 contrast allergy")
    await texting.text(MEMBER, "/add no fever")

    question = (await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id)))[0]
    entries = await society.entries(question.id)
    added = [each.text.value for each in entries if each.kind is EntryKind.INFORMATION and each.text is not None]
    assert added == ["contrast allergy", "no fever"]


async def test_word_before_what_is_added_is_no_part_of_it(society: Society) -> None:
    question = await society.ask()

    await society.say(MEMBER, "/add no fever", to=question.id)

    entries = await society.entries(question.id)
    assert [each.text for each in entries if each.kind is EntryKind.INFORMATION] == [DeidentifiedText(value="no fever")]
