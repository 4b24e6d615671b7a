"""Regular expressions run as automata, which follow all paths at once and so take a bounded number of steps.

Python's own parser reads the pattern, the one that hypothesis builds on too; it is Python's machine, which goes back
and tries again, that a pattern such as `(a+)+$` can keep busy for ever.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final

MAX_STATES: Final = 20_000
MAX_STEPS: Final = 1_000_000
_MATCH: Final = 0
_WORD: Final = re.compile(r"\w", re.ASCII)
_CATEGORIES: Final = {"DIGIT": "0-9", "SPACE": r" \t\n\r\f\v", "WORD": "A-Za-z0-9_"}

Test = Callable[[str], bool]


class ExpressionError(ValueError):
    """A pattern that cannot be used, or that needs too much work; the text says why."""


def characters(members: str, *, negated: bool = False) -> Test:
    """Make a test for the characters that a class such as `a-z` has, or has not."""
    within = re.compile(f"[{members}]").match
    return lambda char: (within(char) is None) == negated


def category(name: str, *, negated: bool = False) -> Test:
    """Make a test for the characters of a Unicode category, such as `L` or `Lu`."""
    return lambda char: unicodedata.category(char).startswith(name) != negated


class Automaton:
    """A pattern compiled to a program whose states are numbers.

    A state is one of `("match",)`, `("char", test, next)`, `("split", next, other)`, `("at", kind, next)` and
    `("look", start, width, wanted, next)`, with a width for look-behind.
    """

    def __init__(self, pattern: str, placeholders: Mapping[str, Test]) -> None:
        """Compile a pattern.

        Args:
            pattern: A pattern in Python's syntax.
            placeholders: Characters of the pattern that stand for a test.

        Raises:
            ExpressionError: It has something that cannot be matched in bounded time, or is too large.
            ValueError: It is wrong; so do `re.error`, `OverflowError` and `RecursionError`.
        """
        # typeshed has no stubs for it.
        parser: Any = import_module("re._parser")
        tree = parser.parse(pattern, re.ASCII)
        self._placeholders = placeholders
        self._unlimited = parser.MAXREPEAT
        self._program: list[tuple[Any, ...]] = [("match",)]
        self._start = self._sequence(tree, _MATCH, tree.state.flags)

    def fullmatch(self, text: str) -> bool:
        """Tell whether the whole of `text` matches; `ExpressionError` if that takes too many steps."""
        return _Run(self._program, text).matches(self._start, 0, len(text))

    # The program is made backwards: each part is told where to go on, and tells where it starts.

    def _emit(self, *state: Any) -> int:
        if len(self._program) >= MAX_STATES:
            raise ExpressionError("it is too large, once its counted repeats are written out")
        self._program.append(state)
        return len(self._program) - 1

    def _sequence(self, items: Any, after: int, flags: int) -> int:
        for operation, argument in reversed(list(items)):
            compiler = getattr(self, f"_{str(operation).lower()}", None)
            if compiler is None:
                what = str(operation).lower().replace("_", " ").replace("groupref", "back-reference")
                raise ExpressionError(f"a {what} cannot be matched in bounded time")
            after = compiler(argument, after, flags)
        return after

    def _char(self, test: Test, after: int, flags: int, *, negated: bool = False) -> int:
        either = _either_case(test) if flags & re.IGNORECASE else test
        return self._emit("char", _negated(either) if negated else either, after)

    def _literal(self, code: int, after: int, flags: int) -> int:
        return self._char(self._is(code), after, flags)

    def _not_literal(self, code: int, after: int, flags: int) -> int:
        return self._char(self._is(code), after, flags, negated=True)

    def _any(self, _: None, after: int, flags: int) -> int:
        return self._char(_is_anything if flags & re.DOTALL else characters(r"^\n"), after, flags)

    def _failure(self, _: Any, after: int, flags: int) -> int:
        return self._char(_is_anything, after, flags, negated=True)

    def _in(self, items: list[tuple[Any, Any]], after: int, flags: int) -> int:
        negated = str(items[0][0]) == "NEGATE"
        tests = [self._member(str(kind), argument) for kind, argument in items[negated:]]
        return self._char(lambda char: any(test(char) for test in tests), after, flags, negated=negated)

    def _member(self, kind: str, argument: Any) -> Test:
        if kind == "LITERAL":
            return self._is(argument)
        if kind == "RANGE":
            low, high = map(chr, argument)
            return lambda char: low <= char <= high
        name = str(argument).removeprefix("CATEGORY_")
        return characters(_CATEGORIES[name.removeprefix("NOT_")], negated=name.startswith("NOT_"))

    def _is(self, code: int) -> Test:
        return self._placeholders.get(chr(code), chr(code).__eq__)

    def _branch(self, argument: tuple[None, list[Any]], after: int, flags: int) -> int:
        *others, start = [self._sequence(branch, after, flags) for branch in argument[1]]
        for other in reversed(others):
            start = self._emit("split", other, start)
        return start

    def _subpattern(self, argument: tuple[Any, int, int, Any], after: int, flags: int) -> int:
        _, added, removed, body = argument
        return self._sequence(body, after, (flags | added) & ~removed)

    def _max_repeat(self, argument: tuple[int, int, Any], after: int, flags: int) -> int:
        low, high, body = argument
        if high == self._unlimited:
            loop = self._emit()
            self._program[loop] = ("split", self._sequence(body, loop, flags), after)
            after = loop
        else:
            end = after
            for _ in range(high - low):
                after = self._emit("split", self._sequence(body, after, flags), end)
        for _ in range(low):
            start = self._sequence(body, after, flags)
            if start == after:
                # An empty body: a thousand million of them are as one.
                break
            after = start
        return after

    _min_repeat = _max_repeat

    def _at(self, kind: Any, after: int, flags: int) -> int:
        multiline = flags & re.MULTILINE and str(kind) in {"AT_BEGINNING", "AT_END"}
        return self._emit("at", f"{kind}_LINE" if multiline else str(kind), after)

    def _assert(self, argument: tuple[int, Any], after: int, flags: int) -> int:
        return self._look(argument, after, flags, wanted=True)

    def _assert_not(self, argument: tuple[int, Any], after: int, flags: int) -> int:
        return self._look(argument, after, flags, wanted=False)

    def _look(self, argument: tuple[int, Any], after: int, flags: int, *, wanted: bool) -> int:
        direction, body = argument
        least, most = body.getwidth()
        if direction < 0 and least != most:
            raise ExpressionError("look-behind requires fixed-width pattern")
        start = self._sequence(body, _MATCH, flags)
        return self._emit("look", start, least if direction < 0 else None, wanted, after)


def _is_anything(_: str) -> bool:
    return True


def _negated(test: Test) -> Test:
    return lambda char: not test(char)


def _either_case(test: Test) -> Test:
    # A few characters become two in the other case, and these match as themselves.
    return lambda char: any(test(either) for either in (char, char.lower(), char.upper()) if len(either) == 1)


class _Run:
    """One match: all states that the text read so far can lead to, kept together."""

    def __init__(self, program: list[tuple[Any, ...]], text: str) -> None:
        self._program = program
        self._text = text
        self._looked: dict[tuple[int, int], bool] = {}
        self._left = MAX_STEPS

    def matches(self, start: int, position: int, stop: int | None) -> bool:
        """Tell whether the text from `position` matches up to `stop`, or to anywhere if that is `None`."""
        states = self._reach([start], position)
        while position != stop and states and not (stop is None and _MATCH in states):
            if position == len(self._text):
                return False
            char = self._text[position]
            position += 1
            states = self._reach([self._program[state][2] for state in states if self._takes(state, char)], position)
        return _MATCH in states

    def _takes(self, state: int, char: str) -> bool:
        kind, *rest = self._program[state]
        return kind == "char" and bool(rest[0](char))

    def _reach(self, waiting: list[int], position: int) -> set[int]:
        """Follow what reads no character."""
        reached: set[int] = set()
        seen: set[int] = set()
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            self._left -= 1
            if self._left < 0:
                raise ExpressionError(
                    f"it takes more than {MAX_STEPS} steps on a value of {len(self._text)} characters"
                )
            kind, *rest = self._program[state]
            if kind == "split":
                waiting += rest
            elif kind in {"at", "look"}:
                if self._at(rest[0], position) if kind == "at" else self._look(state, position):
                    waiting.append(rest[-1])
            else:
                reached.add(state)
        return reached

    def _look(self, state: int, position: int) -> bool:
        key = state, position
        if key not in self._looked:
            _, start, width, wanted, _ = self._program[state]
            if width is None:
                found = self.matches(start, position, None)
            else:
                found = position >= width and self.matches(start, position - width, position)
            self._looked[key] = found == wanted
        return self._looked[key]

    def _at(self, kind: str, position: int) -> bool:
        text = self._text
        if kind.startswith("AT_BEGINNING"):
            return position == 0 or (kind.endswith("_LINE") and text[position - 1] == "\n")
        if kind.startswith("AT_END"):
            return position == len(text) or (kind.endswith("_LINE") and text[position] == "\n")
        before, after = (bool(_WORD.match(text, place)) for place in (position - 1, position))
        return (before and position > 0) != after if kind == "AT_BOUNDARY" else (before and position > 0) == after
