"""Scripts run in this process, and leave nothing behind."""

from __future__ import annotations

import decimal
import json
import locale
import logging
import os
import random
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import boto3
import botocore.exceptions
import pytest
from executed import REGION, body, script

from pytest_ssm_automation import FakeUsageError

if TYPE_CHECKING:
    from executed import Bench, Members


def test_a_handler_gets_its_payload_and_puts_out_what_it_returns(bench: Bench) -> None:
    """Values have their types, the context has four keys, and the result is a payload that selectors read."""
    source = """
        def handler(events, context):
            return {"events": events, "context": context, "ids": ["a", "b"], "sum": events["n"] + 1}
    """
    outputs = {
        "Ids": ("$.Payload.ids", "StringList"),
        "Sum": ("$.Payload.sum", "Integer"),
        "Region": "$.Payload.context.['global:REGION']",
    }
    run = bench.run(
        script(source, {"n": "{{ N }}", "list": ["{{ List }}"], "map": {"a": True}}, outputs=outputs),
        parameters={"N": {"type": "Integer", "default": 2}, "List": {"type": "StringList", "default": ["x", "y"]}},
    )
    assert run.outputs("script") == {
        "Ids": ["a", "b"],
        "Sum": ["3"],
        "Region": ["us-east-1"],
        "Payload": run.step("script")["Outputs"]["Payload"],
    }
    payload = run.step("script")["Outputs"]["OutputPayload"][0]
    for part in (
        '"events":{"n":2,"list":["x","y"],"map":{"a":true}}',
        f'"automation:EXECUTION_ID":"{run.execution.id}"',
        '"global:ACCOUNT_ID":"123456789012","global:AWS_PARTITION":"aws"',
    ):
        assert part in payload


SEEN: list[tuple[str, Any]] = [
    ("assert events == {}", None),
    ("return '\\d'", "\\d"),
    ("import inspect\nreturn inspect.getsource(inspect.currentframe())[:11]", "def handler"),
    ("import os\nreturn [os.environ['AWS_REGION'], os.environ['AWS_DEFAULT_REGION']]", [REGION, REGION]),
    ("try:\n    import absent_one\nexcept ImportError:\n    return 'handled'", "handled"),
    ("import warnings\nwarnings.warn('old')", None),
    ("print('hello')", None),
]


