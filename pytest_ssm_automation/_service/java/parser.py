"""Parse a pattern in the same order as `java.util.regex.Pattern` of Java 17, so that errors are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from .characters import ANYTHING, TERMINATORS, Characters, of
from .cursor import END, LINE_END, LINE_START, START, Cursor
from .nodes import Alternation, Anchor, Atomic, Group, Lookaround, Repeat, Sequence

if TYPE_CHECKING:
    from .nodes import Node

_MOST_REPEATS: Final = 2**31 - 1
_COUNTS: Final = r"\{([0-9]+)(,([0-9]*))?(?=\})"
_FLAGS: Final = "([imsducxU]*)(?:-([imsducxU]*))?([:)])"


def parse(pattern: str) -> Node:
    """Parse a pattern.

    Raises:
        JavaSyntaxError: Java rejects it.
        UntranslatableError: It contains something that cannot be translated.
        RecursionError: Its groups are nested too deeply.
    """
    parser = _Parser(pattern)
    node = parser.expression()
    if parser.peek():
        parser.fail("unmatched closing ')'")
    return node


class _Parser(Cursor):
    def expression(self) -> Node:
        """Read alternatives, up to the end of the group or the pattern."""
        alternatives = [self._row()]
        while self.peek() == "|":
            self.advance()
            alternatives.append(self._row())
        return alternatives[0] if len(alternatives) == 1 else Alternation(tuple(alternatives))

    def _row(self) -> Node:
        parts: list[Node] = []
        while (letter := self.peek()) and letter not in "|)":
            if letter in "?*+":
                self.fail(f"dangling meta character {letter!r}")
            part = self._group() if letter == "(" else self._closure(self._atom(letter))
            if part is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _atom(self, letter: str) -> Node:
        if letter == "[":
            return self._class(consume=True)
        if letter == "{":
            return Sequence()
        self.position += 1
        match letter:
            case "\\":
                found = self.escape(in_class=False)
            case "^":
                found = LINE_START if "m" in self.flags else START
            case "$":
                found = LINE_END if "m" in self.flags else END
            case ".":
                found = ANYTHING if "s" in self.flags else ~TERMINATORS
            case _:
                found = ord(letter)
        return self._single(found) if isinstance(found, int) else found

    def _single(self, point: int) -> Characters:
        if "i" in self.flags:
            return self._any_case(point, point)
        return of(point)

    def _any_case(self, first: int, last: int) -> Characters:
        """Add the other case of ASCII letters to a range; without the flag `u`, only they are case-insensitive."""
        if "u" in self.flags:
            self.unsupported("the flags i and u together")
        found = of((first, last))
        for small in range(ord("a"), ord("z") + 1):
            large = small - 32
            if first <= small <= last or first <= large <= last:
                found |= of(small, large)
        return found

    def _closure(self, part: Node) -> Node:
        """Read the quantifier of a part, if it has one."""
        letter = self.peek()
        if letter not in {"?", "*", "+", "{"}:
            return part
        if letter == "{":
            low, high = self._counts()
        else:
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[letter]
        mode = self.advance()
        if mode not in {"?", "+"}:
            return Repeat(part, low, high)
        self.advance()
        return Repeat(part, low, high, mode)

    def _counts(self) -> tuple[int, int | None]:
        found = self.match(_COUNTS, "illegal repetition")
        low = int(found[1])
        high = low if found[2] is None else int(found[3]) if found[3] else None
        if max(low, high or 0) > _MOST_REPEATS or (high is not None and high < low):
            self.fail("illegal repetition range")
        return low, high

    def _group(self) -> Node | None:
        """Read a group and its quantifier; `None` for flags such as `(?i)`."""
        flags = self.flags
        if self.advance() == "?":
            self.position += 1
            letter, self.position = self.peek(), self.position + 1
            part = self._special_group(letter)
            if part is None:
                return None
        else:
            part = self._capturing()
        self.match(r"\)", "unclosed group")
        self.flags = flags
        return self._closure(part)

    def _special_group(self, letter: str) -> Node | None:
        if letter in {"=", "!"}:
            return Lookaround(self.expression(), f"(?{letter}")
        if letter == ">":
            return Atomic(self.expression())
        if letter == "<":
            return self._look_behind() if self.peek() in {"=", "!"} else self._named_group()
        self.position -= 1
        on, off, end = self.match(_FLAGS, "unknown inline modifier").groups("")
        if rare := {*"cdxU"}.intersection(on + off):
            self.unsupported(f"the flag {min(rare)}")
        self.flags = self.flags.union(on).difference(off)
        return Sequence((self.expression(),)) if end == ":" else None

    def _look_behind(self) -> Node:
        letter, part = self.read(), self.expression()
        if not _plain(part):
            self.unsupported("a lookbehind with repeated groups, unlimited repeats, or the like")
        return Lookaround(part, f"(?<{letter}")

    def _named_group(self) -> Node:
        name = self.group_name()
        if name in self.names:
            self.fail(f"named capturing group {name!r} is already defined")
        self.names[name] = self.groups + 1
        return self._capturing()

    def _capturing(self) -> Node:
        number = self.groups = self.groups + 1
        part = Group(self.expression(), number)
        self.closed.add(number)
        return part

    def _class(self, *, consume: bool) -> Characters:
        """Read a class from behind its bracket; with `consume`, what closes it too."""
        found: Characters | None = None
        closed = False
        letter = self.advance()
        negated = letter == "^" and self.peek(-1) == "["
        if negated:
            letter = self.advance()
        while letter != "]" or found is None:
            if letter == "[":
                found = _either(found, self._class(consume=True))
            elif letter == "&" and self.peek(1) == "&":
                found, closed = self._intersection(found), True
            elif not letter:
                self.fail("unclosed character class")
            elif closed:
                self.unsupported("text after an intersection")
            else:
                found = _either(found, self._range())
            letter = self.peek()
        if consume:
            self.advance()
        return ~found if negated else found

    def _intersection(self, left: Characters | None) -> Characters:
        """Read the right side of `&&`, up to the end of the class or the next `&&`."""
        self.advance()
        letter = self.advance()
        right: Characters | None = None
        while letter not in {"]", "&"}:
            if letter != "[":
                self.position -= 1
            right = _either(right, self._class(consume=letter == "["))
            letter = self.peek()
        if right is None:
            if left is None:
                self.fail("bad class syntax")
            self.unsupported("an empty intersection")
        return right if left is None else left & right

    def _range(self) -> Characters:
        """Read one item of a class: a character, a range, an escape or a property."""
        letter = self.read()
        first: object = ord(letter)
        if letter == "\\":
            first = self.escape(in_class=True, in_range=self.peek(1) == "-")
        if not isinstance(first, int):
            return cast("Characters", first)
        if self.peek() != "-" or self.peek(1) in {"[", "]", ""}:
            return self._single(first)
        self.advance()
        last: object = ord(self.read())
        if last == ord("\\"):
            last = self.escape(in_class=True, in_range=True)
        if not isinstance(last, int) or last < first:
            self.fail("illegal character range")
        return self._any_case(first, last) if "i" in self.flags else of((first, last))


def _either(one: Characters | None, other: Characters) -> Characters:
    return other if one is None else one | other


def _plain(node: Node) -> bool:
    """Return whether a part matches the same backwards, which is how `regex` matches a lookbehind."""
    match node:
        case Sequence(parts=parts) | Alternation(alternatives=parts):
            return all(map(_plain, parts))
        case Repeat(part=part, high=high, mode=mode):
            return isinstance(part, Characters) and high is not None and mode != "+"
        case Group(part=part):
            return _plain(part)
        case Characters() | Anchor():
            return True
        case _:
            return False
