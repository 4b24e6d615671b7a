from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import pytest

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
@pytest.mark.parametrize(
    "leak",
    [
        "AutomationFake().__enter__()",
        "import os; os.environ['LEFT'] = '1'",
        "botocore.client.BaseClient.__init__ = lambda *_: None",
        "import threading; threading.Thread(target=threading.Event().wait, args=(60,), daemon=True).start()",
    ],
)
def test_the_check_finds_leaks(pytester: pytest.Pytester, leak: str) -> None:
    """The check that this folder relies on finds a test that leaves something behind."""
    source = CONFTEST.read_text("utf-8").replace("_LONGEST_WAIT: Final = 5.0", "_LONGEST_WAIT: Final = 0.1")
    pytester.makeconftest(source)
    pytester.makepyfile(START + f"    def test_leaks():\n        {leak}\n")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(["*AssertionError: The test has left something behind:", "*has become*"])


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
    """After an alarm raises during a call, the fake still answers, and restores everything at its end."""
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
    def test_goes_on(ssm_automation, ssm_client, alarm):
        for number in range(40):
            with pytest.raises(TimeoutError):
                RANG.clear()
                alarm(0.001 + number / 5000)
                while not RANG:
                    start(ssm_client, "Never-Ends")
                raise TimeoutError("dropped")
            id_ = start(ssm_client, f"Doc-{{number}}")
            assert ssm_automation.assert_started_once(DocumentName=f"Doc-{{number}}").id == id_
        ids = [execution.id for execution in ssm_automation.executions]
        assert len(set(ids)) == len(ids)

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
    result.assert_outcomes(passed=2, failed=1)
    result.stdout.fnmatch_lines(["*TimeoutError: *"])
    result.stdout.no_fnmatch_line("*left something behind*")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_may_end_at_once(pytester: pytest.Pytester) -> None:
    """A forked child that uses its own fake and ends with `os._exit` does not affect the parent."""
    pytester.makeconftest(CONFTEST.read_text("utf-8"))
    pytester.makepyfile(
        START
        + """
    import os, subprocess, sys

    def test_forks(ssm_automation, ssm_client):
        start(ssm_client, "Before")
        child = os.fork()
        if not child:
            try:
                with AutomationFake() as fake:
                    start(ssm_client, "Child")
                    fake.assert_started_once(DocumentName="Child")
                os._exit(7)
            finally:
                os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7
        start(ssm_client, "After")
        assert [call.params["DocumentName"] for call in ssm_automation.calls] == ["Before", "After"]

    def test_starts_a_process(ssm_automation, ssm_client):
        code = "import os, botocore.session; os._exit(len(os.environ['AWS_SECRET_ACCESS_KEY']))"
        assert subprocess.run([sys.executable, "-c", code]).returncode == len("testing")
        start(ssm_client)
        ssm_automation.assert_started_once()
    """
    )
    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=3)


@pytest.mark.slow
def test_a_foreign_stubber(checked: Any) -> None:
    """Whenever a Stubber of the user's is put in and taken out, it answers meanwhile, and the fake before and after."""
    checked(
        """
    from botocore.stub import Stubber

    @pytest.mark.parametrize("transport", ["stubber", "wire"])
    @pytest.mark.parametrize("before", [False, True])
    def test_it(before, transport):
        client = botocore.session.Session().create_client(
            "ssm", "us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        stubber = Stubber(client)
        stubber.add_response("start_automation_execution", {"AutomationExecutionId": "1" * 36})
        if before:
            stubber.activate()
        with AutomationFake(transport=transport) as fake:
            if not before:
                assert start(client) == fake.executions[-1].id
                stubber.activate()
            assert start(client) == "1" * 36
            stubber.deactivate()
            assert start(client) == fake.executions[-1].id
            stubber.deactivate()
            assert start(client) == fake.executions[-1].id
        with stubber, pytest.raises(Exception, match="no more responses|Unable to locate|Error getting response"):
            start(client)
    """
    ).assert_outcomes(passed=5)


@pytest.mark.parametrize("name", ["_make_api_call", "_convert_to_request_dict"])
def test_somebody_else_patches_botocore(checked: Any, name: str) -> None:
    """A tracer that wraps a method, around a fake, within it or across, sees each call's client and is not torn out."""
    checked(
        f"""
    import functools
    from botocore.client import BaseClient

    ORIGINAL = vars(BaseClient)["{name}"]

    class Tracer:
        def __init__(self):
            self.seen = []
            self.original = original = vars(BaseClient)["{name}"]

            @functools.wraps(original)
            def wrapper(client, *args, **kwargs):
                self.seen.append(client.meta.service_model.service_name)
                return original(client, *args, **kwargs)

            self.wrapper = wrapper
            BaseClient.{name} = wrapper

        def is_in_place(self):
            return vars(BaseClient)["{name}"] is self.wrapper

    @pytest.fixture(autouse=True)
    def _end():
        yield
        BaseClient.{name} = ORIGINAL

    def test_inside(ssm_automation, ssm_client):
        start(ssm_client)
        tracer = Tracer()
        start(ssm_client)
        BaseClient.{name} = tracer.original
        start(ssm_client)
        assert tracer.seen == ["ssm"]
        assert len(ssm_automation.calls) == 3

    def test_around():
        tracer = Tracer()
        with AutomationFake() as fake:
            start(fake.client())
        assert tracer.is_in_place()
        assert tracer.seen == ["ssm"]
        assert len(fake.calls) == 1

    @pytest.mark.parametrize("transport", ["stubber", "wire"])
    def test_across(transport):
        with AutomationFake(transport=transport) as fake:
            client = fake.client()
            tracer = Tracer()
            start(client)
        assert tracer.is_in_place()
        with AutomationFake(transport=transport) as later:
            start(client)
        assert tracer.is_in_place()
        assert (tracer.seen, len(fake.calls), len(later.calls)) == (["ssm"] * 2, 1, 1)
    """
    ).assert_outcomes(passed=5)


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
    line = "Thread 'poller' of *::test_leaves called StartAutomationExecution after its fake had ended."
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", line, line])


