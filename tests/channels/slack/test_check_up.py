"""What `hilum doctor` says of the app, its events and its channels, each fault with a way to mend it."""

from __future__ import annotations

import json
import time

import pytest

from channels.slack.check_up import check_up
from channels.slack.options import SlackOptions
from channels.slack.scopes import BOT_SCOPES
from domain.ids import PanelId
from domain.messages import Address
from domain.room import Room
from tests.fakes.slack_world import SlackWorld

NOWHERE = "http://127.0.0.1:9/hooks/slack"


def options_of(slack, **more):
    tokens = {"bot_token": slack.installation.bot_token, "app_token": slack.installation.app_token}
    return SlackOptions(**{**tokens, "api_url": slack.api_url, **more})


def room_of(channel):
    return Room(panel_id=PanelId("chest"), address=Address(channel="slack", external_id=channel))


async def channel_finding(slack, channel):
    *_, finding = await check_up(options_of(slack), (room_of(channel),), hook=NOWHERE, clock=time.time)
    return finding


async def test_all_is_well(slack):
    channel = await slack.channel("panel-chest", await slack.person("kim"))

    findings = await check_up(options_of(slack), (room_of(channel),), hook=NOWHERE, clock=time.time)

    assert [finding.part for finding in findings] == ["slack", "slack events", "slack channel of chest"]
    assert [finding for finding in findings if not finding.is_fine] == []


async def test_unknown_token_leads_to_its_page(slack):
    (finding,) = await check_up(options_of(slack, bot_token="xoxb-of-nobody"), (), hook=NOWHERE, clock=time.time)

    assert (finding.part, finding.is_fine) == ("slack", False)
    assert "OAuth & Permissions" in finding.mend
    assert "xoxb-of-nobody" not in finding.says + finding.mend


async def test_uninstalled_app_is_found(slack):
    await slack.uninstall()

    (finding,) = await check_up(options_of(slack), (), hook=NOWHERE, clock=time.time)

    assert "taken out" in finding.says
    assert "Install to Workspace" in finding.mend


async def test_slack_out_of_reach_is_said(slack):
    (finding,) = await check_up(options_of(slack, api_url="http://127.0.0.1:9/api/"), (), hook=NOWHERE, clock=time.time)

    assert "gives no answer" in finding.says
    assert "api_url" in finding.mend


@pytest.mark.parametrize("trouble", ["busy", "broken", "internal_error", "endpoint_unavailable"])
@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("auth.test", "slack"),
        ("apps.connections.open", "slack events"),
        ("conversations.info", "slack channel of chest"),
    ],
)
async def test_slack_that_is_busy_or_broken_is_asked_again(slack, method, part, trouble):
    channel = await slack.channel("panel-chest", await slack.person("kim"))
    orders = {"busy": slack.faults.rate_limit, "broken": slack.faults.fail}
    orders.get(trouble, lambda each: slack.faults.refuse(each, trouble))(method)

    findings = await check_up(options_of(slack), (room_of(channel),), hook=NOWHERE, clock=time.time)

    (fault,) = [finding for finding in findings if not finding.is_fine]
    assert (fault.part, fault.says.startswith("Slack is busy or away (")) == (part, True)
    assert fault.mend.startswith("run `hilum doctor` again in a minute")


@pytest.mark.parametrize(
    ("page", "kind"),
    [("<p>no</p>", "text/html"), ("no", "text/plain"), ("null", "application/json"), ("[", "application/json")],
)
@pytest.mark.parametrize("method", ["auth.test", "apps.connections.open", "conversations.info"])
async def test_page_of_a_proxy_is_no_refusal_of_slacks(slack, method, page, kind):
    channel = await slack.channel("panel-chest", await slack.person("kim"))
    slack.faults.stand_in(method, text=page, content_type=kind)

    findings = await check_up(options_of(slack), (room_of(channel),), hook=NOWHERE, clock=time.time)

    (fault,) = [finding for finding in findings if not finding.is_fine]
    assert "gives no answer of Slack's" in fault.says
    assert "proxy" in fault.mend


