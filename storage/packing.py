"""Values of the domain as JSON, and back: texts with their replacements, message values, facts, messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from domain.delivery import Terms, Value
from domain.ids import QuestionId, UploadId
from domain.messages import Action, Address, Attachment, AttachmentKind, InboundMessage, Origin, Press
from domain.study import Area, Concern, ImageFacts
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

Packed = dict[str, Any]


def pack_text(text: DeidentifiedText) -> Packed:
    return {"value": text.value, "replacements": [[r.start, r.end, r.kind.value] for r in text.replacements]}


def unpack_text(packed: Packed) -> DeidentifiedText:
    return DeidentifiedText(
        value=packed["value"],
        replacements=tuple(
            Replacement(start=start, end=end, kind=IdentifierKind(kind)) for start, end, kind in packed["replacements"]
        ),
    )


def pack_values(values: Mapping[str, Value]) -> Packed:
    """Return a message's values; those that are neither text nor number carry the name of their type."""
    return {name: _pack_value(value) for name, value in values.items()}


def unpack_values(packed: Packed) -> dict[str, Value]:
    return {name: _unpack_value(value) for name, value in packed.items()}


def pack_facts(facts: ImageFacts) -> Packed:
    return {**asdict(facts), "detail": dict(facts.detail)}


def unpack_facts(packed: Packed) -> ImageFacts:
    sequences = {name: _tuple_or_none(packed[name]) for name in ("orientation", "spacing_mm", "window")}
    crop = packed["crop"]
    seen: Packed = {
        "masks": tuple(Area(**area) for area in packed["masks"]),
        "kept_text": tuple(Area(**area) for area in packed["kept_text"]),
        "concerns": tuple(Concern(concern) for concern in packed["concerns"]),
        "crop": None if crop is None else Area(**crop),
        "changing": tuple(packed["changing"]),
    }
    return ImageFacts(**{**packed, **sequences, **seen})


def pack_message(message: InboundMessage) -> Packed:
    """Return a received message in full: identifiable, so only the sealed inbox may hold the result."""
    return {
        "channel": message.channel,
        "external_id": message.external_id,
        "sender": [message.sender.channel, message.sender.external_id],
        "received_at": _pack_instant(message.received_at),
        "text": None if message.text is None else message.text.value,
        "press": None if message.press is None else _pack_press(message.press),
        "fields": {name: text.value for name, text in message.fields.items()},
        "uploads": list(message.uploads),
        "in_reply_to": message.in_reply_to,
        **_pack_service(message),
    }


def unpack_message(packed: Packed) -> InboundMessage:
    channel, external_id = packed["sender"]
    reply = packed["in_reply_to"]
    return InboundMessage(
        channel=packed["channel"],
        external_id=packed["external_id"],
        sender=Address(channel=channel, external_id=external_id),
        received_at=datetime.fromisoformat(packed["received_at"]),
        text=None if packed["text"] is None else IdentifiableText(packed["text"]),
        press=None if packed["press"] is None else _unpack_press(packed["press"]),
        fields={name: IdentifiableText(value) for name, value in packed["fields"].items()},
        uploads=tuple(UploadId(upload) for upload in packed["uploads"]),
        in_reply_to=None if reply is None else QuestionId(reply),
        attachments=tuple(_unpack_attachment(each) for each in packed.get("attachments", ())),
        origin=Origin(**packed.get("origin", {})),
        unreadable=packed.get("unreadable", ""),
    )


def _pack_service(message: InboundMessage) -> Packed:
    """Return what only messages from services have."""
    origin = asdict(message.origin)
    return {
        "attachments": [_pack_attachment(each) for each in message.attachments],
        "origin": {name: value for name, value in origin.items() if value},
        "unreadable": message.unreadable,
    }


def _pack_attachment(attachment: Attachment) -> Sequence[Any]:
    return [attachment.reference, attachment.kind.value, attachment.size_bytes, attachment.unique]


def _unpack_attachment(packed: Sequence[Any]) -> Attachment:
    """What was sealed before files had marks has none."""
    reference, kind, size_bytes, *unique = packed
    return Attachment(
        reference=reference, kind=AttachmentKind(kind), size_bytes=size_bytes, unique=unique[0] if unique else ""
    )


def _pack_press(press: Press) -> Packed:
    return {"action": press.action.value, "question_id": press.question_id, "token": press.token}


def _unpack_press(packed: Packed) -> Press:
    return Press(action=Action(packed["action"]), question_id=packed["question_id"], token=packed["token"])


def _pack_value(value: Value) -> str | int | Packed:
    match value:
        case datetime():
            return {"instant": _pack_instant(value)}
        case DeidentifiedText():
            return {"text": pack_text(value)}
        case Terms():
            return {"terms": list(value.keys), "lead": value.lead, "separator": value.separator}
        case _:
            return value


def _unpack_value(packed: str | int | Packed) -> Value:
    match packed:
        case {"instant": str(instant)}:
            return datetime.fromisoformat(instant)
        case {"text": dict(text)}:
            return unpack_text(text)
        case {"terms": list(keys), "lead": str(lead), "separator": str(separator)}:
            return Terms(keys=tuple(keys), lead=lead, separator=separator)
        case str() | int():
            return packed
    raise TypeError("a message value is text, a number, a time, a de-identified text or terms")


def _pack_instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _tuple_or_none(packed: list[Any] | None) -> tuple[Any, ...] | None:
    return None if packed is None else tuple(packed)
