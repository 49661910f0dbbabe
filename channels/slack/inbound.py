"""From what Slack sends to what Hilum takes in: messages, edits, deletions and commands; no I/O, and no trust."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from channels.slack.mention import said_to_app, with_colleague
from channels.slack.mrkdwn import plain
from channels.slack.payloads import Payload, needed, part_at, parts_at, size_at, text_at
from channels.slack.presses import Done, is_direct
from channels.slack.references import message_reference
from domain.messages import Address, Attachment, AttachmentKind, InboundMessage, Origin
from domain.text import IdentifiableText

CHANNEL_NAME = "slack"
_SAID = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of messages that a person has written."""
_SLACKBOT = "USLACKBOT"


def known_as(body: Payload) -> str:
    """Return the id by which the same is known again: a message by its place, whether it came or was found there.

    Raises:
        UnreadableError: it has none.
    """
    event = part_at(body, "event")
    if text_at(event, "type") == "message" and text_at(event, "subtype") in _SAID:
        reference = message_reference(text_at(event, "channel"), text_at(event, "ts"))
        return f"message|{reference}" if reference else _event_id(body)
    return _event_id(body)


def message_in(body: Payload, received_at: datetime) -> InboundMessage | None:
    """Return the message of an event; None where it is nothing to us.

    Raises:
        UnreadableError: it lacks what a message has.
    """
    event = part_at(body, "event")
    if needed(event, "type") != "message":
        return None
    subtype = text_at(event, "subtype")
    if subtype == "message_deleted":
        return _deletion(body, event, received_at)
    if subtype == "message_changed":
        return _change(body, event, received_at)
    if subtype not in _SAID or _is_bots(event):
        return None
    return _said(body, event, received_at)


def edit_in(body: Payload, received_at: datetime) -> InboundMessage | None:
    """Return the edit that a message has in it already, as one found in the history may have; None where it has none.

    Raises:
        UnreadableError: it lacks what an edit has.
    """
    event = part_at(body, "event")
    if text_at(event, "type") != "message" or text_at(event, "subtype") not in _SAID:
        return None
    place = {name: event.get(name) for name in ("channel", "channel_type")}
    return _change(body, {**place, "message": event}, received_at)


def words(user: str, text: str, received_at: datetime, *, external_id: str) -> InboundMessage:
    """Return words that somebody said by a command or a button, as if they had written them to Hilum."""
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=external_id,
        sender=_person(user),
        received_at=received_at,
        text=IdentifiableText(text),
    )


def asked(  # noqa: PLR0913 - what a form holds
    user: str, text: str, received_at: datetime, *, external_id: str, files: Sequence[Attachment] = (), panel: str = ""
) -> InboundMessage:
    """Return a question from the form: the word before it makes it one, whatever else is waited for."""
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=external_id,
        sender=_person(user),
        received_at=received_at,
        text=IdentifiableText(f"/ask {text}"),
        fields={"panel": IdentifiableText(panel)} if panel else {},
        attachments=tuple(files),
    )


def deed(user: str, done: Done, received_at: datetime, *, external_id: str) -> InboundMessage:
    """Return a press, with what its form was filled in with and where it stood."""
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=external_id,
        sender=_person(user),
        received_at=received_at,
        press=done.press,
        fields={name: IdentifiableText(value) for name, value in done.fields.items()},
        origin=done.origin,
    )


def attachments_in(files: Sequence[Payload]) -> tuple[Attachment, ...]:
    """Return the files that can be fetched. Slack keeps photos as they were taken, so each is an original."""
    return tuple(
        Attachment(reference=needed(file, "id"), kind=AttachmentKind.FILE, size_bytes=size_at(file, "size") or None)
        for file in files
        if not _unreadable_kind(file)
    )


def read_in(message: Payload, said: str | None = None) -> str:
    """Return what a message says to a reader: its writer's words, then those of others that it brings along.

    Args:
        said: the writer's words as Slack would write them, where they mean something else than they say.
    """
    own = _plain_text(message) if said is None else plain(said).strip()
    return "\n".join(text for text in (own, *map(_plain_text, _forwarded(message))) if text)


def files_in(message: Payload) -> Sequence[Payload]:
    """Return the files of a message, and of those of others that it brings along; each once."""
    brought = (file for each in _forwarded(message) for file in parts_at(each, "files"))
    return list({text_at(file, "id"): file for file in (*parts_at(message, "files"), *brought)}.values())


