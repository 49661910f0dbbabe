"""Pictures of de-identified images on their way into a conversation: made, uploaded, and shared with its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from channels.slack.calls import Calls
from channels.slack.hosts import is_own
from channels.slack.options import SlackOptions
from channels.slack.payloads import text_at
from domain.errors import PermanentError, TransientError, UserError
from domain.ids import ImageId
from domain.ports.archive import SealedObject
from domain.ports.channel import ImagesOut
from domain.ports.deidentifier import FrameRequest, RenderedFrame
from domain.ports.listening import ChannelServices
from domain.ports.store import Transaction
from domain.study import Image

MOST_PICTURES = 10
_THUMBNAIL = 320
_FULL = 2048
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A picture that lies at Slack and that nobody sees before it is shared."""

    file_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """Shows as much of an image as the society lets out (safety rule 20), masks hatched (safety rule 8)."""

    options: SlackOptions
    services: ChannelServices
    calls: Calls

    async def upload(self, images: Sequence[ImageId]) -> tuple[Uploaded, ...]:
        """Bring pictures of images to Slack; those that are gone meanwhile are left out, as what Slack never takes.

        Raises:
            TransientError: later it may work.
        """
        if self.options.images_out is ImagesOut.NONE or not images:
            return ()
        found = await self.services.store.read(lambda transaction: _existing(transaction, images))
        made = [picture for image, sealed in found if (picture := await self._made(image, sealed)) is not None]
        count = len(made)
        try:
            return tuple([await self._uploaded(each, f"{place}/{count}") for place, each in enumerate(made, start=1)])
        except PermanentError as error:
            # No word is held up by its pictures, which are on our pages as well.
            self.services.log.error("pictures_refused", error=error.code, images=count)
            return ()

    async def share(self, pictures: Sequence[Uploaded], channel: str, *, thread: str) -> None:
        """Show uploaded pictures in a conversation.

        Raises:
            HilumError: they are not shown, or are where no more than the answer was lost.
        """
        if pictures:
            files = [{"id": each.file_id, "title": each.title} for each in pictures]
            await self.calls("files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread or None)

    async def _made(self, image: Image, sealed: SealedObject) -> RenderedFrame | None:
        frame = image.facts.frames // 2
        edge = _THUMBNAIL if self.options.images_out is ImagesOut.THUMBNAIL else _FULL
        request = FrameRequest(frame=frame, longest_edge=edge, hatched=image.facts.masks_of(frame))
        try:
            return await self.services.renderer.frame(sealed, request)
        except (UserError, PermanentError) as error:
            self.services.log.warning("picture_not_made", image_id=image.id, error=error.code)
            return None

    async def _uploaded(self, picture: RenderedFrame, title: str) -> Uploaded:
        name = f"{title.partition('/')[0]}.{_ENDINGS.get(picture.media_type, 'jpg')}"
        answer = await self.calls("files.getUploadURLExternal", filename=name, length=len(picture.body))
        url, file_id = text_at(answer, "upload_url"), text_at(answer, "file_id")
        if not file_id or not is_own(url, api_url=self.options.api_url):
            raise PermanentError("slack_refused")
        try:
            async with self.calls.session().post(url, data=picture.body) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransientError("slack_away") from error
        if status != 200:
            raise TransientError("slack_away")
        return Uploaded(file_id=file_id, title=title)


def _existing(transaction: Transaction, images: Sequence[ImageId]) -> list[tuple[Image, SealedObject]]:
    found = []
    for image_id in images[:MOST_PICTURES]:
        try:
            image = transaction.images.get(image_id)
            sealed = transaction.objects.get(image.object_id)
        except PermanentError:
            continue
        if image.removed_at is None:
            found.append((image, sealed))
    return found
