"""Problems as responses: JSON for the pages' scripts, a page of its own for people."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.errors import HilumError
from domain.member import Member
from web.problems import ProblemError, problem_of, stranger
from web.site import Site

_PAGE_OF = {"session_locked": "locked"}


def reader_of(request: Request) -> Member:
    """Return the member who is asking, or a stranger with the browser's language."""
    member = getattr(request.state, "member", None)
    return member if isinstance(member, Member) else stranger(request.headers)


def answer_problem(site: Site, request: Request, problem: ProblemError) -> Response:
    reader = reader_of(request)
    if _wants_json(request):
        message = site.services.wording.text(f"error.{problem.code}", reader, problem.values)
        body = {"error": problem.code, "message": message, **problem.details}
        return JSONResponse(body, status_code=problem.status, headers=problem.headers)
    page = site.pages.plain(
        _PAGE_OF.get(problem.code, "error"),
        reader,
        base=site.base,
        status=problem.status,
        code=problem.code,
        values=problem.values,
    )
    page.headers.update(problem.headers)
    return page


def answer_error(site: Site, request: Request, error: HilumError) -> Response:
    """Answer an error of ours; what nobody outside can mend is logged by its code."""
    problem = problem_of(error)
    if problem.status >= 500:
        site.services.log.error("request_failed", error=error.code)
    return answer_problem(site, request, problem)


def _wants_json(request: Request) -> bool:
    return "/api/" in request.url.path or request.url.path == "/healthz"
