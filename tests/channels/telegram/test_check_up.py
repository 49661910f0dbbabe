"""What `hilum doctor` says of the bot, its webhook and its groups, each fault with a way to mend it."""

from __future__ import annotations

from functools import partial

import pytest

from channels.telegram.check_up import check_up
from channels.telegram.options import TelegramOptions
from domain.ids import PanelId
from domain.messages import Address
from domain.room import Room
from tests.peers.telegram.groups import Group
from tests.peers.telegram.peer import TelegramPeer

HOOK = "http://127.0.0.1:9/hooks/telegram"
SECRET = "a-word-of-our-own-123"


@pytest.fixture
async def peer():
    async with TelegramPeer() as running:
        yield running


def options_of(peer, **more):
    return TelegramOptions(**{"token": peer.token, "api_url": peer.url, **more})


def room_of(group):
    return Room(panel_id=PanelId("chest"), address=Address(channel="telegram", external_id=str(group.id)))


async def group_finding(peer, group):
    *_, finding = await check_up(options_of(peer), (room_of(group),))
    return finding


async def test_all_is_well(peer):
    findings = await check_up(options_of(peer), (room_of(peer.forum("Chest")),))

    assert [finding.part for finding in findings] == ["telegram", "telegram webhook", "telegram group of chest"]
    assert [finding for finding in findings if not finding.is_fine] == []


async def test_server_of_ones_own_must_not_be_local(peer):
    first, *_ = await check_up(options_of(peer), ())

    assert (first.is_fine, "without --local" in first.mend) == (True, True)


@pytest.mark.parametrize("token", ["7654321:AAThisTokenWasRevokedByItsOwner_0000", "none at all"])
async def test_unknown_token_leads_to_botfather(peer, token):
    (finding,) = await check_up(options_of(peer, token=token), ())

    assert (finding.part, finding.is_fine) == ("telegram", False)
    assert "@BotFather" in finding.mend
    assert token not in finding.says + finding.mend


@pytest.mark.parametrize("code", [401, 403, 404, 502])
async def test_page_of_a_proxy_is_not_taken_for_telegram(peer, code):
    peer.faults.broken(code=code)

    (finding,) = await check_up(options_of(peer), ())

    assert "gives no answer of Telegram's" in finding.says
    assert "proxy" in finding.mend


@pytest.mark.parametrize(("method", "part"), [("getMe", "telegram"), ("getWebhookInfo", "telegram")])
async def test_answer_of_which_nothing_is_understood_is_said(peer, method, part):
    peer.faults.nonsense(method=method)

    (finding,) = await check_up(options_of(peer), ())

    assert (finding.part, finding.is_fine) == (part, False)
    assert "telegram_unreadable" in finding.says


async def test_busy_telegram_is_asked_later(peer):
    peer.faults.busy()

    (finding,) = await check_up(options_of(peer), ())

    assert (finding.says, "again" in finding.mend) == ("Telegram is asked too often now", True)


@pytest.mark.parametrize("fault", ["busy", "broken", "nonsense"])
async def test_group_of_which_nothing_is_heard_hides_no_other(peer, fault):
    rooms = [room_of(peer.forum(name)) for name in ("Chest", "Neck")]
    getattr(peer.faults, fault)(method="getChat", **({"code": 403} if fault == "broken" else {}))

    *_, first, second = await check_up(options_of(peer), rooms)

    assert (first.is_fine, second.is_fine) == (False, True)
    assert "nothing is heard of it now" in first.says


async def test_telegram_out_of_reach_is_said(peer):
    (finding,) = await check_up(options_of(peer, api_url="http://127.0.0.1:9"), ())

    assert "gives no answer" in finding.says
    assert peer.token not in finding.says


async def test_bot_for_no_groups_is_let_in_first(peer):
    group = peer.forum("Chest")
    peer.service.bot = peer.service.bot.model_copy(update={"can_join_groups": False})
    first, _, there = await check_up(options_of(peer), (room_of(group),))

    group.removes_bot()

    assert (first.is_fine, there.is_fine) == (True, True)
    assert "Allow Groups" in (await group_finding(peer, group)).mend


async def test_webhook_of_another_program_is_found(peer):
    peer.updates.webhook_url = "http://127.0.0.1:9/other"

    _, fetching = await check_up(options_of(peer), ())
    _, hooked = await check_up(options_of(peer, webhook_url=HOOK, webhook_secret=SECRET), ())

    assert (fetching.is_fine, hooked.is_fine) == (False, False)
    assert "another program" in fetching.mend
    assert hooked.says == "Telegram brings updates elsewhere"