def _forwarded(message: Payload) -> Sequence[Payload]:
    """Return the messages of others that somebody has put into one.

    Source: github.com/slackapi/slack-skills-plugin, issue 149: "Slack stores the forwarded content as an
    attachments[] entry with is_share: true, and leaves the top-level text empty"; with is_msg_unfurl alone it is the
    preview of a link, which stands in the text.
    """
    is_bare = not text_at(message, "text")
    brought = parts_at(message, "attachments")
    return [each for each in brought if each.get("is_share") or (is_bare and each.get("is_msg_unfurl"))]


def _event_id(body: Payload) -> str:
    """Return the id by which a second delivery of an event is known."""
    return f"event|{needed(body, 'event_id')}"


def _said(body: Payload, event: Payload, received_at: datetime) -> InboundMessage | None:
    files, said = files_in(event), text_at(event, "text")
    is_alone = is_direct(needed(event, "channel"))
    text = read_in(event, with_colleague(said if is_alone else said_to_app(body, said)))
    attachments = attachments_in(files)
    unreadable = next((kind for kind in map(_unreadable_kind, files) if kind), "") or _unreadable_forward(event)
    if not (text or attachments or unreadable):
        return None
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=known_as(body),
        sender=_person(needed(event, "user")),
        received_at=received_at,
        text=IdentifiableText(text) if text else None,
        attachments=attachments,
        origin=_origin(event, needed(event, "channel"), event),
        unreadable=unreadable,
    )


def _change(body: Payload, event: Payload, received_at: datetime) -> InboundMessage | None:
    """Only an edit by a person says anything: previews of links and the like change a message as well."""
    message, before = part_at(event, "message"), part_at(event, "previous_message")
    if text_at(message, "subtype") == "tombstone":
        return _deletion(body, event, received_at)
    text = read_in(message)
    is_edited = bool(message.get("edited")) and text_at(message, "text") != text_at(before, "text")
    if _is_bots(message) or not is_edited or not text:
        return None
    origin = _origin(message, needed(event, "channel"), event, is_edit=True)
    edited_at = text_at(message, "edited", "ts")
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=f"edit|{origin.reference}|{edited_at}" if edited_at else _event_id(body),
        sender=_person(needed(message, "user")),
        received_at=received_at,
        text=IdentifiableText(text),
        origin=origin,
    )


def _deletion(body: Payload, event: Payload, received_at: datetime) -> InboundMessage | None:
    before = part_at(event, "previous_message")
    if not before or _is_bots(before):
        return None
    origin = _origin(before, needed(event, "channel"), event, is_deletion=True)
    return InboundMessage(
        channel=CHANNEL_NAME,
        external_id=f"deletion|{origin.reference}",
        sender=_person(needed(before, "user")),
        received_at=received_at,
        origin=origin,
    )


def _origin(
    message: Payload, channel: str, event: Payload, *, is_edit: bool = False, is_deletion: bool = False
) -> Origin:
    timestamp, thread = needed(message, "ts"), text_at(message, "thread_ts")
    in_thread = message_reference(channel, thread) if thread and thread != timestamp else ""
    is_room = text_at(event, "channel_type") not in {"", "im"} or not is_direct(channel)
    return Origin(
        reference=message_reference(channel, timestamp),
        room=channel if is_room else "",
        thread=in_thread,
        replied_to=in_thread,
        is_edit=is_edit,
        is_deletion=is_deletion,
    )


def _unreadable_kind(file: Payload) -> str:
    kind = text_at(file, "mimetype").partition("/")[0]
    return {"audio": "voice", "video": "video"}.get(kind, "")


def _unreadable_forward(message: Payload) -> str:
    """Return what to call a forwarded message of which nothing can be taken, such as another app's card."""
    is_empty = (not (_plain_text(each) or parts_at(each, "files")) for each in _forwarded(message))
    return "other" if any(is_empty) else ""


def _plain_text(message: Payload) -> str:
    return plain(text_at(message, "text")).strip()


def _is_bots(message: Payload) -> bool:
    """Return whether no person wrote it: what Hilum posts comes back as an event too."""
    user = text_at(message, "user")
    return bool(message.get("bot_id")) or user in {"", _SLACKBOT} or text_at(message, "subtype") == "bot_message"


def _person(user: str) -> Address:
    return Address(channel=CHANNEL_NAME, external_id=user)
