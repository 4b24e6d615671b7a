from __future__ import annotations

import functools
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.stub import Stubber
from caller import start

from pytest_ssm_automation import AutomationFake

LATE = "Thread 'poller' of *::test_leaves called StartAutomationExecution after its fake had ended."
CONFTEST = Path(__file__).with_name("conftest.py")
START = """
    import botocore.client, botocore.session, pytest
    from pytest_ssm_automation import AutomationFake, AutomationFakeError

    def start(client, document="Doc"):
        return client.start_automation_execution(DocumentName=document)["AutomationExecutionId"]

    def test_next(ssm_automation, ssm_client):
        start(ssm_client)
        assert len(ssm_automation.calls) == 1

"""


@pytest.fixture
def checked(run: Any, pytester: pytest.Pytester) -> Any:
    """Like `run`, with the check for leaks after each test of the run.

    Beside those of the source there is one test more, first in the module, which passes.
    """
    pytester.makeconftest(CONFTEST.read_text("utf-8"))

    def checked(source: str, *arguments: str) -> pytest.RunResult:
        result: pytest.RunResult = run(START + source, *arguments)
        return result

    return checked


@pytest.mark.slow
def test_the_check_finds_leaks(pytester: pytest.Pytester) -> None:
    """The check that this folder relies on finds a test that leaves something behind."""
    source = CONFTEST.read_text("utf-8").replace("_LONGEST_WAIT: Final = 5.0", "_LONGEST_WAIT: Final = 0.1")
    pytester.makeconftest(source)
    pytester.makepyfile(
        START
        + """
    import os, threading

    def test_thread():
        threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()

    def test_variable():
        os.environ["LEFT"] = "1"

    def test_fake():
        AutomationFake().__enter__()

    def test_patch():
        botocore.client.BaseClient.__init__ = lambda *_: None
    """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=5, errors=4)
    found = ["*AssertionError: The test has left something behind:", "*has become*"]
    result.stdout.fnmatch_lines(found * 4)


@pytest.mark.parametrize("options", ["", "transport='wire'", "skip_sleep=True"])
def test_however_a_test_ends(checked: Any, options: str) -> None:
    """Raised, skipped, failed as expected, broken before or after: no fake is left, and the next test has its own."""
    result = checked(
        f"""
    pytestmark = pytest.mark.ssm_automation({options})

    @pytest.fixture
    def broken_before(ssm_client):
        start(ssm_client)
        raise ValueError("before")

    @pytest.fixture
    def broken_after(ssm_client):
        yield
        start(ssm_client)
        raise ValueError("after")

    def test_raises(ssm_client):
        start(ssm_client)
        raise ValueError("its own")

    def test_raises_what_is_no_exception(ssm_client):
        class Stop(BaseException):
            pass

        start(ssm_client)
        raise Stop

    def test_skips(ssm_client):
        start(ssm_client)
        pytest.skip("later")

    @pytest.mark.xfail(strict=True)
    def test_fails_as_expected(ssm_client):
        start(ssm_client)
        assert False

    def test_before(broken_before):
        pass

    def test_after(broken_after):
        pass

    def test_nested_raises(ssm_automation, ssm_client):
        with pytest.raises(ValueError), AutomationFake(), AutomationFake(transport="wire"):
            start(ssm_client)
            raise ValueError
        assert AutomationFake.current() is ssm_automation
        start(ssm_client)
    """
    )
    result.assert_outcomes(passed=3, failed=2, skipped=1, xfailed=1, errors=2)
    result.stdout.no_fnmatch_line("*left something behind*")


@pytest.mark.slow
@pytest.mark.skipif(
    "coverage" in sys.modules and sys.modules["coverage"].Coverage.current() is not None,
    reason="an exception out of a signal may leave coverage's own lock locked",
)
@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_timeout_may_come_at_any_moment(checked: Any, transport: str) -> None:
    """After an alarm raises during a call, the fake restores everything at its end."""
    result = checked(
        f"""
    import signal

    # Python tells what was raised while it collected garbage, and drops it.
    pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
    RANG = []  # copyreg, which botocore's deepcopy uses, drops exceptions that are raised in it

    @pytest.fixture
    def alarm():
        def ring(*_):
            RANG.append(True)
            raise TimeoutError("too long")

        before = signal.signal(signal.SIGALRM, ring)
        yield lambda seconds: signal.setitimer(signal.ITIMER_REAL, seconds)
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    @pytest.mark.ssm_automation(transport="{transport}")
    def test_times_out(ssm_client, alarm):
        RANG.clear()
        alarm(0.05)
        try:
            while not RANG:
                start(ssm_client)
        except TimeoutError:
            pass  # pytest cannot show a traceback with an entry that has no line number, as a signal may leave one
        raise TimeoutError("too long")
    """
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["*TimeoutError: *"])
    result.stdout.no_fnmatch_line("*left something behind*")


