"""What `hilum doctor` asks of Telegram: the token, the webhook, and what the bot may do in each panel's group."""

from __future__ import annotations

from collections.abc import Sequence

from telegram import Bot, ChatMember, WebhookInfo
from telegram.constants import ChatType
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from channels.telegram.client import Client
from channels.telegram.options import API_URL, TelegramOptions
from channels.telegram.rights import RIGHTS, TOPICS, missing_rights
from domain.ports.listening import Finding
from domain.room import Room

_PART = "telegram"
_HOOK = "telegram webhook"
_MANY = 100
_NOT_LOCAL = (
    "a Bot API server of your own must run without --local and hand out files under /file/bot<token>/: with --local "
    "it names paths on its disk, and no file that a member sends arrives"
)


async def check_up(options: TelegramOptions, rooms: Sequence[Room]) -> tuple[Finding, ...]:
    """Return what was found of the bot and of its groups; nothing is changed there."""
    client = Client(options)
    bot = client.bot
    try:
        async with bot:
            findings = [_bot(bot, options), _webhook(await bot.get_webhook_info(), options)]
            return (*findings, *[await _room(bot, room) for room in rooms])
    except InvalidToken:
        mend = (
            "open @BotFather, /mybots, your bot, API Token; write that token into the file that "
            "channels.telegram.token_file names (or into channels.telegram.token), and restart Hilum"
        )
        return (_fault(_PART, "Telegram does not know this token", mend),)
    except TelegramError as error:
        says = f"{options.api_url} gives no answer ({type(error).__name__})"
        return (_fault(_PART, says, "check this machine's way to the Internet, and channels.telegram.api_url"),)
    finally:
        await client.close()


def _bot(bot: Bot, options: TelegramOptions) -> Finding:
    says = f"the token is that of @{bot.username}"
    if not bot.bot.can_join_groups:
        says += ", which may not be added to further groups"
    if options.api_url == API_URL:
        return Finding(part=_PART, is_fine=True, says=says)
    return Finding(part=_PART, is_fine=True, says=f"{says}; it is asked for by {options.api_url}", mend=_NOT_LOCAL)


def _webhook(info: WebhookInfo, options: TelegramOptions) -> Finding:
    if not options.webhook_url:
        return _fetched(info)
    if info.url != options.webhook_url:
        says = (
            "Telegram brings updates elsewhere" if info.url else "Telegram does not know channels.telegram.webhook_url"
        )
        return _fault(
            _HOOK, says, "start `hilum serve`, which sets it; if it changes back, another program has the token"
        )
    if info.last_error_message and info.pending_update_count:
        mend = f"see that {options.webhook_url} can be opened from outside, with a valid certificate"
        return _fault(_HOOK, f"{info.pending_update_count} updates wait: {info.last_error_message}", mend)
    return Finding(part=_HOOK, is_fine=True, says=f"set to {info.url}")


def _fetched(info: WebhookInfo) -> Finding:
    if info.url:
        mend = "start `hilum serve`, which removes it; if it comes back, another program has the token"
        return _fault(_HOOK, "Telegram brings updates to an address that is not in the settings", mend)
    if info.pending_update_count > _MANY:
        return _fault(_HOOK, f"{info.pending_update_count} updates wait", "start `hilum serve`, which fetches them")
    return Finding(part=_HOOK, is_fine=True, says="none: updates are fetched")


async def _room(bot: Bot, room: Room) -> Finding:
    """Return what was found of a panel's group."""
    part = f"telegram group of {room.panel_id}"
    try:
        chat = await bot.get_chat(room.address.external_id)
        own = await bot.get_chat_member(room.address.external_id, bot.id)
    except ChatMigrated as error:
        mend = f"hilum panels room {room.panel_id} telegram {error.new_chat_id}"
        return _fault(part, f"it is a supergroup now, with the id {error.new_chat_id}", mend)
    except (BadRequest, Forbidden):
        mend = f"add @{bot.username} to the group as an administrator, then type /panel {room.panel_id} there"
        if not bot.bot.can_join_groups:
            mend = f"open @BotFather, /mybots, your bot, Bot Settings, Allow Groups?, Turn groups on; then {mend}"
        return _fault(part, f"the bot is not in the group {room.address.external_id}", mend)
    if chat.username:
        mend = "in the group: Edit, Group Type, Private"
        return _fault(part, "it is public: anybody could read the questions, so that Hilum shows none", mend)
    if chat.type != ChatType.SUPERGROUP or not chat.is_forum:
        mend = "in the group: Edit, Topics, on; without them Hilum writes reply chains, which are harder to follow"
        return _rights(part, own, has_topics=False) or Finding(
            part=part, is_fine=True, says="it has no topics: reply chains", mend=mend
        )
    return _rights(part, own, has_topics=True) or Finding(
        part=part, is_fine=True, says="topics on, and the bot has the rights it needs"
    )


def _rights(part: str, own: ChatMember, *, has_topics: bool) -> Finding | None:
    """Return what the bot may not do in a group; None where it may do all."""
    missing = missing_rights(own, has_topics=has_topics)
    if missing is None:
        names = [name for right, name in RIGHTS.items() if has_topics or right != TOPICS]
        mend = f"in the group: Edit, Administrators, Add Administrator, with {' and '.join(names)}"
        return _fault(part, "the bot is no administrator there, so that it does not hear what is said", mend)
    if not missing:
        return None
    mend = f"in the group: Edit, Administrators, the bot; turn on {' and '.join(missing)}"
    return _fault(part, f"the bot lacks rights there: {', '.join(missing)}", mend)


def _fault(part: str, says: str, mend: str) -> Finding:
    return Finding(part=part, is_fine=False, says=says, mend=mend)
