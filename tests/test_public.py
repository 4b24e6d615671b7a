from __future__ import annotations

import inspect
import pickle
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import pytest_ssm_automation
from pytest_ssm_automation import AutomationFake, strategies

HEAVY = ("aiobotocore", "boto3", "botocore", "faker", "hypothesis", "requests", "responses", "yaml")
SITE = "https://pytest-ssm-automation.readthedocs.io/"


def test_public_names_can_be_imported() -> None:
    """Every name in `__all__` is there, under its own name, and listed by `dir()`."""
    for name in pytest_ssm_automation.__all__:
        assert getattr(pytest_ssm_automation, name).__name__ == name
    assert set(pytest_ssm_automation.__all__) <= set(dir(pytest_ssm_automation))
    assert sorted(pytest_ssm_automation.__all__) == list(pytest_ssm_automation.__all__)


def test_names_are_loaded_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first use of a name loads it, later ones find it."""
    monkeypatch.delitem(vars(pytest_ssm_automation), "Fault", raising=False)
    first = pytest_ssm_automation.Fault
    assert vars(pytest_ssm_automation)["Fault"] is first


def test_other_names_are_not_there() -> None:
    """A name that isn't public is an AttributeError, as with any module."""
    with pytest.raises(AttributeError, match="module 'pytest_ssm_automation' has no attribute 'AutomationFakes'"):
        pytest_ssm_automation.AutomationFakes  # noqa: B018


def test_importing_the_package_imports_nothing_heavy() -> None:
    """The first name that is used costs, not the import."""
    code = f"import sys, pytest_ssm_automation; print([name for name in {HEAVY} if name in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout == "[]\n"


def test_classes_say_their_public_home() -> None:
    """A traceback and a `repr` name what a test can import."""
    for home in (pytest_ssm_automation, strategies):
        kinds = [each for each in (getattr(home, name) for name in home.__all__) if inspect.isclass(each)]
        assert [kind for kind in kinds if kind.__module__ != home.__name__] == []


def test_mistakes_in_a_test_are_type_errors_of_the_fake() -> None:
    """FakeUsageError can be caught as the fake's own error and as TypeError."""
    assert pytest_ssm_automation.FakeUsageError.__mro__[1:3] == (pytest_ssm_automation.AutomationFakeError, TypeError)
    assert not issubclass(pytest_ssm_automation.AutomationFakeError, TypeError)


def test_what_is_recorded_can_be_pickled(fake: AutomationFake) -> None:
    """By the public name of its class: calls with their violations, constraints, and the errors of the fake."""
    client: Any = fake.client()
    with pytest.raises(client.exceptions.ClientError):
        client.start_automation_execution(DocumentName="Doc", Mode="auto")
    errors = [getattr(pytest_ssm_automation, name)("text") for name in ("FakeUsageError", "AutomationFakeError")]
    for each in (fake.calls[0], *pytest_ssm_automation.constraints()):
        assert pickle.loads(pickle.dumps(each)) == each  # noqa: S301 - its own
    for error in errors:
        again = pickle.loads(pickle.dumps(error))  # noqa: S301 - the same
        assert (type(again), again.args) == (type(error), error.args)


def test_every_module_that_raises_usage_errors_hides_its_frames() -> None:
    """So that pytest shows the test's own line."""
    root = Path(pytest_ssm_automation.__file__).parent
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.py")}
    raising = {name for name, text in texts.items() if re.search(r"raise (FakeUsageError|unknown_name)\(", text)}
    hides = re.compile(r"\n__tracebackhide__ = (hide_usage_errors|True)\b")
    assert {name for name in raising if not hides.search(texts[name])} == set()


def test_public_classes_show_an_example() -> None:
    """`help()` of what a test holds shows how it is used, and the fake's own where the documentation is.

    It is the address in the package's metadata.
    """
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["urls"]["Documentation"] == SITE
    kinds = ("AutomationFake", "Call", "Constraint", "Execution", "Fault", "Runbook", "StepFailed", "StepRun")
    shown = (*kinds, "Violation", "constraints")
    assert [name for name in shown if ">>> " not in str(getattr(pytest_ssm_automation, name).__doc__)] == []
    for documented in (pytest_ssm_automation, AutomationFake):
        assert f"Documentation: {SITE}\n" in str(documented.__doc__)


@pytest.mark.parametrize(
    ("option", "shown"),
    [
        (
            "--fixtures",
            ["ssm_automation -- ", "Example: `ssm_automation.assert", f"Documentation: {SITE}"],
        ),
        (
            "--markers",
            ["@pytest.mark.ssm_automation", "Example: `@pytest.mark.ssm_automation(tr", SITE],
        ),
        ("--help", [SITE, "--ssm-automation-report", "markdown:PATH", "such as InvalidTarget,ThrottlingException"]),
    ],
)
def test_what_pytest_lists_shows_an_example(pytester: pytest.Pytester, option: str, shown: list[str]) -> None:
    """The plugin, an example and the site are in the output."""
    pytester.makepyfile("")
    output = " ".join(pytester.runpytest_inprocess(option).stdout.str().split())
    places = [output.find(text) for text in shown]
    assert -1 not in places
    assert places == sorted(places)
