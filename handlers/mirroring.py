"""Showing a question in a room of its panel: one call at the service a command, and after each, how far it has come.

Whatever a room cannot do never holds a question up: the room is set aside, and its coordinator told.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.commands_services import MirrorQuestion
from domain.delivery import OutgoingMessage, PendingChoice
from domain.errors import PermanentError, RoomMovedError, TransientError
from domain.ids import ObjectId, QuestionId
from domain.messages import Address
from domain.ports.channel import Placed, RoomChannel, RoomView, TracingChannel
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import Question, QuestionState
from domain.room import ROOM, RoomThread, Suspension, is_begun, withheld_of
from handlers.room_notes import look_into_rooms, note_mirror, room_channel, stands_in_room, thread_in
from handlers.room_previews import show_to_authors
from handlers.room_readers import note_readers
from handlers.room_trouble import (
    ROOM_TROUBLES,
    move_room,
    set_aside,
    stays_for_now,
    tell_not_shown,
    tell_perhaps_twice,
)
from handlers.room_view import (
    ANSWER,
    Scene,
    digest_of,
    late_pictures,
    next_entry,
    objects_of,
    post_of,
    scene_of,
    view_of,
)

_REFUSED = "?"
"""Before an entry's number, in place of the reference of a message that the service did not take, or did not name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The next call: a thread opened, its view renewed, something posted; or everything taken out of the room."""

    thread: RoomThread
    view: RoomView | None = None
    post: OutgoingMessage | None = None
    entry: int = 0
    """That which is posted; 0 for pictures that could not come with the card."""
    objects: frozenset[ObjectId] = frozenset()
    """Of the images that come with it."""
    withheld: str = ""
    references: tuple[str, ...] = ()
    """What is taken out."""

    @property
    def is_removal(self) -> bool:
        return self.view is None and self.post is None

    @property
    def is_posting(self) -> bool:
        """Return whether it puts something there, which made twice stands there twice."""
        return self.post is not None or (self.view is not None and not self.thread.card)

    @property
    def is_seen(self) -> bool:
        """Return whether it shows what whoever looks has to be told of, were it another patient's."""
        return bool(self.objects) or (self.post is not None and self.post.key == ANSWER)


async def mirror_question(services: Services, command: MirrorQuestion) -> None:
    """Make the next call that a room needs to show a question as it is, and note the one after it.

    Raises:
        TransientError: later it may work.
    """
    room = Address(channel=command.channel, external_id=command.room)
    channel = room_channel(services, room.channel)
    is_clear = await _cleared(services, command, room=room)
    step = await services.store.write(
        lambda transaction: _begin(services, transaction, command, room=room, is_clear=is_clear)
    )
    if step is None or channel is None:
        return
    try:
        done = await _call(channel, step)
    except RoomMovedError as error:
        to = error.address
        await services.store.write(lambda transaction: move_room(services, transaction, room, to=to))
        return
    except PermanentError as error:
        code = error.code
        await services.store.write(lambda transaction: _refused(services, transaction, step, code=code))
        return
    except TransientError as error:
        if not error.is_unsure:
            await services.store.write(lambda transaction: transaction.rooms.save_thread(_locked(transaction, step)))
        raise
    await services.store.write(lambda transaction: _settle(services, transaction, step, done=done))


def needs_step(services: Services, transaction: Transaction, question_id: QuestionId, *, room: Address) -> bool:
    """Return whether a room does not show a question as it is."""
    thread = thread_in(transaction, question_id, room) or RoomThread(question_id=question_id, room=room)
    return _step(services, transaction, thread) is not None


def references_in(transaction: Transaction, thread: RoomThread) -> tuple[str, ...]:
    """Return the messages about a question that lie, or lay, in its thread."""
    known = transaction.rooms.messages_in(thread.question_id, thread.room)
    return tuple(each for each in known if not each.startswith(_REFUSED))


async def _cleared(services: Services, command: MirrorQuestion, *, room: Address) -> bool:
    """Take out what a call may have put there that was cut off; False where it may stand there unknown to anybody.

    Raises:
        TransientError: later it may work.
    """

    def known(transaction: Transaction) -> frozenset[str]:
        previews = (each for each in transaction.sent.about(command.question_id) if each.address == room)
        shown = [part for each in previews for part in (transaction.sent.reference(each.id) or "").split(",")]
        return frozenset((*transaction.rooms.messages_in(command.question_id, room), *shown))

    channel = room_channel(services, room.channel)
    thread = await services.store.read(lambda transaction: thread_in(transaction, command.question_id, room))
    if thread is None or not thread.is_posting:
        return True
    if not isinstance(channel, TracingChannel):
        return False
    try:
        standing = await services.store.read(known)
        await channel.take_out_strays(room, thread.placed, thread.question_id, known=standing)
    except PermanentError as error:
        services.log.warning("strays_not_found", question_id=thread.question_id, error=error.code)
        return False
    return True


