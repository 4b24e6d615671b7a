"""The register of facts, and what is made from it."""

from __future__ import annotations

import re
from itertools import chain
from pathlib import Path

import caller
import pytest
from conformance import register
from conformance.register import FACTS, basis_of, load, problems
from conformance.runbooks import MOST_STEPS, RUNBOOKS
from conformance.runner import all_checks
from model import COMMON_ERRORS, DOCUMENT_OPERATIONS, OPERATIONS, error_shapes
from recordings.taking import ended, recorded

from pytest_ssm_automation import AutomationFake, constraints

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "service.md"
ONE = """
[[fact]]
id = "one"
theme = "T"
statement = "S"
basis = "documented"
source = "https://docs.aws.amazon.com/"
check = "a.one"
"""
ERRORS = {*error_shapes(), *COMMON_ERRORS}
CONSTRAINTS = {item.id: item for item in chain.from_iterable(map(constraints, (*OPERATIONS, *DOCUMENT_OPERATIONS)))}


def test_every_fact_has_its_check_and_its_source() -> None:
    """Facts and checks correspond; documented facts have a URL, and observed ones a date."""
    assert list(problems(load(), all_checks())) == []


@pytest.mark.parametrize(
    ("text", "checks", "problem"),
    [
        (ONE, ["a.one"], None),
        (ONE + ONE, ["a.one"], "one is there 2 times"),
        (ONE.replace("documented", "rumoured"), ["a.one"], "one rests on 'rumoured'"),
        (ONE.replace("https:", "page"), ["a.one"], "one is documented, but its source is no address"),
        (ONE.replace("documented", "observed"), ["a.one"], "one was observed, but nothing says what was seen"),
        (ONE, [], "one has no check: there is no 'a.one'"),
        (ONE, ["a.one", "a.two"], "the check a.two is of 0 facts"),
    ],
)
def test_problems_of_a_register(text: str, checks: list[str], problem: str | None) -> None:
    """Each problem of a register is reported in a line that names the fact."""
    found = list(problems(load(text), checks))
    assert any(line.startswith(problem) for line in found) if problem else found == []


def test_a_fact_can_cite_a_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is then observed, and the recording must be there and show what the fake shows."""
    monkeypatch.setattr(register, "RECORDINGS", tmp_path)
    steps = [{"name": "one", "action": "aws:sleep", "inputs": {"Duration": "PT1S"}}]
    with AutomationFake() as fake:
        fake.add_runbook({"schemaVersion": "0.3", "mainSteps": steps}, name="Doc")
        path = recorded(tmp_path, ended(fake, DocumentName="Doc"))
    cited = ONE + f'recording = "{path.name}"\n'
    seen = cited.replace('"documented"', '"observed"\nseen = "a recording of 2026"')
    assert list(problems(load(seen), ["a.one"])) == []
    (other,) = problems(load(cited), ["a.one"])
    assert other == "one cites a recording, so it was observed, and is not documented"
    path.write_text(path.read_text().replace('"aws:sleep"', '"aws:pause"'))
    assert any("which differs: one.Action: recorded" in line for line in problems(load(seen), ["a.one"]))
    path.unlink()
    assert any("cannot be read" in line for line in problems(load(seen), ["a.one"]))


def test_observations_have_a_date() -> None:
    """What was observed names a year."""
    assert [fact.id for fact in load() if fact.basis == "observed" and not re.search(r"\b20\d\d\b", fact.seen)] == []


def test_errors_and_constraints_that_facts_name() -> None:
    """Facts name existing errors and constraints, some of which only older models have."""
    facts = load()
    errors = {name for fact in facts for name in fact.errors}
    named = {name for fact in facts for name in fact.constraints}
    assert errors - {"*", *ERRORS} == set()
    assert named - {"*", "request:at_most_one_target", "Targets:max", *CONSTRAINTS} == set()
    assert all(len(basis_of(kind, names, facts)) == len(names) for kind, names in (("errors", ERRORS),))


def test_constraints_say_what_their_facts_say() -> None:
    """The evidence of a constraint begins with the basis of its fact."""
    facts = basis_of("constraints", CONSTRAINTS, load())
    said = {name: item.evidence.partition(":")[0] for name, item in CONSTRAINTS.items() if name != "Targets:max"}
    assert said == {name: facts[name].basis for name in said}


def test_the_page_lists_every_theme_once() -> None:
    """The documentation's page has a table for each theme."""
    shown = re.findall(r"^```\{ssm-facts\} (.+)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert shown == list(dict.fromkeys(fact.theme for fact in load()))


def test_statements_are_short() -> None:
    """A fact is one statement that fits a row, and ends without a full stop."""
    assert [fact.id for fact in load() if len(fact.statement) > 230 or fact.statement.endswith(".")] == []
    assert FACTS.stat().st_size < 100_000


@pytest.mark.parametrize("name", RUNBOOKS)
def test_runbooks_of_the_suite_are_well_formed(name: str) -> None:
    """The fake accepts them all, and none has more steps than a live run announces."""
    assert len(caller.load(RUNBOOKS[name], name=name).steps) <= MOST_STEPS