async def test_webhook_never_set_is_found(peer):
    _, finding = await check_up(options_of(peer, webhook_url=HOOK, webhook_secret=SECRET), ())

    assert (finding.is_fine, finding.says) == (False, "Telegram does not know channels.telegram.webhook_url")
    assert "webhook_refused" in finding.mend


async def test_webhook_that_fails_says_what_telegram_met(peer):
    peer.service.webhook.attempts = 1_000
    peer.updates.webhook_url = HOOK
    peer.person("Ana").starts()
    await peer.until(lambda: peer.service.webhook.last_error)

    _, finding = await check_up(options_of(peer, webhook_url=HOOK, webhook_secret=SECRET), ())

    assert finding.says == "1 updates wait: Connection refused"
    assert HOOK in finding.mend


async def test_failure_of_long_ago_is_none(peer):
    failed_at = peer.clock.second()
    peer.updates.webhook_url = HOOK
    peer.service.webhook.last_error, peer.service.webhook.failed_at = "Connection refused", failed_at
    peer.updates.loop = None
    peer.person("Ana").starts()
    options = options_of(peer, webhook_url=HOOK, webhook_secret=SECRET)

    seen = [(await check_up(options, (), clock=partial(_after, failed_at, each)))[1] for each in (599, 600)]

    assert [finding.is_fine for finding in seen] == [False, True]


def _after(moment, seconds):
    return moment.timestamp() + seconds


async def test_working_webhook_is_fine(peer):
    peer.updates.webhook_url = HOOK

    _, finding = await check_up(options_of(peer, webhook_url=HOOK, webhook_secret=SECRET), ())

    assert (finding.is_fine, finding.says) == (True, f"set to {HOOK}")


async def test_updates_that_nobody_fetches_are_counted(peer):
    ana = peer.person("Ana")
    for _ in range(101):
        ana.writes("58M. PE?")

    _, finding = await check_up(options_of(peer), ())

    assert (finding.is_fine, finding.says) == (False, "101 updates wait")


async def test_demoted_bot_is_found(peer):
    group = peer.forum("Chest")
    group.demotes_bot()

    finding = await group_finding(peer, group)

    assert not finding.is_fine
    assert "Add Administrator" in finding.mend


async def test_missing_right_is_named(peer):
    group = peer.forum("Chest")
    group.promotes_bot(can_manage_topics=True)

    finding = await group_finding(peer, group)

    assert finding.says == "the bot lacks rights there: Delete messages"


async def test_right_to_topics_is_not_missed_where_there_are_none(peer):
    group = peer.supergroup("Chest")
    group.promotes_bot(can_delete_messages=True)

    finding = await group_finding(peer, group)

    assert (finding.is_fine, finding.says) == (True, "it has no topics: reply chains")


async def test_bot_put_out_of_the_group_is_found(peer):
    group = peer.forum("Chest")
    group.removes_bot()

    finding = await group_finding(peer, group)

    assert not finding.is_fine
    assert "/panel chest" in finding.mend


async def test_upgraded_group_has_a_new_id(peer):
    group = peer.group("Chest")
    new = group.upgrades()

    finding = await group_finding(peer, group)

    assert finding.mend == f"hilum panels room chest telegram {new.id}"


async def test_public_group_is_found(peer):
    group = peer.forum("Chest")
    group.room.chat = group.room.chat.model_copy(update={"username": "chest_of_everybody"})

    finding = await group_finding(peer, group)

    assert not finding.is_fine
    assert "Private" in finding.mend


@pytest.mark.parametrize(
    ("opens", "mend"), [(Group.links_a_channel, "Linked Channel"), (Group.gets_a_location, "without a location")]
)
async def test_group_that_others_can_find_is_found(peer, opens, mend):
    group = peer.forum("Chest")
    opens(group)

    finding = await group_finding(peer, group)

    assert (finding.is_fine, mend in finding.mend, "/panel chest" in finding.mend) == (False, True, True)


async def test_group_without_topics_still_works(peer):
    group = peer.supergroup("Chest")
    group.promotes_bot()

    finding = await group_finding(peer, group)

    assert (finding.is_fine, finding.says) == (True, "it has no topics: reply chains")
