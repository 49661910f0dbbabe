"""The error answers of the Bot API, in the server's own words.

Source: Bot API, Making requests: "In case of an unsuccessful request, 'ok' equals false and the error is
explained in the 'description'" and "Some errors may also have an optional field 'parameters'".
"""

from __future__ import annotations

from collections.abc import Mapping


class RefusedError(Exception):
    """A call that the peer answers with an error."""

    def __init__(self, code: int, description: str, parameters: Mapping[str, int | str] | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, object]:
        """Return the body of the error answer."""
        body: dict[str, object] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": dict(self.parameters)} if self.parameters else {})


def bad_request(why: str) -> RefusedError:
    return RefusedError(400, f"Bad Request: {why}")


def forbidden(why: str) -> RefusedError:
    return RefusedError(403, f"Forbidden: {why}")


def conflict(why: str) -> RefusedError:
    return RefusedError(409, f"Conflict: {why}")


def busy(seconds: int | str) -> RefusedError:
    """Source: ResponseParameters, retry_after: "In case of exceeding flood control, the number of seconds left
    to wait before the request can be repeated".
    """
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", {"retry_after": seconds})


def moved(chat_id: int) -> RefusedError:
    """Source: ResponseParameters, migrate_to_chat_id: "The group has been migrated to a supergroup with the
    specified identifier".
    """
    why = "Bad Request: group chat was upgraded to a supergroup chat"
    return RefusedError(400, why, {"migrate_to_chat_id": chat_id})
