"""Read the members of a request from its bytes, or copy them from the arguments of a call."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn, cast

# Deeper than any reasonable request, and less than Python's limit.
DEEPEST: Final = 100
CUT: Final = "..."


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_decode: Final = json.JSONDecoder(parse_constant=_refuse_constant).decode
_STRING_OR_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


def read_json(text: str) -> Any:
    """Read JSON that is not nested too deeply.

    Raises:
        ValueError: It is not valid JSON.
        RecursionError: It is nested too deeply.
    """
    _check_depth(text)
    return json.loads(text)


def json_or_text(text: str) -> Any:
    """Read JSON that is not nested too deeply; return other text as it is."""
    try:
        return read_json(text)
    except (ValueError, RecursionError):
        return text


def _check_depth(text: str) -> None:
    # The limit of the module json depends on the release of Python and on the stack.
    if text.count("[") + text.count("{") <= DEEPEST:
        return
    opened = 0
    for token in _STRING_OR_BRACKET.findall(text):
        opened += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token, 0)
        if opened > DEEPEST:
            raise RecursionError


def read_members(body: bytes) -> dict[str, Any]:
    """Read a body as the service does: a JSON object in UTF-8 without a byte order mark. Omit members that are null.

    Raises:
        ValueError: It is not such a JSON object.
        RecursionError: It is nested too deeply.
    """
    text = body.decode("utf-8")
    _check_depth(text)
    members: Any = _decode(text)
    if not isinstance(members, dict):
        raise ValueError("The request is not a JSON object")  # noqa: TRY004 - the content is invalid, not the type of an argument
    if "null" in text:
        members = _without_nulls(members)
    return cast("dict[str, Any]", members)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        members = cast("dict[str, Any]", value)
        return {name: _without_nulls(item) for name, item in members.items() if item is not None}
    if isinstance(value, list):
        return [_without_nulls(item) for item in cast("list[object]", value)]
    return value


def as_bytes(body: Any) -> bytes:
    """Return the bytes that botocore would send for a body, which an event handler may have replaced."""
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    if hasattr(body, "read"):
        start = body.tell()
        content = body.read()
        body.seek(start)
        return as_bytes(content)
    return bytes(body) if issubclass(type(body), bytes | bytearray | memoryview) else b""


def copy_arguments(value: Any, inside: tuple[int, ...] = ()) -> Any:
    """Copy arguments that may contain themselves, be nested too deeply, or raise when looked at; cut off the rest.

    `inside` are the ids of the containers around them.
    """
    if id(value) in inside or len(inside) > DEEPEST:
        return CUT
    around = (*inside, id(value))
    try:
        if isinstance(value, dict):
            members = cast("dict[object, object]", value)
            return {key: copy_arguments(item, around) for key, item in members.items()}
        if isinstance(value, list | tuple):
            items = [copy_arguments(item, around) for item in cast("list[object]", value)]
            return items if isinstance(value, list) else tuple(items)
        _ = repr(value), value == value  # what assertions and their messages do  # noqa: PLR0124
    except Exception:  # noqa: BLE001 - a method of the value may raise anything
        return CUT
    return value
