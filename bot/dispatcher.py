"""Command → handler: the one place where both are known. Does not type-check while a command has no handler."""

from __future__ import annotations

from typing import assert_never

from domain.commands import (
    AnswerRequest,
    AskOutcome,
    ChaseAsker,
    ChaseClaimer,
    ChaseHandover,
    ChaseReply,
    CleanUpload,
    CloseAnswered,
    Command,
    ComposeDigest,
    Deliver,
    EndSurge,
    EraseImages,
    ExpireDraft,
    FindQuestions,
    ForgetEnded,
    GatherDraft,
    HandOver,
    MaskImages,
    NotifyStep,
    PageModerators,
    PageViewers,
    PresentDraft,
    RelayInformation,
    RemindOfApplications,
    RemindOfDraft,
    RemindOfIncident,
    RepeatUntilRead,
    RouteMessage,
    SendJoinCode,
    SendPages,
    SendTestPages,
    ShowApplication,
    ShredObject,
    ShredRemoved,
    StartDigest,
    SweepInbox,
    TakeAction,
    WatchRota,
)
from domain.commands_services import (
    AcknowledgeFiles,
    ClearPhone,
    DeleteMessage,
    DeleteOriginal,
    FetchFile,
    MirrorQuestion,
    RemoveRelay,
    RemoveRelays,
    RemoveThread,
    ReportParked,
    Retract,
    Reword,
    RoutePart,
    TakeBack,
    TellUntaken,
    WatchRooms,
)
from domain.errors import UserError
from domain.ports.services import Services
from handlers.abandon import abandon_message, abandon_upload
from handlers.action import take_action
from handlers.actions_surge import end_surge_by_itself
from handlers.chase import chase_claimer
from handlers.closing import close_answered
from handlers.deliver import deliver
from handlers.digest import compose_digest, start_digest
from handlers.draft import expire_draft, gather_draft, present_draft, remind_of_draft
from handlers.enrolling import remind_of_applications, send_join_code, show_application
from handlers.fetching import acknowledge_files, fetch_file, refuse_file
from handlers.find import find_questions
from handlers.handovers import chase_handover
from handlers.housekeeping import erase_images, forget_ended, sweep_inbox
from handlers.incidents import page_moderators, remind_of_incident, retract
from handlers.masking import mask_images, shred_object
from handlers.mirroring import mirror_question
from handlers.notify import notify_step
from handlers.originals import delete_original
from handlers.outcomes import ask_outcome
from handlers.paging import send_pages
from handlers.parking import report_parked, tell_untaken
from handlers.phone_tests import send_test_pages
from handlers.reading import repeat_until_read
from handlers.refuse import refuse
from handlers.relay import relay_information
from handlers.relays import clear_phone, remove_relay, remove_relays, remove_thread
from handlers.requests import answer_request
from handlers.rewording import reword
from handlers.room_watch import watch_rooms
from handlers.rota_watch import watch_rota
from handlers.route import route_message
from handlers.shift_change import hand_over
from handlers.shredding import shred_removed
from handlers.taking_back import take_back
from handlers.typed_words import delete_message
from handlers.uploads import clean_upload
from handlers.viewers import page_viewers
from handlers.waiting import chase_asker, chase_reply

_Incoming = RouteMessage | RoutePart | GatherDraft | TakeAction | RelayInformation | FindQuestions | AnswerRequest
_Drafting = CleanUpload | PresentDraft | RemindOfDraft | ExpireDraft
_Closing = CloseAnswered | AskOutcome
_Telling = Deliver | StartDigest | ComposeDigest
_Paging = NotifyStep | SendPages | ChaseClaimer | ChaseAsker | ChaseReply | ChaseHandover | RepeatUntilRead | EndSurge
_Clearing = SweepInbox | EraseImages | ShredRemoved | MaskImages | ShredObject | ForgetEnded
_Incident = PageViewers | PageModerators | RemindOfIncident | Retract | TakeBack | Reword
_Rota = WatchRota | HandOver | SendTestPages
_Rooms = MirrorQuestion | WatchRooms | RemoveRelays | RemoveThread | RemoveRelay | ClearPhone
_Arriving = FetchFile | AcknowledgeFiles | DeleteOriginal | DeleteMessage | ReportParked | TellUntaken
_Enrolling = SendJoinCode | ShowApplication | RemindOfApplications


async def dispatch(services: Services, command: Command) -> None:  # noqa: C901 - one flat branch a kind of command
    """Run the handler of a command."""
    if isinstance(command, _Incoming):
        await _take_in(services, command)
    elif isinstance(command, _Drafting):
        await _keep_draft(services, command)
    elif isinstance(command, _Paging):
        await _page(services, command)
    elif isinstance(command, _Closing):
        await _close(services, command)
    elif isinstance(command, _Telling):
        await _tell(services, command)
    elif isinstance(command, _Clearing):
        await _clear_away(services, command)
    elif isinstance(command, _Incident):
        await _follow_incident(services, command)
    elif isinstance(command, _Rota):
        await _keep_rota(services, command)
    elif isinstance(command, _Enrolling):
        await _enrol(services, command)
    elif isinstance(command, _Rooms):
        await _keep_rooms(services, command)
    elif isinstance(command, _Arriving):
        await _bring_in(services, command)
    else:
        assert_never(command)


