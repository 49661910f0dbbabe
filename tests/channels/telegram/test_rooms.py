"""Questions in a panel's supergroup: topics, chains of replies, and what people do to both."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from channels.telegram.channel import TelegramChannel
from channels.telegram.inbound import heard
from domain.delivery import OfferedChoice, OutgoingMessage
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.ids import DeliveryId, QuestionId
from domain.messages import Action, Address
from domain.ports.channel import Placed, RoomChannel, RoomView
from tests.peers.telegram.groups import BOT_RIGHTS, Group
from tests.peers.telegram.topics import ICONS

TOKEN = "x" * 32
CLAIM = OfferedChoice(action=Action.CLAIM, label="Claim", digit="1")


def message(text: str, **parts: object) -> OutgoingMessage:
    given = {"delivery_id": DeliveryId(f"d-{text}"), "key": "k", "question_id": QuestionId("q1"), **parts}
    return OutgoingMessage(text=text, **given)  # type: ignore[arg-type]


def view(title: str = "🔴 Q417 PE? D8", text: str = "card", *, is_closed: bool = False, **parts: object) -> RoomView:
    card = message(text, token=TOKEN, choices=(CLAIM,), **parts)
    return RoomView(title=title, card=card, is_closed=is_closed)


def address(group) -> Address:
    return Address(channel="telegram", external_id=str(group.id))


async def opened(channel: RoomChannel, group, shown: RoomView) -> Placed:
    """Open a question's thread, and put its card there."""
    placed = await channel.open_thread(address(group), shown)
    return placed if placed.card else await channel.show(address(group), placed, shown)


@pytest.fixture
def forum(peer, ana):
    return peer.forum("Panel", ana)


@pytest.fixture
def plain(peer, ana):
    group = peer.supergroup("Panel", ana)
    group.promotes_bot()
    return group


async def test_question_opens_a_topic_with_card_pictures_and_icon(channel, world, forum):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))

    placed = await opened(channel, forum, view(images=images))

    topic = forum.topic(int(placed.thread))
    card = forum.messages(topic.thread_id)[-1]
    assert (topic.name, topic.icon_custom_emoji_id) == ("🔴 Q417 PE? D8", "5379748062124056162")
    assert (str(card.message_id), card.text.split("\n")[0], len(placed.others)) == (placed.card, "card", 2)
    assert card.reply_markup is not None


async def test_title_card_and_state_are_brought_up_to_date(channel, forum):
    placed = await opened(channel, forum, view())
    topic = forum.topic(int(placed.thread))

    assert await channel.show(address(forum), placed, view("🟡 Q417 Dr A", "taken")) == placed
    claimed = (topic.name, topic.is_closed, forum.texts(topic.thread_id), ICONS[topic.icon_custom_emoji_id])
    await channel.show(address(forum), placed, view("⚪ Q417 closed", "taken", is_closed=True))

    assert claimed == ("🟡 Q417 Dr A", False, ["taken"], "💡")
    assert (topic.name, topic.is_closed) == ("⚪ Q417 closed", True)


async def test_what_is_shown_already_posts_nothing(peer, channel, forum):
    placed = await opened(channel, forum, view())
    before = len(peer.journal.entries)

    await channel.show(address(forum), placed, view())

    called = [each.method for each in peer.journal.entries[before:]]
    assert called == ["reopenForumTopic", "editForumTopic", "editMessageText"]
    assert forum.texts(int(placed.thread)) == ["card"]


async def test_what_another_process_has_shown_is_brought_up_to_date(options, world, channel, forum):
    placed = await opened(channel, forum, view())
    topic = forum.topic(int(placed.thread))
    another = TelegramChannel(options, world.services())

    await another.show(address(forum), placed, view("🟡 Q417 Dr A", is_closed=True))
    await another.close()
    between = (topic.name, topic.is_closed)
    await channel.show(address(forum), placed, view())

    assert (between, topic.name, topic.is_closed) == (("🟡 Q417 Dr A", True), "🔴 Q417 PE? D8", False)


async def test_closed_topic_is_opened_again(channel, forum):
    placed = await opened(channel, forum, view(is_closed=True))
    closed = forum.topic(int(placed.thread)).is_closed

    await channel.show(address(forum), placed, view("🟡 Q417 Dr A"))

    assert (closed, forum.topic(int(placed.thread)).is_closed) == (True, False)


async def test_deleted_card_is_posted_again(channel, forum, ana):
    placed = await opened(channel, forum, view())
    ana.at(forum).deletes(forum.messages()[-1])

    anew = await channel.show(address(forum), placed, view(text="taken"))

    assert anew.card != placed.card
    assert forum.texts(int(anew.thread)) == ["taken"]


@pytest.mark.parametrize("refusal", ["message thread not found", "TOPIC_DELETED"])
async def test_deleted_topic_is_told(channel, forum, refusal):
    placed = await opened(channel, forum, view())
    forum.deletes_topic(int(placed.thread), refusal=refusal)

    for call in (
        channel.post(address(forum), placed, message("note")),
        channel.show(address(forum), placed, view("🟡")),
    ):
        with pytest.raises(PermanentError, match="thread_gone"):
            await call
    await channel.remove(address(forum), placed, ())


