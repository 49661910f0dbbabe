"""What `hilum doctor` asks of Slack: the tokens, what the app may do, and each panel's channel."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackClientError
from slack_sdk.signature import SignatureVerifier
from slack_sdk.web.async_client import AsyncWebClient

from channels.slack.failures import CUT_OFF, failure
from channels.slack.options import SlackOptions
from channels.slack.scopes import BOT_SCOPES
from domain.errors import TransientError
from domain.ports.listening import Finding
from domain.room import Room

_PART = "slack"
_EVENTS = "slack events"
_SETTINGS = "at api.slack.com/apps, your app"
_TAKE_UP = (
    "write the token into the file that channels.slack.bot_token_file names (or into channels.slack.bot_token), and "
    "restart Hilum"
)
_PATIENCE = aiohttp.ClientTimeout(total=10)
_SHORT = 1000
_DEAD = {"account_inactive", "token_revoked", "token_expired"}
_SHUT_OUT = {
    *("access_denied", "accesslimited", "ekm_access_denied", "enterprise_is_restricted", "org_login_required"),
    *("team_access_not_granted", "two_factor_setup_required"),
}
"""The token is right, and the workspace forbids what is asked with it, or from where."""
_AGAIN = "run `hilum doctor` again in a minute; where it stays so, see slack-status.com, and this machine's proxy"
_ERRORS = (
    *(SlackClientError, aiohttp.ClientError, OSError),
    *(AttributeError, LookupError, RecursionError, TypeError, ValueError),
)
"""No answer, Slack's refusal, or what is no answer of Slack's."""
_Said = tuple[str, str]
"""What is wrong, and what to do."""


async def check_up(
    options: SlackOptions, rooms: Sequence[Room], *, hook: str, clock: Callable[[], float]
) -> tuple[Finding, ...]:
    """Return what was found of the app and of its channels; nothing is changed there.

    Args:
        hook: the address of ours that Slack posts to, where no app token is set.
        clock: the time in seconds since 1970, in UTC.
    """
    client = AsyncWebClient(token=options.bot_token, base_url=options.api_url, retry_handlers=[])
    try:
        answer = await client.auth_test()
        installed = _scopes(answer.headers, str(answer["team"]))
    except _ERRORS as error:
        return (_fault(_PART, *_unanswered(options, error) or _refused(_word_of(error))),)
    return (
        installed,
        await _events(options, hook, clock),
        *[await _room(options, client, room) for room in rooms],
    )


def _refused(code: str) -> _Said:
    if code in _DEAD:
        mend = f"{_SETTINGS}: Install App, Install to Workspace; then {_TAKE_UP}"
        return "the app was taken out of the workspace", mend
    if code in _SHUT_OUT:
        mend = "ask an owner of the workspace, who finds the app under Manage Apps; the token need not be changed"
        return f"the workspace does not let the app in from here ({code})", mend
    mend = f"{_SETTINGS}: OAuth & Permissions, Bot User OAuth Token; {_TAKE_UP}"
    return f"Slack does not take this token ({code})", mend


def _unanswered(options: SlackOptions, error: Exception) -> _Said | None:
    """Return why Slack has said nothing of what it was asked; None where it has refused it."""
    response = getattr(error, "response", None)
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    code = _word_of(error)
    meant = failure(code, status=status)
    if isinstance(meant, TransientError) and meant.code != CUT_OFF:
        return f"Slack is busy or away ({code or status})", _AGAIN
    if code:
        return None
    says = f"{options.api_url} gives no answer of Slack's ({status or type(error).__name__})"
    return says, "check this machine's way to the Internet, its proxy, and channels.slack.api_url"


def _scopes(headers: Mapping[str, str], team: str) -> Finding:
    named = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
    granted = {scope.strip() for scope in named.split(",")}
    if missing := sorted(BOT_SCOPES.keys() - granted):
        mend = f"{_SETTINGS}: OAuth & Permissions, Bot Token Scopes, add {', '.join(missing)}; Reinstall to Workspace"
        return _fault(_PART, f"the app may not {'; nor '.join(BOT_SCOPES[scope] for scope in missing)}", mend)
    return Finding(part=_PART, is_fine=True, says=f"the app is installed in {team}, with every scope it needs")


async def _events(options: SlackOptions, hook: str, clock: Callable[[], float]) -> Finding:
    if not options.app_token:
        return await _posted(options, hook, sent_at=str(int(clock())))
    client = AsyncWebClient(token=options.app_token, base_url=options.api_url, retry_handlers=[])
    try:
        await client.apps_connections_open(app_token=options.app_token)
    except _ERRORS as error:
        says = f"Slack opens no connection for channels.slack.app_token ({_word_of(error)})"
        mend = f"{_SETTINGS}: Basic Information, App-Level Tokens, Generate, with connections:write; and Socket Mode on"
        return _fault(_EVENTS, *_unanswered(options, error) or (says, mend))
    return Finding(part=_EVENTS, is_fine=True, says="they come by Socket Mode")


async def _posted(options: SlackOptions, hook: str, *, sent_at: str) -> Finding:
    """Post to our own address what Slack posts to see that it is an app's, signed as Slack signs.

    Source: Events API, Request URLs: url_verification; Verifying requests from Slack.
    """
    challenge = secrets.token_hex(8)
    body = json.dumps({"type": "url_verification", "challenge": challenge})
    signature = SignatureVerifier(options.signing_secret).generate_signature(timestamp=sent_at, body=body) or ""
    headers = {
        "Content-Type": "application/json",
        "X-Slack-Request-Timestamp": sent_at,
        "X-Slack-Signature": signature,
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE, trust_env=True) as session,
            session.post(hook, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            is_ours = answer.status == HTTPStatus.OK and challenge in (await answer.content.read(_SHORT)).decode()
            status = answer.status
    except (TimeoutError, aiohttp.ClientError, OSError, UnicodeDecodeError) as error:
        says = f"{hook} gives no answer from here ({type(error).__name__})"
        return _fault(
            _EVENTS, says, "start Hilum; then the proxy passes /hooks/slack on, with a certificate that counts"
        )
    if not is_ours:
        mend = "let the proxy pass /hooks/slack on; restart Hilum after channels.slack.signing_secret was changed"
        return _fault(_EVENTS, f"{hook} does not answer as Slack expects (status {status})", mend)
    urls = "Event Subscriptions, Interactivity and each Slash Command"
    return Finding(part=_EVENTS, is_fine=True, says=f"{hook} answers; it is the Request URL of {urls}")


async def _room(options: SlackOptions, client: AsyncWebClient, room: Room) -> Finding:
    part = f"slack channel of {room.panel_id}"
    invite = "in the channel, type /invite @Hilum"
    try:
        channel = (await client.conversations_info(channel=room.address.external_id))["channel"]
    except _ERRORS as error:
        says = f"the app sees no channel {room.address.external_id} ({_word_of(error)})"
        mend = f"{invite}; then `hilum panels room {room.panel_id} slack C0…` with its id"
        return _fault(part, *_unanswered(options, error) or (says, mend))
    found = next(((says, mend) for is_so, says, mend in _FAULTS if is_so(channel)), None)
    if found is not None:
        return _fault(part, *found)
    return Finding(part=part, is_fine=True, says="the app is in it")


_Fault = tuple[Callable[[Mapping[str, Any]], bool], str, str]
_FAULTS: tuple[_Fault, ...] = (
    (lambda it: bool(it.get("is_archived")), "it is archived", "unarchive it, or name another: `hilum panels room`"),
    (lambda it: not it.get("is_member"), "the app is not in it", "in the channel, type /invite @Hilum"),
    (
        lambda it: bool(it.get("is_ext_shared") or it.get("is_org_shared")),
        "it is shared with another organization, whose people would see the questions",
        "make a private channel of your own, and name it: `hilum panels room`",
    ),
    (
        lambda it: not it.get("is_private"),
        "it is public: everybody in the workspace could read the questions, so that Hilum shows none",
        "in the channel's settings: Change to a private channel",
    ),
)


def _word_of(error: Exception) -> str:
    """Return Slack's own word for what it refuses; empty where there is none."""
    data = getattr(getattr(error, "response", None), "data", None)
    return str(data.get("error", "")) if isinstance(data, dict) else ""


def _fault(part: str, says: str, mend: str) -> Finding:
    return Finding(part=part, is_fine=False, says=says, mend=mend)
