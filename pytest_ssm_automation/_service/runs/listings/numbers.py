"""Sets of the numbers of runs."""

from __future__ import annotations

from collections import defaultdict
from heapq import merge
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_BLOCK_BITS: Final = 10


class Numbers:
    """A set of numbers that can be iterated in descending order. It is stored in blocks of about a thousand."""

    __slots__ = ("_blocks", "count")

    def __init__(self) -> None:
        """Start empty."""
        self._blocks: dict[int, set[int]] = defaultdict(set)
        self.count = 0

    def __contains__(self, number: int) -> bool:
        return number in self._blocks.get(number >> _BLOCK_BITS, ())

    def add(self, number: int) -> None:
        """Add a number that is not in the set."""
        self._blocks[number >> _BLOCK_BITS].add(number)
        self.count += 1

    def discard(self, number: int) -> None:
        """Remove a number if it is in the set."""
        block = self._blocks.get(number >> _BLOCK_BITS, set())
        if number in block:
            block.remove(number)
            self.count -= 1
            if not block:
                del self._blocks[number >> _BLOCK_BITS]

    def between(self, first: int, end: int) -> Iterator[int]:
        """Yield the numbers from `first` to `end`, without `end`, in descending order."""
        for block in sorted(self._blocks, reverse=True):
            if first >> _BLOCK_BITS <= block <= end >> _BLOCK_BITS:
                yield from sorted((number for number in self._blocks[block] if first <= number < end), reverse=True)


def united(sets: Sequence[Numbers], first: int, end: int) -> Iterator[int]:
    """Yield the numbers of several sets from `first` to `end`, without `end`, in descending order."""
    return once(merge(*(numbers.between(first, end) for numbers in sets), reverse=True))


def once(numbers: Iterable[int]) -> Iterator[int]:
    """Yield sorted numbers without duplicates."""
    last = -1
    for number in numbers:
        if number != last:
            yield number
        last = number
