from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from model import START, documented_errors

from pytest_ssm_automation import AutomationFake, FakeUsageError, _report
from pytest_ssm_automation._report import ErrorCoverage, required_errors
from pytest_ssm_automation._service.calls import Call, Outcome, Request

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND, *_ = documented_errors()


def call(outcome: Outcome, error: str | None = None, execution_id: str | None = None) -> Call:
    """Make a call with this end."""
    return Call(Request(START, b"{}", "us-east-1", "https://ssm", None), outcome, execution_id, error)


def counted(*calls: Call, test: str = "one") -> ErrorCoverage:
    """Count calls of one test."""
    coverage = ErrorCoverage()
    coverage.add(test, calls)
    return coverage


@pytest.mark.parametrize(
    ("one", "counts"),
    [
        (call("started", execution_id="id"), {"executions": 1}),
        (call("replayed", execution_id="id"), {}),
        (call("answered"), {}),
        (call("rejected", FIRST), {"refusals": 1}),
        (call("failed", FIRST), {"faults": 1}),
        (call("lost", "ReadTimeoutError", "id"), {"faults": 1, "executions": 1}),
        (call("lost", "ReadTimeoutError"), {"faults": 1}),
    ],
)
def test_each_outcome_is_counted_as_what_it_is(one: Call, counts: dict[str, int]) -> None:
    """A lost start is a fault and an execution; a replay and an answer are neither."""
    other = replace(one, execution_id=one.execution_id and "other")
    assert counted(one, other).counts == {name: 2 * count for name, count in counts.items()}


def test_a_lost_response_is_no_second_execution() -> None:
    """A replay whose response is lost starts nothing, nor does a poll."""
    poll = replace(
        call("lost", "ReadTimeoutError", "other"), request=Request("GetAutomationExecution", b"", "", "", None)
    )
    lost = call("lost", "ReadTimeoutError", "id")
    assert counted(call("started", execution_id="id"), lost, poll).counts == {"executions": 1, "faults": 2}


def test_errors_are_counted_by_test() -> None:
    """A test that faces an error often counts once, whether the error was injected or the service's own."""
    coverage = counted(call("failed", FIRST), call("rejected", FIRST), call("started"))
    assert coverage.faced() == {**dict.fromkeys(documented_errors(), 0), FIRST: 1}
    coverage.add("one", [call("failed", FIRST)])
    coverage.add("two", [call("failed", FIRST), call("failed", SECOND)])
    assert coverage.faced() == {**dict.fromkeys(documented_errors(), 0), FIRST: 2, SECOND: 1}
    assert list(coverage.faced()) == list(documented_errors())


def test_an_error_that_is_not_documented_is_known_but_not_listed() -> None:
    """It can be required; the report is about the documented ones."""
    coverage = counted(call("failed", "ThrottlingException"))
    assert coverage.missing(["ThrottlingException", "AccessDeniedException"]) == ["AccessDeniedException"]
    assert "ThrottlingException" not in coverage.faced()


def test_what_is_sent_can_be_merged() -> None:
    """Workers send plain values; the sum knows a test once, and adds up the rest."""
    one = counted(call("failed", FIRST), call("started"))
    two = counted(call("failed", FIRST), call("failed", SECOND), test="two")
    again = counted(call("failed", FIRST))
    total = ErrorCoverage()
    for each in (one, two, again):
        total.merge(json.loads(json.dumps(each.to_send())))
    assert total.tests == {FIRST: {"one", "two"}, SECOND: {"two"}}
    assert total.counts == {"faults": 4, "executions": 1}
    assert total.to_send()["tests"][FIRST] == ["one", "two"]


def test_the_lines_say_how_many_tests_and_name_the_rest() -> None:
    """Counts are never, one or more; errors without a test are listed; sums come last, including zeros."""
    coverage = counted(call("failed", FIRST), call("failed", SECOND), call("started"))
    coverage.add("two", [call("failed", FIRST)])
    lines = coverage.lines()
    width = max(map(len, documented_errors()))
    counts = ["2 tests", "1 test", *["never"] * (len(documented_errors()) - 2)]
    assert lines[:-2] == [f"{name:{width}}  {count}" for name, count in zip(documented_errors(), counts, strict=True)]
    assert lines[-2] == f"Never faced: {', '.join(documented_errors()[2:])}"
    assert lines[-1] == "1 execution, 0 refusals, 3 faults"


