"""People and an app of slack_bolt meet over HTTP: signed payloads, events, modals, retries."""

from __future__ import annotations

import asyncio
import json

import pytest
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError

from tests.peers.slack.courier import Kind
from tests.peers.slack.signing import signed_headers

TEXT = {"type": "plain_text", "text": "…"}
QUESTION = {"type": "plain_text_input", "action_id": "question"}
IMAGES = {"type": "file_input", "action_id": "images", "filetypes": ["dcm"], "max_files": 2}
ASK = {
    "type": "modal",
    "callback_id": "ask",
    "title": TEXT,
    "submit": TEXT,
    "notify_on_close": True,
    "blocks": [
        {"type": "input", "block_id": "q", "label": {**TEXT, "text": "Question"}, "element": QUESTION},
        {"type": "input", "block_id": "i", "label": TEXT, "optional": True, "element": IMAGES},
        {"type": "actions", "elements": [{"type": "button", "action_id": "more", "text": TEXT}]},
    ],
}
CARD = [{"type": "actions", "elements": [{"type": "button", "action_id": "take", "text": TEXT, "value": "t1"}]}]


class App:
    """Notes what it gets; acknowledges everything."""

    def __init__(self, slack):
        app = slack.installation
        self.bolt = AsyncApp(token=app.bot_token, signing_secret=app.signing_secret, process_before_response=True)
        self.bolt.client.base_url = slack.api_url
        self.seen = []
        self.headers = []
        self.status = 200
        self.hold = asyncio.Event()
        self.hold.set()
        self.answers = {}

    async def handle(self, request):
        self.headers.append(dict(request.headers))
        await self.hold.wait()
        if self.status != 200:
            return web.Response(status=self.status)
        return await to_aiohttp_response(await self.bolt.async_dispatch(await to_bolt_request(request)))

    async def note(self, ack, body):
        self.seen.append(body)
        await ack(**self.answers.get(body.get("type"), {}))

    async def open_modal(self, ack, body, client):
        await ack()
        self.seen.append(body)
        await client.views_open(trigger_id=body["trigger_id"], view=ASK)


