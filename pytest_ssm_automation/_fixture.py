"""What the fixtures provide. The plugin imports this module when a test requests one of them."""

from __future__ import annotations

import os
from typing import Any, Final, cast

import pytest

from ._errors import FakeUsageError
from ._fake import AutomationFake
from ._markers import settings_of
from ._watch_plugin import fake_key, watch

__tracebackhide__ = True  # the error names the line of the test

_OWN: Final = frozenset({"ssm_automation", "ssm_client", "ssm_automation_http", "ssm_automation_endpoint"})
_SHARED: Final = (
    "The fixture ssm_automation, which its markers request too, is set up once, "
    "so all examples of a @given test would share one fake. "
    "Use `with AutomationFake() as fake:` inside the test instead, "
    "or suppress HealthCheck.function_scoped_fixture."
)


def make_fake(request: pytest.FixtureRequest) -> AutomationFake:
    """Make a fake with the options, faults and steps of a test."""
    watch(request.config)
    shared = _is_shared(request)
    if shared and _is_named(request.node):
        raise _usage_error(request, _SHARED)
    try:
        fake: Any = AutomationFake.__new__(AutomationFake)
        fake._set_up(*settings_of(request.node))  # noqa: SLF001 - the options are validated
    except FakeUsageError as error:
        raise _usage_error(request, str(error)) from None
    if shared:
        fake._service.gate = _refuse_in_example  # noqa: SLF001 - the fake is ours
    request.node.stash[fake_key] = fake
    return cast("AutomationFake", fake)


def _is_shared(request: pytest.FixtureRequest) -> bool:
    """Return whether all examples of a property share the fake, and the health check for that is not suppressed."""
    function: Any = request.function
    if not getattr(function, "is_hypothesis_test", False):
        return False
    from hypothesis import HealthCheck, settings

    chosen: Any = getattr(function, "_hypothesis_internal_use_settings", None) or settings.default
    return HealthCheck.function_scoped_fixture not in chosen.suppress_health_check


def _is_named(item: Any) -> bool:
    """Return whether a test itself asks for the fake. An autouse fixture may, for tests that never call AWS."""
    marks = list(item.iter_markers())
    used = {name for mark in marks if mark.name == "usefixtures" for name in mark.args}
    named = {*item._fixtureinfo.argnames, *used}  # noqa: SLF001 - pytest has no public access to them
    return bool(_OWN & named) or any(mark.name.startswith("ssm_automation") for mark in marks)


def _refuse_in_example() -> None:
    """Refuse a call that is made while examples run, and not while fixtures are set up."""
    if os.environ.get("PYTEST_CURRENT_TEST", "").endswith("(call)"):
        raise FakeUsageError(_SHARED)


def serve_endpoint(request: pytest.FixtureRequest, fake: AutomationFake) -> str:
    """Serve other processes, and return the URL."""
    try:
        return fake.serve_endpoint()
    except FakeUsageError as error:
        raise _usage_error(request, str(error)) from None


def documented_error(request: pytest.FixtureRequest) -> str:
    """Return the error for which a test runs."""
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
