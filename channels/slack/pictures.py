"""Pictures of de-identified images on their way into a conversation: made, uploaded, and shared with its message."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from channels.drawing import Drawing, wanted_of
from channels.slack.calls import Calls
from channels.slack.hosts import is_own
from channels.slack.options import SlackOptions
from channels.slack.payloads import text_at
from domain.errors import HilumError, PermanentError, TransientError
from domain.ids import ImageId
from domain.ports.channel import ImagesOut
from domain.ports.deidentifier import RenderedFrame
from domain.ports.listening import ChannelServices

MOST_PICTURES = 10
_EDGES = {ImagesOut.THUMBNAIL: 320, ImagesOut.FULL: 2048}
"""Longest edge in pixels."""
_OK, _REFUSED, _BROKEN = 200, 400, 500
_LATER = frozenset({408, 425, 429})
"""Of the refusals by HTTP those that say "not now"."""
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Uploaded:
    """A picture that lies at Slack and that nobody sees before it is shared."""

    file_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """The pictures that lie at Slack; `is_late` where more of them may be brought later."""

    pictures: tuple[Uploaded, ...] = ()
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class Pictures:
    """Shows as much of an image as the society lets out (safety rule 20), masks hatched (safety rule 8)."""

    options: SlackOptions
    services: ChannelServices
    calls: Calls
    drawing: Drawing

    async def upload(self, images: Sequence[ImageId]) -> Brought:
        """Bring pictures of images to Slack; those that are gone meanwhile are left out, as what Slack never takes."""
        edge = _EDGES.get(self.options.images_out)
        if edge is None or not images:
            return Brought()
        wanted = await self.services.store.read(
            lambda transaction: wanted_of(transaction, images, edge=edge, most=MOST_PICTURES)
        )
        drawn = await self.drawing.of(wanted)
        count = len(drawn.frames)
        try:
            titled = enumerate(drawn.frames, start=1)
            pictures = tuple([await self._uploaded(each, f"{place}/{count}") for place, each in titled])
        except HilumError as error:
            # No word is held up by its pictures, which are on our pages as well.
            self.services.log.error("pictures_refused", error=error.code, images=count)
            return Brought(is_late=drawn.is_late or isinstance(error, TransientError))
        return Brought(pictures=pictures, is_late=drawn.is_late)

    async def share(self, pictures: Sequence[Uploaded], channel: str, *, thread: str) -> None:
        """Show uploaded pictures in a conversation.

        Raises:
            HilumError: they are not shown, or are where no more than the answer was lost.
        """
        if pictures:
            files = [{"id": each.file_id, "title": each.title} for each in pictures]
            await self.calls("files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread or None)

    async def _uploaded(self, picture: RenderedFrame, title: str) -> Uploaded:
        name = f"{title.partition('/')[0]}.{_ENDINGS.get(picture.media_type, 'jpg')}"
        answer = await self.calls("files.getUploadURLExternal", filename=name, length=len(picture.body))
        url, file_id = text_at(answer, "upload_url"), text_at(answer, "file_id")
        if not file_id or not is_own(url, api_url=self.options.api_url):
            raise PermanentError("slack_refused")
        try:
            async with self.calls.session().post(url, data=picture.body, proxy=self.calls.client.proxy) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransientError("slack_away") from error
        if status != _OK:
            raise _refusal(status)
        return Uploaded(file_id=file_id, title=title)


def _refusal(status: int) -> HilumError:
    """Return what an answer to an upload means: that of a proxy on the way which lets nothing out is for good."""
    is_later = status in _LATER or not _REFUSED <= status < _BROKEN
    return TransientError("slack_away") if is_later else PermanentError("slack_refused")
