"""Forks of the process, on systems that support them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable


def _ignore(**_: Callable[[], None]) -> None:
    """Replace `os.register_at_fork` on Windows."""


# Registers functions to call `before` a fork, and `after_in_child`.
on_fork: Final[Any] = getattr(os, "register_at_fork", _ignore)


def renew(lock: Any) -> None:
    """In a forked child, release a lock that another thread of the parent may have held."""
    lock._at_fork_reinit()  # noqa: SLF001 - as the standard library does