@pytest.fixture
async def app(slack):
    made = App(slack)
    made.bolt.command("/ask")(made.open_modal)
    made.bolt.shortcut("ask_panel")(made.open_modal)
    for listen in (made.bolt.action("take"), made.bolt.action("more"), made.bolt.view("ask")):
        listen(made.note)
    made.bolt.view_closed("ask")(made.note)
    for name in ("message", "app_home_opened", "app_uninstalled", "tokens_revoked", "user_change", "group_archive"):
        made.bolt.event(name)(made.note)
    runner = web.AppRunner(_served(made), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.courier.address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield made
    made.hold.set()
    await runner.cleanup()


async def test_direct_message_with_files_arrives(slack, app):
    kim = await slack.person("kim")

    await kim.writes("58M dyspnoea", files=[("a.dcm", b"one"), ("b.dcm", b"two")])

    event = app.seen[0]["event"]
    assert (event["channel_type"], event["subtype"], event["text"]) == ("im", "file_share", "58M dyspnoea")
    assert [file["name"] for file in event["files"]] == ["a.dcm", "b.dcm"]
    assert all(file["url_private"].startswith(slack.url) for file in event["files"])


async def test_edit_and_deletion_arrive_as_events(slack, app):
    kim = await slack.person("kim")
    post = await kim.writes("58M")

    await kim.edits(post, "68M")
    await kim.deletes(post)

    events = [body["event"] for body in app.seen]
    assert [event.get("subtype") for event in events] == [None, "message_changed", "message_deleted"]
    assert (events[1]["message"]["text"], events[2]["previous_message"]["text"]) == ("68M", "68M")
    assert len({body["event_id"] for body in app.seen}) == 3


async def test_only_subscribed_events_of_its_channels_arrive(slack, app):
    kim = await slack.person("kim")
    with_app = await slack.channel("panel-chest", kim)
    without = await slack.channel("lunch", kim, has_app=False)
    slack.installation.events = ("message.groups",)

    post = await kim.writes("in the panel", channel=with_app)
    await kim.writes("answer", channel=with_app, thread=post.ts)
    await kim.writes("elsewhere", channel=without)
    await kim.writes("to the app")

    events = [body["event"] for body in app.seen if body["event"]["type"] == "message"]
    assert [(event["text"], event.get("thread_ts")) for event in events[-2:]] == [
        ("in the panel", None),
        ("answer", post.ts),
    ]


async def test_own_message_carries_bot_id(slack, app):
    kim = await slack.person("kim")
    await app.bolt.client.chat_postMessage(channel=kim.user_id, text="hello")
    await slack.courier.settled()

    assert slack.deliveries[-1].event["bot_id"] == slack.installation.bot_id
    assert app.seen == []


async def test_command_opens_a_modal_that_is_submitted(slack, app):
    kim = await slack.person("kim")

    delivery = await kim.commands("58M dyspnoea")
    await kim.submits({"question": "PE?"}, files={"images": [("a.dcm", b"one")]})

    values = app.seen[1]["view"]["state"]["values"]
    assert (delivery.kind, delivery.is_acknowledged, app.seen[0]["text"]) == (Kind.COMMAND, True, "58M dyspnoea")
    assert values["q"]["question"]["value"] == "PE?"
    assert values["i"]["images"]["files"][0]["name"] == "a.dcm"
    assert kim.screen.modals == []


async def test_errors_keep_the_modal_open(slack, app):
    kim = await slack.person("kim")
    app.answers["view_submission"] = {"response_action": "errors", "errors": {"q": "a name?"}}
    await kim.commands()

    await kim.submits({"question": "PE?"})

    assert kim.modal["callback_id"] == "ask"


async def test_update_and_push_answer_a_submission(slack, app):
    kim = await slack.person("kim")
    await kim.commands()

    app.answers["view_submission"] = {"response_action": "update", "view": {**ASK, "private_metadata": "preview"}}
    await kim.submits({"question": "PE?"})
    app.answers["view_submission"] = {"response_action": "push", "view": {**ASK, "private_metadata": "mask"}}
    await kim.submits({"question": "PE?"})

    assert [view["private_metadata"] for view in kim.screen.modals] == ["preview", "mask"]


async def test_presses_and_closing_in_a_modal_arrive(slack, app):
    kim = await slack.person("kim")
    await kim.commands()

    await kim.presses_in_modal("more")
    await kim.closes()

    assert [body["type"] for body in app.seen[1:]] == ["block_actions", "view_closed"]
    assert app.seen[1]["container"]["type"] == "view"
    assert kim.screen.modals == []


@pytest.mark.parametrize(
    ("entries", "files"),
    [({}, ()), ({"question": "x" * 3001}, ()), ({"question": "PE?"}, ("a.exe",)), ({"question": "PE?", "age": 1}, ())],
    ids=["nothing", "too long", "wrong kind of file", "no such field"],
)
async def test_client_does_not_submit_what_slack_forbids(slack, app, entries, files):
    kim = await slack.person("kim")
    await kim.commands()

    with pytest.raises(ValueError, match=r"\w"):
        await kim.submits(entries, files={"images": [(name, b"") for name in files]})

    assert len(app.seen) == 1


async def test_shortcut_on_a_message_carries_the_message(slack, app):
    kim = await slack.person("kim")
    post = await kim.writes("58M dyspnoea")

    await kim.uses_shortcut("ask_panel", post)

    assert (app.seen[-1]["message"]["text"], app.seen[-1]["message_ts"]) == ("58M dyspnoea", post.ts)
    assert kim.modal["callback_id"] == "ask"


async def test_button_under_a_message_is_pressed(slack, app):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    sent = await app.bolt.client.chat_postMessage(channel=channel, text="Q417", blocks=CARD)

    await kim.presses("take", (await kim.sees(channel, thread=sent["ts"]))[0])

    press = app.seen[-1]
    assert (press["actions"][0]["value"], press["container"]["message_ts"]) == ("t1", sent["ts"])
    assert press["user"]["id"] == kim.user_id


async def test_home_is_opened_and_pressed(slack, app):
    kim = await slack.person("kim")
    await app.bolt.client.views_publish(user_id=kim.user_id, view={"type": "home", "blocks": CARD})

    await kim.opens_home()
    await kim.presses_at_home("take")

    assert app.seen[0]["event"]["tab"] == "home"
    assert app.seen[1]["view"]["type"] == "home"


async def test_what_happens_to_the_workspace_arrives(slack, app):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)

    await kim.is_renamed("Kim the Elder")
    await kim.archives(channel)
    await slack.uninstall()

    events = {body["event"]["type"]: body["event"] for body in app.seen}
    assert events["user_change"]["user"]["id"] == kim.user_id
    assert events["group_archive"]["channel"] == channel
    assert {"tokens_revoked", "app_uninstalled"} < events.keys()
    with pytest.raises(SlackApiError, match="account_inactive"):
        await app.bolt.client.auth_test()


