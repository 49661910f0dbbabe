"""Who may do what, as one table, and the one rule of who may see what; it guards pages, images, streams and digests."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from domain.consent import ConsentScope
from domain.errors import UserError
from domain.handover import Side
from domain.member import Member, Role
from domain.messages import Action
from domain.opinions import is_sealed
from domain.question import SEEN_BY_PANEL, Entry, EntryKind, Question, QuestionState
from domain.requests import Request


class Capability(StrEnum):
    """One thing that a member may be trusted with."""

    ASK = "ask"
    """Questions of one's own, from the draft to the outcome; what one was handed, or is told until one has read it."""
    LOOK = "look"
    """What concerns oneself: settings, one's own phones and shifts, who is on call."""
    ANSWER = "answer"
    """The work of the panel: every open question, with its notes."""
    MODERATE = "moderate"
    """Takes down what must not be seen, and learns who asked."""
    RELEASE = "release"
    """Publishes cases beyond the panel, and sends the digest."""
    COORDINATE = "coordinate"
    """Keeps rotas and phones in order; owns the question that nobody takes."""
    SURGE = "surge"
    REPORT = "report"
    """How fast questions are answered, in numbers."""
    ENROL = "enrol"
    """Lets members in and out, and cuts off lost phones."""
    APPOINT = "appoint"
    """Gives the roles that others do not get from a coordinator."""
    AUDIT = "audit"
    """Reads who saw or did what, and from where; not the words."""


EVERYBODY = frozenset({Capability.ASK, Capability.LOOK})
"""What every active member may do: the asker's part."""

GRANTS: Mapping[Role, frozenset[Capability]] = {
    Role.PANELIST: frozenset({Capability.ANSWER}),
    Role.MODERATOR: frozenset({Capability.MODERATE, Capability.REPORT, Capability.AUDIT}),
    Role.EDITOR: frozenset({Capability.RELEASE}),
    Role.COORDINATOR: frozenset(
        {
            Capability.ANSWER,
            Capability.MODERATE,
            Capability.COORDINATE,
            Capability.SURGE,
            Capability.REPORT,
            Capability.ENROL,
        }
    ),
    Role.CHAIR: frozenset({Capability.REPORT}),
    Role.BOARD: frozenset({Capability.SURGE, Capability.REPORT}),
    # There is no registry yet that a data manager could take data out of.
    Role.DATA_MANAGER: frozenset(),
    Role.ADMINISTRATOR: frozenset({Capability.ENROL, Capability.APPOINT, Capability.REPORT, Capability.AUDIT}),
}
"""What each role adds. An administrator keeps the house, and reads no case in it."""

_REFUSALS: Mapping[Capability, str] = {
    Capability.ANSWER: "panel_only",
    Capability.MODERATE: "moderator_only",
    Capability.RELEASE: "editor_only",
    Capability.COORDINATE: "coordinator_only",
    Capability.SURGE: "surge_only",
    Capability.REPORT: "report_only",
    Capability.ENROL: "enrol_only",
    Capability.APPOINT: "appoint_only",
}
"""How it is said to whoever has not got it; the others have a general sentence."""

_OF_THE_PANEL = (
    Action.CLAIM,
    Action.RELEASE,
    Action.EXTEND,
    Action.ASK_BACK,
    Action.NOTE,
    Action.ANSWER,
    Action.DRAFT_ANSWER,
    Action.SEND_ANSWER,
    Action.CLOSE,
    Action.PASS,
    Action.OPINION,
    Action.SEAL,
    Action.RELEASE_OPINION,
    Action.MERGE,
    Action.UNMERGE,
    Action.MAKE_CASE,
    Action.QUIZ_CANDIDATE,
    Action.GUIDELINE_PROPOSAL,
    Action.TAKE_OVER,
    Action.FOLLOW,
    Action.UNFOLLOW,
    Action.DOWNGRADE,
    Action.ADD_BLOCK,
    Action.SAVE_BLOCK,
    Action.DELETE_BLOCK,
    Action.SHARE_BLOCK,
    Action.OFFER_SWAP,
    Action.ACCEPT_SWAP,
    Action.WITHDRAW_SWAP,
)
_OF_EVERYBODY = (Action.ON_CALL, Action.MY_SHIFTS, Action.TEST_RANG)
_OF_WHOEVER_ENROLS = (
    Action.INVITE,
    Action.APPROVE_MEMBER,
    Action.REFUSE_MEMBER,
    Action.OFFBOARD,
    Action.CUT_OFF,
)
_OTHERS: Mapping[Action, Capability] = {
    **dict.fromkeys(_OF_THE_PANEL, Capability.ANSWER),
    **dict.fromkeys(_OF_EVERYBODY, Capability.LOOK),
    **dict.fromkeys(_OF_WHOEVER_ENROLS, Capability.ENROL),
    Action.PUBLISH: Capability.RELEASE,
    Action.HOLD_BACK: Capability.RELEASE,
    Action.SEND_DIGEST: Capability.RELEASE,
    Action.SURGE: Capability.SURGE,
    Action.END_SURGE: Capability.SURGE,
    Action.SEND_TESTS: Capability.COORDINATE,
    Action.REMOVE_ROOM_IMAGES: Capability.COORDINATE,
    Action.TAKE_INCIDENT: Capability.MODERATE,
    Action.CLOSE_INCIDENT: Capability.MODERATE,
    Action.TAKE_OUT: Capability.MODERATE,
    Action.PUT_BACK: Capability.MODERATE,
    Action.IDENTIFIES: Capability.MODERATE,
}
_OF_ASKERS = frozenset(
    {
        *(Action.SEND_URGENT, Action.SEND_TODAY, Action.SEND_ROUTINE, Action.DISCARD, Action.SOLVED, Action.EDIT_TEXT),
        *(Action.CONFIRM_SERIES, Action.REMOVE_SERIES, Action.REMOVE_IMAGES, Action.CONFIRM_CHECK),
        *(Action.NUMBER_REMOVED, Action.SAME_PATIENT, Action.MASK_MORE, Action.CROP, Action.KEY_SLICE),
        *(Action.WRONG_PATIENT, Action.ACKNOWLEDGE, Action.ADD_INFORMATION, Action.WITHDRAW, Action.READ),
        *(Action.HELPED, Action.CHANGED_PLAN, Action.REOPEN),
        *(Action.CONSENT_TEACHING, Action.CONSENT_RESEARCH, Action.CONSENT_CONSULT_ONLY),
        *(Action.ASK_MORE, Action.ADD_IMAGES, Action.NEW_QUESTION),
        *(Action.OUTCOME_AGREES, Action.OUTCOME_DIFFERS, Action.OUTCOME_UNKNOWN, Action.OUTCOME_NEVER),
        *(Action.SECOND_OPINION, Action.INSIST, Action.HAND_OVER, Action.ACCEPT_HANDOVER, Action.DECLINE_HANDOVER),
        *(Action.FLAG, Action.WHICH_QUESTION),
    }
)
"""Deeds on what is one's own, or what one has been asked; each looks at that by itself."""
ACTIONS: Mapping[Action, Capability] = {**dict.fromkeys(_OF_ASKERS, Capability.ASK), **_OTHERS}
"""What each action needs: all of them stand here, which a test sees to."""

