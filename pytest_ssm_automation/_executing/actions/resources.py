"""The actions that call an operation of any service.

Sources: https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-executeAwsApi.html and the pages
of the other two actions. AWS itself calls boto3: values are compared with Python's texts, such as `True`, and messages
are botocore's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from ..._errors import StepFailed, did_you_mean
from ..._service.runbooks.kinds import as_list
from ..attempt import Unable
from ..selectors import outputs_of, plain, select
from ..shapes import typed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ..._service.runbooks.flow import Step
    from ..._service.runs.run import Run
    from ..attempt import Attempt, ClientOf, Outputs, Waiting

_OWN: Final = frozenset({"Service", "Api", "PropertySelector", "DesiredValues"})


def execute_api(attempt: Attempt) -> Outputs:
    """Perform `aws:executeAwsApi`."""
    response = call(attempt)
    return {"OutputPayload": response, **outputs_of(attempt.declared, response)}


def check_property(attempt: Attempt) -> Outputs:
    """Perform `aws:assertAwsResourceProperty`."""
    response = call(attempt)
    if wrong := _wrong(attempt, response):
        raise StepFailed(wrong)
    return outputs_of(attempt.declared, response)


def wait_for_property(attempt: Attempt) -> Waiting:
    """Perform `aws:waitForAwsResourceProperty`."""
    while _wrong(attempt, response := call(attempt)):
        yield
    return outputs_of(attempt.declared, response)


def check(step: Step, _: Run, client_of: ClientOf) -> None:
    """Check that boto3 can call the operation of a step.

    Raises:
        Unable: It can't.
    """
    if "{{" not in f"{step.inputs.get('Service')}{step.inputs.get('Api')}":
        operation_of(step.inputs, client_of)


def call(attempt: Attempt) -> Any:
    """Call the operation of a step, and return the response as JSON values."""
    client, method, operation = operation_of(attempt.inputs, attempt.client)
    params = {name: value for name, value in attempt.inputs.items() if name not in _OWN}
    return plain(getattr(client, method)(**typed(params, operation)))


def operation_of(inputs: Mapping[str, Any], client_of: ClientOf) -> tuple[Any, str, Any]:
    """Return the client, the method and botocore's model of an operation.

    Args:
        inputs: The inputs of a step: the namespace of the service, in any case, and the name of the operation, or of
            boto3's method: `DescribeInstances`, `describeInstances` or `describe_instances`.
        client_of: Returns the client of a service.

    Raises:
        Unable: boto3 has no such service or operation, or the operation streams its response.
    """
    service, api = str(inputs.get("Service")), str(inputs.get("Api"))
    try:
        client = client_of(service.lower())
    except UnknownServiceError as error:
        known = str(error.kwargs["known_service_names"]).split(", ")
        raise Unable(f"boto3 has no service {service!r}{_hint(service.lower(), known)}") from None
    names: Mapping[str, str] = client.meta.method_to_api_mapping
    method = xform_name(api)
    if method not in names:
        raise Unable(f"boto3 has no operation {api!r} of {service}{_hint(api, names.values())}")
    operation = client.meta.service_model.operation_model(names[method])
    if operation.has_streaming_output or operation.has_event_stream_output:
        raise Unable(f"{service} {operation.name} streams its response, which the service does not support here")
    return client, method, operation


def _hint(name: str, names: Iterable[str]) -> str:
    hint = did_you_mean(name, names)
    return hint and f" ({hint})"


def _wrong(attempt: Attempt, response: Any) -> str | None:
    """Write why a property has no desired value, in AWS's words; `None` if it has.

    All values have to be desired, as Python writes them; a list is one value. Assumed: of several wrong values, the
    text names the first one.
    """
    selector = attempt.inputs.get("PropertySelector")
    desired = [str(value) for value in as_list(attempt.inputs.get("DesiredValues"))]
    values = [str(value) for value in select(str(selector), response)[0]]
    wrong = next((value for value in values if value not in desired), None)
    if values and wrong is None:
        return None
    found = f"The property {selector} was not found"
    if wrong is not None:
        found = f"Property value {wrong!r} from the API output is not in the desired values"
    return f"{found}. Desired values: {desired}."