async def test_words_are_posted_in_the_topic(channel, forum):
    placed = await opened(channel, forum, view())

    reference = await channel.post(address(forum), placed, message("14:21 delivered"))

    assert forum.texts(int(placed.thread)) == ["card", "14:21 delivered"]
    assert str(forum.messages()[-1].message_id) == reference


async def test_topic_is_removed_with_everything_in_it(peer, channel, forum):
    placed = await opened(channel, forum, view())
    peer.clock.advance(timedelta(days=7))

    await channel.remove(address(forum), placed, ())

    assert (forum.topics(), forum.texts()) == ([], [])


async def test_without_topics_a_question_is_a_chain_of_replies(peer, channel, plain, ana):
    placed = await opened(channel, plain, view())
    await channel.post(address(plain), placed, message("note"))
    ana.at(plain).writes("lateral", reply_to=int(placed.card))

    said = heard(peer.updates.pending()[-1].body, at=peer.clock.now(), username="").message
    assert placed.thread == placed.card == said.origin.replied_to
    assert plain.messages()[-2].reply_to_message.message_id == int(placed.card)


async def test_chain_of_replies_is_shown_and_removed(channel, plain):
    placed = await opened(channel, plain, view())
    note = await channel.post(address(plain), placed, message("note"))

    await channel.show(address(plain), placed, view("🟡 Q417", "taken"))
    shown = plain.texts()
    await channel.remove(address(plain), placed, (note,))

    assert (shown, plain.texts()) == (["taken", "note"], [])


async def test_chain_without_its_first_message_is_gone(channel, plain, ana):
    placed = await opened(channel, plain, view())
    ana.at(plain).deletes(plain.messages()[-1])

    for call in (channel.post(address(plain), placed, message("note")), channel.show(address(plain), placed, view())):
        with pytest.raises(PermanentError, match="thread_gone"):
            await call


async def test_topic_goes_on_as_a_chain_where_topics_were_turned_off(channel, forum):
    placed = await opened(channel, forum, view())
    forum.turns_topics(on=False)

    note = await channel.post(address(forum), placed, message("note"))
    chain = await channel.show(address(forum), placed, view("🟡 Q417", "taken"))

    assert (chain.card, chain.thread) == (placed.card, placed.card)
    assert forum.texts() == ["taken", "note"]
    assert str(forum.messages()[-1].message_id) == note
    assert (await opened(channel, forum, view())).thread != placed.thread


async def test_what_stood_in_a_topic_is_removed_where_topics_were_turned_off(channel, world, forum):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    placed = await opened(channel, forum, view(images=images))
    note = await channel.post(address(forum), placed, message("note"))
    forum.turns_topics(on=False)

    await channel.remove(address(forum), placed, (note, *placed.others))

    assert not [each for each in forum.messages() if each.text or each.photo]


async def test_card_that_was_held_up_is_posted_once(peer, channel, forum):
    placed = await channel.open_thread(address(forum), view())
    peer.faults.busy(method="sendMessage")

    with pytest.raises(TransientError):
        await channel.show(address(forum), placed, view())
    shown = await channel.show(address(forum), placed, view())

    assert forum.texts(int(shown.thread)) == ["card"]


async def test_group_is_left_time_before_another_album(channel, world, forum):
    images = tuple(world.store.keep_image(str(number)) for number in range(10))
    for question in ("q1", "q2"):
        with suppress(TransientError):
            await opened(channel, forum, view(images=images, question_id=QuestionId(question)))
    held_up = len(forum.topics())

    world.advance(timedelta(minutes=1))
    await opened(channel, forum, view(images=images, question_id=QuestionId("q2")))

    assert (held_up, len(forum.topics())) == (1, 2)


async def test_icon_that_the_service_no_longer_has_is_left_out(channel, forum, monkeypatch):
    placed = await opened(channel, forum, view())
    monkeypatch.delitem(ICONS, next(icon for icon, emoji in ICONS.items() if emoji == "✅"))

    await channel.show(address(forum), placed, view("🟢 Q417"))
    other = await channel.open_thread(address(forum), view("🟢 Q418", question_id=QuestionId("q2")))

    assert [each.name for each in forum.topics()] == ["🟢 Q417", "🟢 Q418"]
    assert forum.topic(int(other.thread)).icon_custom_emoji_id is None


async def test_busy_topic_holds_up_its_group_alone(peer, channel, forum):
    placed = await opened(channel, forum, view())
    peer.faults.busy(method="editForumTopic", retry_after=40)

    with pytest.raises(TransientError) as caught:
        await channel.show(address(forum), placed, view("🟡 Q417"))

    assert (caught.value.retry_after, caught.value.is_local) == (timedelta(seconds=40), True)


async def test_closing_that_was_held_up_posts_no_second_card(peer, channel, forum):
    placed = await channel.open_thread(address(forum), view())
    peer.faults.busy(method="closeForumTopic")

    with pytest.raises(TransientError):
        await channel.show(address(forum), placed, view(is_closed=True))
    await channel.show(address(forum), placed, view(is_closed=True))

    assert [each.is_closed for each in forum.topics()] == [True]
    assert forum.texts() == ["card"]


