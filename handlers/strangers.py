"""Whoever writes without being a member: a code links their phone, an invite lets them in, and one sentence says how.

Somebody who has left gets a sentence too. Nothing that a stranger writes is kept.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime

from domain.audit import AuditEvent, AuditKind
from domain.delivery import Value
from domain.errors import PermanentError, UserError
from domain.ids import InboxId
from domain.linking import LinkCode, code_in
from domain.member import Language, Member, stranger
from domain.messages import Address, InboundMessage
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.vocabulary import is_stop
from domain.web import hash_token
from handlers.auditing import refused
from handlers.delivered import channel_named
from handlers.enrolling import join
from handlers.inbound import Received
from handlers.outbox import Notice, tell
from handlers.room_notes import look_into_rooms

_TOKEN = re.compile(r"/?(?:start|join|가입)\s+([A-Za-z0-9_-]{1,200})", re.IGNORECASE)
_HANGUL = re.compile("[가-힣]")
_COMMAND = re.compile(r"^\s*/\w+")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Knock:
    """A message of somebody who is no member, inside its transaction."""

    services: Services
    transaction: Transaction
    inbox_id: InboxId
    message: InboundMessage
    now: datetime

    @property
    def address(self) -> Address:
        return self.message.sender

    @property
    def text(self) -> str:
        return "" if self.message.text is None else self.message.text.value

    @property
    def readers(self) -> tuple[Member, ...]:
        """Return who may be reading, by the language that they write; by both where a word of command alone came."""
        if _HANGUL.search(self.text):
            return (stranger(Language.KOREAN, self.address),)
        is_aside = self.is_short or bool(self.message.origin.room)
        words = "" if _token_in(self.text) is not None else _COMMAND.sub("", self.text)
        is_english = is_aside or any(each.isalpha() for each in words)
        languages = [Language.ENGLISH] if is_english else list(Language)
        return tuple(stranger(language, self.address) for language in languages)

    @property
    def is_short(self) -> bool:
        return self.services.channels[self.address.channel].capabilities.is_short

    def say(self, key: str, *, cause: str = "", reader: Member | None = None, **values: Value) -> None:
        """Tell them something where they wrote from; a cause that was there before is silent."""
        notice, once = Notice(key=key, values=values, to=self.address), cause or self.inbox_id
        for known in self.readers if reader is None else (reader,):
            own = once if self.is_short else f"{once}:{known.language}"
            tell(self.services, self.transaction, known, cause=own, notice=notice)


async def answer_stranger(services: Services, inbox_id: InboxId) -> None:
    """Do what a code or an invite lets a stranger do, or say once a day how to come in."""

    def answer(transaction: Transaction) -> None:
        try:
            message = transaction.inbox.open(inbox_id)
        except PermanentError:
            # Answered by an earlier run, expired, or its key is away: as for everybody's messages.
            return
        member = transaction.members.by_address(message.sender)
        if (member is not None and member.active) or message.sender.channel not in services.channels:
            return
        knock = _Knock(
            services=services, transaction=transaction, inbox_id=inbox_id, message=message, now=services.clock()
        )
        if message.origin.room or message.is_empty:
            _answer_in_room(knock)
        elif is_stop(knock.text) and knock.is_short:
            # Who is no member and wants nothing gets nothing.
            _audit(knock, "request_stop", member=member)
        elif member is not None:
            _refuse_former(knock, member)
        else:
            _answer(knock)
        transaction.inbox.finish(inbox_id)

    await services.store.write(answer)


def _answer_in_room(knock: _Knock) -> None:
    """What is said before others counts for nothing; in a panel's room, it is said once a day how to come in."""
    room = Address(channel=knock.message.channel, external_id=knock.message.origin.room)
    if knock.transaction.rooms.get(room) is not None:
        _point_the_way(knock)