async def _keep_draft(services: Services, command: _Drafting) -> None:
    """Run the handler of a command about a draft and its files."""
    match command:
        case CleanUpload():
            await clean_upload(services, command)
        case PresentDraft():
            await present_draft(services, command)
        case RemindOfDraft():
            await remind_of_draft(services, command)
        case ExpireDraft():
            await expire_draft(services, command)
        case _:
            assert_never(command)


async def _close(services: Services, command: _Closing) -> None:
    """Run the handler of a command about what comes after an answer."""
    match command:
        case CloseAnswered():
            await close_answered(services, command)
        case AskOutcome():
            await ask_outcome(services, command)
        case _:
            assert_never(command)


async def _tell(services: Services, command: _Telling) -> None:
    """Run the handler of a command that brings a message, or a digest, to somebody."""
    match command:
        case Deliver():
            await deliver(services, command)
        case StartDigest():
            await start_digest(services, command)
        case ComposeDigest():
            await compose_digest(services, command)
        case _:
            assert_never(command)


async def _take_in(services: Services, command: _Incoming) -> None:
    """Run the handler of a command that finds out, or does, what a message says."""
    match command:
        case RouteMessage() | RoutePart():
            await route_message(services, command)
        case GatherDraft():
            await gather_draft(services, command)
        case TakeAction():
            await take_action(services, command)
        case RelayInformation():
            await relay_information(services, command)
        case FindQuestions():
            await find_questions(services, command)
        case AnswerRequest():
            await answer_request(services, command)
        case _:
            assert_never(command)


async def _clear_away(services: Services, command: _Clearing) -> None:
    """Run the handler of a command that erases, shreds or masks something."""
    match command:
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
        case ForgetEnded():
            await forget_ended(services, command)
        case _:
            assert_never(command)


async def _follow_incident(services: Services, command: _Incident) -> None:
    """Run the handler of a command that follows from a wrong patient, or from a flag."""
    match command:
        case PageViewers():
            await page_viewers(services, command)
        case PageModerators():
            await page_moderators(services, command)
        case RemindOfIncident():
            await remind_of_incident(services, command)
        case Retract():
            await retract(services, command)
        case TakeBack():
            await take_back(services, command)
        case Reword():
            await reword(services, command)
        case _:
            assert_never(command)


async def _keep_rota(services: Services, command: _Rota) -> None:
    """Run the handler of a command about who is on call."""
    match command:
        case WatchRota():
            await watch_rota(services, command)
        case HandOver():
            await hand_over(services, command)
        case SendTestPages():
            await send_test_pages(services, command)
        case _:
            assert_never(command)


async def _keep_rooms(services: Services, command: _Rooms) -> None:
    """Run the handler of a command about panels' rooms, and about what was sent to services."""
    match command:
        case MirrorQuestion():
            await mirror_question(services, command)
        case WatchRooms():
            await watch_rooms(services, command)
        case RemoveRelays():
            await remove_relays(services, command)
        case RemoveThread():
            await remove_thread(services, command)
        case RemoveRelay():
            await remove_relay(services, command)
        case ClearPhone():
            await clear_phone(services, command)
        case _:
            assert_never(command)


async def _bring_in(services: Services, command: _Arriving) -> None:
    """Run the handler of a command about what lies at a service."""
    match command:
        case FetchFile():
            await fetch_file(services, command)
        case AcknowledgeFiles():
            await acknowledge_files(services, command)
        case DeleteOriginal():
            await delete_original(services, command)
        case DeleteMessage():
            await delete_message(services, command)
        case ReportParked():
            await report_parked(services, command)
        case TellUntaken():
            await tell_untaken(services, command)
        case _:
            assert_never(command)


async def _enrol(services: Services, command: _Enrolling) -> None:
    """Run the handler of a command about somebody who asks to be let in."""
    match command:
        case SendJoinCode():
            await send_join_code(services, command)
        case ShowApplication():
            await show_application(services, command)
        case RemindOfApplications():
            await remind_of_applications(services, command)
        case _:
            assert_never(command)


async def _page(services: Services, command: _Paging) -> None:  # noqa: C901 - one flat case a command
    """Run the handler of a command that pages or chases somebody."""
    match command:
        case NotifyStep():
            await notify_step(services, command)
        case SendPages():
            await send_pages(services, command)
        case ChaseClaimer():
            await chase_claimer(services, command)
        case ChaseAsker():
            await chase_asker(services, command)
        case ChaseReply():
            await chase_reply(services, command)
        case ChaseHandover():
            await chase_handover(services, command)
        case RepeatUntilRead():
            await repeat_until_read(services, command)
        case EndSurge():
            await end_surge_by_itself(services, command)
        case _:
            assert_never(command)


async def tell_refused(services: Services, command: Command, error: UserError) -> bool:
    """Tell the member who caused a command why it was refused; False where no member did."""
    match command:
        case GatherDraft() | TakeAction() | RelayInformation() | FindQuestions() | AnswerRequest():
            await refuse(services, command, error)
            return True
        case _:
            return False


async def abandon(services: Services, command: Command) -> None:
    """Tell whoever waits for a parked command that it needs an operator."""
    match command:
        case CleanUpload():
            await abandon_upload(services, command)
        case FetchFile():
            await refuse_file(services, command)
        case (
            GatherDraft()
            | TakeAction()
            | RelayInformation()
            | FindQuestions()
            | RouteMessage()
            | RoutePart()
            | AnswerRequest()
            | AcknowledgeFiles()
        ):
            await abandon_message(services, command)
        case _:
            return
