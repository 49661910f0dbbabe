"""The pages' scripts and styles; browsers ask each time whether theirs is still right."""

from __future__ import annotations

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope


class CheckedStaticFiles(StaticFiles):
    """Served with an ETag and no lifetime: after an upgrade no page runs yesterday's script."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response
