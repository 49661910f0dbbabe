"""Removing images: their keys go with the change itself, their files and the linkage by a command of its own."""

from __future__ import annotations

from domain.commands import ShredRemoved
from domain.ids import QuestionId
from domain.ports.services import Services
from domain.ports.store import Transaction
from domain.question import OVER, QuestionState
from domain.study import subject_of


async def shred_removed(services: Services, command: ShredRemoved) -> None:
    """Delete the files of removed images; of a question that is over, forget the subject's secret with the last."""
    question, images = await services.store.read(
        lambda transaction: (
            transaction.questions.get(command.question_id),
            transaction.images.of_question(command.question_id),
        )
    )
    for image in images:
        if image.removed_at is not None:
            await services.archive.shred(image.object_id)
    # While a question lives, what its messages named is still compared with the images that are to come.
    is_over = question.state in OVER or question.state is QuestionState.CLOSED
    if is_over and all(image.removed_at is not None for image in images):
        await services.linkage.forget(subject_of(command.question_id))


def remove_images(services: Services, transaction: Transaction, question_id: QuestionId, *, cause: str) -> None:
    """Remove every image of a question with its key, forget whom it named, and note the rest of the work."""
    for object_id in transaction.images.remove_all(question_id, services.clock()):
        transaction.objects.shred(object_id)
    transaction.identities.forget(question_id)
    transaction.jobs.add(ShredRemoved(question_id=question_id, cause=cause))


def forget_draft(services: Services, transaction: Transaction, question_id: QuestionId, *, cause: str) -> None:
    """Remove the images of a draft that comes to nothing, and its words wherever they were shown."""
    remove_images(services, transaction, question_id, cause=cause)
    transaction.deliveries.forget_words(question_id)
    transaction.web.forget_words(question_id)
