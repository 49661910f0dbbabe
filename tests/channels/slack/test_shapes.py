"""Rules that hold for whatever comes in or goes out: nothing crashes or is lost, nothing is too long for Slack."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.slack.blocks import card_blocks, message_parts, notice_of
from channels.slack.calls import SCOPES
from channels.slack.forms import asked_form, deed_form
from channels.slack.happenings import HAPPENINGS, happened_in
from channels.slack.inbound import message_in
from channels.slack.mrkdwn import escaped, link, plain
from channels.slack.payloads import UnreadableError
from channels.slack.presses import press_of, pressed_in, value_of
from channels.slack.scopes import BOT_SCOPES
from domain.delivery import ChoiceShape
from domain.ids import QuestionId
from domain.messages import Action, Press
from domain.text import DeidentifiedText
from tests.fakes.slack_world import QUESTION, START, message
from tests.peers.slack.blocks import faults_of_message, is_too_long
from tests.peers.slack.installation import SCOPES_OF_EVENTS

MANIFEST = json.loads((Path(__file__).parents[3] / "channels" / "slack" / "manifest.json").read_text(encoding="utf-8"))
NAMES = st.sampled_from(
    [
        *("type", "event", "event_id", "subtype", "message", "previous_message", "user", "channel", "ts", "thread_ts"),
        *("text", "files", "id", "size", "edited", "bot_id", "channel_type", "actions", "action_id", "value", "view"),
        *("state", "values", "question", "tokens", "tab", "trigger_id", "container", "mimetype"),
    ]
)
WORDS = st.sampled_from(["message", "file_share", "message_changed", "message_deleted", "D1", "U1", "1.0", "press:0"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)


def shown_in(block):
    """Return the words of a block that is not pressed."""
    if block["type"] == "rich_text":
        return [each["text"] for each in block["elements"][0]["elements"]]
    return [each["text"] for each in block.get("elements", [block.get("text")])]


unhurried = settings(deadline=None, max_examples=50)
LONG_TEXTS = st.builds(str.__mul__, st.text("a한😀 <\n", max_size=150), st.integers(0, 300))
EVENTS = st.fixed_dictionaries({"event_id": WORDS, "event": st.dictionaries(NAMES, JSON, max_size=9)})


@unhurried
@given(EVENTS | st.dictionaries(NAMES, JSON, max_size=9))
def test_no_event_crashes_the_translation(body):
    happened_in(body)
    with suppress(UnreadableError):
        message_in(body, START)
    with suppress(UnreadableError):
        pressed_in(body)


@unhurried
@given(st.dictionaries(NAMES | st.just("private_metadata"), JSON, max_size=9))
def test_no_submission_crashes_the_translation(view):
    for read in (asked_form, deed_form):
        with pytest.raises(UnreadableError):
            read(view)


@unhurried
@given(st.text())
def test_escaped_text_is_read_as_it_was(text):
    assert plain(escaped(text)) == text


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("see <https://example.org|the page>", "see the page"),
        ("<https://example.org>", "https://example.org"),
        ("<tel:+82101234|010-1234>", "010-1234"),
        ("<@U1> 58M", " 58M"),
        ("<@U1|kim>", "@kim"),
        ("<#C1|chest>", "#chest"),
        ("<!here>", "@here"),
        ("&gt;&gt; agree, &lt;5 mm", ">> agree, <5 mm"),
        ("&amp;lt;", "&lt;"),
    ],
)
def test_marks_are_read_as_they_are_shown(sent, seen):
    assert plain(sent) == seen


def test_address_that_would_break_the_mark_is_only_shown():
    assert link("https://h.kr/a|b>c") == "https://h.kr/a|b&gt;c"


@unhurried
@given(st.sampled_from(Action), st.text("abcXYZ059_-", min_size=1, max_size=64))
def test_button_is_read_as_it_was_written(action, token):
    by_token, by_question = Press(action=action, token=token), Press(action=action, question_id=QuestionId(token))

    assert (press_of(value_of(by_token)), press_of(value_of(by_question))) == (by_token, by_question)
    assert len(value_of(by_token)) <= 150


@unhurried
@given(LONG_TEXTS, st.text(max_size=300), st.lists(st.sampled_from(Action), max_size=40, unique=True))
def test_no_message_is_too_much_for_slack(text, title, actions):
    shape = ChoiceShape.MENU if len(actions) > 10 else ChoiceShape.BUTTONS
    told = message(text, *actions, shape=shape, question_id=QUESTION, quoted=DeidentifiedText(value=text * 2))

    parts = [card_blocks(told, title=title), *message_parts(told, title=title)]

    assert [fault for part in parts for fault in faults_of_message(part)] == []
    assert not any(is_too_long(part) for part in parts)
    assert 0 < len(notice_of(told, title=title)) < 4000


@pytest.mark.parametrize("length", [2_600, 3_000, 3_100, 20_000])
def test_card_of_a_long_question_shows_what_fits_and_the_link(length):
    words = ("좌상엽간유리음영과소량흉수가보이며추적검사가필요한지궁금합니다 " * 700)[:length]
    link_of_all = "https://hilum.example.org/questions/1"
    told = message("M, 50s", Action.CLAIM, quoted=DeidentifiedText(value=words), link=link_of_all, closing="의견" * 99)

    blocks = card_blocks(told, title="Q417")

    quoted = [each["elements"][0]["elements"][0]["text"] for each in blocks if each["type"] == "rich_text"]
    assert len("".join(quoted)) > 2_000
    assert quoted[-1][-1] == "…"
    assert words.startswith(quoted[0].removesuffix("…"))
    assert f"<{link_of_all}>" in [each["text"]["text"] for each in blocks if each["type"] == "section"]
    assert not is_too_long(blocks)


@unhurried
@given(st.integers(2_000, 3_000), LONG_TEXTS)
def test_card_is_cut_where_it_is_full(length, text):
    told = message("가" * length, quoted=DeidentifiedText(value=text), link="https://h.kr/q")

    blocks = card_blocks(told, title="Q417")

    assert "https://h.kr/q" in json.dumps(blocks)
    assert not is_too_long(blocks)


@unhurried
@given(LONG_TEXTS, LONG_TEXTS)
def test_no_letter_of_what_is_told_is_left_out(text, quoted):
    told = message(text, quoted=DeidentifiedText(value=quoted), closing="의견" * 99)

    blocks = [block for part in message_parts(told) for block in part]

    said = "".join(words for block in blocks for words in shown_in(block))
    assert "".join(said.split()) == "".join(f"{text}{quoted}{told.closing}".split())


def test_text_of_any_length_is_told_whole():
    line = "우하엽에 새로 생긴 결절이 보입니다 " * 79 + "\n"

    parts = message_parts(message(line * 40, Action.HELPED))

    said = [block["text"]["text"] for part in parts for block in part if block["type"] == "section"]
    assert "".join("".join(said).split()) == "".join((line * 40).split())
    assert max(map(len, parts)) < 10


def test_card_is_cut_near_its_end_whatever_the_words_are():
    told = message("M, 50s\nD8", quoted=DeidentifiedText(value="M50s\n" + "가" * 4200), link="https://h.kr/q")

    quoted = "".join(words for block in card_blocks(told) if block["type"] == "rich_text" for words in shown_in(block))

    assert quoted.startswith("M50s\n가")
    assert (len(quoted) > 2500, quoted[-1]) == (True, "…")


def test_closing_words_that_are_cut_show_it():
    (*_, closing) = card_blocks(message("Q417", closing="x" * 501))

    assert closing["elements"][0]["text"] == "x" * 499 + "…"


def test_long_text_becomes_several_messages_at_line_breaks():
    lines = [f"line {number} " + "x" * 90 for number in range(200)]

    parts = message_parts(message("\n".join(lines), Action.HELPED))

    *said, choices = [block for part in parts for block in part]
    assert "\n".join(block["text"]["text"] for block in said) == "\n".join(lines)
    assert (len(parts), choices["type"]) == (3, "actions")


def test_manifest_asks_for_what_is_used_and_no_more():
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])
    events = MANIFEST["settings"]["event_subscriptions"]["bot_events"]
    of_events = {SCOPES_OF_EVENTS.get(event, "") for event in events}

    assert scopes == set(BOT_SCOPES)
    # A message to somebody's id opens the conversation with them; commands and shortcuts call no method.
    assert scopes == {*SCOPES.values(), *of_events, "im:write", "commands"} - {""}


def test_manifest_lets_every_place_be_read_back():
    """By the kind of place. Source: Slack, *conversations.history*, required scopes."""
    scopes = set(MANIFEST["oauth_config"]["scopes"]["bot"])

    assert {"conversations.history", "conversations.replies", "conversations.open"} <= set(SCOPES)
    assert {"im:history", "im:write", "groups:history", "channels:history"} <= scopes


def test_manifest_subscribes_to_what_is_heard():
    events = set(MANIFEST["settings"]["event_subscriptions"]["bot_events"])

    assert events == {*HAPPENINGS, "message.channels", "message.groups", "message.im"}


def test_manifest_names_what_the_app_answers_to():
    features = MANIFEST["features"]

    assert [command["command"] for command in features["slash_commands"]] == ["/ask", "/hilum"]
    assert {shortcut["callback_id"] for shortcut in features["shortcuts"]} == {"ask_panel"}
    assert features["app_home"]["home_tab_enabled"]


def test_half_a_character_can_be_kept():
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": "U1", "ts": "1.0", "text": "5 \ud83d"}

    found = message_in({"event_id": "Ev1", "event": event}, START)

    assert found.text.value == "5 ?"