@pytest.mark.filterwarnings("error")
def test_what_a_script_sees(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty payload, its source, and its Region; a warning or a handled error is no failure; output is captured."""
    steps = [body(source, name=f"script{number}") for number, (source, _) in enumerate(SEEN)]
    with pytest.warns(UserWarning, match="old"):
        run = bench.run(*steps)
    assert capsys.readouterr().out == "hello\n"
    for number, (source, seen) in enumerate(SEEN):
        outputs = run.step(f"script{number}")["Outputs"]
        assert json.loads(outputs["OutputPayload"][0]) == {"Payload": seen}, source
        assert ("Payload" in outputs) == (seen is not None)


def test_calls_of_a_script(bench: Bench) -> None:
    """It reaches moto and the fake, and a refusal that it does not catch fails the step."""
    source = """
        import boto3
        ssm = boto3.client("ssm")
        ssm.put_parameter(Name="from-script", Value="v", Type="String")
        execution_id = ssm.start_automation_execution(DocumentName="Other")["AutomationExecutionId"]
        shown = ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
        return shown["AutomationExecutionStatus"]
    """
    run = bench.run(body(source))
    assert run.step("script")["Outputs"]["Payload"] == ["Pending"]
    assert bench.aws("ssm").get_parameter(Name="from-script")["Parameter"]["Value"] == "v"
    failed = bench.run(body('import boto3\nboto3.client("ssm").get_parameter(Name="absent")'))
    assert failed.step("script")["FailureMessage"].startswith(
        "Step fails when it is Poll action status for completion. Traceback (most recent call last):\n"
    )
    assert "\n\nParameterNotFound - An error occurred (ParameterNotFound)" in failed.text("script")


RAISED = """File "{path}", line 2, in handler
    inner()
  File "{path}", line 5, in inner
    raise ValueError('no')

ValueError - no"""
TOO_LONG = "The script returned 102402 bytes of JSON, but at most 102400 are allowed"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("def handler(events, context):\n    inner()\n\ndef inner():\n    raise ValueError('no')", f"  {RAISED}"),
        (
            "import sys\ndef handler(events, context):\n    sys.exit(3)",
            '  File "{path}", line 3, in handler\n    sys.exit(3)\n\nSystemExit - 3',
        ),
        (
            "def handler(events, context):\n    return {1, 2}",
            "\nTypeError - Object of type set is not JSON serializable",
        ),
        ("1 / 0", '  File "{path}", line 1, in <module>\n    1 / 0\n\nZeroDivisionError - division by zero'),
        ("def handler(", "\nSyntaxError - '(' was never closed (customer_script.py, line 1)"),
        ("def handler(events, context):\n    return 'x' * 102400", TOO_LONG),
        (
            "def handler(events, context):\n    import time\n    time.sleep(-1)",
            '  File "{path}", line 3, in handler\n    time.sleep(-1)\n\nValueError - sleep length must be non-negative',
        ),
    ],
)
def test_what_fails_a_script(source: str, text: str, bench: Bench) -> None:
    """The message is the traceback in the service's form, with the script's own frames."""
    found = bench.run(script(source)).text("script")
    path = found.partition('File "')[2].partition('"')[0]
    assert found.removeprefix("Traceback (most recent call last):\n") == text.format(path=path)
    assert re.fullmatch(r"|/tmp/[0-9a-f-]{36}-\d{4}(-\d\d){5}/customer_script.py", path)


LIBRARIES = """
def handler(events, context):
    import sys
    folder = events["folder"]
    for name in [name for name in sys.modules if name.startswith("boto") or name == "colorsys"]:
        del sys.modules[name]
    sys.path.insert(0, folder)
    import boto3, botocore.exceptions, colorsys, only_there
    from boto3 import Session
    sys.modules["by_hand"] = type(sys)("by_hand")
    account = boto3.client("sts").get_caller_identity()["Account"]
    return [boto3.__file__, account, colorsys.__file__, only_there.__name__]
"""


def test_boto3_is_always_this_processes(bench: Bench, tmp_path: Path) -> None:
    """A script that drops boto3 and puts another one first gets this one; modules and path are as before afterwards."""
    import colorsys

    for name in ("boto3", "colorsys", "only_there"):
        (tmp_path / f"{name}.py").write_text("", encoding="utf-8")
    before, path, finders, spec = dict(sys.modules), [*sys.path], [*sys.meta_path], boto3.__spec__
    run = bench.run(script(LIBRARIES, {"folder": str(tmp_path)}))
    assert run.step("script")["Outputs"]["Payload"] == [
        boto3.__file__,
        "123456789012",
        str(tmp_path / "colorsys.py"),
        "only_there",
    ]
    assert {name for name in before if sys.modules.get(name) is not before[name]} == set()
    assert not {"by_hand", "customer_script", "only_there"} & sys.modules.keys()
    assert (sys.path, sys.meta_path, sys.modules["colorsys"]) == (path, finders, colorsys)
    assert sys.modules["boto3"] is boto3
    assert boto3.__spec__ is spec
    assert sys.modules["botocore"].exceptions is botocore.exceptions


STATE = """
import dataclasses, decimal, io, locale, logging, os, random, signal, socket, sys, time

@dataclasses.dataclass
class Seen:
    name: str

def handler(events, context):
    os.environ.update(A="b", PATH="changed")
    del os.environ["HOME"]
    os.chdir(events["folder"])
    logging.basicConfig(level=logging.DEBUG, force=True)
    logging.disable(logging.CRITICAL)
    logging.getLogger("executing.test").setLevel(logging.ERROR)
    sys.stdout = io.StringIO()
    locale.setlocale(locale.LC_ALL, "C")
    random.seed(1)
    socket.setdefaulttimeout(5)
    decimal.getcontext().prec = 3
    signal.signal(signal.SIGTERM, print)
    if hasattr(signal, "alarm"):
        signal.alarm(60)
        os.environ["TZ"] = "Asia/Tokyo"
        time.tzset()
    import boto3
    boto3.client = print
    boto3.setup_default_session(region_name="eu-west-3")
    return dataclasses.asdict(Seen(__name__))
"""


def test_the_process_is_as_before(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All that the documentation names is restored: environment, folder, loggers, locale, handlers and more."""
    monkeypatch.setenv("HOME", "home")
    logger = logging.getLogger("executing.test")

    def state() -> tuple[Any, ...]:
        loggers = [(each.level, [*each.handlers]) for each in (logging.root, logger)]
        return (
            *(dict(os.environ), Path.cwd(), loggers, logging.root.manager.disable, sys.stdout),
            *(locale.setlocale(locale.LC_ALL), random.getstate(), decimal.getcontext().prec),
            *(
                socket.getdefaulttimeout(),
                signal.getsignal(signal.SIGTERM),
                time.tzname,
                hasattr(signal, "alarm") and signal.alarm(0),
            ),
            *(boto3.DEFAULT_SESSION, boto3.client),
        )

    before = state()
    run = bench.run(script(STATE, {"folder": str(tmp_path)}, outputs={"Name": "$.Payload.name"}))
    assert run.outputs("script")["Name"] == ["customer_script"]
    assert state() == before


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no alarms")
def test_an_alarm_of_the_tests_own_stays(bench: Bench) -> None:
    """A script that ends without one leaves it, as a plugin for time limits needs."""
    before = signal.signal(signal.SIGALRM, signal.SIG_IGN)
    try:
        signal.alarm(600)
        assert bench.run(script("def handler(events, context):\n    return 1")).status == "Success"
        assert signal.alarm(0) > 500
    finally:
        signal.signal(signal.SIGALRM, before)


def test_scripts_draw_different_values(bench: Bench) -> None:
    """Names that scripts draw don't collide, and those of the test's own are as without scripts."""
    draws = script("import random\ndef handler(events, context):\n    return random.random()")
    random.seed(7)
    drawn = {bench.run(draws).outputs("script")["Payload"][0] for _ in range(3)}
    own = random.random()
    random.seed(7)
    assert (len(drawn), own) == (3, random.random())


@pytest.mark.parametrize("skip_sleep", [False, True])
def test_sleeps_take_no_time(skip_sleep: bool, make_bench: Any) -> None:  # noqa: FBT001
    """They move the clock that the script reads, and with `skip_sleep` that of the run."""
    source = """
        import time
        from time import sleep
        before = time.time(), time.monotonic()
        sleep(300)
        time.sleep(250)
        return [round(now - then) for now, then in zip((time.time(), time.monotonic()), before)]
    """
    bench = make_bench(skip_sleep=skip_sleep)
    before = time.perf_counter()
    run = bench.run(body(source))
    assert run.step("script")["Outputs"]["Payload"] == ["550", "550"]
    assert time.perf_counter() - before < 60
    shown = run.step("script")
    assert ((shown["ExecutionEndTime"] - shown["ExecutionStartTime"]).total_seconds() > 500) == skip_sleep
    assert bench.fake.slept == 0


def test_a_script_that_sleeps_too_long_times_out(bench: Bench) -> None:
    """Whatever it catches."""
    source = """
        import time
        for _ in range(100):
            try:
                time.sleep(599)
            except Exception:
                pass
    """
    run = bench.run(body(source))
    assert (run.status, run.step("script")["StepStatus"]) == ("TimedOut", "TimedOut")


def ending(source: str) -> Members:
    """Write the inputs that make the script run a body, whatever that raises."""
    return {
        "Script": f"def handler(events, context):\n    try:\n        {source}\n    except BaseException:\n        pass"
    }


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        (ending("import subprocess; subprocess.run(['true'])"), "it starts a process"),
        (ending("import os; os.system('true')"), "it starts a process"),
        (ending("import os; os.fork()"), "it starts a process"),
        (ending("import importlib; importlib.import_module('ensurepip')"), "it installs packages"),
        ({"Runtime": "PowerShell 7.4"}, "its runtime is PowerShell 7.4, but only Python can be executed"),
        ({"Script": None, "Attachment": "a.zip"}, "its script is an attachment"),
        ({"Script": " "}, "it has no script"),
        ({"Script": "%PYTHONSCRIPT%\n"}, "its script is the placeholder %PYTHONSCRIPT%"),
        ({"Script": "def hello(): return hello", "Attachment": "a.zip"}, "its handler handler is in an attachment"),
        (
            {"Script": "from helpers.aws import a\ndef handler(e, c): pass", "Attachment": "a.zip"},
            "its script imports helpers, which is in an attachment",
        ),
        (
            {"Script": "def handler(e, c):\n    from . import a", "Attachment": "a.zip"},
            "its script imports ., which is in an attachment",
        ),
        (
            {"Script": "import absent_one\ndef handler(e, c): return '\\d'"},
            "its script imports absent_one, which is not installed",
        ),
    ],
)
def test_scripts_that_can_not_be_executed(changed: Members, reason: str, bench: Bench) -> None:
    """The error says why, each time: before anything is run, or at that moment, even if the script catches it."""
    given = script("def handler(e, c): pass", maxAttempts=2)
    given["inputs"] = {name: value for name, value in {**given["inputs"], **changed}.items() if value is not None}
    execution_id = bench.begin(given)
    for _ in range(2):
        with pytest.raises(FakeUsageError) as caught:
            bench.poll(execution_id)
        assert f"script (aws:executeScript): {reason}\n    fake.step_outputs('script', " in str(caught.value)
    assert subprocess.run([sys.executable, "-c", "pass"], check=True).returncode == 0


