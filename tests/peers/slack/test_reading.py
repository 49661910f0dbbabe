"""Histories and threads as an app reads them: by time, page by page."""

from __future__ import annotations

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=slack.installation.bot_token, base_url=slack.api_url, retry_handlers=[])


@pytest.fixture
async def posts(slack):
    """Three messages in a conversation with the app, oldest first."""
    kim = await slack.person("kim")
    return [await kim.writes(text) for text in ("first", "second", "third")]


def texts(answer):
    return [message["text"] for message in answer["messages"]]


async def test_history_comes_newest_first_page_by_page(client, posts):
    channel = posts[0].channel

    first = await client.conversations_history(channel=channel, limit=2)
    rest = await client.conversations_history(
        channel=channel, limit=2, cursor=first["response_metadata"]["next_cursor"]
    )

    assert (texts(first), texts(rest)) == (["third", "second"], ["first"])
    assert (first["has_more"], rest["has_more"], rest["response_metadata"]["next_cursor"]) == (True, False, "")


@pytest.mark.parametrize(("inclusive", "found"), [(False, ["second"]), (True, ["third", "second", "first"])])
async def test_bounds_are_left_out_unless_asked_for(client, posts, inclusive, found):
    first, _, third = posts

    answer = await client.conversations_history(
        channel=first.channel, oldest=first.ts, latest=third.ts, inclusive=inclusive
    )

    assert texts(answer) == found


async def test_thread_comes_oldest_first_behind_its_message(slack, client):
    kim = await slack.person("kim")
    root = await kim.writes("root")
    first = await kim.writes("first", thread=root.ts)
    second = await kim.writes("second", thread=root.ts)

    answer = await client.conversations_replies(channel=root.channel, ts=root.ts, oldest=first.ts)
    (parent,) = (await client.conversations_history(channel=root.channel))["messages"]

    assert texts(answer) == ["root", "second"]
    assert (parent["thread_ts"], parent["reply_count"], parent["latest_reply"]) == (root.ts, 2, second.ts)


@pytest.mark.parametrize(
    ("asked", "error"), [({"limit": 1000}, "invalid_limit"), ({"cursor": "bm9uZQ=="}, "invalid_cursor")]
)
async def test_wrong_pages_are_refused(client, posts, asked, error):
    with pytest.raises(SlackApiError, match=error):
        await client.conversations_history(channel=posts[0].channel, **asked)


async def test_app_opens_the_conversation_that_a_person_has(slack, client, posts):
    kim = await slack.person("kim")

    opened = await client.conversations_open(users=kim.user_id)

    assert opened["channel"]["id"] == posts[0].channel


async def test_history_needs_its_scope(slack, client, posts):
    await slack.set_scopes("chat:write")

    with pytest.raises(SlackApiError, match="missing_scope"):
        await client.conversations_history(channel=posts[0].channel)
