"""The register of facts: statements about the service, with their evidence and their check."""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pytest_ssm_automation import FakeUsageError
from pytest_ssm_automation.recordings import compare

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

FACTS: Final = Path(__file__).parent / "facts.toml"
RECORDINGS: Final = FACTS.with_name("recordings")
BASES: Final = ("documented", "observed", "assumed", "our choice")


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement about the service.

    Attributes:
        id: Its name.
        theme: The section of the documentation's page that lists it.
        statement: The statement, without a full stop.
        basis: The kind of evidence: one of `BASES`.
        check: The check that shows it: module and function, such as `tokens.mismatch`.
        source: The address of the evidence.
        seen: What was observed, and when.
        errors: The error codes whose text it is about; `*` is all others.
        constraints: The ids of constraints that it is about; `*` is all others.
        recording: The recorded execution that shows it, a file in `recordings`.
    """

    id: str
    theme: str
    statement: str
    basis: str
    check: str
    source: str = ""
    seen: str = ""
    errors: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    recording: str = ""


def load(text: str | None = None) -> tuple[Fact, ...]:
    """Read the register, in its order."""
    tables = tomllib.loads(FACTS.read_text(encoding="utf-8") if text is None else text)["fact"]
    return tuple(Fact(**{name: _frozen(value) for name, value in table.items()}) for table in tables)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else " ".join(value.split())


def problems(facts: Collection[Fact], checks: Collection[str]) -> Iterator[str]:
    """Yield the problems of a register.

    Args:
        facts: The register.
        checks: The names of the existing checks.
    """
    for name, count in Counter(fact.id for fact in facts).items():
        if count > 1:
            yield f"{name} is there {count} times"
    for fact in facts:
        if fact.basis not in BASES:
            yield f"{fact.id} rests on {fact.basis!r}, which is none of {', '.join(BASES)}"
        if fact.basis == "documented" and not fact.source.startswith("https://"):
            yield f"{fact.id} is documented, but its source is no address"
        if fact.basis == "observed" and not fact.seen:
            yield f"{fact.id} was observed, but nothing says what was seen, and when"
        if fact.recording:
            yield from _problems_of_recording(fact)
        if fact.check not in checks:
            yield f"{fact.id} has no check: there is no {fact.check!r}"
    used = Counter(fact.check for fact in facts)
    yield from (f"the check {name} is of {used[name]} facts" for name in checks if used[name] != 1)


def _problems_of_recording(fact: Fact) -> Iterator[str]:
    """Yield what is wrong with the recording that a fact cites: it is no evidence if the fake shows something else."""
    if fact.basis != "observed":
        yield f"{fact.id} cites a recording, so it was observed, and is not {fact.basis}"
    try:
        differences = compare(RECORDINGS / fact.recording)
    except FakeUsageError as error:
        yield f"{fact.id} cites a recording, but {error}"
    else:
        yield from (f"{fact.id} cites {fact.recording}, which differs: {line}" for line in differences)


def basis_of(kind: str, names: Iterable[str], facts: Collection[Fact]) -> Mapping[str, Fact]:
    """Map names of errors or constraints to their facts.

    Args:
        kind: `errors` or `constraints`.
        names: The names.
        facts: The register.
    """
    found = {name: fact for fact in facts for name in getattr(fact, kind)}
    return {name: found.get(name, found["*"]) for name in names}
