"""Reads a pattern into nodes, as `java.util.regex.Pattern` of Java 17 does, of which it keeps the order of reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

from .characters import ANYTHING, NEWLINE, TERMINATORS, Characters, of
from .cursor import Cursor
from .nodes import Anchor, Atomic, Choice, Group, Look, One, Repeat, Row

if TYPE_CHECKING:
    from .nodes import Node

_MOST_REPEATS: Final = 2**31 - 1


def parse(pattern: str) -> Node:
    """Read a pattern.

    Raises:
        JavaSyntaxError: Java would not compile it.
        UntranslatableError: It has something that nodes cannot say.
        RecursionError: Its groups are nested too deeply.
    """
    parser = _Parser(pattern)
    node = parser.expression()
    if parser.peek():
        parser.fail("unmatched closing ')'")
    return node


class _Parser(Cursor):
    def expression(self) -> Node:
        """Read alternatives, up to the end of the group or of the pattern."""
        ways = [self._row()]
        while self.peek() == "|":
            self.next()
            ways.append(self._row())
        return ways[0] if len(ways) == 1 else Choice(tuple(ways))

    def _row(self) -> Node:
        parts: list[Node] = []
        while (letter := self.peek()) and letter not in "|)":
            if letter in "?*+":
                self.fail(f"dangling meta character {letter!r}")
            part = self._group() if letter == "(" else self._closure(self._atom(letter))
            if part is not None:
                parts.append(part)
        return parts[0] if len(parts) == 1 else Row(tuple(parts))

    def _atom(self, letter: str) -> Node:
        if letter == "[":
            return One(self._class(consume=True))
        if letter == "{":
            return Row()
        self.place += 1
        match letter:
            case "\\":
                found = self.property() if self.raw() in {"p", "P"} else self.escape(in_class=False)
            case "^":
                found = self.start()
            case "$":
                found = self.end(multiline="m" in self.flags)
            case ".":
                found = self._dot()
            case _:
                found = ord(letter)
        if isinstance(found, int):
            found = self._single(found)
        return One(found) if isinstance(found, Characters) else found

    def _dot(self) -> Characters:
        if "s" in self.flags:
            return ANYTHING
        return ~(NEWLINE if "d" in self.flags else TERMINATORS)

    def _single(self, point: int) -> Characters:
        if "i" in self.flags:
            return self._any_case(point, point)
        return of(point)

    def _any_case(self, first: int, last: int) -> Characters:
        """Add the other case of ASCII letters to a range; without the flag `u` other letters have no case."""
        if "u" in self.flags or "U" in self.flags:
            self.give_up("the flags i and u together")
        found = of((first, last))
        for small in range(ord("a"), ord("z") + 1):
            large = small - 32
            if first <= small <= last or first <= large <= last:
                found |= of(small, large)
        return found

    def _closure(self, part: Node) -> Node:
        """Read how many times a part comes."""
        letter = self.peek()
        if letter not in {"?", "*", "+", "{"}:
            return part
        if letter == "{":
            low, high = self._counts()
        else:
            low, high = {"?": (0, 1), "*": (0, None), "+": (1, None)}[letter]
        mode = self.next()
        if mode == "?":
            self.next()
            return Repeat(part, low, high, "?")
        if mode == "+":
            self.next()
            return Repeat(part, low, high, "+")
        return Repeat(part, low, high)

    def _counts(self) -> tuple[int, int | None]:
        self.place += 1
        if not self._digit():
            self.fail("illegal repetition")
        low = self._number()
        high: int | None = low
        if self.peek() == ",":
            self.next()
            high = None
            if self.peek() != "}":
                high = self._number()
        if self.peek() != "}":
            self.fail("unclosed counted closure")
        if high is not None and high < low:
            self.fail("illegal repetition range")
        return low, high

    def _digit(self) -> bool:
        return self.peek() in "0123456789" and bool(self.peek())

    def _number(self) -> int:
        number = 0
        while self._digit():
            number = number * 10 + int(self.read())
            if number > _MOST_REPEATS:
                self.fail("illegal repetition range")
        return number

    def _group(self) -> Node | None:
        """Read a group, and how many times it comes; `None` for flags that hold from here on."""
        flags = self.flags
        if self.next() == "?":
            self.place += 1
            letter, self.place = self.raw(), self.place + 1
            part = self._special_group(letter)
            if part is None:
                return None
        else:
            self.groups += 1
            number = self.groups
            part = Group(self.expression(), number)
        self.accept(")", "unclosed group")
        self.flags = flags
        return self._closure(part)

    def _special_group(self, letter: str) -> Node | None:
        if letter == ":":
            return Row((self.expression(),))
        if letter in {"=", "!"}:
            return Look(self.expression(), ahead=True, negated=letter == "!")
        if letter == ">":
            return Atomic(self.expression())
        if letter == "<":
            letter = self.read()
            return self._look_behind(letter) if letter in {"=", "!"} else self._named_group(letter)
        self.place -= 1
        self._change_flags()
        letter = self.read()
        if letter == ")":
            return None
        if letter != ":":
            self.fail("unknown inline modifier")
        return Row((self.expression(),))

    def _look_behind(self, letter: str) -> Node:
        part = self.expression()
        if not _plain(part):
            self.give_up("repeated groups, repeats without end and the like in a look-behind")
        return Look(part, ahead=False, negated=letter == "!")

    def _named_group(self, letter: str) -> Node:
        name = self.group_name(letter)
        if name in self.names:
            self.fail(f"named capturing group {name!r} is already defined")
        self.groups += 1
        number = self.names[name] = self.groups
        return Group(self.expression(), number)

    def _change_flags(self) -> None:
        letter, on = self.peek(), True
        while (letter and letter in "imsducxU") or (letter == "-" and on):
            if letter == "-":
                on = False
            elif letter == "c":
                self.give_up("the flag c")
            else:
                self.flags = self.flags | {letter} if on else self.flags - {letter}
            letter = self.next()

    def _class(self, *, consume: bool) -> Characters:
        """Read a class from behind its bracket; with `consume`, what closes it too."""
        found: Characters | None = None
        closed = False
        letter = self.next()
        negated = letter == "^" and self.raw(-1) == "["
        if negated:
            letter = self.next()
        while letter != "]" or found is None:
            if letter == "[":
                found = _either(found, self._class(consume=True))
            elif letter == "&" and self.raw(1) == "&":
                found, closed = self._intersection(found), True
            elif not letter:
                self.fail("unclosed character class")
            elif closed:
                self.give_up("what follows an intersection")
            else:
                found = _either(found, self._range())
            letter = self.peek()
        if consume:
            self.next()
        return ~found if negated else found

    def _intersection(self, left: Characters | None) -> Characters:
        """Read from behind `&&` to the end of the class or to the next one."""
        self.next()
        letter = self.next()
        right: Characters | None = None
        while letter not in {"]", "&"}:
            if letter != "[":
                self.place -= 1
            right = _either(right, self._class(consume=letter == "["))
            letter = self.peek()
        if right is None:
            if left is None:
                self.fail("bad class syntax")
            self.give_up("an empty intersection")
        return right if left is None else left & right

    def _range(self) -> Characters:
        """Read a character of a class, a range of them, or an escape or property that stands for several."""
        letter = self.read()
        first: object = ord(letter)
        if letter == "\\":
            if self.raw() in {"p", "P"}:
                return self.property()
            first = self.escape(in_class=True, in_range=self.raw(1) == "-")
        if not isinstance(first, int):
            return cast("Characters", first)
        if self.peek() != "-" or self.raw(1) in {"[", "]", ""}:
            return self._single(first)
        self.next()
        last: object = ord(self.read())
        if last == ord("\\"):
            last = self.escape(in_class=True, in_range=True)
        if not isinstance(last, int) or last < first:
            self.fail("illegal character range")
        return self._any_case(first, last) if "i" in self.flags else of((first, last))


def _either(one: Characters | None, other: Characters) -> Characters:
    return other if one is None else one | other


def _plain(node: Node) -> bool:
    """Tell whether a part means the same when it is read backwards, as `regex` reads what stands before a place."""
    match node:
        case Row(parts=parts) | Choice(ways=parts):
            return all(map(_plain, parts))
        case Repeat(part=part, high=high, mode=mode):
            return isinstance(part, One) and high is not None and mode != "+"
        case Group(part=part):
            return _plain(part)
        case One() | Anchor():
            return True
        case _:
            return False