@pytest.mark.parametrize("transport", ["stubber", "wire"])
@pytest.mark.parametrize("before", [False, True])
def test_a_foreign_stubber(transport: Any, *, before: bool) -> None:
    """Whenever a Stubber of the user's is put in and taken out, it answers meanwhile, and the fake before and after."""
    client: Any = boto3.client("ssm", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    stubber = Stubber(client)
    stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
    if before:
        stubber.activate()
    with AutomationFake(transport=transport) as fake:
        if not before:
            assert start(client) == fake.executions[-1].id
            stubber.activate()
        assert start(client) == "1" * 36
        for _ in range(2):
            stubber.deactivate()
            assert start(client) == fake.executions[-1].id
    with stubber, pytest.raises(Exception, match=r"no more responses|Unable to locate|Error getting response"):
        start(client)


class Tracer:
    """Wraps a method of botocore's clients, and notes whose calls it has seen."""

    def __init__(self, name: str) -> None:
        """Wrap it."""
        self.name, self.seen = name, list[str]()
        self.original = original = vars(BaseClient)[name]

        @functools.wraps(original)
        def wrapper(client: Any, *args: Any, **kwargs: Any) -> Any:
            self.seen.append(client.meta.service_model.service_name)
            return original(client, *args, **kwargs)

        self.wrapper = wrapper
        setattr(BaseClient, name, wrapper)

    def is_in_place(self) -> bool:
        """Return whether no other code has removed it."""
        return vars(BaseClient)[self.name] is self.wrapper


@pytest.mark.parametrize("name", ["_make_api_call", "_convert_to_request_dict"])
def test_somebody_else_patches_botocore(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """A tracer that wraps a method, around a fake, within it or across, sees each call's client and is not torn out."""
    monkeypatch.setattr(BaseClient, name, vars(BaseClient)[name])  # restored at the end of the test
    around = Tracer(name)
    with AutomationFake() as fake:
        start(fake.client())
        inside = Tracer(name)
        start(fake.client())
        setattr(BaseClient, name, inside.original)
        start(fake.client())
        assert (inside.seen, len(fake.calls)) == (["ssm"], 3)
    assert around.is_in_place()
    assert around.seen == ["ssm"] * 3
    for transport in ("stubber", "wire"):
        with AutomationFake(transport=transport) as fake:
            client = fake.client()
            across = Tracer(name)
            start(client)
        with AutomationFake(transport=transport) as later:
            start(client)
        assert across.is_in_place()
        assert (across.seen, len(fake.calls), len(later.calls)) == (["ssm"] * 2, 1, 1)


def test_a_thread_that_is_left(run: Any) -> None:
    """Its late calls are refused, with the test that left it, and no other test's fake answers; the run names each."""
    result = run(
        START
        + """
    import threading

    GO, THREADS, GOT = threading.Event(), [], []

    def late(client):
        GO.wait(10)
        for _ in range(2):
            try:
                GOT.append(start(client))
            except AutomationFakeError as error:
                GOT.append(type(error).__name__)

    def test_leaves(ssm_client):
        THREADS.append(threading.Thread(target=late, args=(ssm_client,), name="poller"))
        THREADS[0].start()

    def test_without():
        pass

    def test_other(ssm_automation, ssm_client):
        start(ssm_client)
        GO.set()
        THREADS[0].join()
        assert GOT == ["LateCallError"] * 2
        assert len(ssm_automation.calls) == 1
    """
    )
    result.assert_outcomes(passed=4)
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", LATE, LATE])


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_late_calls_after_the_last_test(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """The summary names them too, also where only the test itself imports the fake, and those of a worker of xdist."""
    pytester.makeconftest("""
        import threading

        GO, THREADS = threading.Event(), []

        def pytest_sessionfinish():
            GO.set()
            for thread in THREADS:
                thread.join()
    """)
    pytester.makepyfile("""
        import threading
        from conftest import GO, THREADS

        def test_leaves():
            from pytest_ssm_automation import AutomationFake, AutomationFakeError

            def late(client):
                GO.wait(10)
                try:
                    client.start_automation_execution(DocumentName="Doc")
                except AutomationFakeError:
                    pass

            with AutomationFake() as fake:
                THREADS.append(threading.Thread(target=late, args=(fake.client(),), name="poller"))
                THREADS[0].start()
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", LATE])


@pytest.mark.slow
def test_late_calls_of_a_worker_that_crashes(pytester: pytest.Pytester) -> None:
    """They are shown all the same, because the report of the test during which they were made has sent them."""
    pytester.makepyfile("""
        import os, threading
        from pytest_ssm_automation import LateCallError

        GO = threading.Event()
        THREADS = []

        def test_leaves(ssm_client):
            def late():
                GO.wait(10)
                try:
                    ssm_client.start_automation_execution(DocumentName="Doc")
                except LateCallError:
                    pass

            THREADS.append(threading.Thread(target=late, name="poller"))
            THREADS[0].start()

        def test_without():
            GO.set()
            THREADS[0].join()

        def test_crashes():
            os._exit(3)
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-n1")
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", LATE])


@pytest.mark.parametrize("transport", ["stubber", "wire"])
def test_a_client_that_is_closed(transport: Any) -> None:
    """Closing it closes connections, which the fake does not need."""
    with AutomationFake(transport=transport) as fake:
        client: Any = fake.client()
        for _ in range(2):
            start(client)
            client.close()
        assert len(fake.calls) == 2


def test_doctests(run: Any, pytester: pytest.Pytester) -> None:
    """In a module's docstring and in a text file, with the context manager; nothing is left for the tests."""
    text = """
        >>> from pytest_ssm_automation import AutomationFake, AutomationFakeError
        >>> with AutomationFake(seed="doc") as fake:
        ...     answer = fake.client().start_automation_execution(DocumentName="Doc")
        ...     fake.assert_started_once(DocumentName="Doc").id == answer["AutomationExecutionId"]
        True
        >>> AutomationFake.current()
        Traceback (most recent call last):
        pytest_ssm_automation...AutomationFakeError: No AutomationFake is active: ...
    """
    pytester.maketxtfile(test_text=text)
    option = "--doctest-modules", "--doctest-glob=*.txt", "--doctest-continue-on-failure"
    source = f'    def restart():\n        r"""\n{text}\n        """\n'
    run(START + source, *option, ini="doctest_optionflags = ELLIPSIS IGNORE_EXCEPTION_DETAIL").assert_outcomes(passed=3)


@pytest.mark.parametrize("scope", ["class", "module", "package", "session"])
def test_fixtures_of_wider_scope(run: Any, scope: str) -> None:
    """A fake with a wider scope, or of `setUpClass`, serves all its tests, except those with their own fake."""
    run(
        START
        + f"""
    import os, unittest

    @pytest.fixture(scope="{scope}")
    def wide():
        with AutomationFake(seed="wide") as fake:
            yield fake
        fake.verify()

    @pytest.fixture(scope="{scope}")
    def wide_client(wide):
        return wide.client()

    class TestIt:
        def test_first(self, wide, wide_client):
            start(wide_client, "First")
            assert AutomationFake.current() is wide

        def test_own(self, wide, wide_client, ssm_automation):
            start(wide_client, "Own")
            ssm_automation.assert_started_once(DocumentName="Own")

        @pytest.mark.ssm_automation_error("InvalidTarget")
        def test_own_error(self, wide_client):
            with pytest.raises(wide_client.exceptions.InvalidTarget):
                start(wide_client)

        def test_last(self, wide, wide_client):
            start(wide_client, "Last")
            assert "AWS_SESSION_TOKEN" in os.environ
            assert [execution.document_name for execution in wide.executions] == ["First", "Last"]
            wide.reset()
            assert wide.calls == ()

    class TestShared(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.fake = cls.enterClassContext(AutomationFake())

        def test_one(self):
            start(self.fake.client())

        def test_two(self):
            start(self.fake.client())
            self.assertEqual(len(self.fake.calls), 2)
    """
    ).assert_outcomes(passed=7)
