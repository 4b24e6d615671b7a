"""Write results as a table and as JSON, and recordings that are safe to publish."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import datetime
from functools import partial
from textwrap import shorten
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError
from model import ENDED

from pytest_ssm_automation._recordings import taking

from .runner import DIFFERS, UNDETERMINED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from .runner import Verdict

# How much of a reason the table shows.
_WIDTH: Final = 160
_UUID: Final = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_KINDS: Final = (
    ("arn", re.compile(r"arn:aws[a-z-]*:(?:sts|iam)::[^\s\"',]+")),
    ("id", re.compile(_UUID, re.IGNORECASE)),
    ("prefix", re.compile(r"pytest-ssm-automation-conformance-[0-9a-f]{8}")),
    ("key", re.compile(r"\b(?:AKIA|ASIA|AIDA|AROA)[0-9A-Z]{12,}\b")),
    ("account", re.compile(r"\b[0-9]{12}\b")),
    ("time", re.compile(r"\b\d{4}-\d\d-\d\d[T _]\d\d[:.]\d\d[:.]\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)?")),
)


class Scrubber:
    """Replace accounts, ids, ARNs and times; the same value always gets the same placeholder."""

    def __init__(self) -> None:
        """Start with no placeholders."""
        self._names: dict[str, str] = {}
        self._count: Counter[str] = Counter()

    def scrub(self, value: Any) -> Any:
        """Return a copy with placeholders, as JSON-compatible values."""
        if isinstance(value, dict):
            return {self._text(str(name)): self._member(name, item) for name, item in value.items()}
        if isinstance(value, list | tuple | set):
            return [self.scrub(item) for item in value]
        if isinstance(value, datetime):
            return self._named("time", value.isoformat())
        if value is None or isinstance(value, bool | int | float):
            return value
        return self._text(str(value))

    def _member(self, name: object, value: Any) -> Any:
        """Replace pagination tokens too, because their contents are unknown."""
        return self._named("token", value) if name == "NextToken" else self.scrub(value)

    def _text(self, text: str) -> str:
        for kind, pattern in _KINDS:
            text = pattern.sub(partial(self._replaced, kind), text)
        return text

    def _replaced(self, kind: str, found: re.Match[str]) -> str:
        return self._named(kind, found[0])

    def _named(self, kind: str, text: str) -> str:
        if text not in self._names:
            self._count[kind] += 1
            self._names[text] = f"<{kind} {self._count[kind]}>"
        return self._names[text]


def recording(verdicts: Sequence[Verdict], about: Mapping[str, Any]) -> str:
    """Return the recorded calls as JSON that is safe to publish."""
    scrub = Scrubber().scrub
    facts = [
        {
            "fact": verdict.fact.id,
            "outcome": verdict.outcome,
            "calls": [
                {"operation": operation, "request": scrub(dict(request)), "answer": scrub(_answer(answer))}
                for operation, request, answer in verdict.calls
            ],
        }
        for verdict in verdicts
        if verdict.calls
    ]
    return json.dumps({**about, "facts": facts}, indent=1, ensure_ascii=False) + "\n"


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    if "HTTPStatusCode" in answer.get("ResponseMetadata", {}):
        told["status"] = answer["ResponseMetadata"]["HTTPStatusCode"]
    return told


def record_executions(client: Any, made: Iterable[str], folder: Path) -> Iterator[str]:
    """Record executions that have ended as the command `record` does, and yield a line for each.

    Args:
        client: A client of SSM.
        made: The ids of the executions.
        folder: The folder for the files.
    """
    for execution_id in made:
        try:
            taken = taking.record(client, execution_id, children=True)
        except ClientError as error:
            yield f"{execution_id} was not recorded: {error}"
            continue
        if taken["AutomationExecution"]["AutomationExecutionStatus"] in ENDED:
            folder.mkdir(parents=True, exist_ok=True)
            path = folder / f"{execution_id}.json"
            path.write_text(taking.written(taken), encoding="utf-8")
            yield f"{path} was written."


def result(verdicts: Sequence[Verdict], about: Mapping[str, Any]) -> str:
    """Return the verdicts as JSON."""
    scrub = Scrubber().scrub
    rows = [
        {
            "fact": verdict.fact.id,
            "statement": verdict.fact.statement,
            "basis": verdict.fact.basis,
            "outcome": verdict.outcome,
            **({"wanted": scrub(verdict.wanted), "got": scrub(verdict.got)} if verdict.outcome == DIFFERS else {}),
            **({"reason": scrub(verdict.reason)} if verdict.outcome == UNDETERMINED else {}),
        }
        for verdict in verdicts
    ]
    return json.dumps({**about, "counts": counts(verdicts), "facts": rows}, indent=1, ensure_ascii=False) + "\n"


def counts(verdicts: Sequence[Verdict]) -> dict[str, int]:
    """Count the outcomes."""
    return dict(sorted(Counter(verdict.outcome for verdict in verdicts).items()))


def table(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Yield the lines of a table: a row for each fact, with both answers if they differ."""
    width = max((len(verdict.fact.id) for verdict in verdicts), default=0)
    for verdict in verdicts:
        yield f"{verdict.fact.id:<{width}}  {verdict.fact.basis:<10}  {verdict.outcome}".rstrip()
        if verdict.outcome == DIFFERS:
            yield f"    {verdict.fact.statement}"
            yield f"    the fact: {verdict.wanted!r}"
            yield f"    {verdict.target}: {verdict.got!r}"
        elif verdict.outcome == UNDETERMINED:
            yield f"    {shorten(verdict.reason, _WIDTH)}"
    yield ", ".join(f"{count} {outcome}" for outcome, count in counts(verdicts).items())
