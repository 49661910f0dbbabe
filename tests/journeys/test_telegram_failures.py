"""Scripts 1 and 5 where things go wrong: strangers, numbers, files too large, late parts, edits, lost topics."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from deidentify.burned_in_samples import screen_photo
from domain.linking import new_link_code
from domain.member import Language
from domain.messages import Action
from domain.question import QuestionState
from domain.room import Suspension
from tests.fakes.case_files import ANSWER, PHOTO
from tests.fakes.connected import unsaid
from tests.fakes.society import COLLEAGUE, MEMBER
from tests.fakes.telegram_play import ask
from tests.fakes.telegram_town import TelegramTown, take_room, telegram_town

WORDS = "M50s COVID D8, O2 2->5 L. PE?"


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[TelegramTown]:
    async with telegram_town(tmp_path, Language.ENGLISH) as town:
        yield town


async def sent(town: TelegramTown) -> None:
    """Ask in words and send it as urgent."""
    await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)


async def state(town: TelegramTown) -> QuestionState:
    found = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert found is not None
    return found.state


async def test_question_goes_its_way_by_webhook(tmp_path: Path) -> None:
    async with telegram_town(tmp_path, Language.ENGLISH, by_webhook=True) as town:
        await sent(town)

        await town.press(town.first, Action.CLAIM)

        assert unsaid(["Dr A took Q417."], town.asker.hears()) == []
        assert town.peer.service.webhook.last_error == ""


async def test_nobody_for_twenty_minutes_is_said(town: TelegramTown) -> None:
    await sent(town)

    await town.settle(timedelta(minutes=20))

    assert unsaid(["Q417: no panelist yet after 20 min", "use your local pathway"], town.asker.hears()) == []


async def test_stranger_is_told_to_link_and_is_linked_by_the_code(town: TelegramTown) -> None:
    stranger = town.peer.person("Eunseo")
    await town.write(stranger, "58M, effusion?")
    assert unsaid(["this account is not linked yet"], stranger.hears()) == []

    kept, code = new_link_code("a" * 32, COLLEAGUE.id, town.society.now)
    await town.society.change(lambda transaction: transaction.channel_links.add(kept))
    await town.write(stranger, code)
    await town.write(stranger, WORDS)

    assert unsaid(["Linked. You are Dr Noh Eunseo here now.", "Preview", "COVID D8"], stranger.hears()) == []


async def test_resident_number_is_cut_out_and_explained(town: TelegramTown) -> None:
    said = await town.write(town.asker, "900101-1234567 effusion? PE?")

    assert said.message_id not in {each.message_id for each in town.asker.sees()}
    assert unsaid(["cut out before anything was stored"], town.asker.hears()) == []
    assert "1234567" not in "\n".join(town.asker.hears())
    assert "1234567" not in (await town.society.draft(MEMBER)).text.value


async def test_name_burned_into_a_photo_of_a_screen_is_masked(tmp_path: Path) -> None:
    async with telegram_town(tmp_path, Language.ENGLISH, searches_pixels=True) as town:
        town.asker.sends_photo(screen_photo(), caption=WORDS)
        await town.settle()

        (image,) = await town.society.images(await town.draft())
        said = ["Quality: 1 of 1 are photos of a screen (1280 px). Effusion, nodules and nodes are unreliable"]
        assert unsaid(said, town.asker.hears()) == []
        assert image.facts.masks


async def test_file_over_twenty_megabytes_gets_an_upload_link(town: TelegramTown) -> None:
    town.asker.sends_document(bytes(20 * 1024 * 1024 + 1), name="stack.zip", caption=WORDS)
    await town.settle()

    expected = ["does not hand out a file that large", "https://hilum.test/u/", "(30 min)"]
    assert unsaid(expected, town.asker.hears()) == []
    assert unsaid(["COVID D8"], town.asker.hears()) == []


async def test_part_that_comes_late_is_asked_about_and_added(town: TelegramTown) -> None:
    await sent(town)
    town.asker.sends_photo(PHOTO)
    await town.settle()
    assert unsaid(["Q417 was sent just now. Were these added to Q417?"], town.asker.hears()) == []

    await town.press(town.asker, Action.ADD_IMAGES)

    question = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    assert len(await town.society.images(question.id)) == 1


async def send_in_pieces(town: TelegramTown, *captions: str | None) -> None:
    """Send an album whose pieces come 0.6 s apart."""
    for caption in captions:
        photo = town.asker.service.files.photo(PHOTO)
        town.asker.sends(media_group_id="4711", photo=photo, caption=caption)
        await town.heard()
        await town.society.advance(timedelta(seconds=0.6))


async def test_album_in_pieces_is_previewed_once_with_the_words_of_the_last(town: TelegramTown) -> None:
    await send_in_pieces(town, None, None, WORDS)
    early = town.asker.hears()

    await town.settle()

    counted, *others, preview = town.asker.hears()
    assert (early, counted) == ([], "3 images received. Checking…")
    assert [each for each in others if "Preview" in each] == []
    assert unsaid(["Preview", "COVID D8"], [preview]) == []
    assert len(await town.society.images(await town.draft())) == 3


async def test_late_album_in_pieces_loses_none_to_its_words(town: TelegramTown) -> None:
    await sent(town)

    await send_in_pieces(town, None, "F30s. Effusion?")
    await town.settle()

    assert unsaid(["Were these added to Q417?"], town.asker.hears()) == ["Were these added to Q417?"]
    assert len(await town.society.images(await town.draft())) == 2


async def test_late_album_in_pieces_is_offered_as_a_whole(town: TelegramTown) -> None:
    await sent(town)
    await send_in_pieces(town, None, None, None)
    await town.settle()

    await town.press(town.asker, Action.ADD_IMAGES)

    question = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    assert len(await town.society.images(question.id)) == 3
    assert len([each for each in town.asker.hears() if "Were these added to Q417? (3 images)" in each]) == 1


async def test_message_that_is_too_long_is_answered(town: TelegramTown) -> None:
    await town.write(town.asker, WORDS * 1000)

    assert town.asker.hears() == ["The text is too long (20000 characters at most). Nothing was sent."]
    assert await town.society.read(lambda transaction: transaction.parked.waiting("telegram")) == 1


async def test_words_of_a_photo_in_a_topic_stay_with_the_panel(town: TelegramTown) -> None:
    await take_room(town)
    await ask(town, WORDS)

    town.in_topic(town.second).sends_photo(PHOTO, caption="Looks like OP.")
    await town.settle()

    assert unsaid(["was not checked for names, so I deleted it there"], town.second.hears()) == []
    question = await town.society.read(lambda transaction: transaction.questions.by_number(417))
    assert question is not None
    said = [each.text.value for each in await town.society.entries(question.id) if each.text is not None]
    assert "Looks like OP." in said


async def test_photo_that_is_replaced_is_replaced_in_the_draft(town: TelegramTown) -> None:
    said = town.asker.sends_photo(PHOTO, caption=WORDS)
    await town.settle()
    (former,) = await town.society.images(await town.draft())

    town.asker.edits(said, photo=screen_photo())
    await town.settle()

    images = await town.society.images(await town.draft())
    assert [each.id == former.id for each in images if each.removed_at is None] == [False]
    assert unsaid(["the former one is out of the draft"], town.asker.hears()) == []


async def test_edit_of_a_draft_changes_what_is_sent(town: TelegramTown) -> None:
    said = await town.write(town.asker, WORDS)

    town.asker.edits(said, text="M50s COVID D9, O2 5 L. PE?")
    await town.settle()

    assert (await town.society.draft(MEMBER)).text.value == "M50s COVID D9, O2 5 L. PE?"


async def test_edit_after_sending_is_appended_as_new_info(town: TelegramTown) -> None:
    said = await town.write(town.asker, WORDS)
    await town.press(town.asker, Action.SEND_URGENT)

    town.asker.edits(said, text="M50s COVID D9, O2 5 L. PE?")
    await town.settle()

    assert unsaid(["Q417 was sent already: new info appended."], town.asker.hears()) == []


async def test_voice_is_politely_refused(town: TelegramTown) -> None:
    town.asker.sends_voice()
    await town.settle()

    assert town.asker.hears() == ["I cannot listen to voice messages. Please write it, without names or numbers."]


async def test_whoever_blocks_the_bot_hears_of_the_answer_elsewhere(town: TelegramTown) -> None:
    await sent(town)
    town.asker.blocks_bot()

    await town.press(town.first, Action.CLAIM)

    assert set((await town.society.told(MEMBER))[-2:]) == {"phone.blocked", "question.claimed"}


async def test_deleted_topic_is_opened_anew(town: TelegramTown) -> None:
    await take_room(town)
    await ask(town, WORDS)
    town.forum.deletes_topic(town.topic)

    await town.press(town.first, Action.CLAIM)
    await town.settle()

    assert town.forum.topic(town.topic).name == "🟡 Q417 Dr A"
    assert unsaid(["COVID D8"], town.forum.texts(town.topic)) == []


async def test_question_lives_as_a_chain_of_replies_where_topics_are_off(town: TelegramTown) -> None:
    town.forum.turns_topics(on=False)
    await take_room(town)
    await sent(town)
    await town.press(town.first.at(town.forum), Action.CLAIM)
    card = next(each for each in town.forum.messages() if each.reply_markup is not None)

    town.first.at(town.forum).writes(f"/a {ANSWER}", reply_to=card)
    await town.settle()
    await town.press(town.first.at(town.forum), Action.SEND_ANSWER)

    assert unsaid([ANSWER], town.asker.hears()) == []


async def test_somebody_else_in_the_forum_stops_words_and_images(town: TelegramTown) -> None:
    await take_room(town)
    town.forum.adds(town.peer.person("Passerby"))
    await town.settle()

    await ask(town, WORDS)

    assert not any(each.photo for each in town.forum.messages(town.topic))
    assert unsaid(["What a question says is not shown here"], town.forum.texts(town.topic)) == []
    strangers = "in its room at Telegram are people whom Hilum does not know as the panel's"
    assert unsaid([strangers], town.office.hears()) == []


async def test_bot_put_out_of_the_forum_holds_nothing_up(town: TelegramTown) -> None:
    await take_room(town)
    town.forum.removes_bot()
    await sent(town)
    await town.press(town.first, Action.CLAIM)

    (room,) = await town.society.read(lambda transaction: transaction.rooms.all())
    assert room.suspended is Suspension.GONE
    assert unsaid(["its room at Telegram is gone"], town.office.hears()) == []
    assert await state(town) is QuestionState.CLAIMED


async def test_demoted_bot_is_reported_and_holds_nothing_up(town: TelegramTown) -> None:
    await take_room(town)
    town.forum.demotes_bot()
    await town.settle()
    early = town.office.hears()

    await sent(town)
    await town.press(town.first, Action.CLAIM)

    (room,) = await town.society.read(lambda transaction: transaction.rooms.all())
    assert room.suspended is Suspension.RIGHTS
    assert unsaid(["Hilum may not do in its room at Telegram what it has to"], early) == []
    assert await state(town) is QuestionState.CLAIMED


async def test_right_to_topics_is_missed_before_the_next_question(town: TelegramTown) -> None:
    await take_room(town)
    town.forum.promotes_bot(can_delete_messages=True)
    await town.settle()
    (before,) = await town.society.read(lambda transaction: transaction.rooms.all())

    town.forum.promotes_bot()
    await town.settle()

    (after,) = await town.society.read(lambda transaction: transaction.rooms.all())
    assert (before.suspended, after.suspended) == (Suspension.RIGHTS, Suspension.NONE)


async def test_forum_that_gets_a_new_number_is_followed(town: TelegramTown) -> None:
    await take_room(town)
    moved = town.forum.upgrades(is_forum=True)
    moved.promotes_bot()
    await sent(town)

    (topic,) = moved.topics()
    assert topic.name == "🔴 Q417 PE? D8"
