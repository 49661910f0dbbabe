"""What a signed-in member tried on a page without the right to: noted in the audit, as everywhere else."""

from __future__ import annotations

from domain.audit import AuditEvent, AuditKind
from domain.ids import derive_id
from web.site import Visit


async def note_refused(visit: Visit, action: str, *, code: str) -> None:
    """Note a try by its action (or the address of a page) and the code of its refusal; what was typed stays out."""
    event = AuditEvent(
        key=f"refused:{derive_id(visit.services.new_token())}",
        kind=AuditKind.REFUSED,
        action=action,
        actor_id=visit.member.id,
        channel="web",
        at=visit.site.now(),
        details={"code": code},
    )
    await visit.services.store.write(lambda transaction: transaction.audit.add(event))
