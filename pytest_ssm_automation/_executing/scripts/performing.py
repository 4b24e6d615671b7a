"""The action `aws:executeScript`, for Python.

Source: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeScript.html
"""

from __future__ import annotations

import json
import linecache
import sys
import uuid
from importlib.util import module_from_spec, spec_from_loader
from typing import TYPE_CHECKING, Any, Final

from ..._errors import StepFailed
from ..._service.runbooks.kinds import is_list
from ..._service.runs import times
from ..attempt import Unable
from ..selectors import outputs_of
from .isolation import isolated
from .sources import Source, missing_in
from .stopping import TimedOut

if TYPE_CHECKING:
    from types import ModuleType

    from ..._service.runbooks.flow import Step
    from ..attempt import Attempt, Outputs

# Its page says that up to 100 KB are returned. Assumed: with more, the step fails.
MOST_BYTES: Final = 100 * 1024
# Its page says that of a list 100 items are returned. Assumed: the first ones.
MOST_ITEMS: Final = 100
_NAME: Final = "customer_script"


def execute_script(attempt: Attempt) -> Outputs:
    """Perform `aws:executeScript`.

    Raises:
        Unable: The step has no script of Python, or a module is missing.
    """
    check(attempt.declared)
    payload = _payload(attempt)
    response = {"Payload": payload}
    repeated = {} if payload is None else response
    return {**repeated, "OutputPayload": response, **outputs_of(attempt.declared, response)}


def check(step: Step, *_: object) -> None:
    """Check that a step has a script of Python, and all modules that it imports.

    Raises:
        Unable: It has not.
    """
    runtime, script = step.inputs.get("Runtime"), step.inputs.get("Script")
    attached = "Attachment" in step.inputs
    if not str(runtime).lower().startswith(("python", "{{")):
        raise Unable(f"its runtime is {runtime}, but only Python can be executed")
    if not isinstance(script, str) or not script.strip():
        raise Unable("its script is an attachment" if attached else "it has no script")
    if reason := missing_in(script, str(step.inputs.get("Handler")), attached=attached):
        raise Unable(reason)


def _payload(attempt: Attempt) -> Any:
    """Run the script, and return what its handler returns, as JSON values."""
    run, inputs = attempt.run, attempt.inputs
    moment = times.now()
    place = uuid.uuid5(uuid.NAMESPACE_OID, f"{run.id} {attempt.declared.name} {attempt.number} {moment}")
    source = Source(_NAME, str(inputs["Script"]), f"/tmp/{place}-{moment:%Y-%m-%d-%H-%M-%S}/{_NAME}.py")  # noqa: S108 - its name at AWS
    context = {
        "automation:EXECUTION_ID": run.id,
        "global:REGION": run.region,
        "global:ACCOUNT_ID": run.account,
        "global:AWS_PARTITION": run.partition,
    }
    try:
        with isolated(attempt):
            module = _loaded(source)
            handler = getattr(module, str(inputs.get("Handler")))
            text = json.dumps(handler(inputs.get("InputPayload", {}), context))
    except TimedOut:
        raise StepFailed("", "TimedOut") from None
    except (Exception, SystemExit) as error:
        raise StepFailed(source.failure(error)) from error
    finally:
        linecache.cache.pop(source.path, None)
    if len(text.encode()) > MOST_BYTES:
        raise StepFailed(
            f"The script returned {len(text.encode())} bytes of JSON, but at most {MOST_BYTES} are allowed"
        )
    payload = json.loads(text)
    return payload[:MOST_ITEMS] if is_list(payload) else payload


def _loaded(source: Source) -> ModuleType:
    """Execute a script as a module, which stays in `sys.modules` while its handler runs."""
    spec: Any = spec_from_loader(source.name, source, origin=source.path)
    spec.has_location = True  # as a file has
    module = sys.modules[source.name] = module_from_spec(spec)
    source.exec_module(module)
    return module
