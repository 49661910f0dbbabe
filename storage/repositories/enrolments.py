"""Invites and applications."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from domain.enrolment import Application, ApplicationState, Invite
from domain.ids import MemberId
from domain.member import Language, Role
from storage.statements import forget_rows, insert_new, replace_row, rows_of
from storage.tables_people import application, invite


class SqlEnrolments:
    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add_invite(self, added: Invite) -> bool:
        return insert_new(self._connection, invite, _invite_row(added))

    def save_invite(self, saved: Invite) -> None:
        replace_row(self._connection, invite, _invite_row(saved))

    def lock_invite(self, invite_id: str) -> Invite | None:
        return self._invite(sa.select(invite).where(invite.c.id == invite_id).with_for_update())

    def invite_by_token(self, token_hash: str) -> Invite | None:
        return self._invite(_of_token(token_hash))

    def lock_invite_by_token(self, token_hash: str) -> Invite | None:
        return self._invite(_of_token(token_hash).with_for_update())

    def open_invites(self, now: datetime) -> Sequence[Invite]:
        is_open = sa.and_(invite.c.used_at.is_(None), invite.c.revoked_at.is_(None), invite.c.expires_at > now)
        statement = sa.select(invite).where(is_open).order_by(invite.c.made_at.desc(), invite.c.id)
        return tuple(map(_invite, rows_of(self._connection, statement)))

    def save_application(self, saved: Application) -> None:
        replace_row(self._connection, application, _application_row(saved))

    def lock_application(self, application_id: str) -> Application | None:
        statement = sa.select(application).where(application.c.id == application_id).with_for_update()
        return next((_application(row) for row in rows_of(self._connection, statement)), None)

    def waiting(self, now: datetime) -> Sequence[Application]:
        waits = sa.and_(application.c.state == ApplicationState.WAITING.value, application.c.expires_at > now)
        statement = sa.select(application).where(waits).order_by(application.c.made_at, application.c.id)
        return tuple(map(_application, rows_of(self._connection, statement)))

    def sent_since(self, email: str, instant: datetime) -> int:
        named = sa.and_(application.c.email == email, application.c.made_at > instant)
        counted = self._connection.execute(sa.select(sa.func.count()).select_from(application).where(named))
        return int(counted.scalar_one())

    def forget_ended(self, before: datetime) -> int:
        times = {invite: invite.c.expires_at, application: application.c.expires_at}
        return forget_rows(self._connection, times, before)

    def _invite(self, statement: sa.Select[Any]) -> Invite | None:
        return next((_invite(row) for row in rows_of(self._connection, statement)), None)


def _of_token(token_hash: str) -> sa.Select[Any]:
    """An invite whose link was not made yet has no token, which no link names."""
    return sa.select(invite).where(invite.c.token_hash == token_hash, invite.c.token_hash != "")


def _invite_row(saved: Invite) -> Mapping[str, Any]:
    return {
        "id": saved.id,
        "name": saved.name,
        "language": saved.language.value,
        "roles": sorted(role.value for role in saved.roles),
        "made_by": saved.made_by,
        "made_at": saved.made_at,
        "expires_at": saved.expires_at,
        "token_hash": saved.token_hash,
        "email": saved.email,
        "used_at": saved.used_at,
        "used_by": saved.used_by,
        "revoked_at": saved.revoked_at,
    }


def _invite(row: sa.RowMapping) -> Invite:
    return Invite(
        id=row["id"],
        name=row["name"],
        language=Language(row["language"]),
        roles=frozenset(map(Role, row["roles"])),
        made_by=_member(row["made_by"]),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        token_hash=row["token_hash"],
        email=row["email"],
        used_at=row["used_at"],
        used_by=_member(row["used_by"]),
        revoked_at=row["revoked_at"],
    )


def _application_row(saved: Application) -> Mapping[str, Any]:
    return {
        "id": saved.id,
        "society_number": saved.society_number,
        "name": saved.name,
        "email": saved.email,
        "language": saved.language.value,
        "made_at": saved.made_at,
        "expires_at": saved.expires_at,
        "salt": saved.salt,
        "code_hash": saved.code_hash,
        "wrong_tries": saved.wrong_tries,
        "state": saved.state.value,
        "decided_by": saved.decided_by,
        "decided_at": saved.decided_at,
    }


def _application(row: sa.RowMapping) -> Application:
    return Application(
        id=row["id"],
        society_number=row["society_number"],
        name=row["name"],
        email=row["email"],
        language=Language(row["language"]),
        made_at=row["made_at"],
        expires_at=row["expires_at"],
        salt=row["salt"],
        code_hash=row["code_hash"],
        wrong_tries=row["wrong_tries"],
        state=ApplicationState(row["state"]),
        decided_by=_member(row["decided_by"]),
        decided_at=row["decided_at"],
    )


def _member(member_id: str | None) -> MemberId | None:
    return None if member_id is None else MemberId(member_id)
