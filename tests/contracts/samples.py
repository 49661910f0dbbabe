"""Valid values to store, each field set to something that would be missed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.commands import Deliver, RouteMessage
from domain.consent import ConsentScope
from domain.delivery import Delivery, PendingChoice, Priority
from domain.ids import DeliveryId, ImageId, InboxId, MemberId, ObjectId, PanelId, QuestionId, UploadId
from domain.member import Language, Member, Role
from domain.messages import Action, Address, InboundMessage, Press
from domain.panel import Panel
from domain.ports.archive import SealedObject
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from domain.rotation import Rotation
from domain.study import Image, ImageFacts, SealedSegment, Upload
from domain.text import DeidentifiedText, IdentifiableText, IdentifierKind, Replacement

NOW = datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
MEMBER = MemberId("kim")
QUESTION = QuestionId("question-1")


@dataclass
class Clock:
    """A clock that is advanced."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        self.now += by


def text(value: str = "폐렴이 맞습니까? [phone]") -> DeidentifiedText:
    end = len(value)
    return DeidentifiedText(value=value, replacements=(Replacement(start=end - 1, end=end, kind=IdentifierKind.PHONE),))


def member(member_id: str = MEMBER, **changes: object) -> Member:
    values: dict[str, object] = {
        "id": MemberId(member_id),
        "display_name": f"Dr {member_id}",
        "alias": "Fox",
        "language": Language.ENGLISH,
        "time_zone": "Europe/Lisbon",
        "roles": frozenset({Role.PANELIST, Role.EDITOR}),
        "addresses": (
            Address(channel="web", external_id=member_id),
            Address(channel="sms", external_id=f"+{member_id}"),
        ),
        "digest_at": time(6, 45),
        "active": False,
    }
    return Member(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def panel(panel_id: str = "chest") -> Panel:
    rotation = Rotation(
        members=(MEMBER, MemberId("lee")),
        starts_on=date(2026, 1, 5),
        days=3,
        handoff_at=time(7, 15),
        time_zone="Asia/Tokyo",
    )
    return Panel(
        id=PanelId(panel_id),
        name="Chest",
        members=(MEMBER, MemberId("lee")),
        coordinator_id=MemberId("park"),
        primary=rotation,
        secondary=Rotation(members=(MemberId("lee"),), starts_on=date(2026, 1, 5)),
        korean_name="흉부",
        topics=("PE", "폐색전"),
        fallback_id=PanelId("night"),
    )


def question(question_id: str = QUESTION, **changes: object) -> Question:
    values: dict[str, object] = {
        "id": QuestionId(question_id),
        "asker_id": MEMBER,
        "text": text(),
        "created_at": NOW,
    }
    return Question(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def closed_question(question_id: str, number: int, **changes: object) -> Question:
    values: dict[str, object] = {
        "state": QuestionState.CLOSED,
        "number": number,
        "panel_id": PanelId("chest"),
        "urgency": Urgency.TODAY,
        "consent": ConsentScope.TEACHING,
        "claimed_by": MemberId("lee"),
        "previewed_at": NOW,
        "opened_at": NOW,
        "claim_due_at": NOW + MINUTE,
        "answer_due_at": NOW + 2 * MINUTE,
        "closed_at": NOW + number * MINUTE,
    }
    return question(question_id, **{**values, **changes})


def entry(key: str = "opened", **changes: object) -> Entry:
    values: dict[str, object] = {
        "key": key,
        "question_id": QUESTION,
        "kind": EntryKind.ANSWER,
        "actor_id": MemberId("lee"),
        "channel": "web",
        "at": NOW,
        "text": text(),
        "details": {"confidence": "4", "images": 2},
    }
    return Entry(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def facts(series_uid: str = "2.25.1") -> ImageFacts:
    return ImageFacts(
        study_uid="2.25.9",
        series_uid=series_uid,
        instance_uid="2.25.7",
        modality="CT",
        media_type="application/dicom",
        frames=3,
        rows=512,
        columns=256,
        instance_number=4,
        position_mm=-12.5,
        orientation=("R", "L", "A", "P"),
        spacing_mm=(0.7, 0.71),
        window=(40.0, 400.0),
        detail={"kernel": "B70f", "thickness_mm": 1.25},
    )


def image(image_id: str = "image-1", **changes: object) -> Image:
    values: dict[str, object] = {
        "id": ImageId(image_id),
        "question_id": QUESTION,
        "upload_id": UploadId("upload-1"),
        "object_id": ObjectId(f"object-{image_id}"),
        "facts": facts(),
        "added_at": NOW,
        "report": {"removed": 12},
    }
    return Image(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def sealed_object(object_id: str = "object-1") -> SealedObject:
    return SealedObject(
        object_id=ObjectId(object_id), size_bytes=2**33, wrapped_key=b"\x00wrapped", key_id="archive-0001"
    )


def upload(upload_id: str = "upload-1", **changes: object) -> Upload:
    values: dict[str, object] = {
        "id": UploadId(upload_id),
        "member_id": MEMBER,
        "declared_bytes": 2**33,
        "created_at": NOW,
    }
    return Upload(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def segment(position: int = 0, upload_id: str = "upload-1", *, key: bytes = b"key") -> SealedSegment:
    return SealedSegment(
        upload_id=UploadId(upload_id), position=position, size_bytes=5, wrapped_key=key, key_id="inbox-2026-03-02"
    )


def delivery(delivery_id: str = "delivery-1", **changes: object) -> Delivery:
    values: dict[str, object] = {
        "id": DeliveryId(delivery_id),
        "address": Address(channel="web", external_id="kim"),
        "member_id": MEMBER,
        "subject": "question:1",
        "key": "answer",
        "values": {"label": "Q417", "count": 3, "due": NOW, "text": text()},
        "question_id": QUESTION,
        "images": (ImageId("image-1"), ImageId("image-2")),
        "choices": (Action.HELPED, Action.REOPEN),
        "token": "token-1",
        "link": "/questions/1",
        "priority": Priority.URGENT,
        "created_at": NOW,
    }
    return Delivery(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def choice(token: str = "token-1", **changes: object) -> PendingChoice:
    values: dict[str, object] = {
        "token": token,
        "member_id": MEMBER,
        "question_id": QUESTION,
        "actions": (Action.CLAIM, Action.ASK_BACK),
        "expires_at": NOW + MINUTE,
    }
    return PendingChoice(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def message(external_id: str = "m1", **changes: object) -> InboundMessage:
    values: dict[str, object] = {
        "channel": "web",
        "external_id": external_id,
        "sender": Address(channel="web", external_id="kim:1"),
        "received_at": NOW,
        "text": IdentifiableText("Marked Patient, 홍길동 \x00"),
        "press": Press(action=Action.ANSWER, question_id=QUESTION, token="token-1"),
        "fields": {"confidence": IdentifiableText("4")},
        "uploads": (UploadId("upload-1"), UploadId("upload-2")),
        "in_reply_to": QUESTION,
    }
    return InboundMessage(**{**values, **changes})  # type: ignore[arg-type]  # a test changes what it is about


def route(number: int = 1) -> RouteMessage:
    return RouteMessage(inbox_id=InboxId(f"inbox-{number}"))


def deliver(number: int = 1) -> Deliver:
    return Deliver(delivery_id=DeliveryId(f"delivery-{number}"))
