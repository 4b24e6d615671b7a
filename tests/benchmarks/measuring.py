"""How the benchmarks measure and compare: in turns, by CPU time of the thread, as medians with their spread."""

from __future__ import annotations

import gc
import time
from statistics import median, quantiles
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROUNDS = 15
HEAD = ("What", "Measured", "Against", "Ratio", "Aim")
Row = tuple[str, str, str, str, str]


def seconds_each(call: Callable[[], object], times: int) -> float:
    """Seconds that one call takes, as the mean of many."""
    return _mean(call, times, time.perf_counter)


def cpu_each(call: Callable[[], object], times: int) -> float:
    """Seconds of CPU time that one call takes of this thread, as the mean of many, without the garbage of others."""
    gc.collect()
    return _mean(call, times, time.thread_time)


def _mean(call: Callable[[], object], times: int, clock: Callable[[], float]) -> float:
    started = clock()
    for _ in range(times):
        call()
    return (clock() - started) / times


def in_turns(*measurements: Callable[[], float], rounds: int = ROUNDS) -> list[list[float]]:
    """The results of each measurement in each round. They take turns, after a first round that does not count."""
    for measure in measurements:
        measure()
    results = [[measure() for measure in measurements] for _ in range(rounds)]
    return [list(column) for column in zip(*results, strict=True)]


def text(seconds: float) -> str:
    """Seconds, in a unit that suits them."""
    return f"{seconds * 1e3:.2f} ms" if abs(seconds) >= 1e-3 else f"{seconds * 1e6:.1f} µs"


def compare(what: str, aim: str, measured: Sequence[float], name: str, reference: Sequence[float]) -> Row:
    """Compare two measurements: the median of the ratios of all rounds, and their middle half."""
    ratios = [one / other for one, other in zip(measured, reference, strict=True)]
    low, middle, high = quantiles(ratios, n=4, method="inclusive")
    shown = f"{middle:.2f} ({low:.2f}-{high:.2f})" if middle > 0.2 else f"1/{1 / middle:.1f}"
    return (what, text(median(measured)), f"{name} {text(median(reference))}", shown, aim)


def difference(what: str, aim: str, measured: Sequence[float], name: str, reference: Sequence[float]) -> Row:
    """Compare a measurement with a part of it: the median of the differences of all rounds, and their middle half."""
    more = [one - other for one, other in zip(measured, reference, strict=True)]
    low, middle, high = (f"{value * 1e3:+.2f}" for value in quantiles(more, n=4, method="inclusive"))
    return (what, text(median(measured)), f"{name} {text(median(reference))}", f"{middle} ms ({low} to {high})", aim)


def print_table(rows: Sequence[Row]) -> None:
    """Print rows under their names, in columns."""
    table = [HEAD, *rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
