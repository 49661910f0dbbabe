"""What an operator writes about Telegram and Slack is checked before anything is sent there."""

from __future__ import annotations

from contextlib import nullcontext

import pytest
from pydantic import ValidationError

from config.channels import Slack, Telegram
from config.loading import SettingsError, load_settings

TOKEN = "7654321:AAFictionalTokenOfNoBotAtAll_0123456"
SECRET = "a-word-of-our-own-123"


def test_channel_without_a_token_is_off():
    channels = load_settings(None, environment={}).channels

    assert not channels.telegram.enabled
    assert not channels.slack.enabled


def test_services_abroad_get_links_and_thumbnails():
    channels = load_settings(None, environment={}).channels

    assert {(each.images_in, each.images_out) for each in (channels.telegram, channels.slack)} == {
        ("link", "thumbnail")
    }


def test_environment_sets_every_channel():
    settings = load_settings(
        None,
        environment={
            "HILUM_CHANNELS__TELEGRAM__TOKEN": TOKEN,
            "HILUM_CHANNELS__TELEGRAM__IMAGES_OUT": "none",
            "HILUM_CHANNELS__SLACK__BOT_TOKEN": "xoxb-fictional",
            "HILUM_CHANNELS__SLACK__APP_TOKEN": "xapp-fictional",
        },
    )

    assert settings.channels.telegram.token.get_secret_value() == TOKEN
    assert settings.channels.telegram.images_out == "none"
    assert settings.channels.slack.enabled


def test_token_comes_from_a_file_without_its_line_end(tmp_path):
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n", encoding="utf-8")

    settings = load_settings(None, environment={"HILUM_CHANNELS__TELEGRAM__TOKEN_FILE": str(file)})

    assert settings.channels.telegram.token.get_secret_value() == TOKEN


def test_wrong_token_is_never_repeated():
    with pytest.raises(SettingsError) as caught:
        load_settings(None, environment={"HILUM_CHANNELS__TELEGRAM__TOKEN": "Xylofoon-77"})

    (problem,) = caught.value.problems
    assert "HILUM_CHANNELS__TELEGRAM__TOKEN" in problem
    assert "BotFather" in problem
    assert "Xylofoon" not in problem


@pytest.mark.parametrize(
    ("table", "given", "said"),
    [
        (Telegram, {"api_url": "http://api.example.org"}, "https"),
        (Telegram, {"api_url": "api.telegram.org"}, "must be an address"),
        (Telegram, {"api_url": "https://name:word@api.example.org"}, "must be an address"),
        (Telegram, {"webhook_url": "https://hilum.example.org/hooks/telegram"}, "webhook_secret"),
        (Telegram, {"webhook_url": "https://hilum.example.org/", "webhook_secret": SECRET}, "/hooks/telegram"),
        (
            Telegram,
            {"webhook_url": "https://hilum.example.org:8080/hooks/telegram", "webhook_secret": SECRET},
            "port 443",
        ),
        (Telegram, {"webhook_secret": "short"}, "16 to 256"),
        (Telegram, {"images_in": "fax"}, "link"),
        (Slack, {"bot_token": "xapp-fictional"}, "xoxb-"),
        (Slack, {"app_token": "xoxb-fictional"}, "xapp-"),
        (Slack, {"bot_token": "xoxb-fictional"}, "app_token"),
        (Slack, {"signing_secret": "xoxb-fictional-secret"}, "signing secret"),
        (Slack, {"api_url": "https://slack.com.example.org/api/"}, "Slack's own"),
        (Slack, {"api_url": "http://slack.com/api/"}, "https"),
    ],
)
def test_what_cannot_work_is_refused(table, given, said):
    with pytest.raises(ValidationError, match=said):
        table(**given)


def test_addresses_end_as_the_libraries_expect():
    telegram = Telegram(api_url="http://127.0.0.1:8081/")
    slack = Slack(api_url="http://127.0.0.1:3000/api")

    assert (telegram.api_url, slack.api_url) == ("http://127.0.0.1:8081", "http://127.0.0.1:3000/api/")


def test_webhook_on_this_machine_may_be_plain():
    telegram = Telegram(webhook_url="http://127.0.0.1:8080/hooks/telegram", webhook_secret=SECRET)

    assert telegram.webhook_url.endswith("/hooks/telegram")


@pytest.mark.parametrize(
    ("hosts", "is_taken"),
    [("hilum.example.org", True), ("*.example.org", True), ("*", True), ("www.example.org", False)],
)
def test_webhook_is_at_a_host_that_is_answered(hosts, is_taken):
    environment = {
        "HILUM_WEB__ALLOWED_HOSTS": hosts,
        "HILUM_CHANNELS__TELEGRAM__WEBHOOK_URL": "https://hilum.example.org/hooks/telegram",
        "HILUM_CHANNELS__TELEGRAM__WEBHOOK_SECRET": SECRET,
    }

    with nullcontext() if is_taken else pytest.raises(SettingsError, match="allowed_hosts"):
        load_settings(None, environment=environment)


@pytest.mark.parametrize("host", ["slack.com", "www.slack.com", "slack-gov.com"])
def test_slacks_own_hosts_are_taken(host):
    assert Slack(api_url=f"https://{host}/api/").api_url == f"https://{host}/api/"
