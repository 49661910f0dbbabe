"""What `hilum doctor` asks of Telegram: the token, the webhook, and what the bot may do in each panel's group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta

from telegram import Bot, ChatMember, WebhookInfo
from telegram.constants import ChatType

from channels.telegram.client import Client
from channels.telegram.errors import translated
from channels.telegram.openness import said_of
from channels.telegram.options import API_URL, TelegramOptions
from channels.telegram.rights import RIGHTS, TOPICS, missing_rights
from domain.errors import HilumError, PermanentError, RoomMovedError, TransientError
from domain.ports.listening import Finding
from domain.room import Room

_PART = "telegram"
_HOOK = "telegram webhook"
_MANY = 100
_NOT_LOCAL = (
    "a Bot API server of your own must run without --local and hand out files under /file/bot<token>/: with --local "
    "it names paths on its disk, and no file that a member sends arrives"
)
_NOT_SET = (
    "start `hilum serve`, which sets it; if it changes back, another program has the token. If it runs, and /healthz "
    "says webhook_refused, Telegram refuses the address: it has to begin with https://, its name to lead to a public "
    "address, and its port to be 443, 80, 88 or 8443"
)
_JUST_NOW = timedelta(minutes=10)
_AGAIN = "run `hilum doctor` again in a minute"


async def check_up(
    options: TelegramOptions, rooms: Sequence[Room], *, clock: Callable[[], float] | None = None
) -> tuple[Finding, ...]:
    """Return what was found of the bot and of its groups; nothing is changed there.

    Args:
        clock: the time in seconds since 1970; without it every failure of the webhook counts as one of now.
    """
    client = Client(options)
    bot = client.bot
    try:
        async with translated(), bot:
            hook = _webhook(await bot.get_webhook_info(), options, clock)
            return (_bot(bot, options), hook, *[await _room(bot, room) for room in rooms])
    except HilumError as error:
        return (_unheard(error, options),)
    finally:
        await client.close()


def _unheard(error: HilumError, options: TelegramOptions) -> Finding:
    """Return what is said where the service does not say who the bot is."""
    if error.code == "telegram_token":
        mend = (
            "open @BotFather, /mybots, your bot, API Token; write that token into the file that "
            "channels.telegram.token_file names (or into channels.telegram.token), and restart Hilum"
        )
        return _fault(_PART, "Telegram does not know this token", mend)
    if error.code == "telegram_busy":
        return _fault(_PART, "Telegram is asked too often now", _AGAIN)
    mend = (
        "check this machine's way to the Internet, and channels.telegram.api_url: a proxy or firewall may answer in "
        "Telegram's place"
    )
    return _fault(_PART, f"{options.api_url} gives no answer of Telegram's ({error.code})", mend)


def _bot(bot: Bot, options: TelegramOptions) -> Finding:
    says = f"the token is that of @{bot.username}"
    if not bot.bot.can_join_groups:
        says += ", which may not be added to further groups"
    if options.api_url == API_URL:
        return Finding(part=_PART, is_fine=True, says=says)
    return Finding(part=_PART, is_fine=True, says=f"{says}; it is asked for by {options.api_url}", mend=_NOT_LOCAL)


def _webhook(info: WebhookInfo, options: TelegramOptions, clock: Callable[[], float] | None) -> Finding:
    if not options.webhook_url:
        return _fetched(info)
    if info.url != options.webhook_url:
        says = (
            "Telegram brings updates elsewhere" if info.url else "Telegram does not know channels.telegram.webhook_url"
        )
        return _fault(_HOOK, says, _NOT_SET)
    if _is_failing(info, clock):
        mend = f"see that {options.webhook_url} can be opened from outside, with a valid certificate"
        return _fault(_HOOK, f"{info.pending_update_count} updates wait: {info.last_error_message}", mend)
    return Finding(part=_HOOK, is_fine=True, says=f"set to {info.url}")


def _is_failing(info: WebhookInfo, clock: Callable[[], float] | None) -> bool:
    """Telegram goes on naming its last failure when all is well again, and an update may be on its way just now."""
    if not (info.last_error_message and info.pending_update_count):
        return False
    failed_at = info.last_error_date
    return clock is None or failed_at is None or clock() - failed_at.timestamp() < _JUST_NOW.total_seconds()


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
        async with translated():
            chat = await bot.get_chat(room.address.external_id)
            own = await bot.get_chat_member(room.address.external_id, bot.id)
    except RoomMovedError as error:
        new = error.address.external_id
        return _fault(
            part, f"it is a supergroup now, with the id {new}", f"hilum panels room {room.panel_id} telegram {new}"
        )
    except TransientError as error:
        return _fault(part, f"nothing is heard of it now ({error.code})", _AGAIN)
    except PermanentError:
        mend = f"add @{bot.username} to the group as an administrator, then type /panel {room.panel_id} there"
        if not bot.bot.can_join_groups:
            mend = f"open @BotFather, /mybots, your bot, Bot Settings, Allow Groups?, Turn groups on; then {mend}"
        return _fault(part, f"the bot is not in the group {room.address.external_id}", mend)
    if (openness := said_of(chat, room.panel_id)) is not None:
        says, mend = openness
        return _fault(part, f"{says}: others could read the questions, so that Hilum shows none", mend)
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
