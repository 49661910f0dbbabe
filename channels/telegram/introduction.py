"""What the bot says of itself at Telegram: commands, descriptions and the menu button, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    MenuButtonCommands,
)

from channels.telegram.client import Client
from channels.telegram.errors import translated
from domain.member import Language, stranger
from domain.ports.services import Wording

_PRIVATE: Mapping[str, str] = {
    "ask": "telegram.command_ask",
    "oncall": "telegram.command_oncall",
    "status": "telegram.command_status",
    "drafts": "telegram.command_drafts",
    "find": "telegram.command_find",
    "swap": "telegram.command_swap",
    "snip": "telegram.command_snip",
    "quiet": "telegram.command_quiet",
    "lang": "telegram.command_lang",
    "link": "telegram.command_link",
    "web": "telegram.command_web",
    "lost": "telegram.command_lost",
    "privacy": "telegram.command_privacy",
    "help": "telegram.command_help",
}
_IN_ROOMS: Mapping[str, str] = {
    "a": "telegram.command_answer",
    "back": "telegram.command_back",
    "second": "telegram.command_second",
    "snip": "telegram.command_snip_in",
    "case": "telegram.command_case",
    "close": "telegram.command_close",
    "oncall": "telegram.command_oncall",
    "status": "telegram.command_status",
}
_LANGUAGES = {"": Language.ENGLISH, "en": Language.ENGLISH, "ko": Language.KOREAN}
"""By the language of the app; whoever has another one reads English."""


@dataclass(frozen=True, slots=True)
class Introduction:
    client: Client
    wording: Wording

    async def say(self) -> None:
        """Register what is not registered yet; the service takes changes of these seldom.

        Raises:
            TransientError, PermanentError: as `translated` says.
        """
        async with translated():
            for code, language in _LANGUAGES.items():
                await self._commands(code, _PRIVATE, language=language, scope=BotCommandScopeAllPrivateChats())
                await self._commands(code, _IN_ROOMS, language=language, scope=BotCommandScopeAllGroupChats())
                await self._describe(code, language)
            await self._bot.set_chat_menu_button(menu_button=MenuButtonCommands())

    @property
    def _bot(self) -> Bot:
        return self.client.bot

    def _sentence(self, key: str, language: Language) -> str:
        return self.wording.text(key, stranger(language), {})

    async def _commands(
        self, code: str, keys: Mapping[str, str], *, language: Language, scope: BotCommandScope
    ) -> None:
        wanted = tuple(BotCommand(name, self._sentence(key, language)) for name, key in keys.items())
        if await self._bot.get_my_commands(scope=scope, language_code=code or None) != wanted:
            await self._bot.set_my_commands(wanted, scope=scope, language_code=code or None)

    async def _describe(self, code: str, language: Language) -> None:
        long = self._sentence("telegram.description", language)
        short = self._sentence("telegram.short_description", language)
        if (await self._bot.get_my_description(language_code=code or None)).description != long:
            await self._bot.set_my_description(long, language_code=code or None)
        if (await self._bot.get_my_short_description(language_code=code or None)).short_description != short:
            await self._bot.set_my_short_description(short, language_code=code or None)
