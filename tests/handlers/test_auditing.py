"""What members ask for is in the audit, done or refused, in the transaction that did or refused it."""

from __future__ import annotations

from domain.audit import AuditKind, AuditLink, first_break
from domain.messages import Action
from handlers.auditing import verify_audit
from tests.fakes.society import COLLEAGUE, MEMBER, PANELIST, SECOND, Society


async def _audited(society: Society) -> list[AuditLink]:
    return list(await society.read(lambda transaction: transaction.audit.after(0)))


async def test_every_action_is_in_the_audit(society: Society) -> None:
    question = await society.ask()

    await society.press(PANELIST, Action.CLAIM, question.id)

    links = await _audited(society)
    assert [(link.event.actor_id, link.event.action) for link in links] == [
        (MEMBER.id, "send_urgent"),
        (PANELIST.id, "claim"),
    ]
    assert {(link.event.kind, link.event.channel, link.event.question_id) for link in links} == {
        (AuditKind.DID, "web", question.id)
    }


async def test_refusal_is_in_the_audit_with_its_reason(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    await society.press(SECOND, Action.CLAIM, question.id)
    await society.press(COLLEAGUE, Action.ANSWER, question.id, {"text": "CTPA."})

    refused = [link.event for link in await _audited(society) if link.event.kind is AuditKind.REFUSED]
    assert [(event.actor_id, event.action, event.details["code"]) for event in refused] == [
        (SECOND.id, "claim", "already_taken"),
        (COLLEAGUE.id, "answer", "panel_only"),
    ]


async def test_words_to_somebody_elses_question_are_refused_and_noted(society: Society) -> None:
    question = await society.ask()

    await society.say(COLLEAGUE, "hello", to=question.id)

    event = (await _audited(society))[-1].event
    assert (event.kind, event.action, event.question_id) == (AuditKind.REFUSED, "message", question.id)


async def test_message_that_comes_twice_is_noted_once(society: Society) -> None:
    question = await society.ask()

    for _ in range(2):
        await society.press(PANELIST, Action.CLAIM, question.id, message_id="again")

    assert [link.event.action for link in await _audited(society)] == ["send_urgent", "claim"]


async def test_no_event_holds_words(society: Society) -> None:
    await society.ask("Is this a saddle embolus in a 58M?")

    assert "embolus" not in str(await _audited(society))


async def test_chain_is_verified_over_pages(society: Society) -> None:
    question = await society.ask()
    await society.press(PANELIST, Action.CLAIM, question.id)

    verdict = await verify_audit(society.services.store)

    links = await _audited(society)
    assert (verdict.events, verdict.digest, verdict.broken_at) == (2, links[-1].digest, None)
    assert first_break(links) is None
