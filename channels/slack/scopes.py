"""What the app asks the workspace to be allowed, each with what Hilum does by it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

BOT_SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "channels:history": "hear what is said in a panel's channel, where that is public",
        "channels:read": "see who is in such a channel",
        "chat:write": "write messages",
        "commands": "offer /ask and the shortcut",
        "files:read": "fetch the images that members send",
        "files:write": "show de-identified images",
        "groups:history": "hear what is said in a panel's private channel",
        "groups:read": "see who is in such a channel",
        "im:history": "hear what members write to the app",
        "im:write": "write to members first",
    }
)