async def test_workspace_that_lets_the_app_in_no_more_is_told_apart(slack):
    slack.faults.refuse("auth.test", "accesslimited")

    (finding,) = await check_up(options_of(slack), (), hook=NOWHERE, clock=time.time)

    assert "accesslimited" in finding.says
    assert ("owner of the workspace" in finding.mend, "token_file" in finding.mend) == (True, False)


async def test_missing_scopes_are_named(slack):
    await slack.set_scopes(*(BOT_SCOPES.keys() - {"files:read", "im:write"}))

    first, *_ = await check_up(options_of(slack), (), hook=NOWHERE, clock=time.time)

    assert first.says == "the app may not fetch the images that members send; nor write to members first"
    assert "add files:read, im:write" in first.mend


async def test_wrong_app_token_is_found(slack):
    _, finding = await check_up(options_of(slack, app_token="xapp-of-nobody"), (), hook=NOWHERE, clock=time.time)

    assert (finding.part, finding.is_fine) == ("slack events", False)
    assert "connections:write" in finding.mend


async def _hook_finding(slack, *, secret):
    """Return what is said of an address that a program with the peer's signing secret answers at."""
    world = SlackWorld(slack)
    runner = await world.serve()
    try:
        options = options_of(slack, app_token="", signing_secret=secret)
        _, finding = await check_up(options, (), hook=slack.courier.address, clock=time.time)
    finally:
        await runner.cleanup()
        await world.channel.close()
    return finding


async def test_address_that_answers_what_is_signed_is_well(slack):
    finding = await _hook_finding(slack, secret=slack.installation.signing_secret)

    assert (finding.part, finding.is_fine) == ("slack events", True)
    assert "Interactivity" in finding.says


async def test_address_with_another_secret_is_found(slack):
    finding = await _hook_finding(slack, secret="of-another-app")

    assert not finding.is_fine
    assert "channels.slack.signing_secret" in finding.mend


async def test_address_that_nobody_answers_at_is_found(slack):
    _, finding = await check_up(
        options_of(slack, app_token="", signing_secret="a-secret"), (), hook=NOWHERE, clock=time.time
    )

    assert (finding.is_fine, "gives no answer from here" in finding.says) == (False, True)
    assert "/hooks/slack" in finding.mend


async def test_app_outside_the_channel_is_found(slack):
    kim = await slack.person("kim")
    hidden = await slack.channel("panel-chest", kim, has_app=False)
    public = await slack.channel("panel-open", kim, has_app=False, private=False)

    findings = [await channel_finding(slack, channel) for channel in (hidden, public)]

    assert [finding.is_fine for finding in findings] == [False, False]
    assert all("/invite @Hilum" in finding.mend for finding in findings)


async def test_public_channel_is_found(slack):
    channel = await slack.channel("panel-open", await slack.person("kim"), private=False)

    finding = await channel_finding(slack, channel)

    assert not finding.is_fine
    assert "private channel" in finding.mend


async def test_archived_channel_is_found(slack):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    await kim.archives(channel)

    finding = await channel_finding(slack, channel)

    assert (finding.is_fine, finding.says) == (False, "it is archived")


@pytest.mark.parametrize("kind", ["is_ext_shared", "is_org_shared"])
async def test_channel_shared_with_others_is_found(slack, kind):
    channel = await slack.channel("panel-chest", await slack.person("kim"))
    shown = {"ok": True, "channel": {"is_member": True, "is_private": True, kind: True}}
    slack.faults.stand_in("conversations.info", text=json.dumps(shown), content_type="application/json")

    finding = await channel_finding(slack, channel)

    assert not finding.is_fine
    assert "another organization" in finding.says


@pytest.mark.parametrize("options", [{"app_token": ""}, {"api_url": "http://127.0.0.1/api"}])
def test_options_that_cannot_work_are_refused(options):
    with pytest.raises(ValueError, match=r"token|slash"):
        SlackOptions(**{"bot_token": "xoxb-a", "app_token": "xapp-a", **options})
