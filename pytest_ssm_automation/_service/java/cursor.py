"""Reads a pattern character by character, and its escapes, as `java.util.regex.Pattern` of Java 17 does."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from .characters import ESCAPES, Characters
from .nodes import Anchor, Choice, JavaSyntaxError, One, Reference, Row, UntranslatableError
from .properties import named

if TYPE_CHECKING:
    from typing import NoReturn

    from .nodes import Node

_SIMPLE: Final = {"a": 0x07, "e": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09}
_TERMINATORS: Final = r"\n\r\x85\u2028\u2029"
# Where a word ends or begins: a mark belongs to a word if it stands behind a letter, both within the first plane.
_LETTER, _MARK = r"[[\p{L}\p{Nd}]&&[\x00-\uffff]]", r"[\p{Mn}&&[\x00-\uffff]]"
_BEHIND: Final = rf"[\p{{L}}\p{{Nd}}_]|{_LETTER}{_MARK}+"
_BEFORE: Final = rf"[\p{{L}}\p{{Nd}}_]|(?<={_LETTER}{_MARK}*)\p{{Mn}}"
_WORD: Final = f"(?:(?<={_BEHIND})(?!{_BEFORE})|(?<!{_BEHIND})(?={_BEFORE}))"
_START: Final = Anchor(r"\A", "^")
_END: Final = Anchor(r"(?:\Z|(?=\r\n\Z|(?<!\r)\n\Z|[\r\x85\u2028\u2029]\Z))", "$")
_ANCHORS: Final = {
    "A": _START,
    "G": _START,
    "z": Anchor(r"\Z", "\\z"),
    "b": Anchor(_WORD, "\\b", "\\b"),
    "B": Anchor(f"(?!{_WORD})", "\\B", "\\B"),
}
_UNIX_END: Final = Anchor(r"(?=\n?\Z)", "$")
_LINE_START: Final = Anchor(r"(?!\Z)(?:\A|(?<=[\n\x85\u2028\u2029])|(?<=\r)(?!\n))", "(?m)^")
_LINE_END: Final = Anchor(r"(?:\Z|(?<!\r)(?=\n)|(?=[\r\x85\u2028\u2029]))", "(?m)$")
_UNIX_LINE_START: Final = Anchor(r"(?!\Z)(?:\A|(?<=\n))", "(?m)^")
_UNIX_LINE_END: Final = Anchor(r"(?=\n|\Z)", "(?m)$")


def _text(*points: int) -> Node:
    return Row(tuple(One(Characters(((point, point),))) for point in points))


_LINE_BREAK: Final = Choice((_text(0x0D, 0x0A), One(ESCAPES["v"])))


class Cursor:
    """A place in a pattern, and the flags that are on there.

    Attributes:
        place: The position of the next character; what is beyond the end reads as `""`.
        flags: Letters of the flags that are on.
        groups: How many groups have been opened so far.
        names: The numbers of the groups that have names.
        referred: The numbers of the groups that references name.
    """

    def __init__(self, pattern: str) -> None:
        self.text = _without_quotes(pattern)
        self.place = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = 0
        self.names: dict[str, int] = {}

    def fail(self, problem: str) -> NoReturn:
        """Raise for something that Java refuses."""
        raise JavaSyntaxError(f"{problem} at position {min(self.place, len(self.text))}")

    def give_up(self, what: str) -> NoReturn:
        """Raise for something that Java takes, and that has no translation."""
        raise UntranslatableError(f"no translation of {what} at position {min(self.place, len(self.text))} is known")

    def raw(self, ahead: int = 0) -> str:
        """Give a character as it stands."""
        return self.text[self.place + ahead : self.place + ahead + 1]

    def peek(self) -> str:
        """Give the next character that means something."""
        if "x" in self.flags:
            while (self.raw() and self.raw() in " \t\n\v\f\r") or self.raw() == "#":
                if self.raw() == "#":
                    while self.raw() and self.raw() not in "\n\r\x85\u2028\u2029":
                        self.place += 1
                else:
                    self.place += 1
        return self.raw()

    def next(self) -> str:
        """Leave the next character behind, and give the one after it."""
        self.place += 1
        return self.peek()

    def read(self) -> str:
        """Give the next character, and leave it behind."""
        found = self.peek()
        self.place += 1
        return found

    def accept(self, wanted: str, problem: str) -> None:
        """Leave a certain character behind, which has to be there."""
        if self.read() != wanted:
            self.place -= 1
            self.fail(problem)

    def start(self) -> Anchor:
        """Give what `^` means here."""
        if "m" not in self.flags:
            return _START
        return _UNIX_LINE_START if "d" in self.flags else _LINE_START

    def end(self, *, multiline: bool) -> Anchor:
        r"""Give what `$` or `\Z` means here."""
        if multiline:
            return _UNIX_LINE_END if "d" in self.flags else _LINE_END
        return _UNIX_END if "d" in self.flags else _END

    def property(self) -> Characters:
        r"""Read what stands behind the backslash of `\p` or `\P`."""
        complement, self.place = self.raw() == "P", self.place + 1
        if self.peek() == "{":
            end = self.text.find("}", self.place)
            if end < 0:
                self.fail("unclosed character family")
            name, self.place = self.text[self.place + 1 : end], end + 1
        else:
            name = self.read()
        found = named(name, any_case="i" in self.flags)
        if found is None:
            self.fail(f"unknown property {name!r}")
        if "U" in self.flags or (found.others and name.startswith("java") and "Identifier" in name):
            self.give_up(f"the property {name!r}")
        return ~found if complement else found

    def escape(self, *, in_class: bool, in_range: bool = False) -> int | Characters | Node:
        r"""Read an escape from behind its backslash: a character, a set of characters, or something else."""
        letter = self.raw()
        self.place += 1
        if letter in _SIMPLE:
            return _SIMPLE[letter]
        if letter.lower() in ESCAPES and letter and not (letter == "v" and in_range):
            if "U" in self.flags and letter.lower() in "dsw":
                self.give_up(f"\\{letter} with the flag U")
            return ESCAPES[letter] if letter.islower() else ~ESCAPES[letter.lower()]
        if letter == "v":
            return 0x0B
        if letter in {"0", "c", "u", "x", "N"} and letter:
            return {"0": self._octal, "c": self._control, "u": self._unicode, "x": self._hex, "N": self._name}[letter]()
        if not in_class and (found := self._place_or_reference(letter)):
            return found
        if not letter or (letter.isascii() and letter.isalnum()):
            self.place -= 1
            self.fail("illegal or unsupported escape sequence")
        return ord(letter)

    def _place_or_reference(self, letter: str) -> Node | None:
        if letter in "123456789" and letter:
            return self._reference(int(letter))
        if letter == "R":
            return _LINE_BREAK
        if letter == "X":
            self.give_up("\\X")
        if letter in {"b", "B"} and ("U" in self.flags or self.text.startswith("{g}", self.place)):
            self.give_up(f"\\{letter}")
        if letter == "Z":
            return self.end(multiline=False)
        if letter == "k":
            self.accept("<", "\\k is not followed by '<' for a named capturing group")
            name = self.group_name(self.read())
            if name not in self.names:
                self.fail(f"named capturing group {name!r} does not exist")
            return self._refer(self.names[name])
        return _ANCHORS.get(letter)

    def _reference(self, number: int) -> Node:
        while self.peek() in "0123456789" and self.peek():
            longer = number * 10 + int(self.peek())
            if longer > self.groups:
                break
            number, self.place = longer, self.place + 1
        return self._refer(number)

    def _refer(self, number: int) -> Node:
        if "i" in self.flags:
            self.give_up("a reference with the flag i")
        return Reference(number)

    def group_name(self, first: str) -> str:
        """Read the name of a group, whose first character has been read, and what closes it."""
        name = first
        if not (first.isascii() and first.isalpha()):
            self.fail("capturing group name does not start with a Latin letter")
        while self.peek().isascii() and self.peek().isalnum():
            name += self.read()
        self.accept(">", "named capturing group is missing trailing '>'")
        return name

    def _octal(self) -> int:
        digits = ""
        while len(digits) < (3 if digits[:1] < "4" else 2) and self.peek() in "01234567" and self.peek():
            digits += self.read()
        if not digits:
            self.fail("illegal octal escape sequence")
        return int(digits, 8)

    def _control(self) -> int:
        if not self.raw():
            self.fail("illegal control escape sequence")
        return ord(self.read()) ^ 64

    def _digits(self, count: int, problem: str) -> int:
        digits = ""
        while len(digits) < count:
            digit = self.read()
            if not digit or digit not in "0123456789abcdefABCDEF":
                self.fail(problem)
            digits += digit
        return int(digits, 16)

    def _hex(self) -> int:
        if self.peek() != "{":
            return self._digits(2, "illegal hexadecimal escape sequence")
        point = digits = 0
        while (digit := self.next()) and digit in "0123456789abcdefABCDEF":
            point, digits = point * 16 + int(digit, 16), digits + 1
            if point > 0x10FFFF:  # noqa: PLR2004 - the last code point
                self.fail("hexadecimal codepoint is too big")
        if digit != "}":
            self.fail("unclosed hexadecimal escape sequence")
        self.place += 1
        if not digits:
            self.fail("illegal hexadecimal escape sequence")
        return point

    def _unicode(self) -> int:
        """Read four digits, and a second escape where both are a surrogate pair."""
        first = self._digits(4, "illegal Unicode escape sequence")
        after = self.place
        if 0xD800 <= first < 0xDC00 and self.read() == "\\" and self.read() == "u":  # noqa: PLR2004 - surrogates
            second = self._digits(4, "illegal Unicode escape sequence")
            if 0xDC00 <= second < 0xE000:  # noqa: PLR2004 - surrogates
                return 0x10000 + (first - 0xD800) * 0x400 + second - 0xDC00
        self.place = after
        return first

    def _name(self) -> int:
        end = self.text.find("}", self.place)
        if self.read() != "{" or end < 0:
            self.fail("illegal character name escape sequence")
        name, self.place = self.text[self.place : end], end + 1
        try:
            return ord(unicodedata.lookup(name))
        except (KeyError, TypeError):
            self.give_up(f"the character name {name[:40]!r}")


def _without_quotes(pattern: str) -> str:
    r"""Write what stands between `\Q` and `\E` character by character."""
    place, found = 0, ""
    while place < len(pattern):
        if not pattern.startswith("\\Q", place):
            size = 2 if pattern[place] == "\\" else 1
            found += pattern[place : place + size]
            place += size
            continue
        end = pattern.find("\\E", place + 2)
        quoted = pattern[place + 2 :] if end < 0 else pattern[place + 2 : end]
        place = len(pattern) if end < 0 else end + 2
        for number, character in enumerate(quoted):
            if character.isascii() and not character.isalnum():
                found += f"\\{character}"
            else:
                found += f"\\x3{character}" if number == 0 and character in "0123456789" else character
    return found
