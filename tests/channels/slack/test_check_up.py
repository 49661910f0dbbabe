"""What `hilum doctor` says of the app, its events and its channels, each fault with a way to mend it."""

from __future__ import annotations

import pytest

from channels.slack.check_up import check_up
from channels.slack.options import SlackOptions
from channels.slack.scopes import BOT_SCOPES
from domain.ids import PanelId
from domain.messages import Address
from domain.room import Room


def options_of(slack, **more):
    tokens = {"bot_token": slack.installation.bot_token, "app_token": slack.installation.app_token}
    return SlackOptions(**{**tokens, "api_url": slack.api_url, **more})


def room_of(channel):
    return Room(panel_id=PanelId("chest"), address=Address(channel="slack", external_id=channel))


async def channel_finding(slack, channel):
    *_, finding = await check_up(options_of(slack), (room_of(channel),))
    return finding


async def test_all_is_well(slack):
    channel = await slack.channel("panel-chest", await slack.person("kim"))

    findings = await check_up(options_of(slack), (room_of(channel),))

    assert [finding.part for finding in findings] == ["slack", "slack events", "slack channel of chest"]
    assert [finding for finding in findings if not finding.is_fine] == []


async def test_unknown_token_leads_to_its_page(slack):
    (finding,) = await check_up(options_of(slack, bot_token="xoxb-of-nobody"), ())

    assert (finding.part, finding.is_fine) == ("slack", False)
    assert "OAuth & Permissions" in finding.mend
    assert "xoxb-of-nobody" not in finding.says + finding.mend


async def test_uninstalled_app_is_found(slack):
    await slack.uninstall()

    (finding,) = await check_up(options_of(slack), ())

    assert "taken out" in finding.says
    assert "Install to Workspace" in finding.mend


async def test_slack_out_of_reach_is_said(slack):
    (finding,) = await check_up(options_of(slack, api_url="http://127.0.0.1:9/api/"), ())

    assert "gives no answer" in finding.says


async def test_broken_slack_is_said(slack):
    slack.faults.fail("auth.test")

    (finding,) = await check_up(options_of(slack), ())

    assert not finding.is_fine


async def test_missing_scopes_are_named(slack):
    await slack.set_scopes(*(BOT_SCOPES.keys() - {"files:read", "im:write"}))

    first, *_ = await check_up(options_of(slack), ())

    assert first.says == "the app may not fetch the images that members send; nor write to members first"
    assert "add files:read, im:write" in first.mend


async def test_wrong_app_token_is_found(slack):
    _, finding = await check_up(options_of(slack, app_token="xapp-of-nobody"), ())

    assert (finding.part, finding.is_fine) == ("slack events", False)
    assert "connections:write" in finding.mend


async def test_signed_events_need_no_app_token(slack):
    _, finding = await check_up(options_of(slack, app_token="", signing_secret="a-secret"), ())

    assert (finding.is_fine, finding.says) == (True, "Slack posts them to /hooks/slack, signed")


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


@pytest.mark.parametrize("options", [{"app_token": ""}, {"api_url": "http://127.0.0.1/api"}])
def test_options_that_cannot_work_are_refused(options):
    with pytest.raises(ValueError, match=r"token|slash"):
        SlackOptions(**{"bot_token": "xoxb-a", "app_token": "xapp-a", **options})