async def test_topic_without_a_card_becomes_a_chain_where_topics_were_turned_off(channel, forum):
    placed = await channel.open_thread(address(forum), view())
    forum.turns_topics(on=False)

    with pytest.raises(PermanentError, match="thread_gone"):
        await channel.post(address(forum), placed, message("note"))
    chain = await channel.show(address(forum), placed, view("🟡 Q417"))

    assert chain.thread == chain.card == str(forum.messages()[-1].message_id)


async def test_demoted_bot_says_which_right_is_missing(channel, forum):
    placed = await opened(channel, forum, view())
    forum.demotes_bot()

    with pytest.raises(PermanentError, match="room_rights"):
        await opened(channel, forum, view())
    with pytest.raises(PermanentError, match="room_rights"):
        await channel.roster(address(forum), frozenset({"5000000001"}))
    with pytest.raises(PermanentError, match="room_rights"):
        await channel.remove(address(forum), placed, ())


@pytest.mark.parametrize("right", ["can_manage_topics", "can_delete_messages"])
async def test_right_that_was_taken_away_is_missed(channel, forum, right):
    forum.promotes_bot(**{**BOT_RIGHTS, right: False})

    with pytest.raises(PermanentError, match="room_rights"):
        await channel.roster(address(forum), frozenset())


async def test_group_without_topics_needs_no_right_to_them(channel, forum):
    forum.turns_topics(on=False)
    forum.promotes_bot(can_delete_messages=True)

    assert isinstance(await channel.roster(address(forum), frozenset()), frozenset)


async def test_bot_without_the_right_to_delete_takes_its_own_messages_back(channel, forum):
    placed = await opened(channel, forum, view())
    forum.promotes_bot(can_delete_messages=False, can_manage_topics=True)

    with pytest.raises(PermanentError, match="room_rights"):
        await channel.remove(address(forum), placed, ())

    assert int(placed.card) not in [each.message_id for each in forum.messages()]


async def test_refused_token_stops_no_room(options, world, forum):
    channel = TelegramChannel(replace(options, token=f"1:{'a' * 35}"), world.services())

    with pytest.raises(TransientError, match="telegram_token"):
        await channel.open_thread(address(forum), view())
    await channel.close()


async def test_bot_put_out_of_the_group(channel, forum):
    placed = await opened(channel, forum, view())
    forum.removes_bot()

    with pytest.raises(PermanentError, match="room_gone"):
        await channel.post(address(forum), placed, message("note"))


async def test_upgraded_group_says_where_it_is_now(peer, channel, ana):
    group = peer.group("Panel", ana)
    new = group.upgrades()

    with pytest.raises(RoomMovedError) as caught:
        await channel.open_thread(address(group), view())

    assert caught.value.address == address(new)


async def test_roster_knows_panelists_and_counts_strangers(peer, channel, forum, ana, hers):
    stranger, away = peer.person("Bo"), peer.person("Cho")
    forum.adds(stranger)
    forum.adds(away)
    forum.removes(away)

    found = await channel.roster(address(forum), frozenset({hers.external_id, str(away.id), "77", "web"}))

    assert found == {hers.external_id, "?1", "?2"}  # the owner of the group is nobody of the panel either


async def test_public_group_is_no_room(channel, forum):
    forum.room.chat = forum.room.chat.model_copy(update={"username": "chest_of_everybody"})

    with pytest.raises(PermanentError, match="room_public"):
        await channel.roster(address(forum))


@pytest.mark.parametrize("opens", [Group.links_a_channel, Group.gets_a_location])
async def test_group_that_others_can_find_is_no_room(channel, forum, opens):
    assert await channel.roster(address(forum))

    opens(forum)

    with pytest.raises(PermanentError, match="room_public"):
        await channel.roster(address(forum))


def test_room_is_paced_below_the_services_limit(channel, forum):
    gate = channel.room_gate(address(forum))

    assert gate.channel == f"telegram|{forum.id}"
    assert gate.burst + timedelta(minutes=1) / gate.interval <= 20


async def test_pictures_of_a_card_that_is_refused_for_good_go(peer, channel, world, plain):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    peer.faults.refused(method="sendMessage")

    with pytest.raises(PermanentError, match="telegram_refused"):
        await channel.open_thread(address(plain), view(images=images))

    assert len(peer.journal.calls("sendMediaGroup")) == 1
    assert [each for each in plain.messages() if each.photo] == []


async def test_pictures_of_a_refused_card_are_tried_again_while_the_service_is_busy(peer, channel, world, plain):
    images = tuple(world.store.keep_image(name) for name in ("one", "two"))
    peer.faults.refused(2, method="sendMessage")
    peer.faults.busy(method="deleteMessages")

    for error in (TransientError, PermanentError):
        with pytest.raises(error):
            await channel.open_thread(address(plain), view(images=images))
        world.advance(timedelta(minutes=1))

    assert len(peer.journal.calls("sendMediaGroup")) == 1
    assert [each for each in plain.messages() if each.photo] == []
