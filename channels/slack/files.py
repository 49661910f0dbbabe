"""Fetching what members have attached: with the token from Slack's own hosts, and never a page in a file's place."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from channels.slack.calls import SCOPES, Calls, ForeignHostError
from channels.slack.failures import SCOPE_MISSING, UnseenFileError
from channels.slack.hosts import is_own
from channels.slack.options import SlackOptions
from channels.slack.payloads import part_at, text_at
from domain.errors import HilumError, PermanentError, TransientError, UserError
from domain.messages import Attachment
from domain.ports.services import Log

_CHUNK_BYTES = 64 * 1024
_QUIET_SECONDS = 60
_PAGE = "text/html"


@dataclass(frozen=True, slots=True)
class Files:
    options: SlackOptions
    calls: Calls
    log: Log

    async def fetch(self, attachment: Attachment) -> AsyncIterator[bytes]:
        """Stream a file, as `FetchingChannel.fetch` says.

        Its address is asked for first: in channels shared with another organisation an event names a file by its id
        alone (`check_file_info`), and an address that was given earlier may have changed.
        """
        url = self._address(await self._info(attachment))
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_QUIET_SECONDS, sock_read=_QUIET_SECONDS)
        headers = {"Authorization": f"Bearer {self.options.bot_token}"}
        proxy = self.calls.client.proxy
        try:
            async with self.calls.session().get(url, headers=headers, timeout=timeout, proxy=proxy) as response:
                self._judge(response)
                async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
                    yield chunk
        except ForeignHostError as error:
            raise self._not_given("redirected_away") from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise TransientError("slack_away") from error

    async def _info(self, attachment: Attachment) -> Mapping[str, Any]:
        try:
            return part_at(await self.calls("files.info", file=attachment.reference), "file")
        except UnseenFileError as error:
            # The app is not where it was sent, as behind a shortcut on a message between others.
            raise self._not_given("not_seen") from error
        except PermanentError as error:
            if error.code == "file_gone":
                raise UserError("file_gone") from error
            raise self._not_given(error.code) from error

    def _address(self, file: Mapping[str, Any]) -> str:
        if text_at(file, "mode") == "tombstone":
            raise UserError("file_gone")
        url = text_at(file, "url_private_download") or text_at(file, "url_private")
        if file.get("is_external") or not is_own(url, api_url=self.options.api_url):
            raise self._not_given("kept_elsewhere")
        return url

    def _judge(self, response: aiohttp.ClientResponse) -> None:
        """Refuse what is no file.

        Source: Slack, *File object*, `url_private`: whoever may not read a file is sent to a page where one signs
        in, which comes with status 200.
        """
        if response.status == 429 or response.status >= 500:
            raise TransientError("slack_busy" if response.status == 429 else "slack_away")
        if response.status in {404, 410}:
            raise UserError("file_gone")
        if response.status != 200:
            raise self._not_given(f"status_{response.status}")
        if response.content_type == _PAGE:
            raise self._not_given(SCOPE_MISSING)

    def _not_given(self, reason: str) -> HilumError:
        self.log.warning("file_not_given", channel="slack", reason=reason)
        # Whoever sent it is not helped by the name of a right; administrators are.
        lacks = {"scope": SCOPES["files.info"]} if reason == SCOPE_MISSING else {}
        return UserError("file_not_given", **lacks)
