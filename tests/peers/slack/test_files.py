"""Files: uploaded by the app, fetched with the token, and everything that comes instead of a file."""

from __future__ import annotations

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient


@pytest.fixture
def client(slack):
    return AsyncWebClient(token=slack.installation.bot_token, base_url=slack.api_url, retry_handlers=[])


async def test_file_of_a_message_is_fetched_with_the_token(slack):
    kim = await slack.person("kim")
    post = await kim.writes("", files=[("a.dcm", b"pixels")])

    fetched = await _fetch(slack, post.files[0]["url_private"])

    assert fetched == (200, "application/octet-stream", b"pixels")
    assert slack.downloads.fetched[post.files[0]["id"]] == 1


@pytest.mark.parametrize("trouble", ["no token", "wrong token", "missing scope", "page"])
async def test_page_to_sign_in_comes_instead(slack, trouble):
    kim = await slack.person("kim")
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    token = {"no token": "", "wrong token": "xoxb-wrong"}.get(trouble)
    if trouble == "missing scope":
        await slack.set_scopes("chat:write")
    if trouble == "page":
        slack.downloads.pages[file["id"]] = 1

    status, kind, body = await _fetch(slack, file["url_private"], token=token)

    assert (status, kind) == (200, "text/html")
    assert body.startswith(b"<!DOCTYPE html>")


async def test_file_put_into_a_modal_is_fetched(slack, client):
    kim = await slack.person("kim")
    file = await kim.uploads(("a.dcm", b"pixels"))
    slack.downloads.owners[file["id"]] = kim.token

    found = await client.files_info(file=file["id"])

    assert (await _fetch(slack, found["file"]["url_private"]))[2] == b"pixels"


async def test_app_uploads_several_files_into_a_thread(slack, client):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    card = await client.chat_postMessage(channel=channel, text="Q417")

    await client.files_upload_v2(
        channel=channel,
        thread_ts=card["ts"],
        initial_comment="images",
        file_uploads=[{"content": b"one", "filename": "1.png"}, {"content": b"two", "filename": "2.png"}],
    )

    reply = (await kim.sees(channel, thread=card["ts"]))[-1]
    assert (reply.text, [file["name"] for file in reply.files]) == ("images", ["1.png", "2.png"])
    assert slack.record.count("files.completeUploadExternal") == 1


async def test_shared_channel_gives_files_to_be_checked(slack, client):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    slack.share_with_another_organization(channel)

    await kim.writes("", channel=channel, files=[("a.dcm", b"pixels")])

    event = slack.deliveries[-1]
    stub = event.event["files"][0]
    assert (stub["file_access"], "url_private" in stub) == ("check_file_info", False)
    assert event.payload["is_ext_shared_channel"]
    assert (await client.files_info(file=stub["id"]))["file"]["name"] == "a.dcm"


async def test_token_sent_to_another_host_is_noticed(slack):
    kim = await slack.person("kim")
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    slack.downloads.moved[file["id"]] = f"{slack.elsewhere}/elsewhere/a.dcm"
    own, other = (url.removeprefix("http://") for url in (slack.url, slack.elsewhere))

    await _fetch(slack, file["url_private"])
    hosts_of_a_careful_client = slack.record.hosts_that_saw(slack.installation.bot_token)
    await _fetch(slack, slack.downloads.moved[file["id"]])

    assert hosts_of_a_careful_client == {own}
    assert slack.record.hosts_that_saw(slack.installation.bot_token) == {own, other}


async def test_file_kept_elsewhere_names_its_own_host(slack):
    kim = await slack.person("kim")
    slack.workspace.events.external_files["a.dcm"] = f"{slack.elsewhere}/elsewhere/a.dcm"

    await kim.writes("", files=[("a.dcm", b"pixels")])

    file = slack.deliveries[-1].event["files"][0]
    assert (file["is_external"], file["url_private"].startswith(slack.elsewhere)) == (True, True)


async def _fetch(slack, url, *, token=None):
    token = slack.installation.bot_token if token is None else token
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as response:
        return response.status, response.content_type, await response.read()
