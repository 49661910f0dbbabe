"""Asking: from the first words to an open question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.demo_people import PANEL
from domain.ids import PanelId
from domain.messages import Action, InboundMessage, Press
from domain.question import QuestionState
from domain.text import IdentifiableText
from tests.fakes.paper_channel import PaperChannel
from tests.fakes.society import MEMBER, PANELIST, SECOND, Society


async def test_words_become_a_draft_with_preview(society: Society) -> None:
    await society.say(MEMBER, "PE? call 010-1234-5678")

    draft = await society.draft(MEMBER)
    assert "1234" not in draft.text.value
    assert await society.told(MEMBER) == ["echo", "draft.preview"]


async def test_second_message_joins_the_draft(society: Society) -> None:
    await society.say(MEMBER, "effusion?")
    await society.say(MEMBER, "no allergy")

    draft = await society.draft(MEMBER)
    assert draft.text.value == "effusion?\nno allergy"


async def test_one_press_sends_and_tells_who_is_on_call(society: Society) -> None:
    question = await society.ask("PE?")

    assert (question.label, question.state) == ("Q1", QuestionState.OPEN)
    assert "question.receipt_urgent" in await society.told(MEMBER)
    assert await society.told(PANELIST) == ["panel.card_urgent"]


async def test_digit_chooses_like_a_button(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.say(MEMBER, "２")

    question = await society.question(draft.id)
    assert question.urgency == "today"


async def test_same_message_ten_times_asks_once(society: Society) -> None:
    for _ in range(10):
        await society.say(MEMBER, "PE?", message_id="same")

    draft = await society.draft(MEMBER)
    assert draft.text.value == "PE?"
    assert (await society.told(MEMBER)).count("draft.preview") == 1


async def test_pressing_send_twice_sends_once(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.press(MEMBER, Action.SEND_URGENT, draft.id)

    await society.press(MEMBER, Action.SEND_TODAY, draft.id)

    question = await society.question(draft.id)
    assert question.urgency == "urgent"
    assert (await society.told(MEMBER))[-1] == "error.already_sent"


async def test_unsent_draft_is_remembered_then_expires(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.advance(timedelta(minutes=6))
    reminders = (await society.told(MEMBER)).count("draft.reminder")
    await society.advance(timedelta(hours=24))

    assert reminders == 2
    assert (await society.question(draft.id)).state is QuestionState.EXPIRED
    assert (await society.told(MEMBER))[-1] == "draft.expired"


async def test_draft_that_was_changed_late_expires_a_day_later(society: Society) -> None:
    draft = await society.write_draft("PE?")
    await society.advance(timedelta(minutes=10))
    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE? D8"})

    await society.advance(timedelta(hours=24))
    early = (await society.question(draft.id)).state
    await society.advance(timedelta(minutes=1))

    assert (early, (await society.question(draft.id)).state) == (QuestionState.DRAFT, QuestionState.EXPIRED)


async def test_words_after_a_day_begin_another_question(society: Society) -> None:
    first = await society.write_draft("PE?")
    await society.advance(timedelta(minutes=10))
    await society.press(MEMBER, Action.EDIT_TEXT, first.id, {"text": "PE? D8"})
    await society.advance(timedelta(days=3))

    second = await society.write_draft("Another patient, nodule?")

    assert (second.text.value, second.id == first.id) == ("Another patient, nodule?", False)


async def test_discarded_draft_leaves_no_words(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.press(MEMBER, Action.DISCARD, draft.id)

    gone = await society.question(draft.id)
    assert (gone.state, gone.text.value) == (QuestionState.DISCARDED, "")


async def test_edited_text_takes_the_place_of_the_first(society: Society) -> None:
    draft = await society.write_draft("PE? Kim")

    await society.press(MEMBER, Action.EDIT_TEXT, draft.id, {"text": "PE?"})

    assert (await society.draft(MEMBER)).text.value == "PE?"
    assert (await society.told(MEMBER)).count("draft.preview") == 2


async def test_somebody_elses_draft_cannot_be_sent(society: Society) -> None:
    draft = await society.write_draft("PE?")

    await society.press(SECOND, Action.SEND_URGENT, draft.id)

    assert (await society.question(draft.id)).state is QuestionState.DRAFT
    assert await society.told(SECOND) == ["error.not_yours"]


async def test_resident_number_is_cut_before_it_is_sealed(society: Society) -> None:
    await society.say(MEMBER, "주민번호 800101-1234567 PE?")

    draft = await society.draft(MEMBER)
    assert draft.text.names_a_resident_number
    assert "800101" not in draft.text.value


async def test_messages_at_once_make_one_draft_in_their_order(society: Society) -> None:
    for number, text in enumerate(("PE?", "GFR 20", "no allergy")):
        message = InboundMessage(
            channel="web",
            external_id=f"burst-{number}",
            sender=MEMBER.addresses[0],
            received_at=society.now,
            text=IdentifiableText(text),
        )
        await society.intake.accept(message)

    await society.work()

    assert (await society.draft(MEMBER)).text.value == "PE?\nGFR 20\nno allergy"


async def test_words_overtaken_by_sending_reach_the_panel(society: Society) -> None:
    draft = await society.write_draft("PE?")
    send = Press(action=Action.SEND_URGENT, question_id=draft.id)
    common = {"channel": "web", "sender": MEMBER.addresses[0], "received_at": society.now}
    await society.intake.accept(InboundMessage(external_id="send", press=send, **common))  # type: ignore[arg-type]
    await society.intake.accept(InboundMessage(external_id="more", text=IdentifiableText("GFR 20"), **common))  # type: ignore[arg-type]

    await society.work()

    question = await society.question(draft.id)
    entries = await society.entries(draft.id)
    assert question.text.value == "PE?"
    assert [entry.text.value for entry in entries if entry.text] == ["GFR 20"]


async def test_chosen_panel_gets_the_question(society: Society) -> None:
    cardiac = replace(PANEL, id=PanelId("cardiac"), name="Cardiac", topics=("heart",))
    await society.change(lambda transaction: transaction.panels.save(cardiac))

    for named in ("cardiac", "chest", "gone"):
        message = replace(society.message(MEMBER), text=IdentifiableText(f"/ask PE? {named}"))
        await society.receive(replace(message, fields={"panel": IdentifiableText(named)}))
        await society.press(MEMBER, Action.SEND_ROUTINE, (await society.draft(MEMBER)).id)

    asked = await society.read(lambda transaction: transaction.questions.of_asker(MEMBER.id))
    assert [question.panel_id for question in reversed(asked)] == ["cardiac", "chest", "chest"]


async def test_preview_opens_a_form_where_there_are_forms(society: Society) -> None:
    paper = PaperChannel()
    paper.capabilities = replace(paper.capabilities, has_forms=True)
    society.services = replace(society.services, channels={"web": paper})

    await society.say(MEMBER, "PE?")

    assert [choice.action for choice in paper.sent[-1].choices][-2:] == [Action.EDIT_TEXT, Action.DISCARD]