def test_a_handler_beside_an_attachment(bench: Bench) -> None:
    """A script whose handler is imported, or assigned, can be executed."""
    given = script("try:\n    raise ValueError\nexcept ValueError:\n    handler = lambda events, context: 'ran'")
    given["inputs"]["Attachment"] = "a.zip"
    assert bench.run(given).step("script")["Outputs"]["Payload"] == ["ran"]


def test_a_call_that_nothing_answers_can_not_be_swallowed(bench: Bench) -> None:
    """The test is told, though the script went on."""
    call = "import boto3\ntry:\n    boto3.client('ssm').describe_instance_information()\nexcept Exception:\n    pass"
    execution_id = bench.begin(body(call))
    with pytest.raises(FakeUsageError, match="called ssm DescribeInstanceInformation, which moto has not implemented"):
        bench.poll(execution_id)


def test_scripts_that_start_others(bench: Bench) -> None:
    """A script polls, in a thread of its own, an execution whose step is a script too; both see their own names."""
    bench.register(body("return context['automation:EXECUTION_ID']"), name="Other")
    source = """
        import boto3
        from concurrent.futures import ThreadPoolExecutor
        def poll():
            ssm = boto3.client("ssm")
            execution_id = ssm.start_automation_execution(DocumentName="Other")["AutomationExecutionId"]
            while True:
                shown = ssm.get_automation_execution(AutomationExecutionId=execution_id)["AutomationExecution"]
                if shown["AutomationExecutionStatus"] == "Success":
                    return [execution_id, shown["StepExecutions"][0]["Outputs"]["Payload"][0]]
        with ThreadPoolExecutor(2) as pool:
            return [pool.submit(poll).result(), poll()]
    """
    run = bench.run(body(source, outputs={"Both": ("$.Payload", "MapList")}))
    assert run.status == "Success"
    assert all(call.step for call in bench.fake.calls if call.params.get("DocumentName") == "Other")
    assert len([call for call in bench.fake.calls if call.params.get("DocumentName") == "Other"]) == 2