def _begin(
    services: Services, transaction: Transaction, command: MirrorQuestion, *, room: Address, is_clear: bool
) -> Step | None:
    """Find the next step; from here on what happens to the question notes another command."""
    question = transaction.questions.get(command.question_id)
    if thread_in(transaction, question.id, room) is None:
        # The room has another id since this was noted.
        return None
    thread = transaction.rooms.lock_thread(question.id, room)
    step, where = _step(services, transaction, thread), transaction.rooms.get(room)
    if thread.is_posting and not is_clear:
        # Killed between a call and `_settle`, or the answer was lost: what the call made is known to nobody.
        tell_perhaps_twice(services, transaction, question, room=room)
    is_noted, is_posting = thread.is_noted and thread.round != command.round, step is not None and step.is_posting
    transaction.rooms.save_thread(replace(thread, is_noted=is_noted, is_posting=is_posting))
    if step is not None and step.is_seen and where is not None:
        note_readers(services, transaction, question, room=where)
    if step is None or step.view is None:
        return step
    return replace(step, view=_with_token(services, transaction, question, view=step.view))


def _step(services: Services, transaction: Transaction, thread: RoomThread) -> Step | None:
    question, room = transaction.questions.get(thread.question_id), transaction.rooms.get(thread.room)
    stands = stands_in_room(transaction, thread)
    if room is None or room.panel_id != question.panel_id or room.suspended is Suspension.PUBLIC:
        # A room that is the panel's no longer: others may come to it, and nobody looks who they are.
        return _removal(transaction, thread) if stands else None
    if question.number is None or room_channel(services, thread.room.channel) is None:
        return None
    scene = scene_of(services, transaction, room, question=question, thread=thread)
    will_be_shown = thread.is_open or is_begun(question)
    if stands and (not will_be_shown or _is_outlived(scene)):
        # Also from a room where nothing is shown for now: people read on there.
        return _removal(transaction, thread)
    return _next(scene) if will_be_shown and room.is_reached else None


def _next(scene: Scene) -> Step | None:
    thread, question = scene.thread, scene.question
    view = view_of(scene)
    if not thread.card:
        # Only now do the card's pictures come with it: later it is edited as it stands.
        return Step(thread=thread, view=view, objects=objects_of(scene, view.card), withheld=withheld_of(question))
    post = _next_post(scene, view)
    # A thread is closed behind the last word, since some services take none afterwards.
    if digest_of(view) != thread.shown and not (view.is_closed and post is not None):
        return Step(thread=thread, view=view, withheld=thread.withheld)
    return post


def _next_post(scene: Scene, view: RoomView) -> Step | None:
    entry = next_entry(scene) if scene.room.takes_words else None
    if entry is not None:
        post = post_of(scene, entry)
        return Step(thread=scene.thread, post=post, entry=entry.id, objects=objects_of(scene, post))
    pictures = late_pictures(scene, view.card)
    if pictures is None:
        return None
    return Step(thread=scene.thread, post=pictures, objects=objects_of(scene, pictures))


def _removal(transaction: Transaction, thread: RoomThread) -> Step:
    return Step(thread=thread, references=references_in(transaction, thread))


def _is_outlived(scene: Scene) -> bool:
    """Return whether something lies in the thread that must not be seen any more: words, a picture, or all of it."""
    known, kept = {image.object_id for image in scene.images}, scene.services.rules.relays_kept
    if scene.thread.withheld != withheld_of(scene.question) or not scene.thread.pictures <= known:
        return True
    is_closed, closed_at = scene.question.state is QuestionState.CLOSED, scene.question.closed_at
    return is_closed and closed_at is not None and closed_at + kept <= scene.services.clock()


def _with_token(services: Services, transaction: Transaction, question: Question, *, view: RoomView) -> RoomView:
    """Offer the buttons anew, to whoever of the panel presses them."""
    if not view.card.choices:
        return view
    choice = PendingChoice(
        token=services.new_token(),
        member_id=ROOM,
        question_id=question.id,
        actions=tuple(each.action for each in view.card.choices),
        expires_at=services.clock() + services.rules.choice_time_to_live,
    )
    transaction.choices.add(choice)
    return replace(view, card=replace(view.card, token=choice.token))


async def _call(channel: RoomChannel, step: Step) -> Placed | str:
    room, placed = step.thread.room, step.thread.placed
    if step.view is not None:
        if step.thread.is_open:
            return await channel.show(room, placed, step.view)
        return await channel.open_thread(room, step.view)
    if step.post is not None:
        return await channel.post(room, placed, step.post)
    await channel.remove(room, placed, step.references)
    return ""


