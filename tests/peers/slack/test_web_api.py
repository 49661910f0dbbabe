"""What an app sees of Slack's Web API through slack_sdk: emulate's answers, and ours where emulate has none."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.peers.slack.faults import Limit, Weather

BUTTON = {"type": "button", "action_id": "take", "text": {"type": "plain_text", "text": "Take"}, "value": "t1"}
CARD = [{"type": "actions", "elements": [BUTTON]}]


@pytest.fixture
def client(slack):
    # By default it sends again what it had no answer to, and a message is posted twice.
    return AsyncWebClient(token=slack.installation.bot_token, base_url=slack.api_url, retry_handlers=[])


async def test_app_knows_itself_and_its_scopes(slack, client):
    answer = await client.auth_test()

    assert answer["bot_id"] == slack.installation.bot_id
    assert answer.headers["x-oauth-scopes"].split(",") == list(slack.installation.scopes)


async def test_query_strings_and_forms_are_understood(slack, client):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)

    sent = await client.chat_postMessage(channel=channel, text="first", blocks=CARD)
    await client.chat_postMessage(channel=channel, text="second", thread_ts=sent["ts"])
    replies = await client.conversations_replies(channel=channel, ts=sent["ts"])
    members = await client.conversations_members(channel=channel)

    assert [message["text"] for message in replies["messages"]] == ["first", "second"]
    assert set(members["members"]) == {kim.user_id, slack.installation.bot_user}
    assert (await kim.sees(channel))[0].blocks[0]["block_id"]


@pytest.mark.parametrize("has_reply", [True, False])
async def test_reply_to_what_was_deleted_stands_in_its_thread_only_where_there_is_one(slack, client, has_reply):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    card = await client.chat_postMessage(channel=channel, text="card")
    if has_reply:
        await client.chat_postMessage(channel=channel, text="first", thread_ts=card["ts"])
    await client.chat_delete(channel=channel, ts=card["ts"])

    sent = await client.chat_postMessage(channel=channel, text="second", thread_ts=card["ts"])

    assert sent["message"].get("thread_ts") == (card["ts"] if has_reply else None)
    assert ("second" in [post.text for post in await kim.sees(channel)]) is not has_reply


async def test_calls_are_counted_by_method_and_channel(slack, client):
    kim = await slack.person("kim")
    one, other = await slack.channel("one", kim), await slack.channel("other", kim)

    await client.chat_postMessage(channel=one, text="a")
    await client.chat_postMessage(channel=one, text="b")
    await client.chat_postMessage(channel=other, text="c")

    assert slack.record.count("chat.postMessage") == 3
    assert [call.arguments["text"] for call in slack.record.of("chat.postMessage", one)] == ["a", "b"]


async def test_too_many_requests_say_when_to_retry(slack, client):
    kim = await slack.person("kim")
    one, other = await slack.channel("one", kim), await slack.channel("other", kim)
    slack.faults.rate_limit("chat.postMessage", channel=one, retry_after=7)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=one, text="a")
    await client.chat_postMessage(channel=other, text="b")
    await client.chat_postMessage(channel=one, text="c")

    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "7")
    assert [call.status for call in slack.record.calls if call.method == "chat.postMessage"] == [429, 200, 200]


@pytest.mark.parametrize(("after_effect", "seen"), [(False, []), (True, ["a"])])
async def test_server_error_before_or_after_the_effect(slack, client, after_effect, seen):
    kim = await slack.person("kim")
    channel = await slack.channel("one", kim)
    slack.faults.fail("chat.postMessage", after_effect=after_effect)

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=channel, text="a")

    assert refused.value.response.status_code == 503
    assert [post.text for post in await kim.sees(channel) if post.text == "a"] == seen


async def test_connection_drops_after_the_effect(slack, client):
    kim = await slack.person("kim")
    channel = await slack.channel("one", kim)
    slack.faults.drop("chat.postMessage")

    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel=channel, text="a")

    assert "a" in [post.text for post in await kim.sees(channel)]


async def test_limit_counts_each_channel_by_itself(slack, client):
    kim = await slack.person("kim")
    one, other = await slack.channel("one", kim), await slack.channel("other", kim)
    slack.faults.limits["chat.postMessage"] = Limit(per_second=1)

    for channel in (one, other):
        await client.chat_postMessage(channel=channel, text="a")
    slack.faults.limits["chat.postMessage"].per_second = 0
    with pytest.raises(SlackApiError, match="ratelimited"):
        await client.chat_postMessage(channel=one, text="b")

    assert [call.status for call in slack.record.of("chat.postMessage")] == [200, 200, 429]


async def test_refusal_is_in_slacks_own_words(slack, client):
    slack.faults.refuse("auth.test", "fatal_word")

    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()

    assert (refused.value.response.status_code, refused.value.response["error"]) == (200, "fatal_word")


async def test_page_of_a_proxy_is_no_answer(slack, client):
    slack.faults.stand_in("auth.test", text="<p>busy</p>", content_type="text/html")

    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()

    assert refused.value.response.data == {}


async def test_blocks_that_are_too_long_together_are_refused(slack, client):
    kim = await slack.person("kim")
    section = {"type": "section", "text": {"type": "plain_text", "text": "x" * 2900}}

    await client.chat_postMessage(channel=kim.user_id, text="a", blocks=[section] * 4)
    with pytest.raises(SlackApiError, match="msg_blocks_too_long"):
        await client.chat_postMessage(channel=kim.user_id, text="a", blocks=[section] * 5)


def test_weather_is_the_same_for_the_same_seed():
    def statuses(seed):
        weather = Weather(methods=frozenset({"chat.postMessage"}), too_many=0.05, broken=0.02, seed=seed)
        return [fault.status if (fault := weather.next("chat.postMessage")) else 200 for _ in range(1000)]

    assert statuses(1) == statuses(1) != statuses(2)
    assert (30 < statuses(1).count(429) < 70, 5 < statuses(1).count(503) < 40) == (True, True)


@pytest.mark.parametrize(("private", "error"), [(True, "channel_not_found"), (False, "not_in_channel")])
async def test_app_cannot_write_where_it_is_not(slack, client, private, error):
    kim = await slack.person("kim")
    channel = await slack.channel("lunch", kim, private=private, has_app=False)

    with pytest.raises(SlackApiError, match=error):
        await client.chat_postMessage(channel=channel, text="a")


async def test_people_are_found_by_address_of_mail(slack, client):
    kim = await slack.person("kim", email="kim@example.org")

    found = await client.users_lookupByEmail(email="kim@example.org")

    assert found["user"]["id"] == kim.user_id


@pytest.mark.parametrize(("token", "error"), [("", "not_authed"), ("xoxb-wrong", "invalid_auth")])
async def test_wrong_tokens_are_refused(slack, token, error):
    with pytest.raises(SlackApiError) as refused:
        await AsyncWebClient(token=token, base_url=slack.api_url).auth_test()

    assert refused.value.response["error"] == error


async def test_missing_scope_is_named(slack, client):
    kim = await slack.person("kim")
    await slack.set_scopes("im:write", "files:read")

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=kim.user_id, text="a")

    assert (refused.value.response["error"], refused.value.response["needed"]) == ("missing_scope", "chat:write")


async def test_ephemeral_message_shows_to_one_person(slack, client):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    channel = await slack.channel("panel-chest", kim, lee)

    await client.chat_postEphemeral(channel=channel, user=lee.user_id, text="already taken", blocks=CARD)

    assert [post.text for post in await lee.sees_only_here()] == ["already taken"]
    assert await kim.sees_only_here() == []
    assert "already taken" not in [post.text for post in await lee.sees(channel)]


async def test_ephemeral_message_in_a_thread_shows_only_where_that_has_replies(slack, client):
    kim, lee = await slack.person("kim"), await slack.person("lee")
    channel = await slack.channel("panel-chest", kim, lee)
    card = await kim.writes("Q417", channel=channel)
    told = {"channel": channel, "user": lee.user_id, "text": "already taken", "thread_ts": card.ts}

    answers = [await client.chat_postEphemeral(**told)]
    before = await lee.sees_only_here(thread=card.ts)
    await kim.writes("mine", channel=channel, thread=card.ts)
    answers.append(await client.chat_postEphemeral(**told))

    assert [answer["ok"] for answer in answers] == [True, True]
    assert (before, await lee.sees_only_here()) == ([], [])
    assert [post.text for post in await lee.sees_only_here(thread=card.ts)] == ["already taken"]


@pytest.mark.parametrize(
    "blocks",
    [
        [{"type": "actions", "elements": [{**BUTTON, "text": {"type": "plain_text", "text": "x" * 76}}]}],
        [{"type": "actions", "elements": [BUTTON, BUTTON]}],
        [{"type": "divider", "colour": "red"}],
        [{"type": "section", "text": "not an object"}],
        [{"type": "divider"}] * 51,
        [{"type": "drawing"}],
    ],
    ids=["long label", "same action twice", "unknown field", "text for object", "too many", "unknown type"],
)
async def test_blocks_slack_would_refuse_are_refused(slack, client, blocks):
    kim = await slack.person("kim")

    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel=kim.user_id, text="a", blocks=blocks)

    assert refused.value.response["error"] == "invalid_blocks"
    assert refused.value.response["response_metadata"]["messages"]
