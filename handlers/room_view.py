"""What a room shows of a question: the title and the card with its buttons, and what each entry is told as."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from domain.access import may_see_entry
from domain.card import Clue, clues_of
from domain.delivery import OfferedChoice, OutgoingMessage, Value
from domain.handover import askers_of, held_since
from domain.ids import DeliveryId, ImageId, MemberId, ObjectId, derive_id
from domain.member import Member
from domain.messages import Action
from domain.opinions import MOST_ANSWERS
from domain.ports.channel import Capabilities, RoomView
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Entry, EntryKind, Question, QuestionState, Urgency
from domain.room import MOST_IMAGES, Room, RoomThread, chosen_images, point_of, seen_images, sign_of
from domain.study import Image
from domain.withholding import hides_text, shown_entries
from handlers.delivered import channel_named
from handlers.paging import card
from handlers.quality import quality_terms
from handlers.render import offered

ANSWER = "room.answer"
_SPOKEN: Mapping[EntryKind, str] = {
    EntryKind.INFORMATION: "panel.information",
    EntryKind.ASKED_BACK: "room.asked_back",
    EntryKind.NOTE: "room.note",
    EntryKind.OPINION: "room.opinion",
    EntryKind.ANSWER: ANSWER,
}
_TOLD: Mapping[EntryKind, str] = {
    **_SPOKEN,
    EntryKind.IMAGES_ADDED: "panel.images_added",
    EntryKind.HELPED: "panel.helped",
    EntryKind.CHANGED_PLAN: "panel.changed_plan",
    EntryKind.REOPENED: "panel.reopened",
}
"""What is posted in a thread; everything else is seen in its title and its card."""
_PROPOSALS = (Action.MAKE_CASE, Action.QUIZ_CANDIDATE, Action.GUIDELINE_PROPOSAL)
_BARE = frozenset({Action.CLAIM, Action.PASS})
"""What says nothing of a question to whoever sees it done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A question in a room, read once in a transaction."""

    services: Services
    transaction: Transaction
    room: Room
    question: Question
    entries: Sequence[Entry]
    images: tuple[Image, ...]
    """Those that the panel may look at, whether the room takes images or not."""
    thread: RoomThread

    @property
    def capabilities(self) -> Capabilities:
        return self.services.channels[self.room.address.channel].capabilities

    @property
    def readers(self) -> tuple[Member, ...]:
        zone = self.services.escalation.time_zone
        return tuple(replace(reader, time_zone=zone) for reader in self.room.readers)

    def say(self, key: str, values: Mapping[str, Value] | None = None, *, between: str = "\n") -> str:
        """Return a sentence in each language of the room; once where they are the same."""
        said = (self.services.wording.text(key, reader, values or {}) for reader in self.readers)
        return between.join(dict.fromkeys(said))

    def name_of(self, member_id: MemberId | None) -> str:
        """Return how the panel is told of somebody: an asker by the alias (safety rule 13)."""
        return "" if member_id is None else self._named(self.transaction.members.get(member_id))

    def _named(self, member: Member) -> str:
        is_asker = member.id == self.question.asker_id or member.id in askers_of(self.entries)
        return member.alias if is_asker and member.id != self.question.claimed_by else member.display_name


def scene_of(
    services: Services, transaction: Transaction, room: Room, *, question: Question, thread: RoomThread
) -> Scene:
    return Scene(
        services=services,
        transaction=transaction,
        room=room,
        question=question,
        entries=shown_entries(question, transaction.entries.of_question(question.id)),
        images=seen_images(question, transaction.images.of_question(question.id)),
        thread=thread,
    )


def view_of(scene: Scene) -> RoomView:
    """Return title, card and buttons as they should stand now; the buttons have no token yet."""
    question = scene.question
    is_closed = question.state is QuestionState.CLOSED
    if not scene.room.takes_words:
        title = f"{sign_of(question)} {question.label}"
        return RoomView(title=title, card=_bare_card(scene), is_closed=is_closed)
    return RoomView(title=_title(scene), card=_card(scene), is_closed=is_closed)


def digest_of(view: RoomView) -> str:
    """Return by what is known whether a view stands in the room already."""
    card = view.card
    quoted = "" if card.quoted is None else card.quoted.value
    buttons = (choice.action.value for choice in card.choices)
    return derive_id(view.title, card.text, quoted, str(card.link), view.is_closed, *card.images, "|", *buttons)


def next_entry(scene: Scene) -> Entry | None:
    """Return the next entry that the panel should read in a thread, and has not read there."""
    posted = scene.transaction.rooms.entries_in(scene.question.id, scene.room.address)
    return next((entry for entry in scene.entries if entry.id not in posted and _is_told(scene, entry)), None)


def post_of(scene: Scene, entry: Entry) -> OutgoingMessage:
    """Return an entry as it is told in a thread."""
    question, key = scene.question, _TOLD[entry.kind]
    values: dict[str, Value] = {"label": question.label, "name": scene.name_of(entry.actor_id)}
    values["quality"] = quality_terms(scene.images)
    text = scene.say(key, values)
    if entry.kind is EntryKind.ANSWER and question.wrong_patient_at is not None:
        text = f"{scene.say('wrong_patient.stamp', between=' ')}\n{text}"
    return OutgoingMessage(
        delivery_id=DeliveryId(
            derive_id("room", scene.room.address.channel, scene.room.address.external_id, entry.key)
        ),
        key=key,
        text=text,
        question_id=question.id,
        quoted=entry.text if entry.kind in _SPOKEN else None,
        images=_added_images(scene) if entry.kind is EntryKind.IMAGES_ADDED else (),
        closing=scene.say("question.opinion", between=" ") if entry.kind is EntryKind.ANSWER else "",
        is_silent=True,
    )


def late_pictures(scene: Scene, card: OutgoingMessage) -> OutgoingMessage | None:
    """Return those pictures of a card that are not in the room, as they could not be shown there for a while."""
    address, lying = scene.room.address, scene.thread.pictures
    object_of = {image.id: image.object_id for image in scene.images}
    missing = [image_id for image_id in card.images if object_of[image_id] not in lying]
    images = tuple(missing[: max(0, MOST_IMAGES - len(lying))])
    if not images:
        return None
    return OutgoingMessage(
        # Whatever they are: where a try of some was cut off, these take their place.
        delivery_id=DeliveryId(derive_id("room_images", address.channel, address.external_id, scene.question.id)),
        key="room.images",
        text=scene.say("room.images", {"label": scene.question.label}, between=" / "),
        question_id=scene.question.id,
        images=images,
        is_silent=True,
    )


def objects_of(scene: Scene, message: OutgoingMessage) -> frozenset[ObjectId]:
    """Return the objects of the images that come with a message."""
    return frozenset(image.object_id for image in scene.images if image.id in message.images)


def actions_in(question: Question) -> tuple[Action, ...]:
    """Return what the panel is offered in a room; who may do it is decided when it is pressed."""
    second = () if question.needs >= MOST_ANSWERS else (Action.SECOND_OPINION,)
    match question.state:
        case QuestionState.OPEN:
            actions: tuple[Action, ...] = (Action.CLAIM, Action.PASS, Action.ASK_BACK, Action.ANSWER, *second)
        case QuestionState.CLAIMED | QuestionState.NEEDS_INFO:
            actions = (Action.ANSWER, Action.ASK_BACK, Action.RELEASE, Action.FOLLOW, *second)
        case QuestionState.ANSWERED:
            actions = (Action.CLOSE, *_PROPOSALS, *second)
        case QuestionState.CLOSED:
            actions = _PROPOSALS
        case QuestionState.MERGED:
            actions = (Action.UNMERGE,)
        case _:
            return ()
    if question.wrong_patient_at is not None:
        return ()
    return (*actions, Action.FLAG)


def _added_images(scene: Scene) -> tuple[ImageId, ...]:
    """Return what has come since the question was opened, and is not in the room yet."""
    opened_at, lying = scene.question.opened_at, scene.thread.pictures
    if opened_at is None or not (scene.room.takes_images and scene.capabilities.has_images):
        return ()
    added = (image for image in scene.images if image.added_at > opened_at and image.object_id not in lying)
    return tuple(image.id for image in chosen_images(tuple(added), ()))


def _title(scene: Scene) -> str:
    question = scene.question
    match question.state:
        case QuestionState.OPEN:
            is_hidden = hides_text(question) or question.wrong_patient_at is not None
            rest = "" if is_hidden else point_of(question.text.value)
        case QuestionState.CLAIMED:
            rest = scene.name_of(question.claimed_by)
        case QuestionState.NEEDS_INFO:
            rest = f"{scene.name_of(question.claimed_by)} ❓"
        case QuestionState.ANSWERED | QuestionState.MERGED:
            rest = scene.say(f"room.title_{question.state}", between="/")
        case _:
            rest = scene.say("room.title_closed", between="/")
    return f"{sign_of(question)} {question.label} {rest}".strip()


def _card(scene: Scene) -> OutgoingMessage:
    """The decision that waits comes first, then what the words say of the patient, then these (safety rule 12)."""
    question, address = scene.question, scene.room.address
    notice = card(scene.transaction, question, to=address)
    head = scene.say(notice.key, {"alike": "", **notice.values, "images": len(scene.images)})
    lines = [head, *_standing(scene)]
    is_hidden = hides_text(question)
    if question.wrong_patient_at is not None:
        lines.insert(0, scene.say("wrong_patient.stamp", between=" "))
    lines += [scene.say("incident.taken_down", {"label": question.label})] if is_hidden else _clue_lines(scene)
    chosen: tuple[Image, ...] = ()
    if scene.room.takes_images:
        marked = scene.transaction.key_slices.of_question(question.id)
        chosen = chosen_images(scene.images, marked)
        if len(chosen) < len(scene.images):
            lines.append(scene.say("room.more_images", {"count": len(scene.images) - len(chosen)}, between=" / "))
    elif scene.images:
        lines.append(scene.say("room.images_stopped"))
    choices = _offered(scene, actions_in(question))
    return OutgoingMessage(
        delivery_id=DeliveryId(derive_id("room", address.channel, address.external_id, question.id)),
        key=notice.key,
        text="\n".join(line for line in lines if line),
        question_id=question.id,
        quoted=None if is_hidden else question.text,
        images=tuple(image.id for image in chosen) if scene.capabilities.has_images else (),
        choices=choices,
        shape=scene.capabilities.shape_of(len(choices)),
        is_silent=question.urgency is not Urgency.URGENT or scene.thread.comes_back,
        link=f"{scene.services.rules.page_address}/questions/{question.id}",
    )


def _bare_card(scene: Scene) -> OutgoingMessage:
    """Return what stands in a room where strangers read along: that there is a question, and where it is read."""
    question, address = scene.question, scene.room.address
    choices = _offered(scene, tuple(each for each in actions_in(question) if each in _BARE))
    return OutgoingMessage(
        delivery_id=DeliveryId(derive_id("room", address.channel, address.external_id, question.id)),
        key="room.words_stopped",
        text=scene.say("room.words_stopped", {"label": question.label}),
        question_id=question.id,
        choices=choices,
        shape=scene.capabilities.shape_of(len(choices)),
        is_silent=question.urgency is not Urgency.URGENT or scene.thread.comes_back,
        link=f"{scene.services.rules.page_address}/questions/{question.id}",
    )


def _standing(scene: Scene) -> Iterable[str]:
    """Who has it since when; whether it waits for its asker; and when the answer reached them."""
    question = scene.question
    since = held_since(question, scene.entries)
    if since is not None:
        values: dict[str, Value] = {"name": scene.name_of(question.claimed_by), "at": since}
        yield scene.say("room.claimed", values, between=" / ")
    if question.state is QuestionState.NEEDS_INFO:
        yield scene.say("room.waits", between=" / ")
    thread, opened_at = scene.thread, question.opened_at
    if thread.delivered_at is not None and opened_at is not None and thread.delivered_at >= opened_at:
        yield scene.say(
            "panel.answer_sent",
            {
                "label": question.label,
                "at": thread.delivered_at,
                "channel": channel_named(scene.services, scene.readers[0], thread.delivered_by),
                "minutes": int((thread.delivered_at - opened_at).total_seconds() // 60),
            },
        )


def _clue_lines(scene: Scene) -> list[str]:
    found = clues_of(scene.question.text.value)
    missing = scene.say("page.card.not_given", between="/")
    return [f"{scene.say(f'page.card.{clue}', between='/')}: {', '.join(found[clue]) or missing}" for clue in Clue]


def _offered(scene: Scene, actions: Sequence[Action]) -> tuple[OfferedChoice, ...]:
    """Return the buttons; in a room of two languages each says both."""
    first, *others = (offered(scene.services, actions, reader) for reader in scene.readers)
    labels: list[tuple[str, ...]] = [tuple(choice.label for choice in choices) for choices in (first, *others)]
    return tuple(
        replace(choice, label="/".join(dict.fromkeys(said))) for choice, *said in zip(first, *labels, strict=True)
    )


def _is_told(scene: Scene, entry: Entry) -> bool:
    if entry.kind not in _TOLD or entry.details.get("said_in") == scene.thread.mark:
        return False
    if entry.kind in _SPOKEN and not (entry.text is not None and entry.text.value):
        return False
    return all(may_see_entry(reader, scene.question, entry) for reader in scene.readers)