def _refuse_former(knock: _Knock, member: Member) -> None:
    """Whoever has left learns it from every button they press; nothing else goes to their phone."""
    knock.say("error.former_member", reader=replace(member, stopped=frozenset()))
    received = Received(inbox_id=knock.inbox_id, message=knock.message, sender=member)
    knock.transaction.audit.add(refused(received, "former_member", at=knock.now))


def _answer(knock: _Knock) -> None:
    code, token = code_in(knock.text), _token_in(knock.text)
    if code is not None:
        _link(knock, code)
    elif token is not None:
        _join(knock, token)
    else:
        _point_the_way(knock)


def _point_the_way(knock: _Knock) -> None:
    day = f"stranger:{knock.now.date()}"
    knock.say("stranger.link_first", cause=day, society=knock.services.rules.society)


def _link(knock: _Knock, code: str) -> None:
    """Make this address the member's whose code was typed; too many wrong ones lock it, and tell both sides."""
    links = knock.transaction.channel_links
    tries = links.tries(knock.address, knock.now)
    if tries.is_locked(knock.now):
        knock.say("link.locked", cause=f"locked:{tries.last_at.isoformat()}")
        return
    codes = links.open_codes(knock.now)
    meant = next((each for each in codes if each.is_meant_by(code)), None)
    if meant is not None:
        _linked(knock, meant)
        return
    tried = tries.with_wrong(knock.now)
    links.save_tries(tried)
    for each in codes:
        _count_wrong(knock, each)
    _audit(knock, "link_wrong", member=None)
    if tried.is_locked(knock.now):
        knock.say("link.locked", cause=f"locked:{tried.last_at.isoformat()}")
    else:
        knock.say("link.wrong")


def _linked(knock: _Knock, code: LinkCode) -> None:
    knock.transaction.channel_links.save(replace(code, used_at=knock.now))
    member = knock.transaction.members.lock(code.member_id)
    linked = replace(member, addresses=(*member.addresses, knock.address))
    knock.transaction.members.save(linked)
    look_into_rooms(knock.services, knock.transaction)
    _audit(knock, "link_channel", member=member)
    knock.say("link.done_here", reader=linked, name=member.display_name)
    for address in member.chain:
        name = channel_named(knock.services, linked, knock.address.channel)
        notice = Notice(key="link.done_there", values={"channel": name}, to=address)
        tell(knock.services, knock.transaction, linked, cause=knock.inbox_id, notice=notice)


def _count_wrong(knock: _Knock, code: LinkCode) -> None:
    """Nobody knows whose code was meant: every open one has a try less."""
    counted = replace(code, wrong_tries=code.wrong_tries + 1)
    knock.transaction.channel_links.save(counted)
    if not counted.is_open(knock.now):
        member = knock.transaction.members.get(code.member_id)
        tell(knock.services, knock.transaction, member, cause=f"void:{code.id}", notice=Notice(key="link.void"))


def _join(knock: _Knock, token: str) -> None:
    """Take up an invite from a phone, which is linked with that."""
    invite = knock.transaction.enrolments.lock_invite_by_token(hash_token(token))
    if invite is None:
        _point_the_way(knock)
        return
    try:
        member = join(knock.transaction, invite, at=knock.address, now=knock.now)
    except UserError as error:
        knock.say(f"error.{error.code}")
        return
    knock.say("join.welcome", reader=member, name=member.display_name, society=knock.services.rules.society)


def _audit(knock: _Knock, action: str, *, member: Member | None) -> None:
    event = AuditEvent(
        key=f"{action}:{knock.inbox_id}",
        kind=AuditKind.DID if member is not None else AuditKind.REFUSED,
        action=action,
        actor_id=None if member is None else member.id,
        channel=knock.address.channel,
        at=knock.now,
    )
    knock.transaction.audit.add(event)


def _token_in(text: str) -> str | None:
    match = _TOKEN.fullmatch(unicodedata.normalize("NFKC", text).strip())
    return None if match is None else match[1]
