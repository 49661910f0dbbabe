"""The `Store`: all of a transaction or nothing, off the event loop, and news of commits."""

from __future__ import annotations

import asyncio

import pytest

from domain.errors import HilumError, TransientError
from domain.question import QuestionState
from tests.contracts.samples import QUESTION, entry, question, route


async def test_commit_is_seen_by_next_read(store):
    await store.write(lambda transaction: transaction.questions.add(question()))

    found = await store.read(lambda transaction: transaction.questions.get(QUESTION))

    assert found == question()


async def test_failing_work_leaves_nothing(store):
    def fail(transaction):
        transaction.questions.add(question())
        transaction.jobs.add(route())
        raise LookupError

    with pytest.raises(LookupError):
        await store.write(fail)

    assert await store.read(lambda transaction: transaction.questions.draft_of(question().asker_id)) is None


async def test_failing_work_spares_its_neighbours(store):
    def add(number):
        def work(transaction):
            transaction.questions.add(question(f"q{number}"))
            if number % 3 == 0:
                raise LookupError

        return store.write(work)

    outcomes = await asyncio.gather(*(add(number) for number in range(30)), return_exceptions=True)

    kept = await store.read(
        lambda transaction: [number for number in range(30) if _is_there(transaction, f"q{number}")]
    )
    assert kept == [number for number in range(30) if number % 3]
    assert sum(isinstance(outcome, LookupError) for outcome in outcomes) == 10


@pytest.mark.parametrize("error", [SystemExit, StopIteration, GeneratorExit])
async def test_store_outlives_errors_of_any_kind(store, error):
    def fail(_):
        raise error

    with pytest.raises(BaseException):  # noqa: B017, PT011  # of a kind that no coroutine can be asked to carry
        await store.write(fail) if error is not SystemExit else await _contained(store.write(fail))

    assert await store.write(lambda transaction: transaction.jobs.add(route()))


async def test_refused_statement_is_an_error_of_ours(store):
    with pytest.raises(HilumError) as caught:
        await store.write(lambda transaction: transaction.entries.add(entry()))

    assert caught.value.code == "database_refused"


async def test_closed_store_says_so(storage):
    storage.store.close()

    with pytest.raises(TransientError):
        await storage.store.read(lambda transaction: transaction.entries.last_id())


async def test_reading_work_cannot_write(store):
    with pytest.raises(HilumError):
        await store.read(lambda transaction: transaction.questions.add(question()))


async def test_commit_wakes_who_waits(store):
    await store.read(lambda transaction: transaction.entries.last_id())
    waiting = asyncio.create_task(store.changed(within=10))
    await asyncio.sleep(0)

    await store.write(lambda transaction: transaction.questions.add(question()))

    assert await asyncio.wait_for(waiting, 2)


async def test_commit_between_look_and_wait_is_not_missed(store):
    await store.read(lambda transaction: transaction.entries.last_id())

    await store.write(lambda transaction: transaction.questions.add(question()))

    assert await store.changed(within=5)


async def test_silence_ends_the_waiting(store):
    await store.changed(within=0.01)

    assert not await store.changed(within=0.02)


async def test_transaction_without_change_wakes_nobody(store, queue, clock):
    await store.changed(within=0.4)

    await store.write(lambda transaction: transaction.entries.last_id())

    assert not await store.changed(within=0.4)


async def test_changes_in_order_of_a_locked_question(store):
    await store.write(lambda transaction: transaction.questions.add(question()))

    def count_one(transaction):
        found = transaction.questions.lock(QUESTION)
        transaction.questions.save(question(number=(found.number or 0) + 1, state=QuestionState.OPEN))

    await asyncio.gather(*(store.write(count_one) for _ in range(20)))

    found = await store.read(lambda transaction: transaction.questions.get(QUESTION))
    assert found.number == 20


def _is_there(transaction, question_id):
    try:
        transaction.questions.get(question_id)
    except HilumError:
        return False
    return True


async def _contained(awaitable):
    """Hold an error that would stop the event loop itself."""
    try:
        await awaitable
    except SystemExit as error:
        raise RuntimeError from error