def test_a_script_of_another_account_and_region(bench: Bench) -> None:
    """Clients without Region and credentials have the execution's, also resources, sessions and threads."""
    bench.register(
        body(
            """
            import boto3, os
            from concurrent.futures import ThreadPoolExecutor
            def who(make):
                return make("sts").get_caller_identity()["Account"]
            with ThreadPoolExecutor(1) as pool:
                accounts = [who(boto3.client), who(boto3.Session().client), pool.submit(who, boto3.client).result()]
            resource = boto3.resource("sqs").meta.client
            regions = [boto3.client("ssm").meta.region_name, resource.meta.region_name, os.environ["AWS_REGION"]]
            return [*accounts, *regions]
            """,
            outputs={"Seen": ("$.Payload", "StringList")},
        )
    )
    before = dict(os.environ)
    session = boto3.DEFAULT_SESSION
    started = bench.client.start_automation_execution(
        DocumentName="Doc", TargetLocations=[{"Accounts": ["210987654321"], "Regions": ["eu-west-1"]}]
    )
    for _ in range(5):
        bench.poll(started["AutomationExecutionId"])
    [child] = bench.fake.execution(started["AutomationExecutionId"]).children
    assert child.step("script")["Outputs"]["Seen"] == [*["210987654321"] * 3, *["eu-west-1"] * 3]
    assert (dict(os.environ), boto3.DEFAULT_SESSION) == (before, session)


