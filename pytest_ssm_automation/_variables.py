"""Fast access to environment variables: each fake reads and changes dozens of them, and each call reads one.

`os.environ` encodes each name again, and raises internally for each variable that is not set. So its private data is
used directly, if it is Python's own object and has the expected private names. Otherwise its public methods are used.
"""

from __future__ import annotations

import os
from functools import lru_cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_KIND: Final = type(os.environ)
_names_of: Final = attrgetter("_data", "encodekey", "encodevalue", "decodevalue")


def read_variable(name: str) -> str | None:
    """Return the value of a variable; `None` if it is not set."""
    held = _held()
    if held is None:
        return os.environ.get(name)
    environ: Any = os.environ
    value = held.get(*_keys((name,)))
    return None if value is None else environ.decodevalue(value)


def read_variables(names: Iterable[str]) -> Mapping[str, str | None]:
    """Return the values of variables; `None` for those that are not set."""
    held = _held()
    if held is None:
        return {name: os.environ.get(name) for name in names}
    asked = tuple(names)
    return _decoded(asked, tuple(map(held.get, _keys(asked))))


def change_variables(variables: Mapping[str, str | None]) -> None:
    """Set variables, and remove those whose value is `None`."""
    held = _held()
    if held is None:
        for name, value in variables.items():
            os.environ.pop(name, None)
            os.environ.update({} if value is None else {name: value})
        return
    for key, value in zip(_keys(tuple(variables)), variables.values(), strict=True):
        if value is not None:
            encoded = _encoded(value)
            os.putenv(key, encoded)
            held[key] = encoded
        elif held.pop(key, None) is not None:
            os.unsetenv(key)


def _held() -> dict[Any, Any] | None:
    """Return the encoded data of `os.environ`; `None` if it can't be used."""
    environ: Any = os.environ
    if type(environ) is not _KIND:
        return None
    try:
        held: dict[Any, Any] = _names_of(environ)[0]
    except AttributeError:
        return None
    return held


@lru_cache(maxsize=32)
def _keys(names: tuple[str, ...]) -> list[Any]:
    environ: Any = os.environ
    return [environ.encodekey(name) for name in names]


@lru_cache(maxsize=32)
def _decoded(names: tuple[str, ...], values: tuple[Any, ...]) -> Mapping[str, str | None]:
    environ: Any = os.environ
    decoded = (value if value is None else environ.decodevalue(value) for value in values)
    return dict(zip(names, decoded, strict=True))


@lru_cache(maxsize=64)
def _encoded(value: str) -> Any:
    environ: Any = os.environ
    return environ.encodevalue(value)
