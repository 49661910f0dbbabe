"""A person in the workspace: writes, attaches, presses, fills in, and sees what Slack shows them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.peers.slack import payloads
from tests.peers.slack.courier import Delivery, Kind
from tests.peers.slack.modals import answer_submission, press_in, submit
from tests.peers.slack.pressing import action_of
from tests.peers.slack.responses import ResponseUrl
from tests.peers.slack.screens import Screen
from tests.peers.slack.workspace import Post, Workspace

File = tuple[str, bytes]
"""A name and what is in it."""


@dataclass(slots=True, kw_only=True)
class Person:
    """Every method returns when the app has acknowledged or Slack has given up; not so with `workspace.waits` False."""

    workspace: Workspace
    name: str
    user_id: str
    token: str
    _conversation: str = ""

    @property
    def screen(self) -> Screen:
        return self.workspace.screens.by_user[self.user_id]

    @property
    def modal(self) -> dict[str, Any]:
        """The view on top."""
        return self.screen.modals[-1]

    async def direct_messages(self) -> str:
        """Return the id of this person's conversation with the app."""
        if not self._conversation:
            answer = await self._act("conversations.open", users=self.workspace.installation.bot_user)
            self._conversation = str(answer["channel"]["id"])
        return self._conversation

    async def sees(self, channel: str = "", *, thread: str = "") -> list[Post]:
        """Return a conversation from the oldest message on: with the app, or a channel, or a thread of it."""
        channel = channel or await self.direct_messages()
        if thread:
            answer = await self._act("conversations.replies", channel=channel, ts=thread)
            return [Post(channel=channel, content=message) for message in answer["messages"]]
        answer = await self._act("conversations.history", channel=channel, limit=1000)
        return [Post(channel=channel, content=message) for message in reversed(answer["messages"])]

    async def sees_only_here(self, *, thread: str = "") -> list[Post]:
        """Return the ephemeral messages in the channels, or in a thread."""
        shown = (each for each in self.screen.ephemerals if (each.get("thread_ts") or "") == thread)
        return [Post(channel=each["channel"], content=each) for each in shown]

    async def writes(self, text: str, *, channel: str = "", thread: str = "", files: Sequence[File] = ()) -> Post:
        """Write to the app, or into a channel or a thread of it; with files it is one message, as in Slack's client."""
        channel = channel or await self.direct_messages()
        in_thread = {"thread_ts": thread} if thread else {}
        if not files:
            answer = await self._act("chat.postMessage", channel=channel, text=text, **in_thread)
            return Post(channel=channel, content=answer["message"])
        ids = [{"id": await self._send(file), "title": file[0]} for file in files]
        comment = {"initial_comment": text} if text else {}
        await self._act("files.completeUploadExternal", channel_id=channel, files=ids, **comment, **in_thread)
        return (await self.sees(channel, thread=thread))[-1]

    async def forwards(self, post: Post, comment: str = "", *, channel: str = "") -> Post:
        """Forward a message that others have written to the app, or into a channel.

        Source: github.com/slackapi/slack-skills-plugin, issue 149: what is forwarded is "an attachments[] entry with
        is_share: true", and the text is empty; github.com/NousResearch/hermes-agent, pull request 75481: a file of
        the original "is nested at attachment.files[] on that entry".
        """
        shared = {"is_share": True, "is_msg_unfurl": True, "channel_id": post.channel, "ts": post.ts, "text": post.text}
        shared |= {"fallback": f"[November 21st] {self.name}: {post.text}", "files": post.files}
        channel = channel or await self.direct_messages()
        answer = await self._act("chat.postMessage", channel=channel, text=comment, attachments=[shared])
        return Post(channel=channel, content=answer["message"])

    async def edits(self, post: Post, text: str) -> None:
        """Edit what one has written; what was forwarded with it stays."""
        forwarded = {"attachments": post.content["attachments"]} if "attachments" in post.content else {}
        await self._act("chat.update", channel=post.channel, ts=post.ts, text=text, **forwarded)

    async def deletes(self, post: Post) -> None:
        await self._act("chat.delete", channel=post.channel, ts=post.ts)

    async def uploads(self, file: File) -> dict[str, Any]:
        """Upload a file without sharing it, as for a modal; return its file object."""
        file_id = await self._send(file)
        answer = await self._act("files.completeUploadExternal", files=[{"id": file_id, "title": file[0]}])
        found: dict[str, Any] = answer["files"][0]
        return found

    async def commands(self, text: str = "", *, name: str = "/ask", channel: str = "") -> Delivery:
        """Type a slash command.

        Source: Slack, *Slash commands*: they cannot be invoked in message threads, so no thread can be named. What the
        acknowledgement says is shown like a message to a response URL. *App manifest reference*,
        `slash_commands[].should_escape`: "whether channels, users, and links typed with the slash command should be
        escaped. Defaults to false"; Hilum's manifest says false, so what is typed comes as it is.
        """
        channel = channel or await self.direct_messages()
        about = ResponseUrl(channel=channel, user=self.user_id)
        actor = await self._actor(response_url=self.workspace.responses.url(about))
        place = await self.workspace.place(channel)
        delivery = await self._bring(Kind.COMMAND, payloads.command(actor, name=name, text=text, channel=place))
        if delivery.is_acknowledged and delivery.answer:
            is_text = isinstance(delivery.answer, str)
            await self.workspace.responses.show(about, {"text": delivery.answer} if is_text else delivery.answer)
        return delivery

    async def uses_shortcut(self, callback_id: str, post: Post) -> Delivery:
        """Choose a shortcut of the app in the menu of a message."""
        actor = await self._actor(response_url=self.workspace.response_url(post.channel, self.user_id))
        place = await self.workspace.place(post.channel)
        payload = payloads.message_shortcut(actor, callback_id=callback_id, channel=place, message=post.content)
        return await self._bring(Kind.INTERACTION, payload)

    async def presses(self, name: str, post: Post, *, option: str = "") -> Delivery:
        """Press what has this action id or label under a message, or choose an option of it."""
        action = action_of(post.blocks, name, option=option)
        url = self.workspace.response_url(post.channel, self.user_id, on=post)
        actor, place = await self._actor(response_url=url), await self.workspace.place(post.channel)
        payload = payloads.press_on_message(actor, action=action, channel=place, message=post.content)
        return await self._bring(Kind.INTERACTION, payload)

    async def presses_in_modal(self, name: str, *, option: str = "") -> Delivery:
        return await press_in(self.workspace, await self._actor(self.modal["id"]), self.modal, name, option=option)

    async def presses_at_home(self, name: str, *, option: str = "") -> Delivery:
        assert self.screen.home is not None, "the app has published no Home"
        return await press_in(self.workspace, await self._actor(), self.screen.home, name, option=option)

    async def submits(
        self, entries: Mapping[str, Any] | None = None, *, files: Mapping[str, Sequence[File]] | None = None
    ) -> Delivery:
        """Fill in the modal on top and submit it; what the app answers happens on the screen.

        Args:
            entries: what is entered, by action id or block id.
            files: what is put into a file input, likewise.
        """
        view, uploaded = self.modal, {}
        for name, given in (files or {}).items():
            uploaded[name] = [await self.uploads(file) for file in given]
            self.workspace.downloads.owners |= {file["id"]: self.token for file in uploaded[name]}
        actor = await self._actor(view["id"])
        delivery = await submit(self.workspace, actor, view, {**(entries or {}), **uploaded})
        await answer_submission(self.workspace, actor, view, delivery)
        return delivery

    async def closes(self) -> Delivery | None:
        """Close the modal on top; the app hears of it only where the view says so."""
        view = self.screen.modals.pop()
        if not view.get("notify_on_close"):
            return None
        actor = await self._actor()
        return await self._bring(Kind.INTERACTION, payloads.closing(actor, view=view, all_of_them=False))

    async def opens_home(self, tab: str = "home") -> Delivery | None:
        """Source: Slack, *app_home_opened*: user, channel, tab, and the view where one was published."""
        event = {"type": "app_home_opened", "user": self.user_id, "channel": await self.direct_messages(), "tab": tab}
        shown = {"view": self.screen.home} if self.screen.home and tab == "home" else {}
        return await self.workspace.announce({**event, **shown, "event_ts": "1.0"})

    async def is_renamed(self, name: str) -> None:
        """Change the names others see. The user id stays."""
        await self._act("users.profile.set", profile={"display_name": name, "real_name": name})

    async def invites(self, other_id: str, channel: str) -> None:
        await self._act("conversations.invite", channel=channel, users=other_id)

    async def leaves(self, channel: str) -> None:
        await self._act("conversations.leave", channel=channel)

    async def archives(self, channel: str) -> None:
        await self._act("conversations.archive", channel=channel)

    async def _send(self, file: File) -> str:
        name, data = file
        answer = await self._act("files.getUploadURLExternal", filename=name, length=len(data))
        path = answer["upload_url"].removeprefix(self.workspace.emulated.own_url)
        await self.workspace.emulated.request("POST", path, data=data, content_type="application/octet-stream")
        return str(answer["file_id"])

    async def _actor(self, view_id: str = "", *, response_url: str = "") -> payloads.Actor:
        return payloads.Actor(
            installation=self.workspace.installation,
            user_id=self.user_id,
            name=self.name,
            trigger_id=await self.workspace.trigger(self.user_id, view_id=view_id),
            response_url=response_url,
        )

    async def _act(self, method: str, **arguments: Any) -> dict[str, Any]:
        return await self.workspace.act(method, arguments, self.token)

    async def _bring(self, kind: Kind, payload: Mapping[str, Any]) -> Delivery:
        return await self.workspace.bring(kind, payload)
