r"""The properties that Java knows, such as `\p{Alpha}` and `\p{IsGreek}`, apart from rare ones.

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
# With `(?i)`, a property of one case includes letters of any case.
_ANY_CASE: Final = {"Lower": "Alpha", "Upper": "Alpha", "Lu": "LC", "Ll": "LC", "Lt": "LC"}
_LOWER, _UPPER, _DIGIT = of(("a", "z")), of(("A", "Z")), of(("0", "9"))
_NAMED: Final[Mapping[str, Characters]] = {
    **{name: categories(name) for name in _CATEGORIES},
    "LC": categories("Lu", "Ll", "Lt"),
    "LD": categories("L", "Nd"),
    "L1": of((0, 255)),
    "all": ANYTHING,
    "ASCII": of((0, 127)),
    "Alnum": _LOWER | _UPPER | _DIGIT,
    "Alpha": _LOWER | _UPPER,
    "Blank": of(" ", "\t"),
    "Cntrl": of((0, 0x1F), 0x7F),
    "Digit": _DIGIT,
    "Graph": of(("!", "~")),
    "Lower": _LOWER,
    "Print": of((" ", "~")),
    "Punct": of(("!", "/"), (":", "@"), ("[", "`"), ("{", "~")),
    "Space": of(" ", ("\t", "\r")),
    "Upper": _UPPER,
    "XDigit": _DIGIT | of(("A", "F"), ("a", "f")),
}
_BINARY: Final[Mapping[str, Characters]] = {
    "ALPHABETIC": Characters(others=r"\p{Alphabetic}"),
    "LETTER": categories("L"),
    "DIGIT": categories("Nd"),
    "PUNCTUATION": categories("P"),
    "PUNCT": categories("P"),
}
_KEYS: Final[Mapping[str, str]] = {"sc": "Script", "script": "Script", "blk": "Block", "block": "Block"}


def named(name: str, *, any_case: bool) -> Characters | None:
    r"""Return the characters of `\p{name}`, with `(?i)` if `any_case`; `None` if it is unknown."""
    key, equals, value = name.partition("=")
    if equals and key.lower() in _KEYS:
        return _known(_KEYS[key.lower()], value)
    if name.startswith("In"):
        return _known("Block", name[2:])
    of_unicode = name.startswith("Is")
    bare = name[2:] if of_unicode else value if key.lower() in {"gc", "general_category"} else name
    found = _NAMED.get(_ANY_CASE.get(bare, bare) if any_case else bare)
    if not of_unicode:
        return found
    return _BINARY.get(bare.upper()) or (found if bare in _CATEGORIES else _known("Script", bare))


@cache
def _known(key: str, value: str) -> Characters | None:
    import regex

    # `regex` ignores punctuation anywhere in a name; Java allows it only between the words of a block's name.
    words = r"(?:[ -](?:and|[A-Z0-9]\w*))*" if key == "Block" else ""
    if not re.fullmatch(rf"[A-Za-z]\w*{words}", value, re.ASCII):
        return None
    found = Characters(others=f"\\p{{{key}={value}}}")
    try:
        regex.compile(found.text)
    except regex.error:
        return None
    return found
