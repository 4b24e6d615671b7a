r"""The properties that Java knows, such as `\p{Alpha}`, `\p{IsGreek}` and `\p{javaLowerCase}`.

Source: https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/regex/Pattern.html
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from .characters import ANYTHING, Characters, categories, of

if TYPE_CHECKING:
    from collections.abc import Mapping

_CATEGORIES: Final = frozenset(
    {"Cc", "Cf", "Cn", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl", "No", "Pc", "Pd", "Pe"}
    | {"Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs", "C", "L", "M", "N", "P", "S", "Z"}
)


def _property(name: str) -> Characters:
    return Characters(others=f"\\p{{{name}}}")


_LOWER, _UPPER, _DIGIT = of(("a", "z")), of(("A", "Z")), of(("0", "9"))
_ALPHA, _ALNUM = _LOWER | _UPPER, _LOWER | _UPPER | _DIGIT
_PUNCT: Final = of(("!", "/"), (":", "@"), ("[", "`"), ("{", "~"))
_CONTROL: Final = of((0, 0x1F), (0x7F, 0x9F))
_IGNORABLE: Final = of((0, 8), (0xE, 0x1B), (0x7F, 0x9F)) | categories("Cf")
_CASED: Final = _property("Lowercase") | _property("Uppercase") | categories("Lt")
_LETTERS_OF_CASE: Final = categories("Lu", "Ll", "Lt")
_START: Final = categories("L", "Nl", "Sc", "Pc")
_BLANK: Final = categories("Zs") | of("\t")
_VISIBLE: Final = ~categories("Z", "Cc", "Cs", "Cn")
_NAMED: Final[Mapping[str, Characters]] = {
    "LC": _LETTERS_OF_CASE,
    "LD": categories("L", "Nd"),
    "L1": of((0, 255)),
    "all": ANYTHING,
    "ASCII": of((0, 127)),
    "Alnum": _ALNUM,
    "Alpha": _ALPHA,
    "Blank": of(" ", "\t"),
    "Cntrl": of((0, 0x1F), 0x7F),
    "Digit": _DIGIT,
    "Graph": of(("!", "~")),
    "Lower": _LOWER,
    "Print": of((" ", "~")),
    "Punct": _PUNCT,
    "Space": of(" ", ("\t", "\r")),
    "Upper": _UPPER,
    "XDigit": _DIGIT | of(("A", "F"), ("a", "f")),
    "javaLowerCase": _property("Lowercase"),
    "javaUpperCase": _property("Uppercase"),
    "javaAlphabetic": _property("Alphabetic"),
    "javaIdeographic": _property("Ideographic"),
    "javaTitleCase": categories("Lt"),
    "javaDigit": categories("Nd"),
    "javaDefined": ~categories("Cn"),
    "javaLetter": categories("L"),
    "javaLetterOrDigit": categories("L", "Nd"),
    "javaJavaIdentifierStart": _START,
    "javaJavaIdentifierPart": _START | categories("Nd", "Mc", "Mn") | _IGNORABLE,
    "javaUnicodeIdentifierStart": _property("ID_Start"),
    "javaUnicodeIdentifierPart": _property("ID_Continue") | _IGNORABLE,
    "javaIdentifierIgnorable": _IGNORABLE,
    "javaSpaceChar": categories("Z"),
    "javaWhitespace": (categories("Z") & ~of(*"\xa0\u2007\u202f")) | of(("\t", "\r"), (0x1C, 0x1F)),
    "javaISOControl": _CONTROL,
    "javaMirrored": _property("Bidi_Mirrored"),
}
_BINARY: Final[Mapping[str, Characters]] = {
    "ALPHABETIC": _property("Alphabetic"),
    "LETTER": categories("L"),
    "IDEOGRAPHIC": _property("Ideographic"),
    "LOWERCASE": _property("Lowercase"),
    "UPPERCASE": _property("Uppercase"),
    "TITLECASE": categories("Lt"),
    "WHITE_SPACE": categories("Z") | of(("\t", "\r"), "\x85"),
    "CONTROL": categories("Cc"),
    "PUNCTUATION": categories("P"),
    "HEX_DIGIT": categories("Nd") | of(*((start, start + 5) for start in (0x41, 0x61, 0xFF21, 0xFF41))),
    "ASSIGNED": ~categories("Cn"),
    "NONCHARACTER_CODE_POINT": of(
        (0xFDD0, 0xFDEF), *((plane | 0xFFFE, plane | 0xFFFF) for plane in range(0, 0x110000, 0x10000))
    ),
    "DIGIT": categories("Nd"),
    "ALNUM": _property("Alphabetic") | categories("Nd"),
    "BLANK": _BLANK,
    "GRAPH": _VISIBLE,
    "PRINT": (_VISIBLE | _BLANK) & ~categories("Cc"),
    "WORD": _property("Alphabetic") | categories("M", "Nd", "Pc") | of("\u200c", "\u200d"),
    "JOIN_CONTROL": of("\u200c", "\u200d"),
}
_ALIASES: Final = {
    "ALPHA": "ALPHABETIC",
    "CNTRL": "CONTROL",
    "LOWER": "LOWERCASE",
    "PUNCT": "PUNCTUATION",
    "SPACE": "WHITE_SPACE",
    "UPPER": "UPPERCASE",
    "XDIGIT": "HEX_DIGIT",
    "WHITESPACE": "WHITE_SPACE",
    "HEXDIGIT": "HEX_DIGIT",
    "NONCHARACTERCODEPOINT": "NONCHARACTER_CODE_POINT",
    "JOINCONTROL": "JOIN_CONTROL",
}
# With `(?i)`, a property of one case includes letters of any case.
_ANY_CASE: Final[Mapping[str, Characters]] = {
    **dict.fromkeys(("Lu", "Ll", "Lt"), _LETTERS_OF_CASE),
    **dict.fromkeys(("Lower", "Upper"), _ALPHA),
    **dict.fromkeys(("javaLowerCase", "javaUpperCase", "javaTitleCase"), _CASED),
}


def named(name: str, *, any_case: bool) -> Characters | None:
    r"""Return the characters of `\p{name}`, with `(?i)` if `any_case`; `None` if Java does not know it."""
    key, equals, value = name.partition("=")
    if equals:
        return _of_key(key.lower(), value, any_case=any_case)
    if name.startswith("In"):
        return _known("Block", name[2:])
    if not name.startswith("Is"):
        return _of_category(name, any_case=any_case)
    binary = _ALIASES.get(name[2:].upper(), name[2:].upper())
    if binary in _BINARY:
        return _CASED if any_case and binary in {"LOWERCASE", "UPPERCASE", "TITLECASE"} else _BINARY[binary]
    return _of_category(name[2:], any_case=any_case) or _known("Script", name[2:])


def _of_key(key: str, value: str, *, any_case: bool) -> Characters | None:
    if key in {"gc", "general_category"}:
        return _of_category(value, any_case=any_case)
    kind = {"sc": "Script", "script": "Script", "blk": "Block", "block": "Block"}.get(key)
    return _known(kind, value) if kind else None


def _of_category(name: str, *, any_case: bool) -> Characters | None:
    if any_case and name in _ANY_CASE:
        return _ANY_CASE[name]
    return categories(name) if name in _CATEGORIES else _NAMED.get(name)


@cache
def _known(key: str, value: str) -> Characters | None:
    import regex

    # `regex` ignores punctuation anywhere in a name; Java allows it only between the words of a block's name.
    words = r"(?:[ -](?:and|[A-Z0-9]\w*))*" if key == "Block" else ""
    if not re.fullmatch(rf"[A-Za-z]\w*{words}", value, re.ASCII):
        return None
    found = _property(f"{key}={value}")
    try:
        regex.compile(found.text)
    except regex.error:
        return None
    return found
