"""HTML: the shell that every page module runs in, and the few pages that need no script."""

from __future__ import annotations

from collections.abc import Mapping

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from domain.delivery import Value
from domain.member import Member
from domain.ports.services import Wording
from domain.web import JsonValue
from web.services import WebOptions

_FORM_PAGES = frozenset({"sign_in", "landing", "join", "join_code", "join_invite"})


class Pages:
    """Renders the templates; every sentence comes from the wording, nothing is inline."""

    def __init__(self, wording: Wording, options: WebOptions) -> None:
        self._wording = wording
        self._options = options
        self._templates = Environment(
            loader=PackageLoader("web", "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def shell(self, page: str, member: Member, *, base: str, me: Mapping[str, JsonValue]) -> HTMLResponse:
        """Return the page that loads the module B/static/<page>.js."""
        texts = dict(self._wording.page_texts(member.language))
        return self.plain("shell", member, base=base, page=page, me=me, texts=texts)

    def plain(self, template: str, member: Member, *, base: str, status: int = 200, **values: object) -> HTMLResponse:
        """Return a page that works without script, in the language of its reader."""

        def say(key: str, **parts: Value) -> str:
            return self._wording.text(key, member, parts)

        html = self._templates.get_template(f"{template}.html").render(
            say=say,
            base=base,
            language=member.language.value,
            is_demo=self._options.is_demo,
            **values,
        )
        # A form posted from a page without a referrer says "Origin: null", by which nobody knows it as ours.
        policy = {"Referrer-Policy": "same-origin"} if template in _FORM_PAGES else {}
        return HTMLResponse(html, status_code=status, headers=policy)
