"""Test pages: sent to a whole panel on demand, and to each phone before its last test runs out (safety rule 15)."""

from __future__ import annotations

from datetime import datetime

from domain.commands import SendTestPages
from domain.delivery import Priority
from domain.ids import MemberId, derive_id
from domain.messages import Action
from domain.phone import PhoneRecord, TestPage
from domain.ports.services import Services
from domain.ports.store import Transaction
from handlers.outbox import Notice, tell


async def send_test_pages(services: Services, command: SendTestPages) -> None:
    """Send everybody of a panel a test page, whatever the hour: whoever asked for it is waiting."""

    def send(transaction: Transaction) -> None:
        panel = transaction.panels.get(command.panel_id)
        for member_id in panel.members:
            _send(services, transaction, member_id, at=command.at)

    await services.store.write(send)


def send_due_tests(services: Services, transaction: Transaction, now: datetime) -> None:
    """Send a test page to every panelist whose last one runs out soon, in their own daytime."""
    records = transaction.phones.records()
    panelists = {member_id for panel in transaction.panels.all() for member_id in panel.members}
    for member_id in sorted(panelists):
        if records.get(member_id, PhoneRecord()).is_due(transaction.members.get(member_id), now):
            _send(services, transaction, member_id, at=now)


def _send(services: Services, transaction: Transaction, member_id: MemberId, *, at: datetime) -> None:
    member = transaction.members.get(member_id)
    if not member.active or not member.addresses:
        return
    page = TestPage(id=derive_id("test-page", member_id, at.isoformat()), member_id=member_id, sent_at=at)
    if transaction.phones.add(page):
        notice = Notice(key="rota.test", choices=(Action.TEST_RANG,), priority=Priority.URGENT, about=page.id)
        tell(services, transaction, member, cause=f"test:{page.id}", notice=notice)
