"""Every error of Hilum.

HilumError
├── UserError            the member can fix it; carries a message key
│   ├── AlreadyTakenError           somebody else has the question, which can be followed
│   ├── SealedInRoomError           an opinion under seal, typed where the others read it
│   └── WordsMissingError           an action that needs words, and was given none: they can be asked for
├── TransientError       later it may work; may carry `retry_after`
│   └── ChannelOffError             once the channel is switched on again
└── PermanentError       park it and tell an operator
    ├── DeidentificationError   the door stays closed
    └── RoomMovedError          a panel's room has another address now
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from domain.ids import QuestionId
from domain.messages import Action, Address


class HilumError(Exception):
    """Root of the tree; `code` is a fixed word that may be logged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class UserError(HilumError):
    """The member can fix it: told with the wording of `code` and its values."""

    def __init__(self, code: str, **values: str | int | datetime) -> None:
        super().__init__(code)
        self.values: Mapping[str, str | int | datetime] = dict(values)


class AlreadyTakenError(UserError):
    """Somebody else has the question: told who, since when, and that it can be followed."""

    def __init__(self, question_id: QuestionId, **values: str | int | datetime) -> None:
        super().__init__("already_taken", **values)
        self.question_id = question_id


class SealedInRoomError(UserError):
    """An opinion under seal was typed in a room: it is not taken, and must not stay there."""

    def __init__(self, question_id: QuestionId, **values: str | int | datetime) -> None:
        super().__init__("sealed_in_room", **values)
        self.question_id = question_id


class WordsMissingError(UserError):
    """An action was asked for without the words that it needs; nothing else stands in its way."""

    def __init__(
        self, code: str, *, action: Action, question_id: QuestionId | None, **values: str | int | datetime
    ) -> None:
        super().__init__(code, **values)
        self.action = action
        self.question_id = question_id


class TransientError(HilumError):
    """Tried again later, after `retry_after` where the service named a time.

    `is_local` says that the service limits this one conversation or room, and not the whole channel; `is_unsure`
    that the service may have done as it was asked, and only its answer was lost.
    """

    def __init__(
        self, code: str, *, retry_after: timedelta | None = None, is_local: bool = False, is_unsure: bool = False
    ) -> None:
        super().__init__(code)
        self.retry_after = retry_after
        self.is_local = is_local
        self.is_unsure = is_unsure

    @property
    def is_outage(self) -> bool:
        """Whether nobody answered, as the adapters of services name it: "telegram_away"."""
        return self.code.endswith("_away")


class ChannelOffError(TransientError):
    """What is to be done at a service waits until its channel is switched on again, and nothing waits behind it.

    Whether it is on is looked at again after `look_after`, and whenever the program starts.
    """

    CODE = "channel_off"

    def __init__(self, *, look_after: timedelta) -> None:
        super().__init__(self.CODE)
        self.look_after = look_after


class PermanentError(HilumError):
    """Will never work: parked, and an operator is told."""


class DeidentificationError(PermanentError):
    """The door stays closed; `code` is the wording of the reason a radiologist is given."""


class RoomMovedError(PermanentError):
    """The service gave a room a new id; what is sent to the old one is lost."""

    def __init__(self, address: Address) -> None:
        super().__init__("room_moved")
        self.address = address
