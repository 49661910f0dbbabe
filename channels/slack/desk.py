"""What is pressed, chosen from a menu, filled in or typed behind a stroke: a form at once, else taken in as said.

Slack gives three seconds for each: what is asked of it here has a shorter limit, and what it refuses loses no word.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels.marks import keyed_mark
from channels.slack.blocks import Block
from channels.slack.calls import Calls
from channels.slack.forms import DEED_FORM, LONGEST, MOST_FILES, QUESTION, QUESTION_FORM, Forms, asked_form, deed_form
from channels.slack.home import home_view
from channels.slack.inbound import CHANNEL_NAME, asked, attachments_in, deed, files_in, read_in, words
from channels.slack.mrkdwn import escaped, unescaped
from channels.slack.payloads import Payload, needed, part_at, text_at
from channels.slack.presses import ASK, SAY, Done, Pressed, is_direct, pressed_in
from channels.slack.taken import TooLate
from domain.errors import HilumError, PermanentError, UserError
from domain.forms import form_of
from domain.member import Language, Member, stranger
from domain.messages import Action, Address, Attachment, InboundMessage
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction

Answer = Mapping[str, object]
"""What goes back with the acknowledgement."""
_NOTHING: Answer = {}
ASK_COMMAND = "/ask"
_VIEW_SECONDS = 1.5
"""For a form to open; with what comes before and after it, an answer leaves within Slack's three seconds."""
_MOST_NOTICED = 1200
"""Characters of a draft that fit into a form twice: to be edited, and to notice what was changed meanwhile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Answers whoever uses the app's buttons, forms and commands.

    `secret` is the key of the names under which submitted forms are known again.
    """

    calls: Calls
    services: ChannelServices
    forms: Forms
    secret: str

    async def command(self, body: Payload) -> Answer:
        """Take a slash command: a question gets its form, everything else is words said to Hilum."""
        user, trigger = needed(body, "user_id"), needed(body, "trigger_id")
        # Source: Slack, *Slash commands*: without `should_escape` no mark stands in what was typed, only its own "<90".
        said = unescaped(text_at(body, "text")).strip()
        if needed(body, "command") == ASK_COMMAND:
            answer = await self._ask(user, trigger, text=said)
            return answer if is_direct(text_at(body, "channel_id")) else await self._asked_among_others(user)
        request = f"/{said.lstrip('/') or 'help'}"
        return await self._take(words(user, request, self.services.clock(), external_id=_interaction(trigger)))

    async def shortcut(self, body: Payload) -> Answer:
        """Open the form of a question, from a message with its words and files where it was chosen on one."""
        message = part_at(body, "message")
        said, files = read_in(message), attachments_in(files_in(message))
        return await self._ask(needed(body, "user", "id"), needed(body, "trigger_id"), text=said, files=files)

    async def press(self, body: Payload) -> Answer:
        """Take a press; one whose action needs words gets its form first."""
        pressed = pressed_in(body)
        if pressed is None:
            return _NOTHING
        if pressed.kind == ASK:
            return await self._ask(pressed.user, pressed.trigger)
        if pressed.kind == SAY:
            said = words(pressed.user, pressed.value, self.services.clock(), external_id=_interaction(pressed.trigger))
            return await self._take(said)
        return await self._do(pressed, Done(press=pressed.press, origin=pressed.origin))

    async def submission(self, body: Payload) -> Answer:
        """Take a form in; what is wrong with it is said in it, and it stays open."""
        view, user = part_at(body, "view"), needed(body, "user", "id")
        now, external_id = self.services.clock(), self._submission(view)
        name = text_at(view, "callback_id")
        if name == QUESTION_FORM:
            form, first = asked_form(view), QUESTION
            message = asked(user, form.text, now, external_id=external_id, files=form.files, panel=form.panel)
        elif name == DEED_FORM:
            done = deed_form(view)
            message, first = deed(user, done, now, external_id=external_id), form_of(done.press.action)[0].name
        else:
            return _NOTHING
        try:
            return await self._take(message)
        except UserError as error:
            said = await self._sentence(user, error)
            return {"response_action": "errors", "errors": {first: said}}

    async def show_home(self, user: str) -> None:
        """Show somebody's Home as it is now; where Slack does not take it, it is as it was."""
        now, wording = self.services.clock(), self.services.wording

        def made(transaction: Transaction) -> Block:
            return home_view(transaction, _member(transaction, user), wording=wording, now=now)

        try:
            await self.calls("views.publish", user_id=user, view=await self.services.store.read(made))
        except HilumError as error:
            self.services.log.warning("home_not_shown", error=error.code)

    async def _ask(self, user: str, trigger: str, *, text: str = "", files: Sequence[Attachment] = ()) -> Answer:
        """Open the form of a question; what is too long for it, and what a stranger says, is taken in as it is."""
        reader = await self._reader(user)
        question = asked(user, text, self.services.clock(), external_id=_interaction(trigger), files=files)
        if reader is None or len(text) > LONGEST or len(files) > MOST_FILES:
            return await self._take(question)
        panels = await self.services.store.read(lambda transaction: transaction.panels.all())
        if await self._opened(trigger, self.forms.question(reader, text=text, files=files, panels=panels)):
            return _NOTHING
        return await self._take(question)

    async def _asked_among_others(self, user: str) -> Answer:
        """Say in the channel, to whoever asks alone, that nobody there sees the question, and where it is previewed.

        Source: Slack, *Slash commands*: an answer of the type "ephemeral" is seen by whoever typed the command.
        """
        reader = await self._reader(user)
        if reader is None:
            return _NOTHING
        said = escaped(self.services.wording.text("workspace.preview_elsewhere", reader, {}))
        return {"response_type": "ephemeral", "text": said}

    async def _do(self, pressed: Pressed, done: Done) -> Answer:
        reader = await self._reader(pressed.user)
        message = deed(pressed.user, done, self.services.clock(), external_id=_interaction(pressed.trigger))
        if reader is None:
            return await self._take(message)
        if form_of(done.press.action):
            known = await self.services.store.read(lambda transaction: _known(transaction, reader, done))
            if await self._opened(pressed.trigger, self.forms.deed(reader, done, known=known)):
                return _NOTHING
        if done.press.action is Action.CLAIM and await self._tell_if_too_late(reader, pressed):
            return _NOTHING
        return await self._take(message)

    async def _tell_if_too_late(self, reader: Member, pressed: Pressed) -> bool:
        try:
            async with asyncio.timeout(_VIEW_SECONDS):
                return await TooLate(self.calls, self.services).told(reader, pressed)
        except (PermanentError, TimeoutError) as error:
            self.services.log.warning("too_late_not_told", error=_code(error))
            return False

    async def _take(self, message: InboundMessage) -> Answer:
        await self.services.intake.accept(message)
        return _NOTHING

    async def _opened(self, trigger: str, view: Block) -> bool:
        try:
            async with asyncio.timeout(_VIEW_SECONDS):
                await self.calls("views.open", trigger_id=trigger, view=view)
        except (HilumError, TimeoutError) as error:
            self.services.log.warning("form_not_opened", error=_code(error))
            return False
        return True

    async def _reader(self, user: str) -> Member | None:
        return await self.services.store.read(lambda transaction: _member(transaction, user))

    async def _sentence(self, user: str, error: UserError) -> str:
        reader = await self._reader(user) or stranger(Language.ENGLISH)
        return self.services.wording.text(f"error.{error.code}", reader, error.values)

    def _submission(self, view: Payload) -> str:
        """Return the id of what was submitted: the same again is a replay, something else in the same form is not."""
        said = json.dumps(part_at(view, "state", "values"), sort_keys=True, default=str)
        return f"view|{needed(view, 'id')}|{keyed_mark(said, key=self.secret)}"


def _member(transaction: Transaction, user: str) -> Member | None:
    member = transaction.members.by_address(Address(channel=CHANNEL_NAME, external_id=user))
    return member if member is not None and member.active else None


def _known(transaction: Transaction, reader: Member, done: Done) -> Mapping[str, str]:
    """Return what a form begins with: the words of one's own draft, where they are to be edited; none if too long."""
    choice = transaction.choices.get(done.press.token) if done.press.token else None
    question_id = done.press.question_id if choice is None else choice.question_id
    if done.press.action is not Action.EDIT_TEXT or question_id is None:
        return {}
    question = transaction.questions.get(question_id)
    said = question.text.value
    if question.asker_id != reader.id or not said:
        return {}
    if len(said) > LONGEST:
        return {"text": ""} if question.number is None else {}
    return {"text": said, "seen": said} if len(said) <= _MOST_NOTICED else {"text": said}


def _interaction(trigger: str) -> str:
    """Return the id by which an interaction is known: no two have the same trigger."""
    return f"interaction|{trigger}"


def _code(error: HilumError | TimeoutError) -> str:
    return error.code if isinstance(error, HilumError) else "timeout"
