"""Command → handler: the one place where both are known. Does not type-check while a command has no handler."""

from __future__ import annotations

from typing import assert_never

from domain.commands import (
    ChaseClaimer,
    CleanUpload,
    CloseAnswered,
    Command,
    ComposeDigest,
    Deliver,
    EraseImages,
    ExpireDraft,
    GatherDraft,
    MaskImages,
    NotifyStep,
    PageViewers,
    PresentDraft,
    RelayInformation,
    RemindOfDraft,
    RouteMessage,
    ShredObject,
    ShredRemoved,
    StartDigest,
    SweepInbox,
    TakeAction,
)
from domain.errors import UserError
from domain.ports.services import Services
from handlers.abandon import abandon_message, abandon_upload
from handlers.action import take_action
from handlers.chase import chase_claimer
from handlers.closing import close_answered
from handlers.deliver import deliver
from handlers.digest import compose_digest, start_digest
from handlers.draft import expire_draft, gather_draft, present_draft, remind_of_draft
from handlers.housekeeping import erase_images, sweep_inbox
from handlers.masking import mask_images, shred_object
from handlers.notify import notify_step
from handlers.refuse import refuse
from handlers.relay import relay_information
from handlers.route import route_message
from handlers.shredding import shred_removed
from handlers.uploads import clean_upload
from handlers.viewers import page_viewers


async def dispatch(services: Services, command: Command) -> None:  # noqa: C901, PLR0912 - one flat case a command
    """Run the handler of a command."""
    match command:
        case RouteMessage():
            await route_message(services, command)
        case GatherDraft():
            await gather_draft(services, command)
        case TakeAction():
            await take_action(services, command)
        case RelayInformation():
            await relay_information(services, command)
        case CleanUpload():
            await clean_upload(services, command)
        case PresentDraft():
            await present_draft(services, command)
        case RemindOfDraft():
            await remind_of_draft(services, command)
        case ExpireDraft():
            await expire_draft(services, command)
        case NotifyStep():
            await notify_step(services, command)
        case ChaseClaimer():
            await chase_claimer(services, command)
        case CloseAnswered():
            await close_answered(services, command)
        case Deliver():
            await deliver(services, command)
        case StartDigest():
            await start_digest(services, command)
        case ComposeDigest():
            await compose_digest(services, command)
        case SweepInbox():
            await sweep_inbox(services, command)
        case EraseImages():
            await erase_images(services, command)
        case ShredRemoved():
            await shred_removed(services, command)
        case MaskImages():
            await mask_images(services, command)
        case ShredObject():
            await shred_object(services, command)
        case PageViewers():
            await page_viewers(services, command)
        case _:
            assert_never(command)


async def tell_refused(services: Services, command: Command, error: UserError) -> bool:
    """Tell the member who caused a command why it was refused; False where no member did."""
    match command:
        case GatherDraft() | TakeAction() | RelayInformation():
            await refuse(services, command, error)
            return True
        case _:
            return False


async def abandon(services: Services, command: Command) -> None:
    """Tell whoever waits for a parked command that it needs an operator."""
    match command:
        case CleanUpload():
            await abandon_upload(services, command)
        case GatherDraft() | TakeAction() | RelayInformation() | RouteMessage():
            await abandon_message(services, command)
        case _:
            return