def test_the_lines_say_when_nothing_is_left() -> None:
    """Every error faced is worth its own sentence."""
    assert counted(*(call("failed", error) for error in documented_errors())).lines()[-2:] == [
        "Every documented error was faced.",
        f"0 executions, 0 refusals, {len(documented_errors())} faults",
    ]


def test_json_says_the_same(tmp_path: Path) -> None:
    """Errors with their tests, those never faced, and the sums."""
    path = tmp_path / "report.json"
    counted(call("failed", FIRST), call("rejected", SECOND), call("started")).write_json(path)
    assert json.loads(path.read_text("utf-8")) == {
        "errors": {**dict.fromkeys(documented_errors(), 0), FIRST: 1, SECOND: 1},
        "never_faced": list(documented_errors()[2:]),
        "executions": 1,
        "refusals": 1,
        "faults": 1,
        "crashed_workers": 0,
    }


def test_all_stands_for_the_documented_errors() -> None:
    """As the installed model has them."""
    assert required_errors("all") == list(documented_errors())


def test_names_are_kept_in_order() -> None:
    """Documented errors, common ones, connection errors and botocore's own check may be required, with spaces."""
    names = [SECOND, "ThrottlingException", "ReadTimeoutError", "ParamValidationError", FIRST]
    assert required_errors(" , ".join(names)) == names


@pytest.mark.parametrize(
    ("text", "suggested"),
    [
        ("InvalidTargets", "InvalidTarget"),
        ("InvalidTarget,ThrotlingException", "ThrottlingException"),
        ("al", "all"),
        ("readtimeouterror", "ReadTimeoutError"),
    ],
)
def test_a_misspelt_name_is_refused(text: str, suggested: str) -> None:
    """And the nearest is named."""
    with pytest.raises(FakeUsageError, match=rf"{text.rsplit(',', maxsplit=1)[-1]}.*{suggested}"):
        required_errors(text)


@pytest.mark.parametrize("text", [",", "InvalidTarget,", ",InvalidTarget"])
def test_an_empty_name_is_refused(text: str) -> None:
    """A comma too many is a mistake, not a requirement that nothing can meet."""
    with pytest.raises(FakeUsageError, match="error"):
        required_errors(text)


def test_fakes_report_when_they_end_and_when_they_are_reset(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was before a reset counts, and counts once; the test is the one that runs, not its phase."""
    coverage = ErrorCoverage()
    monkeypatch.setattr(_report, "coverage", coverage)
    monkeypatch.setenv("PYTEST_CURRENT_TEST", "test_it.py::test_it[a b] (call)")
    with AutomationFake() as fake:
        client: Any = fake.client()
        for error in (FIRST, SECOND):
            fake.fail_with(error)
            with pytest.raises(client.exceptions.ClientError):
                client.start_automation_execution(DocumentName="Doc")
            client.start_automation_execution(DocumentName="Doc")
            fake.reset()
        client.start_automation_execution(DocumentName="Doc")
        assert coverage.counts == {"executions": 2, "faults": 2}
    assert coverage.counts == {"executions": 3, "faults": 2}
    assert coverage.tests == {FIRST: {"test_it.py::test_it[a b]"}, SECOND: {"test_it.py::test_it[a b]"}}


def test_fakes_report_to_nobody_without_a_report(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that ends or is reset then does nothing more."""
    monkeypatch.setattr(_report, "coverage", None)
    with AutomationFake() as fake:
        fake.client().start_automation_execution(DocumentName="Doc")
        fake.reset()
        assert fake.calls == ()


def test_a_fake_that_is_used_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fake that is active again reports what came since."""
    coverage = ErrorCoverage()
    monkeypatch.setattr(_report, "coverage", coverage)
    fake = AutomationFake()
    for _ in range(2):
        with fake:
            fake.client().start_automation_execution(DocumentName="Doc")
    assert coverage.counts == {"executions": 2}
