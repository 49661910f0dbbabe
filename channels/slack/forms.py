"""Forms in a modal: that of a question, and those of actions that need words; made, and read again when submitted."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.slack.blocks import Block, label, option, plain_text, section
from channels.slack.inbound import attachments_in
from channels.slack.payloads import Payload, UnreadableError, needed, part_at, parts_at, text_at
from channels.slack.presses import Done, press_of, value_of
from domain.delivery import Value
from domain.forms import FieldKind, FormField, form_of
from domain.member import Member
from domain.messages import Action, Attachment, AttachmentKind, Origin
from domain.panel import Panel
from domain.ports.channel import ImagesIn
from domain.ports.services import Wording

QUESTION_FORM = "question"
DEED_FORM = "deed"
QUESTION = "question"
IMAGES = "images"
PANEL = "panel"
BY_TOPIC = "-"
"""In the place of a panel's id: the words of the question decide."""
_MOST_PANELS = 99
MOST_FILES = 10
LONGEST = 3000
"""Source: Slack, *Plain-text input element*: at most 3,000 characters; *Views*: private_metadata holds as many."""
_TITLE = 24
_HINT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedForm:
    """A question as it was submitted: words, and files to fetch."""

    text: str
    files: tuple[Attachment, ...]
    panel: str = ""
    """For which panel; empty where there was nothing to choose."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """Makes forms in their reader's language."""

    wording: Wording
    images_in: ImagesIn

    def question(
        self, reader: Member, *, text: str = "", files: Sequence[Attachment] = (), panels: Sequence[Panel] = ()
    ) -> Block:
        """Return the form of a question.

        Args:
            text: what was written before, to be gone on with.
            files: of a message that is asked about; they go with the question.
            panels: those that there are; with one of them there is nothing to choose.
        """
        images_hint = self._say(reader, f"workspace.images_{self.images_in}")
        blocks = [
            *([self._panels(reader, panels)] if len(panels) > 1 else []),
            _input(QUESTION, self._say(reader, "workspace.question"), _line(QUESTION, text=text, many=True))
            | {"hint": plain_text(self._say(reader, "workspace.question_hint")[:_HINT])},
            _input(IMAGES, self._say(reader, "workspace.images"), _files_input(), is_optional=True)
            | {"hint": plain_text(images_hint[:_HINT])},
        ]
        if files:
            said = self._say(reader, "workspace.files_kept", count=len(files))
            blocks.append(section(said))
        kept = {"files": [{"id": file.reference, "size": file.size_bytes} for file in files]}
        view = self._modal(reader, QUESTION_FORM, title=self._say(reader, "workspace.ask"), kept=kept)
        return {**view, "submit": label(self._say(reader, "workspace.preview")[:_TITLE]), "blocks": blocks}

    def deed(self, reader: Member, done: Done, *, known: Mapping[str, str] | None = None) -> Block:
        """Return the form of an action; `known` is what its fields hold already, empty where it does not fit."""
        filled = known or {}
        blocks = [self._field(reader, each, value=filled.get(each.name, "")) for each in form_of(done.press.action)]
        if filled.get("text") == "":
            blocks.append(section(self._say(reader, "workspace.text_replaced")))
        kept = {"press": value_of(done.press), "room": done.origin.room, "thread": done.origin.thread}
        hidden = {"seen": filled["seen"]} if "seen" in filled else {}
        title = self.wording.label(done.press.action, reader.language)
        view = self._modal(reader, DEED_FORM, title=title, kept={**kept, **hidden})
        # An edited draft is shown once more, and sent by a button of its own.
        submit = "workspace.preview" if done.press.action is Action.EDIT_TEXT else "workspace.send"
        return {**view, "submit": label(self._say(reader, submit)[:_TITLE]), "blocks": blocks}

    def _panels(self, reader: Member, panels: Sequence[Panel]) -> Block:
        by_topic = option(self._say(reader, "workspace.panel_by_topic"), BY_TOPIC)
        named = [option(panel.called(reader.language), panel.id) for panel in panels[:_MOST_PANELS]]
        select: Block = {"type": "static_select", "action_id": PANEL, "options": [by_topic, *named]}
        return _input(PANEL, self._say(reader, "workspace.panel"), {**select, "initial_option": by_topic})

    def _modal(self, reader: Member, name: str, *, title: str, kept: Mapping[str, object]) -> Block:
        return {
            "type": "modal",
            "callback_id": name,
            "title": plain_text(title[:_TITLE]),
            "close": plain_text(self._say(reader, "workspace.cancel")[:_TITLE]),
            "private_metadata": json.dumps(kept, separators=(",", ":"), ensure_ascii=False),
        }

    def _field(self, reader: Member, asked: FormField, *, value: str) -> Block:
        said = self._say(reader, f"field.{asked.name}")
        if asked.kind is FieldKind.CHOICE:
            entries = [option(self._say(reader, f"option.{each}"), each) for each in asked.options]
            element: Block = {"type": "static_select", "action_id": asked.name, "options": entries}
        elif asked.kind is FieldKind.NUMBER:
            numbers = [option(str(each), str(each)) for each in range(asked.lowest, asked.highest + 1)]
            element = {"type": "static_select", "action_id": asked.name, "options": numbers}
        else:
            element = _line(asked.name, text=value, many=asked.kind is FieldKind.TEXT)
        return _input(asked.name, said, element, is_optional=not asked.is_required)

    def _say(self, reader: Member, key: str, **values: Value) -> str:
        return self.wording.text(key, reader, values)


