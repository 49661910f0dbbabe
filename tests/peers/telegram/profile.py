"""What the bot says of itself: commands, name, descriptions, menu button; by language."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from aiogram.methods import (
    DeleteMyCommands,
    GetChatMenuButton,
    GetMe,
    GetMyCommands,
    GetMyDescription,
    GetMyName,
    GetMyShortDescription,
    SetChatMenuButton,
    SetMyCommands,
    SetMyDescription,
    SetMyName,
    SetMyShortDescription,
)
from aiogram.types import (
    BotCommand,
    BotCommandScopeDefault,
    BotDescription,
    BotName,
    BotShortDescription,
    MenuButtonDefault,
    User,
)

from tests.peers.telegram.calls import Handlers
from tests.peers.telegram.refusals import bad_request

if TYPE_CHECKING:
    from tests.peers.telegram.service import Service

_COMMAND = re.compile(r"[a-z0-9_]{1,32}")
_LIMITS = {"name": 64, "description": 512, "short_description": 120}


@dataclass(slots=True)
class Profile:
    """Texts by what they are and language; commands by scope and language; buttons by chat."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[BotCommand]] = field(default_factory=dict)
    buttons: dict[int | None, object] = field(default_factory=dict)

    def write(self, what: str, text: str | None, language: str | None) -> bool:
        """Source: setMyName, name: "0-64 characters. Pass an empty string to remove the dedicated name for the
        given language"; setMyDescription: "0-512 characters"; setMyShortDescription: "0-120 characters".
        """
        if len(text or "") > _LIMITS[what]:
            raise bad_request(f"{what.upper()}_TOO_LONG")
        key = what, _language(language)
        self.texts.pop(key, None)
        if text:
            self.texts[key] = text
        return True

    def read(self, what: str, language: str | None) -> str:
        """Source: setMyName, language_code: "If empty, the name will be shown to all users for whose language
        there is no dedicated name".
        """
        return self.texts.get((what, _language(language))) or self.texts.get((what, ""), "")


def get_me(service: Service, _: GetMe) -> User:
    """Source: getMe: "A simple method for testing your bot's authentication token"."""
    return service.bot


def set_commands(service: Service, call: SetMyCommands) -> bool:
    """Source: setMyCommands, commands: "At most 100 commands can be specified"; BotCommand, command: "1-32
    characters. Can contain only lowercase English letters, digits and underscores"; description: "1-256 characters".
    """
    if len(call.commands) > 100:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    for each in call.commands:
        if not _COMMAND.fullmatch(each.command):
            raise bad_request("BOT_COMMAND_INVALID")
        if not 1 <= len(each.description) <= 256:
            raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    service.profile.commands[_scope(call)] = call.commands
    return True


def get_commands(service: Service, call: GetMyCommands) -> list[BotCommand]:
    """Source: getMyCommands: "If commands aren't set, an empty list is returned"."""
    return service.profile.commands.get(_scope(call), [])


def delete_commands(service: Service, call: DeleteMyCommands) -> bool:
    service.profile.commands.pop(_scope(call), None)
    return True


def set_menu_button(service: Service, call: SetChatMenuButton) -> bool:
    """Source: setChatMenuButton, chat_id: "If not specified, default bot's menu button will be changed"."""
    service.profile.buttons[call.chat_id] = call.menu_button or MenuButtonDefault()
    return True


def get_menu_button(service: Service, call: GetChatMenuButton) -> object:
    buttons = service.profile.buttons
    return buttons.get(call.chat_id) or buttons.get(None) or MenuButtonDefault()


def _scope(call: SetMyCommands | GetMyCommands | DeleteMyCommands) -> tuple[str, str]:
    """Source: setMyCommands, scope: "Defaults to BotCommandScopeDefault"."""
    return (call.scope or BotCommandScopeDefault()).model_dump_json(), _language(call.language_code)


def _language(code: str | None) -> str:
    """Source: setMyCommands, language_code: "A two-letter ISO 639-1 language code"."""
    if code and not re.fullmatch(r"[a-z]{2}", code):
        raise bad_request("LANG_CODE_INVALID")
    return code or ""


HANDLERS: Handlers = {
    GetMe: get_me,
    SetMyCommands: set_commands,
    GetMyCommands: get_commands,
    DeleteMyCommands: delete_commands,
    SetChatMenuButton: set_menu_button,
    GetChatMenuButton: get_menu_button,
    SetMyName: lambda service, call: service.profile.write("name", call.name, call.language_code),
    SetMyDescription: lambda service, call: service.profile.write("description", call.description, call.language_code),
    SetMyShortDescription: lambda service, call: service.profile.write(
        "short_description", call.short_description, call.language_code
    ),
    GetMyName: lambda service, call: BotName(
        name=service.profile.read("name", call.language_code) or service.bot.first_name
    ),
    GetMyDescription: lambda service, call: BotDescription(
        description=service.profile.read("description", call.language_code)
    ),
    GetMyShortDescription: lambda service, call: BotShortDescription(
        short_description=service.profile.read("short_description", call.language_code)
    ),
}