def test_what_suits_the_execution_is_left_alone(monkeypatch: pytest.MonkeyPatch, bench: Bench) -> None:
    """Where the process has the account and the Region of the execution, its other threads see no change."""
    monkeypatch.setenv("AWS_REGION", os.environ["AWS_DEFAULT_REGION"])
    boto3.setup_default_session()
    shared: Any = ModuleType("shared")
    shared.session, shared.environ = boto3.DEFAULT_SESSION, dict(os.environ)
    monkeypatch.setitem(sys.modules, "shared", shared)
    read = "import boto3, os, shared as s\nreturn [boto3.DEFAULT_SESSION is s.session, dict(os.environ) == s.environ]"
    assert bench.run(body(read)).step("script")["Outputs"]["Payload"] == ["true", "true"]


def test_other_threads_are_left_alone(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a script runs, a thread of the test sleeps, starts processes and reads the clock as ever."""
    shared: Any = ModuleType("shared")  # it has no __spec__, as modules that tests make by hand
    shared.begun, shared.done = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "shared", shared)
    seen: list[Any] = []

    def other() -> None:
        shared.begun.wait(10)
        before = time.monotonic()
        time.sleep(0.01)
        seen.append(time.monotonic() - before)
        seen.append(subprocess.run([sys.executable, "-c", "pass"], check=True).returncode)
        shared.done.set()

    thread = threading.Thread(target=other)
    thread.start()
    run = bench.run(body("import shared, time\ntime.sleep(500)\nshared.begun.set()\nreturn shared.done.wait(10)"))
    thread.join()
    assert run.step("script")["Outputs"]["Payload"] == ["true"]
    assert (0 < seen[0] < 400, seen[1]) == (True, 0)


def test_modules_of_the_users_own_environment_stay(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a script imports from where the process imports is no trace, as to import it again may do harm."""
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    sys.modules.pop("wave", None)
    first = body("import wave")
    assert bench.run(first, {**first, "name": "again"}).status == "Success"
    assert "wave" in sys.modules
    assert boto3.DEFAULT_SESSION is None


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use can't be deleted there")
def test_a_folder_that_is_gone(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing has to be restored then."""
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert bench.run(body("return 1")).status == "Success"