def asked_form(view: Payload) -> AskedForm:
    """Return what was submitted as a question.

    Raises:
        UnreadableError: it has no words.
    """
    values = part_at(view, "state", "values")
    kept = [_kept_file(file) for file in parts_at(_metadata(view), "files")]
    added = attachments_in(parts_at(values, IMAGES, IMAGES, "files"))
    files = {file.reference: file for file in (*kept, *added) if file.reference}
    return AskedForm(
        text=needed(values, QUESTION, QUESTION, "value").strip(),
        files=tuple(files.values()),
        panel=_value(part_at(values, PANEL, PANEL)),
    )


def deed_form(view: Payload) -> Done:
    """Return what was submitted for an action; fields that were left empty are left out.

    Raises:
        UnreadableError: it is no form of ours.
    """
    kept = _metadata(view)
    press = press_of(text_at(kept, "press"))
    values = part_at(view, "state", "values")
    asked = form_of(press.action)
    if not asked:
        raise UnreadableError("no_form")
    fields = {each.name: _value(part_at(values, each.name, each.name)) for each in asked}
    # What the editor was shown, so that an edit of something else meanwhile is noticed.
    fields["seen"] = text_at(kept, "seen")
    room = text_at(kept, "room")
    origin = Origin(room=room, thread=text_at(kept, "thread")) if room else Origin()
    return Done(press=press, fields={name: value for name, value in fields.items() if value}, origin=origin)


def _metadata(view: Payload) -> Mapping[str, Any]:
    try:
        found = json.loads(text_at(view, "private_metadata") or "{}")
    except ValueError as error:
        raise UnreadableError("no_metadata") from error
    return found if isinstance(found, dict) else {}


def _kept_file(file: Payload) -> Attachment:
    size = file.get("size")
    known = size if isinstance(size, int) else None
    return Attachment(reference=text_at(file, "id"), kind=AttachmentKind.FILE, size_bytes=known)


def _value(answer: Payload) -> str:
    return (text_at(answer, "value") or text_at(answer, "selected_option", "value")).strip()


def _input(name: str, said: str, element: Block, *, is_optional: bool = False) -> Block:
    return {"type": "input", "block_id": name, "label": label(said), "optional": is_optional, "element": element}


def _line(name: str, *, text: str, many: bool) -> Block:
    element: Block = {"type": "plain_text_input", "action_id": name, "multiline": many, "max_length": LONGEST}
    return {**element, "initial_value": text[:LONGEST]} if text else element


def _files_input() -> Block:
    return {"type": "file_input", "action_id": IMAGES, "max_files": MOST_FILES}
