"""Ids of executions and requests."""

from __future__ import annotations

from collections import Counter
from hashlib import blake2b
from itertools import count
from typing import Final

from .._forks import on_fork

_SEEDS: Final[Counter[str]] = Counter()
# The number of children that this process has forked, after the same numbers of its ancestors when they forked it.
_FORKS: Final = [0]
# The distance of successive ids in their first 8 and last 12 digits: an odd number, the fraction of the golden ratio,
# so that all these digits differ.
_DISTANCE: Final = 0x9E3779B97F4A7C15F39D
# Maps random digits to 8, 9, a and b, for the digit of a UUID of version 4 that must be one of these.
_VARIANTS: Final = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))


class Ids:
    """Makes ids that are the same in each run for the same seed, but differ from those of all other objects."""

    def __init__(self, seed: str) -> None:
        """Set the seed."""
        self._seed = seed
        self.seed_anew()

    def seed_anew(self) -> None:
        """Reset the source, so that ids differ from those of other objects and forked processes."""
        _SEEDS[self._seed] += 1
        source = " ".join(map(str, (self._seed, _SEEDS[self._seed], *_FORKS[:-1])))
        text = blake2b(source.encode(errors="surrogatepass"), digest_size=16).hexdigest()
        self._middle = f"-{text[8:12]}-4{text[13:16]}-{_VARIANTS[text[16]]}{text[17:20]}-"
        self._source = count(int(text[:8] + text[20:], 16), _DISTANCE)

    def __call__(self) -> str:
        """Make a UUID of version 4."""
        text = f"{next(self._source):020x}"[-20:]
        return text[:8] + self._middle + text[8:]


def _count_fork() -> None:
    _FORKS[-1] += 1


on_fork(before=_count_fork, after_in_child=lambda: _FORKS.append(0))
