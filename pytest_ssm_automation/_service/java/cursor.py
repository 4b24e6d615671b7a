"""Read a pattern character by character, and its escapes, like `java.util.regex.Pattern` of Java 17."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

from .characters import ESCAPES, Characters
from .nodes import Anchor, Backreference, JavaSyntaxError, UntranslatableError
from .properties import named

if TYPE_CHECKING:
    from typing import NoReturn

    from .nodes import Node

_SIMPLE: Final = {"a": 0x07, "e": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}
# Escapes that Java knows, and that runbooks hardly use.
_UNTRANSLATED: Final = frozenset("0cN")
# Word boundaries. A mark belongs to a word if it follows a letter, and both are in the Basic Multilingual Plane.
_LETTER, _MARK = r"[[\p{L}\p{Nd}]&&[\x00-\uffff]]", r"[\p{Mn}&&[\x00-\uffff]]"
_BEHIND: Final = rf"[\p{{L}}\p{{Nd}}_]|{_LETTER}{_MARK}+"
_BEFORE: Final = rf"[\p{{L}}\p{{Nd}}_]|(?<={_LETTER}{_MARK}*)\p{{Mn}}"
_WORD: Final = f"(?:(?<={_BEHIND})(?!{_BEFORE})|(?<!{_BEHIND})(?={_BEFORE}))"
START: Final = Anchor(r"\A")
END: Final = Anchor(r"(?:\Z|(?=\r\n\Z|(?<!\r)\n\Z|[\r\x85\u2028\u2029]\Z))")
_ANCHORS: Final = {
    "A": START,
    "G": START,
    "Z": END,
    "z": Anchor(r"\Z"),
    "b": Anchor(_WORD),
    "B": Anchor(f"(?!{_WORD})"),
}
LINE_START: Final = Anchor(r"(?!\Z)(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))")
LINE_END: Final = Anchor(r"(?:\Z|(?<!\r)(?=\n)|(?=[\r\x85\u2028\u2029]))")
_QUOTED: Final = re.compile(r"\\Q(.*?)(?:\\E|\Z)|\\.", re.DOTALL)
_HEXADECIMAL: Final = r"([0-9a-fA-F]{2})|\{([0-9a-fA-F]+)\}"
# A surrogate pair, or four digits.
_UNICODE: Final = r"[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|[0-9a-fA-F]{4}"


class Cursor:
    r"""A position in a pattern, and the flags that are set there.

    Attributes:
        text: The pattern, without quotes by `\Q` and `\E`.
        position: The index of the next character. Beyond the end, characters read as `""`.
        flags: The letters of the flags that are set.
        groups: The number of groups opened so far.
        closed: The numbers of the groups that have ended.
        names: The numbers of the named groups.
    """

    def __init__(self, pattern: str) -> None:
        self.text = _without_quotes(pattern)
        self.position = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = 0
        self.closed: set[int] = set()
        self.names: dict[str, int] = {}

    def fail(self, problem: str) -> NoReturn:
        """Raise for a pattern that Java rejects."""
        raise JavaSyntaxError(f"{problem} at position {min(self.position, len(self.text))}")

    def unsupported(self, what: str) -> NoReturn:
        """Raise for a pattern that Java accepts, but that cannot be translated."""
        raise UntranslatableError(f"{what} at position {min(self.position, len(self.text))} cannot be translated")

    def peek(self, ahead: int = 0) -> str:
        """Return the next character, or one after it."""
        return self.text[self.position + ahead : self.position + ahead + 1]

    def advance(self) -> str:
        """Move past the next character, and return the one after it."""
        self.position += 1
        return self.peek()

    def read(self) -> str:
        """Return the next character, and move past it."""
        found = self.peek()
        self.position += 1
        return found

    def match(self, wanted: str, problem: str) -> re.Match[str]:
        """Move past what a pattern of `re` matches, or fail if it does not match."""
        found = re.compile(wanted, re.DOTALL).match(self.text, self.position)
        if found is None:
            self.fail(problem)
        self.position = found.end()
        return found

    def _property(self, *, complement: bool) -> Characters:
        r"""Read a property, after `\p` or `\P`."""
        one = self.match(r"\{(.*?)\}|(?!\{)(.?)", "unclosed character family")
        name = one[1] or one[2] or ""
        found = named(name, any_case="i" in self.flags)
        if found is None:
            if name.startswith(("Is", "java")):  # Java knows more of these
                self.unsupported(f"the property {name!r}")
            self.fail(f"unknown property {name!r}")
        return ~found if complement else found

    def escape(self, *, in_class: bool, in_range: bool = False) -> int | Node:
        r"""Read an escape, after the backslash: a character, a set of characters, or another node."""
        letter = self.peek()
        self.position += 1
        if letter in _SIMPLE and (letter != "v" or in_range):
            return _SIMPLE[letter]
        if letter and letter.lower() in ESCAPES:
            return ESCAPES[letter] if letter.islower() else ~ESCAPES[letter.lower()]
        if letter in {"p", "P"}:
            return self._property(complement=letter == "P")
        if letter in {"u", "x"}:
            return self._unicode() if letter == "u" else self._hex()
        if letter and letter in _UNTRANSLATED:
            self.unsupported(f"\\{letter}")
        if not in_class and (found := self._anchor_or_backreference(letter)):
            return found
        if not letter or (letter.isascii() and letter.isalnum()):
            self.position -= 1
            self.fail("illegal or unsupported escape sequence")
        return ord(letter)

    def _anchor_or_backreference(self, letter: str) -> Node | None:
        if letter and letter in "123456789":
            return self._reference(int(letter))
        if letter in {"R", "X"} or (letter == "b" and self.text.startswith("{g}", self.position)):
            self.unsupported(f"\\{letter}")
        if letter == "k":
            self.match("<", "\\k is not followed by '<' for a named capturing group")
            name = self.group_name()
            if name not in self.names:
                self.fail(f"named capturing group {name!r} does not exist")
            return self._refer(self.names[name])
        return _ANCHORS.get(letter)

    def _reference(self, number: int) -> Node:
        while self.peek() in "0123456789" and self.peek():
            longer = number * 10 + int(self.peek())
            if longer > self.groups:
                break
            number, self.position = longer, self.position + 1
        return self._refer(number)

    def _refer(self, number: int) -> Node:
        if "i" in self.flags:
            self.unsupported("a reference with the flag i")
        if number not in self.closed:
            self.unsupported(f"a reference to the group {number} before its end")
        return Backreference(number)

    def group_name(self) -> str:
        """Read a group's name, and the `>` after it."""
        name = self.match("[A-Za-z][0-9A-Za-z]*", "capturing group name does not start with a Latin letter")
        self.match(">", "named capturing group is missing trailing '>'")
        return name[0]

    def _hex(self) -> int:
        digits = self.match(_HEXADECIMAL, "illegal hexadecimal escape sequence")
        point = int(digits[1] or digits[2], 16)
        if point > sys.maxunicode:
            self.fail("hexadecimal codepoint is too big")
        return point

    def _unicode(self) -> int:
        digits = self.match(_UNICODE, "illegal Unicode escape sequence")[0].replace("\\u", "")
        return ord(bytes.fromhex(digits).decode("utf-16-be", "surrogatepass"))


def _without_quotes(pattern: str) -> str:
    r"""Replace text between `\Q` and `\E` by escaped characters."""
    return _QUOTED.sub(lambda found: found[0] if found[1] is None else _escaped(found[1]), pattern)


def _escaped(text: str) -> str:
    escaped = re.sub(r"([\x00-\x7f])(?<![0-9A-Za-z])", r"\\\1", text)
    return re.sub("^([0-9])", r"\\x3\1", escaped)  # it does not continue the number of a group
