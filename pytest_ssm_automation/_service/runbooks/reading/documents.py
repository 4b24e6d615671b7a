"""Safe reading of documents from mappings, JSON or YAML text, or files, with limits on size and depth."""

from __future__ import annotations

import json
import math
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, cast

from ...._errors import FakeUsageError, hide_usage_errors
from ...brief import cut
from ...contents import read_json
from ..kinds import is_mapping, is_text
from .yaml_text import parse_yaml, write_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

__tracebackhide__ = hide_usage_errors

# "The size limit of a document is 64 KB": MaxDocumentSizeExceeded of
# https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_CreateDocument.html
MAX_BYTES: Final = 64 * 1024
# GetDocument converts YAML to JSON, and tools indent it, so a JSON copy may be larger than the original document.
_MOST_READ: Final = 4 * MAX_BYTES
MAX_DEPTH: Final = 64
# The maximum number of values in a text of 64 KB without aliases.
MAX_VALUES: Final = 64 * 1024
_MOST_SHOWN: Final = 200

Format = Literal["JSON", "YAML"]


class Document(NamedTuple):
    """A document.

    Attributes:
        members: The content.
        format: The format of the text; `JSON` for a mapping.
        text: The original text; `None` for a mapping.
        path: The file, if it was read from one.
    """

    members: Mapping[str, Any]
    format: Format
    text: str | None = None
    path: Path | None = None


def read_document(content: object) -> Document:
    """Read a document: a mapping; JSON or YAML text; or a path.

    A string is text if it begins with `{` or has several lines.
    """
    given: Any = content
    if is_mapping(given):
        return Document(_copied(given, "the document"), "JSON")
    if isinstance(given, str) and is_text(given):
        return document_of(given)
    if isinstance(given, str | os.PathLike):
        path = Path(cast("str", given))
        return document_of(read_text(path), path)
    raise FakeUsageError(
        f"Expected a mapping, JSON or YAML text, or a path, but got {given!r} (type={type(given).__name__})"
    )


def write_document(members: Mapping[str, Any], form: Format) -> str:
    """Write the content of a document as text."""
    return json.dumps(members, indent=2, ensure_ascii=False) if form == "JSON" else write_yaml(members)


def read_text(path: Path) -> str:
    """Read the text of a file."""
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_READ + 1)
    except (OSError, ValueError) as error:
        raise FakeUsageError(
            f"{cut(str(path), _MOST_SHOWN)} cannot be read: {getattr(error, 'strerror', error)}; "
            "a string is text only if it begins with { or has several lines"
        ) from None
    # Check before decoding, because truncated text may end within a character.
    if len(raw) > _MOST_READ:
        raise _too_large(str(path))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FakeUsageError(f"{path} is not UTF-8: {error}") from None


def document_of(text: str, path: Path | None = None) -> Document:
    """Read a document from its text, that of the file `path` if it is given."""
    source = "the text" if path is None else str(path)
    form: Format = "JSON" if text.lstrip().startswith("{") else "YAML"
    size = _size(text)
    if size > (_MOST_READ if form == "JSON" else MAX_BYTES):
        raise _too_large(source)
    members = _copied(_parsed(text, form, source), source)
    if not is_mapping(members):
        raise FakeUsageError(f"{source}: expected a mapping, got {json.dumps(members)[:_MOST_SHOWN]}")
    # The indentation of the original document is unknown, so measure without any.
    if size > MAX_BYTES and _size(json.dumps(members, separators=(",", ":"), ensure_ascii=False)) > MAX_BYTES:
        raise _too_large(source)
    return Document(members, form, text, path)


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _parsed(text: str, form: Format, source: str) -> object:
    try:
        return read_json(text) if form == "JSON" else parse_yaml(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise FakeUsageError(f"{source} is not valid JSON: {where}: {error.msg}") from None
    except RecursionError:
        raise _too_deep(source) from None
    except ValueError as error:
        raise FakeUsageError(f"{source} is not valid {form}: {str(error)[:_MOST_SHOWN]}") from None


def _too_large(source: str) -> FakeUsageError:
    return FakeUsageError(f"{source} is larger than {MAX_BYTES} bytes, the size limit of documents in SSM")


def _too_deep(source: str) -> FakeUsageError:
    return FakeUsageError(f"{source} is nested more than {MAX_DEPTH} levels deep")


def _copied(value: object, source: str) -> Any:
    """Copy a document, expand aliases, and reject values that JSON does not have."""
    left = MAX_VALUES

    def copy(value: Any, path: str, depth: int) -> Any:
        nonlocal left
        left -= 1
        if left < 0:
            raise FakeUsageError(f"{source} has more than {MAX_VALUES} values after expanding aliases")
        if depth > MAX_DEPTH:
            raise _too_deep(source)
        if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
            return value
        if is_mapping(value):
            for key in value:
                if not isinstance(key, str):
                    raise FakeUsageError(f"{path or source}: the key {key!r} is not a string")
            return {key: copy(item, f"{path}.{key}" if path else key, depth + 1) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [copy(item, f"{path}[{number}]", depth + 1) for number, item in enumerate(cast("list[Any]", value))]
        raise FakeUsageError(f"{path or source}: {value!r} (type={type(value).__name__}) is not a JSON value")

    return copy(value, "", 0)