@pytest.mark.slow
@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_late_calls_after_the_last_test(pytester: pytest.Pytester, options: tuple[str, ...]) -> None:
    """The summary names them too, also those of a worker of xdist."""
    pytester.makeconftest("""
        import threading

        GO, THREADS = threading.Event(), []

        def pytest_sessionfinish():
            GO.set()
            for thread in THREADS:
                thread.join()
    """)
    pytester.makepyfile(
        START
        + """
    import threading
    from conftest import GO, THREADS

    def late(client):
        GO.wait(10)
        try:
            start(client)
        except AutomationFakeError:
            pass

    def test_leaves(ssm_client):
        THREADS.append(threading.Thread(target=late, args=(ssm_client,), name="poller"))
        THREADS[0].start()
    """
    )
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", *options)
    result.assert_outcomes(passed=2)
    line = "Thread 'poller' of *::test_leaves called StartAutomationExecution after its fake had ended."
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", line])


def test_a_client_that_is_closed(checked: Any) -> None:
    """Closing it closes connections, which the fake does not need; the next test has a new client."""
    checked(
        """
    @pytest.mark.parametrize("transport", ["stubber", "wire"])
    def test_it(transport):
        with AutomationFake(transport=transport) as fake:
            client = fake.client()
            start(client)
            client.close()
            start(client)
            client.close()
            assert len(fake.calls) == 2
    """
    ).assert_outcomes(passed=3)


def test_calls_that_are_copied(checked: Any) -> None:
    """A copied, pickled or stored call is the same after its fake, and keeps no client alive."""
    checked(
        """
    import copy, gc, pickle, weakref

    KEPT = []

    def test_copies(ssm_automation, ssm_client):
        start(ssm_client)
        with pytest.raises(ssm_client.exceptions.ClientError):
            ssm_client.start_automation_execution(DocumentName="Doc", Mode="auto")
        ssm_automation.assert_rejected(constraint="Mode:enum")
        for call in ssm_automation.calls:
            copies = copy.copy(call), copy.deepcopy(call), pickle.loads(pickle.dumps(call))
            assert all(each == call for each in copies)
            KEPT.append((call, copies, weakref.ref(ssm_client)))

    def test_later(ssm_automation):
        gc.collect()
        for call, copies, client in KEPT:
            assert client() is None
            assert {each.execution_id for each in copies} == {call.execution_id}
            assert all(each.params == call.params for each in copies)
        assert ssm_automation.calls == ()
    """
    ).assert_outcomes(passed=3)


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
    """A fake with a wider scope serves all its tests, except those with their own fake."""
    run(
        START
        + f"""
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
            assert [execution.document_name for execution in wide.executions] == ["First", "Last"]
            wide.reset()
            assert wide.calls == ()
    """
    ).assert_outcomes(passed=5)


def test_test_cases_with_the_context_manager(checked: Any) -> None:
    """In setUp, in a test, and for a whole class: unittest's own clean-up ends the fake."""
    checked(
        """
    import unittest

    class TestSetUp(unittest.TestCase):
        def setUp(self):
            self.fake = self.enterContext(AutomationFake())
            self.client = self.fake.client()

        def test_one(self):
            start(self.client)
            self.fake.assert_started_once()

        def test_two(self):
            self.assertEqual(self.fake.calls, ())
            start(self.client)

        def test_fails(self):
            start(self.client)
            self.fail("its own")

        def test_skips(self):
            start(self.client)
            self.skipTest("later")

    class TestInside(unittest.TestCase):
        def test_it(self):
            with AutomationFake() as fake:
                fake.fail_with("InvalidTarget")
                with self.assertRaisesRegex(Exception, "InvalidTarget"):
                    start(fake.client())

        def test_nothing_is_active(self):
            with self.assertRaises(AutomationFakeError):
                AutomationFake.current()
    """
    ).assert_outcomes(passed=5, failed=1, skipped=1)


def test_a_test_case_with_a_fake_for_all_its_tests(run: Any) -> None:
    """A fake that setUpClass enters is shared, and ends afterwards."""
    run(
        START
        + """
    import unittest

    class TestShared(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.fake = cls.enterClassContext(AutomationFake())

        def test_one(self):
            start(self.fake.client())

        def test_two(self):
            start(self.fake.client())
            self.assertEqual(len(self.fake.calls), 2)

    def test_afterwards():
        with pytest.raises(AutomationFakeError):
            AutomationFake.current()
    """
    ).assert_outcomes(passed=4)


@pytest.mark.slow
def test_late_calls_of_a_test_that_imports_the_fake_itself(pytester: pytest.Pytester) -> None:
    """The summary names them, although nothing had told the plugin that the run would use the fake."""
    pytester.makepyfile("""
        import threading

        def test_leaves():
            from pytest_ssm_automation import AutomationFake, AutomationFakeError

            ended, refused = threading.Event(), []

            def late(client):
                ended.wait(10)
                try:
                    client.start_automation_execution(DocumentName="Doc")
                except AutomationFakeError as error:
                    refused.append(error)

            with AutomationFake() as fake:
                thread = threading.Thread(target=late, args=(fake.client(),), name="poller")
                thread.start()
            ended.set()
            thread.join()
            assert len(refused) == 1
    """)
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    line = "Thread 'poller' of *::test_leaves called StartAutomationExecution after its fake had ended."
    result.stdout.fnmatch_lines(["*= SSM Automation: late calls =*", line])
