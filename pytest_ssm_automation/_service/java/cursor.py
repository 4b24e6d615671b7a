"""Read a pattern character by character, and its escapes, like `java.util.regex.Pattern` of Java 17."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from .characters import ESCAPES, Characters
from .nodes import Alternation, Anchor, Backreference, JavaSyntaxError, One, Sequence, UntranslatableError
from .properties import named

if TYPE_CHECKING:
    from typing import NoReturn

    from .nodes import Node

_SIMPLE: Final = {"a": 0x07, "e": 0x1B, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09}
_TERMINATORS: Final = r"\n\r\x85\u2028\u2029"
# Word boundaries. A mark belongs to a word if it follows a letter, and both are in the Basic Multilingual Plane.
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
    return Sequence(tuple(One(Characters(((point, point),))) for point in points))


_LINE_BREAK: Final = Alternation((_text(0x0D, 0x0A), One(ESCAPES["v"])))


class Cursor:
    r"""A position in a pattern, and the flags that are set there.

    Attributes:
        text: The pattern, without quotes by `\Q` and `\E`.
        position: The index of the next character. Beyond the end, characters read as `""`.
        flags: The letters of the flags that are set.
        groups: The number of groups opened so far.
        names: The numbers of the named groups.
    """

    def __init__(self, pattern: str) -> None:
        self.text = _without_quotes(pattern)
        self.position = 0
        self.flags: frozenset[str] = frozenset()
        self.groups = 0
        self.names: dict[str, int] = {}

    def fail(self, problem: str) -> NoReturn:
        """Raise for a pattern that Java rejects."""
        raise JavaSyntaxError(f"{problem} at position {min(self.position, len(self.text))}")

    def unsupported(self, what: str) -> NoReturn:
        """Raise for a pattern that Java accepts, but that cannot be translated."""
        raise UntranslatableError(f"{what} at position {min(self.position, len(self.text))} cannot be translated")

    def raw(self, ahead: int = 0) -> str:
        """Return a character without skipping comments and whitespace."""
        return self.text[self.position + ahead : self.position + ahead + 1]

    def peek(self) -> str:
        """Return the next character; with the flag x, skip comments and whitespace first."""
        if "x" in self.flags:
            while (self.raw() and self.raw() in " \t\n\v\f\r") or self.raw() == "#":
                if self.raw() == "#":
                    while self.raw() and self.raw() not in "\n\r\x85\u2028\u2029":
                        self.position += 1
                else:
                    self.position += 1
        return self.raw()

    def advance(self) -> str:
        """Move past the next character, and return the one after it."""
        self.position += 1
        return self.peek()

    def read(self) -> str:
        """Return the next character, and move past it."""
        found = self.peek()
        self.position += 1
        return found

    def expect(self, wanted: str, problem: str) -> None:
        """Move past the wanted character, or fail if it is not next."""
        if self.read() != wanted:
            self.position -= 1
            self.fail(problem)

    def start(self) -> Anchor:
        """Return the anchor for `^` under the current flags."""
        if "m" not in self.flags:
            return _START
        return _UNIX_LINE_START if "d" in self.flags else _LINE_START

    def end(self, *, multiline: bool) -> Anchor:
        r"""Return the anchor for `$` or `\Z` under the current flags."""
        if multiline:
            return _UNIX_LINE_END if "d" in self.flags else _LINE_END
        return _UNIX_END if "d" in self.flags else _END

    def property(self) -> Characters:
        r"""Read `\p` or `\P`, after the backslash."""
        complement, self.position = self.raw() == "P", self.position + 1
        if self.peek() == "{":
            end = self.text.find("}", self.position)
            if end < 0:
                self.fail("unclosed character family")
            name, self.position = self.text[self.position + 1 : end], end + 1
        else:
            name = self.read()
        found = named(name, any_case="i" in self.flags)
        if found is None:
            self.fail(f"unknown property {name!r}")
        if "U" in self.flags or (found.others and name.startswith("java") and "Identifier" in name):
            self.unsupported(f"the property {name!r}")
        return ~found if complement else found

    def escape(self, *, in_class: bool, in_range: bool = False) -> int | Characters | Node:
        r"""Read an escape, after the backslash: a character, a set of characters, or another node."""
        letter = self.raw()
        self.position += 1
        if letter in _SIMPLE:
            return _SIMPLE[letter]
        if letter.lower() in ESCAPES and letter and not (letter == "v" and in_range):
            if "U" in self.flags and letter.lower() in "dsw":
                self.unsupported(f"\\{letter} with the flag U")
            return ESCAPES[letter] if letter.islower() else ~ESCAPES[letter.lower()]
        if letter == "v":
            return 0x0B
        if letter in {"0", "c", "u", "x", "N"} and letter:
            return {"0": self._octal, "c": self._control, "u": self._unicode, "x": self._hex, "N": self._name}[letter]()
        if not in_class and (found := self._anchor_or_backreference(letter)):
            return found
        if not letter or (letter.isascii() and letter.isalnum()):
            self.position -= 1
            self.fail("illegal or unsupported escape sequence")
        return ord(letter)

    def _anchor_or_backreference(self, letter: str) -> Node | None:
        if letter in "123456789" and letter:
            return self._reference(int(letter))
        if letter == "R":
            return _LINE_BREAK
        if letter == "X":
            self.unsupported("\\X")
        if letter in {"b", "B"} and ("U" in self.flags or self.text.startswith("{g}", self.position)):
            self.unsupported(f"\\{letter}")
        if letter == "Z":
            return self.end(multiline=False)
        if letter == "k":
            self.expect("<", "\\k is not followed by '<' for a named capturing group")
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
            number, self.position = longer, self.position + 1
        return self._refer(number)

    def _refer(self, number: int) -> Node:
        if "i" in self.flags:
            self.unsupported("a reference with the flag i")
        return Backreference(number)

    def group_name(self, first: str) -> str:
        """Read the rest of a group's name, and the `>` after it."""
        name = first
        if not (first.isascii() and first.isalpha()):
            self.fail("capturing group name does not start with a Latin letter")
        while self.peek().isascii() and self.peek().isalnum():
            name += self.read()
        self.expect(">", "named capturing group is missing trailing '>'")
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
        while (digit := self.advance()) and digit in "0123456789abcdefABCDEF":
            point, digits = point * 16 + int(digit, 16), digits + 1
            if point > 0x10FFFF:  # noqa: PLR2004 - the last code point
                self.fail("hexadecimal codepoint is too big")
        if digit != "}":
            self.fail("unclosed hexadecimal escape sequence")
        self.position += 1
        if not digits:
            self.fail("illegal hexadecimal escape sequence")
        return point

    def _unicode(self) -> int:
        """Read four digits, and a second escape if both form a surrogate pair."""
        first = self._digits(4, "illegal Unicode escape sequence")
        after = self.position
        if 0xD800 <= first < 0xDC00 and self.read() == "\\" and self.read() == "u":  # noqa: PLR2004 - surrogates
            second = self._digits(4, "illegal Unicode escape sequence")
            if 0xDC00 <= second < 0xE000:  # noqa: PLR2004 - surrogates
                return 0x10000 + (first - 0xD800) * 0x400 + second - 0xDC00
        self.position = after
        return first

    def _name(self) -> int:
        end = self.text.find("}", self.position)
        if self.read() != "{" or end < 0:
            self.fail("illegal character name escape sequence")
        name, self.position = self.text[self.position : end], end + 1
        import unicodedata

        try:
            return ord(unicodedata.lookup(name))
        except (KeyError, TypeError):
            self.unsupported(f"the character name {name[:40]!r}")


def _without_quotes(pattern: str) -> str:
    r"""Replace text between `\Q` and `\E` by escaped characters."""
    position, found = 0, ""
    while position < len(pattern):
        if not pattern.startswith("\\Q", position):
            size = 2 if pattern[position] == "\\" else 1
            found += pattern[position : position + size]
            position += size
            continue
        end = pattern.find("\\E", position + 2)
        quoted = pattern[position + 2 :] if end < 0 else pattern[position + 2 : end]
        position = len(pattern) if end < 0 else end + 2
        for number, character in enumerate(quoted):
            if character.isascii() and not character.isalnum():
                found += f"\\{character}"
            else:
                found += f"\\x3{character}" if number == 0 and character in "0123456789" else character
    return found
