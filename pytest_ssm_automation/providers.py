"""Realistic Systems Manager Automation data for Faker.

Example:
    >>> from faker import Faker
    >>> from pytest_ssm_automation.providers import AutomationProvider
    >>> fake = Faker()
    >>> fake.add_provider(AutomationProvider)
    >>> fake.automation_request(document_name="AWS-StopEC2Instance")["DocumentName"]
    'AWS-StopEC2Instance'
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final

from faker.providers import BaseProvider

from ._errors import hide_usage_errors, unknown_name
from ._service.checks import model, rules
from ._service.runbooks.library import bare_name, is_of_aws
from ._service.runs.scripts import ENDED, SUCCEEDED
from ._service.runs.walks.failures import failure_text

if TYPE_CHECKING:
    from collections.abc import Mapping

__tracebackhide__ = hide_usage_errors

# Templates of each parameter's value: `^` is a hexadecimal digit, `#` a decimal one.
_VALUES: Final = {
    "AutomationAssumeRole": "arn:aws:iam::############:role/AutomationServiceRole",
    "Description": "Before CHG00#####",
    "InstanceId": "i-^^^^^^^^^^^^^^^^^",
    "InstanceType": "m7g.large",
    "Options": '{"DryRun":true,"Note":"café ##"}',
    "VolumeId": "vol-^^^^^^^^^^^^^^^^^",
}
# The parameters and the steps of each runbook. The first parameter is required, and used as TargetParameterName.
_RUNBOOKS: Final = {
    "AWS-CreateImage": ("InstanceId AutomationAssumeRole", "createImage"),
    "AWS-CreateSnapshot": ("VolumeId Description AutomationAssumeRole", "createSnapshot verifySnapshot"),
    "AWS-ResizeInstance": ("InstanceId InstanceType", "stopInstances resizeInstance wait startInstances"),
    "AWS-RestartEC2Instance": ("InstanceId AutomationAssumeRole", "stopInstances startInstances"),
    "AWS-StartEC2Instance": ("InstanceId AutomationAssumeRole", "startInstances"),
    "AWS-StopEC2Instance": ("InstanceId AutomationAssumeRole", "stopInstances"),
}
_CUSTOM: Final = ("InstanceId Description Options AutomationAssumeRole", "approve collectFacts runScript wait")
# The action of each step, and templates of its outputs.
_STEPS: Final[Mapping[str, tuple[str, Mapping[str, str]]]] = {
    "approve": ("aws:approve", {"ApprovalStatus": "Approved"}),
    "collectFacts": ("aws:executeScript", {"OutputPayload": '{"Payload":{"Checked":%#}}'}),
    "createImage": ("aws:createImage", {"ImageId": "ami-^^^^^^^^^^^^^^^^^", "ImageState": "available"}),
    "createSnapshot": ("aws:executeAwsApi", {"SnapshotId": "snap-^^^^^^^^^^^^^^^^^"}),
    "resizeInstance": ("aws:executeAwsApi", {}),
    "runScript": ("aws:runCommand", {"ResponseCode": "0", "Status": "Success"}),
    "startInstances": ("aws:changeInstanceState", {"InstanceStates": "running"}),
    "stopInstances": ("aws:changeInstanceState", {"InstanceStates": "stopped"}),
    "verifySnapshot": ("aws:assertAwsResourceProperty", {}),
    "wait": ("aws:sleep", {}),
}
# The status of the last step that began, by the status of the execution. In other statuses, no step has begun.
_LAST_STEP: Final[Mapping[str, str]] = {
    **{same: same for same in ("InProgress", "Waiting", "Success", "TimedOut", "Cancelling", "Cancelled", "Failed")},
    "CompletedWithFailure": "Failed",
    "CompletedWithSuccess": "Success",
    "Exited": "Success",
    "RunbookInProgress": "InProgress",
}
_FAILURE: Final = "Unable to complete the requested operation"


@cache
def _regions() -> tuple[str, ...]:
    from botocore.regions import EndpointResolver

    # Session.get_available_regions returns the same, but reads the user's configuration.
    return tuple(EndpointResolver(model.loader().load_data("endpoints")).get_available_endpoints("ssm"))


def _filled(members: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value}


def _runbook(document_name: str) -> tuple[list[str], list[str]]:
    parameters, steps = _RUNBOOKS.get(bare_name(document_name), _CUSTOM)
    return parameters.split(), steps.split()


class AutomationProvider(BaseProvider):
    """A Faker provider of requests and responses of Automation, independent of the locale."""

    def automation_execution_id(self) -> str:
        """Make the id of an execution: a lower-case UUID."""
        return str(uuid.UUID(int=self.generator.random.getrandbits(128), version=4))

    def client_token(self) -> str:
        """Make a `ClientToken`: a UUID."""
        return self.automation_execution_id()

    def runbook_name(self, *, aws_owned: bool | None = None) -> str:
        """Make the name of a runbook: one of AWS's own, a custom one, or with `None`, either of them."""
        if self._chance(0.5) if aws_owned is None else aws_owned:
            return self.random_element(tuple(_RUNBOOKS))
        team = self.random_element(("Acme", "Payments", "Platform", "sre"))
        verb = self.random_element(("Drain", "Patch", "Reindex", "Restart", "Rotate", "Snapshot"))
        noun = self.random_element(("Cache", "Certificates", "Database", "Gateway", "Search", "Workers"))
        return f"{team}-{verb}{noun}{self.random_element(('', '-v2', '_Staging', '.prod'))}"

    def runbook_arn(self, *, name: str | None = None, region: str | None = None, account_id: str | None = None) -> str:
        """Make the ARN of a runbook; ARNs of AWS's own runbooks contain no account."""
        name = name or self.runbook_name()
        owner = account_id or ("" if is_of_aws(name) else self.account_id())
        return f"arn:aws:ssm:{region or self.aws_region()}:{owner}:document/{name}"

    def instance_id(self) -> str:
        """Make the id of an EC2 instance."""
        return self._fill(_VALUES["InstanceId"])

    def account_id(self) -> str:
        """Make the id of an AWS account: 12 digits, possibly with leading zeros."""
        return self._fill("############")

    def aws_region(self) -> str:
        """Pick a Region of the partition `aws` that has SSM, according to botocore."""
        return self.random_element(_regions())

    def automation_parameters(self, *, document_name: str | None = None) -> dict[str, list[str]]:
        """Make `Parameters`, `{name: [value]}`, for a runbook of AWS or a custom one."""
        first, *others = _runbook(document_name or self.runbook_name())[0]
        return {name: [self._fill(_VALUES[name])] for name in (first, *self._some(dict.fromkeys(others)))}

    def automation_tags(self) -> list[dict[str, str]]:
        """Make `Tags`, `[{"Key": ..., "Value": ...}]`, one to five."""
        keys = ("CostCenter", "Environment", "ManagedBy", "Owner", "Équipe", "team:on-call")
        values = ("prod", "staging", "42", "", "a/b=c+d@example.com")
        chosen = self.random_sample(keys, length=self.random_int(1, rules.MAX_TAGS))
        return [{"Key": key, "Value": self.random_element(values)} for key in chosen]

    def automation_targets(self, *, document_name: str | None = None) -> list[dict[str, Any]]:
        """Make `Targets`, `[{"Key": ..., "Values": [...]}]`: a tag, a resource group, or values of a parameter."""
        targets: tuple[dict[str, Any], ...] = (
            {"Key": self.random_element(("tag:Environment", "tag:Patch Group")), "Values": ["staging", "prod"]},
            {"Key": "ResourceGroup", "Values": [self._fill("web-servers-#")]},
            {"Key": "ParameterValues", "Values": self._several(_VALUES[_runbook(document_name or "")[0][0]])},
        )
        return [self.random_element(targets)]

    def target_location(self, *, accounts: list[str] | None = None, regions: list[str] | None = None) -> dict[str, Any]:
        """Make an item of `TargetLocations`, without `Targets`, which would require a `TargetParameterName`."""
        units = {"IncludeChildOrganizationUnits": True} if accounts is None and self._chance(0.25) else {}
        units = model.present_members("TargetLocation", units)
        location = {
            "Accounts": accounts or self._several("ou-^^^^-^^^^^^^^" if units else "############"),
            "Regions": regions or list(self.random_sample(_regions(), length=self.random_int(1, 3))),
            **self._some({"ExecutionRoleName": "AWS-SystemsManager-AutomationExecutionRole"}),
            **self._some(self._rates("TargetLocation") | {"ExcludeAccounts": self._several("############")}),
            **units,
        }
        return model.present_members("TargetLocation", location)

    def automation_request(self, *, document_name: str | None = None) -> dict[str, Any]:
        """Make valid keyword arguments for `start_automation_execution`."""
        name = document_name or (self.runbook_arn() if self._chance(0.2) else self.runbook_name())
        parameters = self.automation_parameters(document_name=name)
        scope = self._scope(name)
        if scope.keys() & {"TargetParameterName", "TargetMaps"}:
            del parameters[next(iter(parameters))]
        alarms = [{"Name": self._fill("High CPU (web-#)")}]
        optional = {
            "DocumentVersion": self.random_element(("$DEFAULT", "$LATEST", "7")),
            "ClientToken": self.client_token(),
            "Mode": self.random_element(model.enum("ExecutionMode")),
            "Tags": self.automation_tags(),
            "AlarmConfiguration": {"Alarms": alarms, **self._some({"IgnorePollAlarmFailure": True})},
        }
        return _filled({"DocumentName": name, "Parameters": parameters, **self._some(optional), **scope})

    def automation_response(self, *, execution_id: str | None = None) -> dict[str, Any]:
        """Make a response of StartAutomationExecution: `{"AutomationExecutionId": ...}`."""
        return {"AutomationExecutionId": execution_id or self.automation_execution_id()}

    def automation_execution(
        self,
        *,
        document_name: str | None = None,
        status: str | None = None,
        execution_id: str | None = None,
        started_at: datetime | None = None,
        rate_controlled: bool | None = None,
    ) -> dict[str, Any]:
        """Make an `AutomationExecution` of GetAutomationExecution, with consistent members.

        Args:
            document_name: The name or ARN of the runbook. The execution contains only the name.
            status: A status of the model; by default a random one.
            execution_id: The execution's id.
            started_at: The start time; by default a random time of 2025.
            rate_controlled: Whether the execution runs on several targets; `None` for a random choice.

        Raises:
            FakeUsageError: The status does not exist.
        """
        statuses = model.enum("AutomationExecutionStatus")
        status = self.random_element(statuses) if status is None else status
        if status not in statuses:
            raise unknown_name("status", status, statuses)
        return {
            "AutomationExecutionId": execution_id or self.automation_execution_id(),
            "DocumentVersion": "1",
            "AutomationExecutionStatus": status,
            "StepExecutionsTruncated": False,
            "Mode": "Interactive" if status == "Waiting" else self.random_element(model.enum("ExecutionMode")),
            "ExecutedBy": self._fill("arn:aws:sts::############:assumed-role/deploy/session-####"),
            **self._course(
                bare_name(document_name or self.runbook_name()),
                status,
                started_at or self._later(datetime(2025, 1, 1, tzinfo=UTC), 365 * 24 * 3600),
                targeted=self._chance(0.25) if rate_controlled is None else rate_controlled,
            ),
        }

    def _course(self, name: str, status: str, start: datetime, *, targeted: bool) -> dict[str, Any]:
        parameters, plan = self.automation_parameters(document_name=name), _runbook(name)[1]
        course: dict[str, Any] = {"DocumentName": name, "ExecutionStartTime": start, "Targets": []}
        if targeted:
            target = next(iter(parameters))
            del parameters[target]
            plan = self._several(_VALUES[target])
            targets = [{"Key": "ParameterValues", "Values": plan.copy()}]
            course |= {"TargetParameterName": target, "Targets": targets, **self._rates()}
        steps = self._steps(plan, status, start, parameters)
        last = next((step for step in reversed(steps) if step["StepStatus"] != "Pending"), dict[str, Any]())
        outputs = {
            f"{step['StepName']}.{key}": [*value] for step in steps for key, value in step.get("Outputs", {}).items()
        }
        course |= {
            "ResolvedTargets": {"ParameterValues": plan if targeted else [], "Truncated": False},
            "StepExecutions": steps,
            **_filled({"Parameters": parameters, "FailureMessage": not targeted and last.get("FailureMessage")}),
        }
        if status in ENDED:
            end = self._later(last.get("ExecutionEndTime", start), 5)
            return course | {"ExecutionEndTime": end, **_filled({"Outputs": outputs})}
        return course | _filled({"CurrentStepName": last.get("StepName"), "CurrentAction": last.get("Action")})

    def _steps(self, plan: list[str], status: str, clock: datetime, given: dict[str, Any]) -> list[dict[str, Any]]:
        last = _LAST_STEP.get(status, "")
        began = len(plan) if status in SUCCEEDED else self.random_int(1, len(plan))
        states = ["Success"] * (began - 1) + [last] if last else []
        steps: list[dict[str, Any]] = []
        for name, state in zip_longest(plan, states, fillvalue="Pending"):
            # A step with another name is that of a target.
            action, outputs = _STEPS.get(name, ("aws:executeAutomation", {"Status": "Success"}))
            steps.append({"StepName": name, "Action": action, "StepStatus": state})
            if state != "Pending":
                clock = self._later(clock, 5)
                steps[-1] |= {"StepExecutionId": self.automation_execution_id(), "ExecutionStartTime": clock}
                steps[-1]["Inputs"] = {name: json.dumps(value) for name, value in given.items()}
            if state in ENDED:
                clock = steps[-1]["ExecutionEndTime"] = self._later(clock, 600)
            if state in {"Failed", "TimedOut"}:
                steps[-1]["FailureMessage"] = failure_text(action, _FAILURE, state)
                steps[-1]["FailureDetails"] = {"FailureStage": "Invocation", "FailureType": "Action"}
            if state == "Success":
                steps[-1] |= _filled({"Outputs": {key: [self._fill(value)] for key, value in outputs.items()}})
        return steps

    def _scope(self, name: str) -> dict[str, Any]:
        """Choose members for one resource, or for several targets in one of the possible ways."""
        target = _runbook(name)[0][0]
        aim, targets = {"TargetParameterName": target}, {"Targets": self.automation_targets(document_name=name)}
        bucket = f"https://{self._fill('locations-####')}.s3.{self.aws_region()}.amazonaws.com"
        scopes: tuple[dict[str, Any], ...] = (
            {},
            aim | targets | self._some(self._rates()),
            {"TargetMaps": [{target: self._several(_VALUES[target])}], **self._some(aim), **self._some(self._rates())},
            {"TargetLocations": [self.target_location(), self.target_location()]},
            {"TargetLocations": [self.target_location() | targets | self._some(self._rates("Targets"))], **aim}
            if "Targets" in model.members("TargetLocation")
            else {},
            {"TargetLocationsURL": self._fill(f"{bucket}/all.json?X-Amz-Expires=3600&X-Amz-Signature={'^' * 64}")},
        )
        known = [scope for scope in scopes if scope == model.present_members("StartAutomationExecutionRequest", scope)]
        return self.random_element(known)

    def _rates(self, prefix: str = "") -> dict[str, Any]:
        concurrency, errors = self.random_element(("1", "25", "10%", "100%")), self.random_element(("0", "3", "5%"))
        return {f"{prefix}MaxConcurrency": concurrency, f"{prefix}MaxErrors": errors}

    def _chance(self, share: float) -> bool:
        return bool(self.generator.random.random() < share)

    def _some(self, members: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in members.items() if self._chance(0.5)}

    def _fill(self, template: str) -> str:
        return self.hexify(self.numerify(template))

    def _several(self, template: str) -> list[str]:
        return [self._fill(template) for _ in range(self.random_int(1, 3))]

    def _later(self, moment: datetime, most: int) -> datetime:
        # AWS sends milliseconds. If they were 0, parsing with `%f` would fail.
        later = moment + timedelta(seconds=self.random_int(1, most))
        return later.replace(microsecond=1000 * self.random_int(1, 999))
