"""Runs that keep time, with the option `skip_sleep`: sleeps last, approvals and pauses expire."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from caller import poll, start, statuses

from pytest_ssm_automation import AutomationFake, PolledTooOften, SleptTooLong
from pytest_ssm_automation._service import operations

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPT = {"Runtime": "python3.11", "Handler": "run", "Script": "def run(events, context): ..."}
WEEK = 7 * 24 * 60 * 60


@pytest.fixture
def fake() -> Iterator[AutomationFake]:
    """A fake that skips sleeps."""
    with AutomationFake(skip_sleep=True) as fake:
        yield fake


@pytest.fixture
def client(fake: AutomationFake) -> Any:
    """A client on it."""
    return fake.client()


def register(fake: AutomationFake, *steps: dict[str, Any], name: str = "Doc") -> None:
    """Register a runbook; a step is a sleep unless it says otherwise."""
    content = [{"action": "aws:sleep", **step} for step in steps]
    fake.add_runbook({"schemaVersion": "0.3", "mainSteps": content}, name=name)


def seconds_until(client: Any, execution_id: str, status: str, step: float = 10) -> float:
    """Poll and sleep until an execution has a status, and return the seconds."""
    for number in range(1000):
        if poll(client, execution_id)["AutomationExecutionStatus"] == status:
            return number * step
        time.sleep(step)
    pytest.fail("never")


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [("PT1M", 60), ("PT1H5S", 3605), ("P1DT2H", 93_600), ("P1W", WEEK), ("PT90.5S", 90.5), ("pt2m", 120), (None, 0)],
)
def test_a_sleep_lasts(fake: AutomationFake, client: Any, duration: str | None, seconds: float) -> None:
    """The step is in progress until its Duration has passed; its times are as far apart."""
    register(fake, {"name": "rest", "inputs": {"Duration": duration} if duration else {}, "timeoutSeconds": 2 * WEEK})
    execution_id = start(client)
    statuses(client, execution_id, 2)
    if seconds:
        time.sleep(seconds - 5)
        assert statuses(client, execution_id, 2) == ["InProgress", "InProgress"]
        time.sleep(6)
    shown = poll(client, execution_id)
    assert shown["AutomationExecutionStatus"] == "Success"
    [step] = shown["StepExecutions"]
    lasted = (step["ExecutionEndTime"] - step["ExecutionStartTime"]).total_seconds()
    assert seconds - 1 < lasted < seconds + 30


def test_a_sleep_that_takes_too_long(fake: AutomationFake, client: Any) -> None:
    """A sleep longer than its timeoutSeconds has timed out, however many attempts it has."""
    register(fake, {"name": "rest", "inputs": {"Duration": "PT10M"}, "timeoutSeconds": 60, "maxAttempts": 2})
    execution_id = start(client)
    assert 60 <= seconds_until(client, execution_id, "TimedOut") <= 80
    assert poll(client, execution_id)["StepExecutions"][0]["StepStatus"] == "TimedOut"


@pytest.mark.parametrize("form", ["%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S"])
def test_a_sleep_until_a_time(fake: AutomationFake, client: Any, form: str) -> None:
    """With a Timestamp, it lasts until then; one in the past is over at once."""
    end = datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=1)
    for number, text in enumerate((f"{end:{form}}", "2020-01-01T00:00:00Z")):
        register(fake, {"name": "rest", "inputs": {"Timestamp": text}}, name=f"Doc{number}")
    ids = [start(client, DocumentName=f"Doc{number}") for number in range(2)]
    assert [statuses(client, each, 3)[-1] for each in ids] == ["InProgress", "Success"]
    assert 3500 < seconds_until(client, ids[0], "Success") < 3700


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({"Duration": "{{ Wait }}"}, "Duration is not in ISO 8601: ten minutes"),
        ({"Timestamp": "{{ Wait }}"}, "Timestamp is not in ISO 8601: ten minutes"),
        ({"Duration": "{{ find.Payload }}"}, None),
        ({"Duration": ""}, None),
    ],
)
def test_a_sleep_whose_time_is_wrong(
    fake: AutomationFake, client: Any, inputs: dict[str, str], message: str | None
) -> None:
    """It fails in the phase in which inputs are resolved, unless nobody knows the value, or a script rules the run."""
    find = {"name": "find", "action": "aws:executeScript", "inputs": SCRIPT}
    steps = [find, {"name": "rest", "action": "aws:sleep", "inputs": inputs}]
    parameters = {"Wait": {"type": "String", "default": "ten minutes"}}
    fake.add_runbook({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}, name="Doc")
    execution_id = start(client)
    assert statuses(client, execution_id, 3)[-1] == ("Failed" if message else "Success")
    found = poll(client, execution_id).get("FailureMessage", "")
    assert found.startswith(
        f"Step fails when it is validating and resolving the step inputs. {message}." if message else ""
    )
    fake.script(["InProgress", "Success"])
    assert statuses(client, start(client), 2) == ["InProgress", "Success"]


@pytest.mark.parametrize(
    ("action", "inputs"), [("aws:approve", {"Approvers": "{{ Wrong }}"}), ("aws:sleep", {"Duration": "{{ Long }}"})]
)
def test_inputs_that_do_not_fit_take_no_time(fake: AutomationFake, client: Any, action: str, inputs: Any) -> None:
    """The step fails at once, and neither sleeps nor waits for its time-out first."""
    parameters = {
        "Wrong": {"type": "StringMap", "default": {"a": "b"}},
        "Long": {"type": "String", "default": "P8D"},
    }
    steps = [{"name": "use", "action": action, "inputs": inputs}]
    fake.add_runbook({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": steps}, name="Doc")
    assert statuses(client, start(client), 3) == ["Pending", "InProgress", "Failed"]


def test_the_test_itself_does_not_wait(fake: AutomationFake, client: Any) -> None:
    """`run_to`, `advance` and `finish` pass over sleeps; so do outputs that the test sets, and failures."""
    register(fake, *({"name": name, "inputs": {"Duration": "PT1H"}} for name in "abc"))
    led, advanced, finished = (fake.execution(start(client)) for _ in range(3))
    led.run_to("c")
    for _ in range(2):
        advanced.advance()
    finished.finish()
    assert (led.status, advanced.status, finished.status) == ("InProgress", "Success", "Success")
    assert statuses(client, led.id, 2) == ["InProgress", "InProgress"]
    for name in "ab":
        fake.step_outputs(name, {})
    fake.fail_step("c", "No")
    assert statuses(client, start(client), 3) == ["Pending", "InProgress", "Failed"]


def test_functions_of_the_test_are_called_once(fake: AutomationFake, client: Any) -> None:
    """A step that waits for its time is not asked for its result again, and failures are not used up."""
    register(fake, {"name": "rest", "inputs": {"Duration": "PT1H"}})
    asked: list[Any] = []

    def is_meant(call: object) -> bool:
        asked.append(call)
        return False

    fake.fail_step("rest", when=is_meant)
    execution_id = start(client)
    statuses(client, execution_id, 5)
    assert len(asked) == 1
    assert seconds_until(client, execution_id, "Success") > 3500
    assert len(asked) == 1


def test_children_keep_time_too(fake: AutomationFake, client: Any) -> None:
    """A parent waits for the sleeps of executions that it has started, on targets and by its steps."""
    rest = {"name": "rest", "action": "aws:sleep", "inputs": {"Duration": "PT1H"}}
    parameters = {"Id": {"type": "String", "default": ""}}
    fake.add_runbook({"schemaVersion": "0.3", "parameters": parameters, "mainSteps": [rest]}, name="Child")
    register(fake, {"name": "call", "action": "aws:executeAutomation", "inputs": {"DocumentName": "Child"}})
    nested = start(client)
    targets = start(client, DocumentName="Child", TargetMaps=[{"Id": ["a"]}])
    assert seconds_until(client, nested, "Success", 300) > 3000
    assert seconds_until(client, targets, "Success", 300) > 3000


@pytest.mark.parametrize("action", ["aws:approve", "aws:pause"])
@pytest.mark.parametrize(("timeout", "seconds"), [(60, 60), (None, WEEK)])
def test_what_waits_for_a_signal_expires(
    fake: AutomationFake, client: Any, action: str, timeout: int | None, seconds: int
) -> None:
    """After timeoutSeconds, or seven days, an approval or a pause has timed out, and takes its `onFailure`."""
    given = {} if timeout is None else {"timeoutSeconds": timeout}
    ask = {"name": "ask", "action": action, "inputs": {"Approvers": ["x"]} if "approve" in action else {}, **given}
    register(
        fake, {**ask, "onFailure": "step:tell", "maxAttempts": 3}, {"name": "act", "isEnd": True}, {"name": "tell"}
    )
    register(fake, ask, name="Plain")
    ids = [start(client, DocumentName=name) for name in ("Doc", "Plain")]
    assert [statuses(client, each, 3)[-1] for each in ids] == ["Waiting", "Waiting"]
    time.sleep(seconds - 5)
    assert [statuses(client, each, 1) for each in ids] == [["Waiting"], ["Waiting"]]
    time.sleep(6)
    shown = [poll(client, each) for each in ids]
    assert [each["AutomationExecutionStatus"] for each in shown] == ["TimedOut", "TimedOut"]
    found = {step["StepName"]: step["StepStatus"] for step in shown[0]["StepExecutions"]}
    assert found == {"ask": "TimedOut", "act": "Pending", "tell": "Success"}
    assert shown[1]["FailureMessage"].startswith("Step timed out while step is Execute/Cancelling action. Please refer")


def test_what_never_expires(fake: AutomationFake, client: Any) -> None:
    """A time limit that is not known, and a step of an interactive run that has not begun, set no end."""
    ask = {"name": "ask", "action": "aws:pause", "timeoutSeconds": "{{ Limit }}"}
    fake.add_runbook(
        {"schemaVersion": "0.3", "parameters": {"Limit": {"type": "Integer", "default": 5}}, "mainSteps": [ask]},
        name="Doc",
    )
    register(fake, {"name": "rest", "inputs": {"Duration": "PT1S"}}, name="Rest")
    ids = [start(client), start(client, DocumentName="Rest", Mode="Interactive")]
    assert [statuses(client, each, 3)[-1] for each in ids] == ["Waiting", "Waiting"]
    time.sleep(80_000)
    assert [statuses(client, each, 2)[-1] for each in ids] == ["Waiting", "Waiting"]


def test_a_poller_that_never_sleeps_is_told(fake: AutomationFake, client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After as many polls without a sleep as are allowed, the message names the step, and how long it still waits."""
    monkeypatch.setattr(operations, "MOST_POLLS", 5)
    register(fake, {"name": "rest", "inputs": {"Duration": "PT1H"}})
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False):
        execution_id = start(client)
        statuses(client, execution_id, 5)
        time.sleep(1)
        assert statuses(client, execution_id, 4)[-1] == "InProgress"
        with pytest.raises(PolledTooOften, match=r"5 times without a sleep while step 'rest' waits for another 3"):
            poll(client, execution_id)
        fake.script(["InProgress"])
        assert statuses(client, start(client), 6) == ["InProgress"] * 6  # a script does not wait for the clock


def test_a_wait_for_a_run_is_not_too_long(fake: AutomationFake, client: Any) -> None:
    """Seconds slept while a run waits for its time don't count towards the limit; those after it do."""
    register(fake, {"name": "rest", "inputs": {"Duration": "P3D"}})
    execution_id = start(client)
    assert seconds_until(client, execution_id, "Success", 10_000) > WEEK / 3
    time.sleep(70_000)
    with pytest.raises(SleptTooLong, match="called 3 times for 150000 s"):
        time.sleep(70_000)
