"""From a request over HTTP to one of aiogram's method types, and from its result to the answer's body."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, get_args

from aiogram.methods import TelegramMethod
from aiogram.types import BufferedInputFile
from aiohttp import web
from pydantic import TypeAdapter, ValidationError

from tests.peers.telegram.refusals import RefusedError, bad_request

Method = TelegramMethod[Any]
Handlers = dict[type[Method], Callable[[Any, Any], object]]
_ATTACHED = "attach://"


async def read_call(request: web.Request, kinds: Mapping[str, type[Method]]) -> Method:
    """Read a call, and let the schema judge it.

    Source: Making requests: "We support GET and POST HTTP methods. Use either URL query string or
    application/x-www-form-urlencoded or application/json (except for uploading files) or multipart/form-data (use to
    upload files) for passing parameters in Bot API requests"; "All methods in the Bot API are case-insensitive".
    """
    kind = kinds.get(request.match_info["method"].lower())
    if kind is None:
        raise RefusedError(404, "Not Found")
    values, files = await _fields(request)
    unknown = (values.keys() | files.keys()) - kind.model_fields.keys()
    attached = {name for name in unknown if name in files and f"{_ATTACHED}{name}" in json.dumps(values)}
    if unknown - attached:  # The service passes over what it does not know; a test should not.
        raise bad_request(f"this method has no parameter {min(unknown - attached)}")
    read = {name: _value(kind, name, value) for name, value in values.items()}
    try:
        return kind.model_validate(_attach(read, files) | {name: files[name] for name in files.keys() - attached})
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise bad_request(f"wrong parameter {where} in request") from error


def write_result(call: Method, result: object) -> object:
    """Return what the schema makes of a method's result."""
    kind = _adapter(type(call))
    checked = kind.validate_python(result)
    return kind.dump_python(checked, mode="json", by_alias=True, exclude_none=True, warnings=False)


async def _fields(request: web.Request) -> tuple[dict[str, Any], dict[str, BufferedInputFile]]:
    values: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        return values | await request.json(), {}
    files: dict[str, BufferedInputFile] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            with value.file:
                files[name] = BufferedInputFile(value.file.read(), filename=value.filename)
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode()
    return values, files


def _value(kind: type[Method], name: str, value: object) -> object:
    """Read a value of a form: JSON, unless its field is a text."""
    if not isinstance(value, str):
        return value
    annotation = kind.model_fields[name].annotation
    allowed = get_args(annotation) or (annotation,)
    if str in allowed and not (int in allowed and re.fullmatch(r"-?\d+", value)):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return value


def _attach(value: Any, files: Mapping[str, BufferedInputFile]) -> Any:
    """Source: InputMediaPhoto, media: "pass attach://<file_attach_name> to upload a new one using
    multipart/form-data under <file_attach_name> name".
    """
    if isinstance(value, dict):
        return {name: _attach(each, files) for name, each in value.items()}
    if isinstance(value, list):
        return [_attach(each, files) for each in value]
    if isinstance(value, str) and value.startswith(_ATTACHED):
        name = value.removeprefix(_ATTACHED)
        if name not in files:
            raise bad_request("attached file not found")
        return files[name]
    return value


@cache
def _adapter(kind: type[Method]) -> TypeAdapter[Any]:
    return TypeAdapter(kind.__returning__)
