"""Commands as rows: back as they were, under a key that never changes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import get_args

import pytest

from domain.commands import Command, RouteMessage, StartDigest
from domain.commands_services import TakeBack
from domain.errors import PermanentError
from domain.ids import DeliveryId, InboxId
from storage.command_text import key_of, pack_command, unpack_command
from tests.contracts.samples import NOW


def example(kind):
    values = {"str": "x", "int": 3, "bool": True, "datetime": NOW}
    return kind(**{field.name: values.get(str(field.type), "id") for field in fields(kind)})


@pytest.mark.parametrize("kind", get_args(Command))
def test_every_command_comes_back(kind):
    command = example(kind)

    name, arguments = pack_command(command)

    assert unpack_command(name, arguments) == command


def test_key_names_the_work_for_ever():
    key = key_of(*pack_command(RouteMessage(inbox_id=InboxId("a"))))

    assert key == "543c17447835b5cc979712fedd926a0237c07452bbb53bf7a47417e821f65b92"


def test_same_instant_in_another_zone_is_the_same_work():
    seoul = NOW.astimezone(timezone(timedelta(hours=9)))

    keys = {key_of(*pack_command(StartDigest(name="daily", at=at))) for at in (NOW, seoul)}

    assert len(keys) == 1


@pytest.mark.parametrize(("name", "arguments"), [("Unknown", {}), ("RouteMessage", {"other": "x"})])
def test_command_of_another_version_is_permanent(name, arguments):
    with pytest.raises(PermanentError, match="command_unknown"):
        unpack_command(name, arguments)


@pytest.mark.parametrize("waited", [0, 3])
def test_command_that_an_earlier_version_noted_anew_comes_back(waited):
    arguments = {"delivery_id": "d", "round": waited}

    assert unpack_command("TakeBack", arguments) == TakeBack(delivery_id=DeliveryId("d"))


def test_content_cannot_become_a_command():
    @dataclass(frozen=True)
    class Leaky:
        text: list[str]
        at: datetime = NOW

    with pytest.raises(TypeError, match="ids, numbers and times"):
        pack_command(Leaky(text=["a"]))
