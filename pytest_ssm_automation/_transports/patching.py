"""Replacing what belongs to others, and putting back only what is still ours."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


class Patch:
    """An attribute of a class or module, replaced until it is restored."""

    def __init__(self, owner: Any, name: str, value: Any) -> None:
        """Replace the attribute."""
        self._owner, self._name, self._original, self._value = owner, name, owner.__dict__[name], value
        setattr(owner, name, value)

    def restore(self) -> None:
        """Put the original back, unless somebody else has replaced it since."""
        if self._owner.__dict__[self._name] is self._value:
            setattr(self._owner, self._name, self._original)


class WrapperPatch(Patch):
    """A method of a class, or a function of a module, wrapped until it is restored."""

    def __init__(self, owner: type | ModuleType, name: str, replacement: Callable[..., Any]) -> None:
        """Let `replacement` stand before the method, which it is given as its first argument."""
        original = owner.__dict__[name]
        self._wrapped = True

        @functools.wraps(original)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return replacement(original, *args, **kwargs) if self._wrapped else original(*args, **kwargs)

        super().__init__(owner, name, wrapper)

    def restore(self) -> None:
        """Put the original back; where somebody else has wrapped the wrapper since, let it do nothing."""
        self._wrapped = False
        super().restore()