def _settle(services: Services, transaction: Transaction, step: Step, *, done: Placed | str) -> None:
    """Keep how far it has come, and note the next step where there is one."""
    thread = _locked(transaction, step)
    saved = _after(transaction, thread, step, done=done)
    transaction.rooms.save_thread(saved)
    if step.is_removal:
        show_to_authors(services, transaction, thread)
    room = transaction.rooms.get(saved.room)
    if step.is_removal and room is not None and room.suspended is Suspension.RIGHTS:
        # What it owed is out of it: perhaps it is right again.
        look_into_rooms(services, transaction, only=saved.room)
    if _step(services, transaction, saved) is not None:
        note_mirror(services, transaction, transaction.questions.get(saved.question_id), room=saved.room)


def _locked(transaction: Transaction, step: Step) -> RoomThread:
    """Return the thread of a step whose call has ended, however it did."""
    thread = transaction.rooms.lock_thread(step.thread.question_id, step.thread.room)
    return replace(thread, is_posting=False)


def _after(transaction: Transaction, thread: RoomThread, step: Step, *, done: Placed | str) -> RoomThread:
    rooms, pictures = transaction.rooms, thread.pictures | step.objects
    if step.view is not None and isinstance(done, Placed):
        is_whole = bool(done.card)
        for reference in filter(None, (done.card, *done.others)):
            rooms.note_message(thread.room, reference, thread.question_id)
        return replace(
            thread,
            thread=done.thread,
            card=done.card,
            shown=digest_of(step.view) if is_whole else "",
            # Something that has to go may have been found in it meanwhile.
            withheld=thread.withheld if thread.is_outdated else step.withheld,
            pictures=pictures if is_whole and not done.lacks_images else thread.pictures,
            is_closed=step.view.is_closed and is_whole,
            removed_at=None,
        )
    if step.post is not None:
        for reference in str(done).split(",") if done else (f"{_REFUSED}{step.entry}",):
            rooms.note_message(thread.room, reference, thread.question_id, entry=step.entry)
        return replace(thread, pictures=pictures)
    return _emptied(transaction, thread)


def _refused(services: Services, transaction: Transaction, step: Step, *, code: str) -> None:
    """The service will not: a lost thread is taken out and opened anew, a room set aside, a message left out."""
    thread = _locked(transaction, step)
    transaction.rooms.save_thread(thread)
    question = transaction.questions.get(thread.question_id)
    services.log.warning("room_refused", question_id=question.id, channel=thread.room.channel, error=code)
    if code == "thread_gone" and thread.card and not step.is_removal:
        # Its card was deleted, and what was said below it may stand there still.
        transaction.rooms.save_thread(thread.outdated())
        note_mirror(services, transaction, question, room=thread.room)
    elif code == "thread_gone" and thread.is_open:
        show_to_authors(services, transaction, thread)
        _begin_anew(services, transaction, thread, question=question)
    elif step.is_removal:
        if not stays_for_now(services, transaction, question, room=thread.room, code=code):
            _begin_anew(services, transaction, thread, question=question)
    elif code in ROOM_TROUBLES and transaction.rooms.get(thread.room) is not None:
        set_aside(services, transaction, thread.room, why=ROOM_TROUBLES[code])
    else:
        _leave_out(services, transaction, step, thread=thread)


def _begin_anew(services: Services, transaction: Transaction, thread: RoomThread, *, question: Question) -> None:
    transaction.rooms.save_thread(_emptied(transaction, thread))
    # One that was lost before its card was there waits for the next change: nobody opens thread after thread.
    if is_begun(question) and thread.card:
        note_mirror(services, transaction, question, room=thread.room)


def _emptied(transaction: Transaction, thread: RoomThread) -> RoomThread:
    """Forget what lay in a thread, but for its card: people may go on below it, and that is about the question."""
    transaction.rooms.forget_messages(thread.question_id, thread.room)
    if thread.card:
        transaction.rooms.note_message(thread.room, thread.card, thread.question_id)
    return thread.emptied()


def _leave_out(services: Services, transaction: Transaction, step: Step, *, thread: RoomThread) -> None:
    """Go on without what the service never takes; of a card that it never takes the coordinator is told."""
    question = transaction.questions.get(thread.question_id)
    if step.post is not None:
        reference = f"{_REFUSED}{step.entry}"
        transaction.rooms.note_message(thread.room, reference, thread.question_id, entry=step.entry)
        # They count as shown, so that nobody tries for ever.
        transaction.rooms.save_thread(replace(thread, pictures=thread.pictures | step.objects))
    elif step.view is not None and thread.card:
        transaction.rooms.save_thread(replace(thread, shown=digest_of(step.view), is_closed=step.view.is_closed))
    else:
        tell_not_shown(services, transaction, question, room=thread.room)
        return
    note_mirror(services, transaction, question, room=thread.room)