async def test_forwarded_message_stands_beside_the_words_of_who_forwards_it(slack, app):
    kim = await slack.person("kim")
    post = await kim.writes("58M", channel=await slack.channel("ward", kim), files=[("a.dcm", b"one")])

    await kim.forwards(post)

    event = app.seen[-1]["event"]
    (shared,) = event["attachments"]
    assert (event["text"], event.get("files"), shared["is_share"], shared["text"]) == ("", None, True, "58M")
    assert [file["id"] for file in shared["files"]] == [post.files[0]["id"]]


async def test_preview_of_a_link_is_no_edit(slack, app):
    kim = await slack.person("kim")
    post = await kim.writes("see https://example.org")

    await slack.unfurl(post)

    changed = app.seen[-1]["event"]
    assert changed["subtype"] == "message_changed"
    assert changed["message"]["text"] == changed["previous_message"]["text"]
    assert "edited" not in changed["message"]


async def test_unacknowledged_event_comes_again(slack, app):
    kim = await slack.person("kim")
    await kim.direct_messages()
    app.status = 500

    await kim.writes("58M")

    assert [attempt.failure for attempt in slack.deliveries[-1].attempts] == ["http_error"] * 4
    assert [headers.get("X-Slack-Retry-Num") for headers in app.headers] == [None, "1", "2", "3"]
    assert app.headers[1]["X-Slack-Retry-Reason"] == "http_error"


async def test_slow_answer_counts_as_none(slack, app):
    kim = await slack.person("kim")
    await kim.direct_messages()
    slack.courier.within, slack.courier.pauses = 0.05, (0.0,)
    app.hold.clear()

    await kim.writes("58M")

    assert [attempt.failure for attempt in slack.deliveries[-1].attempts] == ["http_timeout"] * 2
    assert not slack.deliveries[-1].is_acknowledged


async def test_people_go_on_while_the_app_is_told(slack, app):
    kim = await slack.person("kim")
    await kim.direct_messages()
    slack.workspace.waits = False
    app.hold.clear()

    for number in range(3):
        await kim.writes(f"{number}")
    told_before = list(app.seen)
    app.hold.set()
    await slack.courier.settled()

    assert told_before == []
    assert {body["event"]["text"] for body in app.seen} == {"0", "1", "2"}
    assert all(delivery.is_acknowledged for delivery in slack.deliveries)


async def test_presses_are_never_sent_again(slack, app):
    kim = await slack.person("kim")
    app.status = 503

    delivery = await kim.commands()

    assert (len(delivery.attempts), delivery.is_acknowledged) == (1, False)


@pytest.mark.parametrize(
    ("secret", "age", "status"), [(None, 0, 200), ("another secret", 0, 401), (None, 301, 401)], ids=str
)
async def test_signature_and_age_decide(slack, app, secret, age, status):
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()
    secret = secret or slack.installation.signing_secret
    at = slack.courier.clock() - age

    answer = await slack.courier.post(body, signed_headers(body, secret=secret, at=at, content_type="application/json"))

    assert answer[0] == status


async def test_response_url_replaces_what_one_person_sees(slack, app):
    kim = await slack.person("kim")
    channel = await slack.channel("panel-chest", kim)
    client = app.bolt.client
    await client.chat_postEphemeral(channel=channel, user=kim.user_id, text="taken", blocks=CARD)
    await kim.presses("take", (await kim.sees_only_here())[0])
    url = app.seen[-1]["response_url"]

    statuses = []
    for number in range(6):
        async with slack.courier.session.post(url, json={"text": f"{number}", "replace_original": True}) as done:
            statuses.append(done.status)

    assert statuses == [200] * 5 + [404]
    assert "taken" not in [post.text for post in await kim.sees_only_here()]


def _served(app):
    served = web.Application()
    served.router.add_post("/slack/events", app.handle)
    return served
