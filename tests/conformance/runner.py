"""Run the check of every fact against a target."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final

import requests
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError

from . import checks
from .bench import Bench, CannotTell, Differs, refusal, says_nothing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .register import Fact
    from .targets import Target

Check = Callable[[Bench], None]
Calls = Sequence[tuple[str, Mapping[str, Any], Mapping[str, Any]]]
HELD: Final = "held"
DIFFERS: Final = "differs"
UNDETERMINED: Final = "undetermined"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a check.

    Attributes:
        fact: The fact.
        outcome: `HELD`, `DIFFERS` or `UNDETERMINED`.
        target: The target's title.
        wanted: What the fact says, if the answer differs.
        got: The answer, if it differs.
        reason: Why it is undetermined.
        calls: The recorded calls.
    """

    fact: Fact
    outcome: str
    target: str
    wanted: object = None
    got: object = None
    reason: str = ""
    calls: Calls = ()


@cache
def all_checks() -> Mapping[str, Check]:
    """Map the name of each check, such as `tokens.mismatch`, to its function: a public one, or a row of `CHECKS`."""
    found: dict[str, Check] = {}
    for module in pkgutil.iter_modules(checks.__path__):
        loaded = importlib.import_module(f"{checks.__name__}.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if function.__module__ == loaded.__name__ and not name.startswith("_"):
                found[f"{module.name}.{name}"] = function
        found |= {f"{module.name}.{name}": check for name, check in getattr(loaded, "CHECKS", {}).items()}
    return found


def examine(target: Target, facts: Iterable[Fact], told: Callable[[Verdict], None] = lambda _: None) -> list[Verdict]:
    """Run the checks of facts against a target, in order.

    After a KeyboardInterrupt, the remaining facts are undetermined.

    Args:
        target: The target.
        facts: The facts.
        told: Called with each verdict.
    """
    bench = Bench(target)
    verdicts: list[Verdict] = []
    interrupted = False
    for fact in facts:
        first = len(bench.client.calls)
        verdict: dict[str, Any] = {"outcome": UNDETERMINED, "reason": "the run was interrupted"}
        if not interrupted:
            try:
                verdict = _verdict(all_checks()[fact.check], bench)
            except KeyboardInterrupt:
                interrupted = True
        verdicts.append(Verdict(fact, target=target.title, calls=bench.client.calls[first:], **verdict))
        told(verdicts[-1])
    return verdicts


def _verdict(check: Check, bench: Bench) -> dict[str, Any]:
    verdict: dict[str, Any] = {"outcome": HELD}
    try:
        check(bench)
    except Differs as error:
        verdict = {"outcome": DIFFERS, "wanted": error.wanted, "got": error.got}
    except CannotTell as error:
        verdict = {"outcome": UNDETERMINED, "reason": str(error)}
    except ClientError as error:
        told = refusal(error)
        verdict = {"outcome": DIFFERS, "wanted": "an answer", "got": f"{told.code}: {told.text}"}
        if says_nothing(told):
            verdict = {"outcome": UNDETERMINED, "reason": verdict["got"]}
    except (BotoCoreError, ResponseParserError, requests.RequestException) as error:
        verdict = {"outcome": UNDETERMINED, "reason": f"{type(error).__name__}: {error}"}
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
        answer = f"{type(error).__name__}: {error}"
        verdict = {"outcome": DIFFERS, "wanted": "an answer of its usual form", "got": answer}
    return verdict


def merged(runs: Sequence[Sequence[Verdict]]) -> list[Verdict]:
    """Combine the verdicts of several targets: a fact differs if it differs on one, and holds if it holds on one."""
    order = (DIFFERS, HELD, UNDETERMINED)
    return [min(verdicts, key=lambda each: order.index(each.outcome)) for verdicts in zip(*runs, strict=True)]
