"""What the fixtures provide. The plugin imports this module when a test requests one of them."""

from __future__ import annotations

from typing import Any

import pytest

from ._errors import FakeUsageError
from ._fake import AutomationFake
from ._markers import settings_of
from ._transports.guard.environment import dummy_environment
from ._watch_plugin import fake_key, watch

__tracebackhide__ = True  # the error names the line of the test


def make_fake(request: pytest.FixtureRequest) -> AutomationFake:
    """Make a fake with the options, faults and steps of a test.

    Raises:
        pytest.UsageError: An option, an error or a step of a marker or of the ini file is invalid, or all examples of a
            property would share the fake.
    """
    watch(request.config)
    _refuse_hypothesis(request)
    if "monkeypatch" in request.fixturenames:
        _set_environment(request.getfixturevalue("monkeypatch"))
    try:
        kind: Any = AutomationFake
        fake: AutomationFake = kind._with_options(*settings_of(request.node))  # noqa: SLF001 - the options are validated
    except FakeUsageError as error:
        raise _usage_error(request, str(error)) from None
    request.node.stash[fake_key] = fake
    return fake


def _set_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Set the fake's variables with `monkeypatch`, so that changes of the test are undone first."""
    for name, value in dummy_environment().items():
        monkeypatch.delenv(name) if value is None else monkeypatch.setenv(name, value)


def _refuse_hypothesis(request: pytest.FixtureRequest) -> None:
    """Refuse to share one fake among all examples of a property, unless the health check for that is suppressed."""
    function: Any = request.function
    if not getattr(function, "is_hypothesis_test", False):
        return
    from hypothesis import HealthCheck, settings

    chosen: Any = getattr(function, "_hypothesis_internal_use_settings", None) or settings.default
    if HealthCheck.function_scoped_fixture not in chosen.suppress_health_check:
        raise _usage_error(
            request,
            "The fixture ssm_automation, which its markers request too, is set up once, "
            "so all examples of a @given test would share one fake. "
            "Use `with AutomationFake() as fake:` inside the test instead, "
            "or suppress HealthCheck.function_scoped_fixture.",
        )


def serve_endpoint(request: pytest.FixtureRequest, fake: AutomationFake) -> str:
    """Serve other processes, and return the URL.

    Raises:
        pytest.UsageError: The extra for it is not installed.
    """
    try:
        return fake.serve_endpoint()
    except FakeUsageError as error:
        raise _usage_error(request, str(error)) from None


def documented_error(request: pytest.FixtureRequest) -> str:
    """Return the error for which a test runs.

    Raises:
        pytest.UsageError: The test has not been parametrized, because it requests the fixture in another way.
    """
    if not hasattr(request, "param"):
        raise _usage_error(
            request,
            "each_documented_error must be an argument of a test function (not getfixturevalue, not unittest)",
        )
    name: str = request.param
    return name


def _usage_error(request: pytest.FixtureRequest, text: str) -> pytest.UsageError:
    """Make the error for a mistake in a test. It names the line, because the traceback has only our frames."""
    path, line, name = request.node.location
    return pytest.UsageError(f"{text}\n{path}:{line + 1}: in {name}")