_REQUESTS_OF_MANY: Mapping[Request, Capability] = {
    Request.SURGE: Capability.SURGE,
    Request.SWAP: Capability.LOOK,
    Request.BLOCKS: Capability.ANSWER,
    Request.INVITE: Capability.ENROL,
    Request.OFFBOARD: Capability.ENROL,
    Request.ASK: Capability.ASK,
    Request.STATUS: Capability.ASK,
    Request.WITHDRAW: Capability.ASK,
    Request.DRAFTS: Capability.ASK,
}
REQUESTS: Mapping[Request, Capability] = {**dict.fromkeys(Request, Capability.LOOK), **_REQUESTS_OF_MANY}
"""What each request behind a stroke needs; most are about oneself."""


def capabilities_of(member: Member) -> frozenset[Capability]:
    """Return everything that a member may do; nothing for one who has left."""
    if not member.active:
        return frozenset()
    return EVERYBODY.union(*(GRANTS[role] for role in member.roles))


def can(member: Member, capability: Capability) -> bool:
    return capability in capabilities_of(member)


def holders(capability: Capability) -> frozenset[Role]:
    """Return the roles that bring a capability; none where every member has it."""
    return frozenset(role for role, granted in GRANTS.items() if capability in granted)


def demand(member: Member, capability: Capability) -> None:
    """Let a member pass who may do something.

    Raises:
        UserError: the sentence for this capability, or "former_member" for who has left.
    """
    if can(member, capability):
        return
    raise UserError(_REFUSALS.get(capability, "role_missing") if member.active else "former_member")


def may_see(member: Member, question: Question) -> bool:
    """Return whether a member may see a question and its confirmed images.

    The asker always; the panel from its opening on; once it is closed, an editor
    if the asker has allowed more than the consultation, and everybody after the
    editor's release.
    """
    if not member.active:
        return False
    if question.asker_id == member.id:
        return True
    if question.state not in SEEN_BY_PANEL:
        return False
    if can(member, Capability.ANSWER):
        return True
    is_kept = question.consent is ConsentScope.CONSULT_ONLY or question.is_under_review
    if is_kept or question.state is not QuestionState.CLOSED:
        return False
    return can(member, Capability.RELEASE) or question.released_at is not None


def may_see_entry(member: Member, question: Question, entry: Entry) -> bool:
    """Return whether a member may read one line of a thread.

    Internal notes stay with the panel. What was written under seal is its author's alone
    until all answers are in; of that, the asker reads the answers at once.
    """
    if not may_see(member, question):
        return False
    if entry.details.get("side") == Side.ASKER.value and member.id not in (entry.actor_id, question.asker_id):
        # Who asks and who is asked to take a question over are known to each other alone.
        return False
    if entry.kind is EntryKind.GROUPED and member.id == question.asker_id:
        # Also of the panel, nobody hears through their own question of somebody else's.
        return False
    if is_sealed(question, entry) and member.id != entry.actor_id:
        is_for_them = member.id == question.asker_id and not entry.is_internal
        if not is_for_them:
            return False
    return not entry.is_internal or can(member, Capability.ANSWER)


def sees_full_card(member: Member, question: Question) -> bool:
    """Return whether a member sees question and thread as they were, not only the editor's published text."""
    if not may_see(member, question):
        return False
    return question.asker_id == member.id or can(member, Capability.ANSWER) or can(member, Capability.RELEASE)
