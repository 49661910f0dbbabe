"""Files of members: fetched with the token from Slack's own hosts, and what comes in their place told apart."""

from __future__ import annotations

import json

import aiohttp
import pytest
from aiohttp import web

from channels.slack.hosts import is_own
from domain.errors import TransientError, UserError
from domain.messages import Address, Attachment, AttachmentKind
from domain.ports.channel import DeletingChannel
from tests.fakes.slack_world import SlackWorld, message


async def fetched(world) -> bytes:
    attachment = world.intake.messages[-1].attachments[0]
    return b"".join([chunk async for chunk in world.channel.fetch(attachment)])


@pytest.fixture
async def proxy(monkeypatch):
    """A way out of a hospital: what was asked of whom by it."""
    asked = []

    async def forward(request: web.BaseRequest) -> web.Response:
        asked.append(f"{request.method} {request.url.path}")
        named = {"host", "accept-encoding", "content-length"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in named}
        async with (
            aiohttp.ClientSession() as session,
            session.request(request.method, request.url, headers=headers, data=await request.read()) as answer,
        ):
            return web.Response(status=answer.status, body=await answer.read(), content_type=answer.content_type)

    runner = web.ServerRunner(web.Server(forward))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{runner.addresses[0][1]}")
    yield asked
    await runner.cleanup()


async def test_files_come_and_go_by_the_proxy_of_the_machine(slack, proxy, kim):
    world = SlackWorld(slack)
    runner = await world.serve()
    await kim.writes("", files=[("a.dcm", b"pixels")])
    sender = Address(channel="slack", external_id=kim.user_id)

    came = await fetched(world)
    await world.channel.send(sender, message("Answer", images=(world.image("one"),)))
    await world.channel.close()
    await runner.cleanup()

    assert came == b"pixels"
    assert [len(post.files) for post in await kim.sees()][-1] == 1
    assert {"files-pri", "upload"} <= {asked.split("/")[1] for asked in proxy}


async def test_file_of_a_message_arrives_whole(slack, world, kim):
    data = bytes(range(256)) * 1000

    await kim.writes("", files=[("a.dcm", data)])

    assert await fetched(world) == data
    assert slack.record.hosts_that_saw(slack.installation.bot_token) == {slack.url.removeprefix("http://")}


async def test_file_of_a_form_arrives(slack, world, kim):
    world.enrol(kim.user_id)
    await kim.commands()

    await kim.submits({"question": "PE?"}, files={"images": [("a.dcm", b"pixels")]})

    assert await fetched(world) == b"pixels"


async def test_file_of_a_shared_channel_is_asked_for(slack, world, kim):
    room = await slack.channel("panel-chest", kim)
    slack.share_with_another_organization(room)

    await kim.writes("", channel=room, files=[("a.dcm", b"pixels")])

    assert world.intake.messages[-1].attachments[0].size_bytes is None
    assert await fetched(world) == b"pixels"


async def test_page_in_a_files_place_is_refused(slack, world, kim):
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    slack.downloads.pages[file["id"]] = 1

    with pytest.raises(UserError, match="file_not_given"):
        await fetched(world)

    assert ("file_not_given", {"channel": "slack", "reason": "scope_missing"}) in world.log.lines


async def test_token_follows_no_redirect_away(slack, world, kim):
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    slack.downloads.moved[file["id"]] = f"{slack.elsewhere}/elsewhere/a.dcm"

    with pytest.raises(UserError, match="file_not_given"):
        await fetched(world)

    assert slack.record.hosts_that_saw(slack.installation.bot_token) == {slack.url.removeprefix("http://")}


@pytest.mark.parametrize(("status", "code"), [(503, "slack_away"), (0, "slack_away"), (429, "slack_busy")])
async def test_trouble_is_for_later(slack, world, kim, status, code):
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    if status == 429:
        slack.faults.rate_limit("url_private", channel=file["id"])
    else:
        slack.faults.fail("url_private", channel=file["id"], times=9, status=status)

    with pytest.raises(TransientError, match=code):
        await fetched(world)


@pytest.mark.parametrize(("status", "code"), [(404, "file_gone"), (403, "file_not_given")])
async def test_refusal_is_told_apart_from_loss(slack, world, kim, status, code):
    file = (await kim.writes("", files=[("a.dcm", b"pixels")])).files[0]
    slack.faults.fail("url_private", channel=file["id"], status=status)

    with pytest.raises(UserError, match=code):
        await fetched(world)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ({"mode": "tombstone"}, "file_gone"),
        ({"is_external": True, "url_private": "https://drive.example/a.dcm"}, "file_not_given"),
        ({"file_access": "access_denied"}, "file_not_given"),
    ],
    ids=["deleted", "kept elsewhere", "denied"],
)
async def test_file_that_slack_does_not_hand_out(slack, world, kim, file, code):
    await kim.writes("", files=[("a.dcm", b"pixels")])
    page = json.dumps({"ok": True, "file": file})
    slack.faults.stand_in("files.info", text=page, content_type="application/json")

    with pytest.raises(UserError, match=code):
        await fetched(world)


async def test_missing_scope_is_no_fault_of_the_file(slack, world, kim):
    await kim.writes("", files=[("a.dcm", b"pixels")])
    slack.faults.refuse("files.info", "missing_scope")

    with pytest.raises(UserError, match="file_not_given") as found:
        await fetched(world)

    assert found.value.values == {"scope": "files:read"}


async def test_file_where_the_app_is_not_is_not_called_gone(slack, world, kim):
    file = await kim.uploads(("a.dcm", b"pixels"))
    attachment = Attachment(reference=file["id"], kind=AttachmentKind.FILE)

    with pytest.raises(UserError, match="file_not_given"):
        _ = [chunk async for chunk in world.channel.fetch(attachment)]

    assert [call.error for call in slack.record.of("files.info")] == ["file_not_found"]


async def test_deleted_file_is_gone(slack, world, kim):
    await kim.writes("", files=[("a.dcm", b"pixels")])
    slack.faults.refuse("files.info", "file_deleted")

    with pytest.raises(UserError, match="file_gone"):
        await fetched(world)


def test_no_deletion_is_promised(world):
    assert not isinstance(world.channel, DeletingChannel)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://slack.com/api/x", True),
        ("https://files.slack.com/files-pri/T1-F1/a.dcm", True),
        ("http://files.slack.com/a", False),
        ("https://files.slack.com:8443/a", False),
        ("https://slack.com.example.org/a", False),
        ("https://notslack.com/a", False),
        ("https://user@files.slack.com/a", False),
        ("https://[broken/a", False),
        ("https://slack.com:99999/a", False),
        ("", False),
    ],
)
def test_only_slacks_own_hosts_get_a_token(url, own):
    assert is_own(url, api_url="https://slack.com/api/") is own
