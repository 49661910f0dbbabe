"""Words without buttons, in their corners: what a code, a number or a word means when things have moved on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.commands import TakeAction
from domain.errors import UserError
from domain.ids import InboxId, UploadId, derive_id
from domain.member import Language, Member
from domain.messages import Action, Address
from domain.question import QuestionState
from handlers.action import take_action
from handlers.actions_text import texted_fields
from handlers.inbound import Received
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import MEMBER, PANELIST, Society, found_society
from tests.fakes.texting import Texting


@pytest.fixture
async def phones(tmp_path: Path) -> AsyncIterator[Texting]:
    society = await found_society(tmp_path)
    texting = Texting(society, Language.ENGLISH)
    await texting.begin()
    yield texting
    society.close()


async def ask(phones: Texting, *texts: str) -> None:
    for text in texts or ("PE?",):
        await phones.text(MEMBER, text)
        await phones.text(MEMBER, "1")
        await phones.society.advance(timedelta(minutes=1))
    phones.got(MEMBER)


async def state(phones: Texting, number: int = 417) -> QuestionState:
    question = await phones.society.read(lambda transaction: transaction.questions.by_number(number))
    assert question is not None
    return question.state


async def test_digit_that_was_asked_for_goes_to_the_number(phones: Texting) -> None:
    await ask(phones, "PE?", "new Effusion?")
    await phones.text(PANELIST, "1")

    await phones.text(PANELIST, "418")

    assert (await state(phones), await state(phones, 418)) == (QuestionState.OPEN, QuestionState.CLAIMED)


async def test_words_that_waited_become_a_new_question(phones: Texting) -> None:
    await ask(phones, "PE?", "new Effusion?")
    await phones.text(MEMBER, "nodule in the left apex?")

    await phones.text(MEMBER, "new")

    assert (await phones.society.draft(MEMBER)).text.value == "nodule in the left apex?"


async def test_digit_is_the_answer_while_one_is_asked_back(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 ? how many days?")

    await phones.text(MEMBER, "8")

    assert await state(phones) is QuestionState.CLAIMED
    assert '"8"' in phones.got(PANELIST)[-1]


async def test_code_of_no_page_is_a_sentence(phones: Texting) -> None:
    await phones.text(MEMBER, "55 nodules in both lungs, metastases?")

    assert (await phones.society.draft(MEMBER)).text.value.endswith("metastases?")


async def test_command_behind_an_unknown_code_joins_the_draft(phones: Texting) -> None:
    await phones.text(MEMBER, "PE?")

    await phones.text(MEMBER, "55 2")

    assert (await phones.society.draft(MEMBER)).text.value == "PE?\n55 2"


async def test_words_that_waited_go_to_the_number(phones: Texting) -> None:
    await ask(phones, "PE?", "new Effusion?")
    await phones.text(MEMBER, "prior CT had none")

    await phones.text(MEMBER, "418")

    question = await phones.society.read(lambda transaction: transaction.questions.by_number(418))
    assert question is not None
    said = [each.text.value for each in await phones.society.entries(question.id) if each.text is not None]
    assert said[-1] == "prior CT had none"


@pytest.mark.parametrize(("member", "text"), [(MEMBER, "7"), (MEMBER, "417"), (PANELIST, "55 1")])
async def test_digit_that_nothing_asked_for_is_answered(phones: Texting, member: Member, text: str) -> None:
    await phones.text(member, text)

    assert "Nothing waits" in phones.got(member)[-1]


async def test_member_with_another_page_is_confirmed_on_the_phone(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 1")

    assert "it is yours, answer by" in phones.got(PANELIST)[-1]


async def test_same_question_keeps_its_code(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 ? prior CT?")
    await phones.text(MEMBER, "none")

    assert phones.got(PANELIST)[-1].startswith("KSTR 41: asker says")


async def test_long_reply_of_the_asker_goes_by_its_link(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 1")

    await phones.text(MEMBER, "the prior CT of five days ago had no effusion " * 5)

    assert "the asker writes: https://k.kr/q/" in phones.got(PANELIST)[-1]


async def test_channel_without_buttons_says_what_to_reply(society: Society) -> None:
    paper = PaperChannel()
    society.services = replace(society.services, channels={"web": paper})

    await society.say(MEMBER, "PE?")

    assert paper.sent[-1].reply == "Reply 1=urgent 2=today 3=routine 0=discard"


async def test_choice_without_a_digit_is_said_in_words(society: Society) -> None:
    paper = PaperChannel()
    society.services = replace(society.services, channels={"web": paper})
    await society.say(MEMBER, "PE?")

    await society.say(MEMBER, "1")

    receipt = next(message for message in paper.sent if message.key == "question.receipt_urgent")
    assert receipt.reply == "Reply more info …, withdraw"


async def test_nothing_is_filled_in_where_nothing_was_shown(phones: Texting) -> None:
    message = replace(phones.society.message(PANELIST), sender=Address(channel="sms", external_id=PANELIST.id))
    received = Received(inbox_id=InboxId("x"), message=message, sender=PANELIST)

    command = TakeAction(inbox_id=InboxId("x"), token="none", action=Action.SEND_ANSWER.value)

    assert await texted_fields(phones.society.services, received, command) == {}


async def test_message_without_words_fills_in_nothing(phones: Texting) -> None:
    message = replace(phones.society.message(PANELIST), text=None, uploads=(UploadId("film"),))
    received = Received(inbox_id=InboxId("x"), message=message, sender=PANELIST)

    command = TakeAction(inbox_id=InboxId("x"), action=Action.DRAFT_ANSWER.value)

    assert await texted_fields(phones.society.services, received, command) == {}


async def test_echo_whose_message_is_gone_sends_nothing(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 PE on the right")
    old = await phones.society.read(lambda transaction: transaction.choices.open_of(PANELIST.id, phones.society.now))
    await phones.society.change(
        lambda transaction: transaction.inbox.finish(InboxId(old[0].about.removeprefix("inbox:")))
    )

    await phones.text(PANELIST, "1")

    assert "no answer of yours waits" in phones.got(PANELIST)[-1]


async def test_number_that_its_digit_is_not_about_changes_nothing(phones: Texting) -> None:
    await ask(phones, "PE?", "new Effusion?")
    await phones.text(PANELIST, "1")

    await phones.text(PANELIST, "new")

    assert "Nothing waits" in phones.got(PANELIST)[-1]
    assert (await state(phones), await state(phones, 418)) == (QuestionState.OPEN, QuestionState.OPEN)


async def test_codes_follow_one_another_on_a_phone(phones: Texting) -> None:
    await ask(phones, "PE?", "new Effusion?")

    pages = [text for text in phones.got(PANELIST) if "URGENT" in text]

    assert [page.split()[2] for page in pages] == ["41:", "42:"]


async def test_command_without_a_meaning_changes_nothing(phones: Texting) -> None:
    sender = Address(channel="sms", external_id=MEMBER.id)
    message = phones.society.message(MEMBER, "words")
    await phones.society.intake.accept(replace(message, channel="sms", sender=sender))
    command = TakeAction(inbox_id=InboxId(derive_id("inbox", "sms", "words")), token="old")

    with pytest.raises(UserError, match="choice_unknown"):
        await take_action(phones.society.services, command)


async def test_second_reminder_of_a_draft_goes_to_the_next_channel(phones: Texting) -> None:
    member = await phones.society.read(lambda transaction: transaction.members.get(MEMBER.id))
    await phones.society.change(
        lambda t: t.members.save(replace(member, addresses=(*MEMBER.addresses, *member.addresses)))
    )
    await phones.society.say(MEMBER, "PE?")

    await phones.society.advance(timedelta(minutes=4))
    assert phones.got(MEMBER) == []

    await phones.society.advance(timedelta(minutes=2))
    assert "NOT been sent" in phones.got(MEMBER)[0]


async def test_search_is_told_in_the_societys_own_name(phones: Texting) -> None:
    services = phones.society.services
    phones.society.services = replace(services, rules=replace(services.rules, society="ESTI"))
    await ask(phones)

    await phones.text(MEMBER, "/find PE")

    assert phones.got(MEMBER)[-1].startswith("ESTI 1 found:\nQ417")


async def test_echo_that_is_made_twice_still_sends_the_answer(phones: Texting) -> None:
    await ask(phones)
    await phones.text(PANELIST, "41 PE on the right")
    offers = await phones.society.read(lambda transaction: transaction.choices.open_of(PANELIST.id, phones.society.now))
    (echo,) = [offer for offer in offers if Action.SEND_ANSWER in offer.actions]
    assert echo.question_id is not None
    again = TakeAction(
        inbox_id=InboxId(echo.about.removeprefix("inbox:")),
        action=Action.DRAFT_ANSWER.value,
        question_id=echo.question_id,
    )

    await take_action(phones.society.services, again)
    await phones.text(PANELIST, "1")

    assert "PE on the right" in phones.got(MEMBER)[-2]
