"""Drawing images for a message that leaves: what cannot be drawn, or not soon, holds up no word (safety rule 1)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from domain.errors import HilumError, PermanentError, TransientError
from domain.ids import ImageId
from domain.ports.archive import SealedObject
from domain.ports.deidentifier import FrameRequest, RenderedFrame, Renderer
from domain.ports.services import Log
from domain.ports.store import Transaction

PATIENCE = timedelta(seconds=10)
"""Those who scroll through a large study may keep the next picture waiting for longer than a page may wait."""
_SURPRISES = (
    *(ArithmeticError, AssertionError, AttributeError, EOFError, LookupError),
    *(MemoryError, OSError, RuntimeError, TypeError, ValueError),
)
"""What comes out of the process that draws: it is bound in memory, and its libraries read what others wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    image_id: ImageId
    sealed: SealedObject
    request: FrameRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The pictures there are; `is_late` where others may be drawn later."""

    frames: tuple[RenderedFrame, ...] = ()
    is_late: bool = False


@dataclass(slots=True)
class Drawing:
    """Draws one picture after another; one that is not there in time is left to end, and not waited for."""

    renderer: Renderer
    log: Log
    patience: timedelta = PATIENCE
    _ending: set[asyncio.Task[RenderedFrame | TransientError | None]] = field(default_factory=set)

    async def of(self, wanted: Sequence[Wanted]) -> Drawn:
        """Return a picture of each image that can be drawn in time; each that cannot is logged."""
        frames: list[RenderedFrame] = []
        is_late = False
        ends_at = asyncio.get_running_loop().time() + self.patience.total_seconds()
        for each in wanted:
            found = await self._in_time(each, ends_at=ends_at)
            if isinstance(found, RenderedFrame):
                frames.append(found)
            is_late = is_late or isinstance(found, TransientError)
            if asyncio.get_running_loop().time() >= ends_at:
                # What is behind it would wait in vain as well.
                is_late = is_late or each is not wanted[-1]
                break
        return Drawn(frames=tuple(frames), is_late=is_late)

    async def _in_time(self, wanted: Wanted, *, ends_at: float) -> RenderedFrame | TransientError | None:
        task = asyncio.create_task(self._frame(wanted))
        # A child that is at work cannot be stopped: its task goes on, and nobody hears of it.
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        await asyncio.wait({task}, timeout=max(0.0, ends_at - asyncio.get_running_loop().time()))
        if task.done():
            return task.result()
        self.log.warning("picture_not_made", image_id=wanted.image_id, error="picture_late")
        return TransientError("picture_late")

    async def _frame(self, wanted: Wanted) -> RenderedFrame | TransientError | None:
        try:
            return await self.renderer.frame(wanted.sealed, wanted.request)
        except HilumError as error:
            self.log.warning("picture_not_made", image_id=wanted.image_id, error=error.code)
            return error if isinstance(error, TransientError) else None
        except _SURPRISES as error:
            self.log.error("picture_not_made", image_id=wanted.image_id, error_type=type(error).__name__)
            return None


def wanted_of(transaction: Transaction, images: Sequence[ImageId], *, edge: int, most: int) -> list[Wanted]:
    """Return what to draw of the first images, masks hatched (safety rule 8); what is gone meanwhile is left out.

    Args:
        edge: the longest edge of a picture, in pixels.
        most: how many images go with one message.
    """
    found = []
    for image_id in images[:most]:
        try:
            image = transaction.images.get(image_id)
            sealed = transaction.objects.get(image.object_id)
        except PermanentError:
            continue
        if image.removed_at is not None:
            continue
        frame = image.facts.frames // 2
        request = FrameRequest(frame=frame, longest_edge=edge, hatched=image.facts.masks_of(frame))
        found.append(Wanted(image_id=image_id, sealed=sealed, request=request))
    return found
