"""The actions that can be executed, and what executes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..scripts import performing
from . import ec2, resources, services

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._service.runbooks.flow import Step
    from ..._service.runs.run import Run
    from ..attempt import ClientOf, Perform

# What performs an attempt of a step.
TABLE: Final[Mapping[str, Perform]] = {
    "aws:assertAwsResourceProperty": resources.check_property,
    "aws:changeInstanceState": ec2.change_state,
    "aws:copyImage": ec2.copy_image,
    "aws:createImage": ec2.create_image,
    "aws:createStack": services.create_stack,
    "aws:createTags": ec2.create_tags,
    "aws:deleteImage": ec2.delete_image,
    "aws:deleteStack": services.delete_stack,
    "aws:executeAutomation": services.execute_automation,
    "aws:executeAwsApi": resources.execute_api,
    "aws:executeScript": performing.execute_script,
    "aws:executeStateMachine": services.execute_state_machine,
    "aws:invokeLambdaFunction": services.invoke_function,
    "aws:runCommand": services.run_command,
    "aws:runInstances": ec2.run_instances,
    "aws:waitForAwsResourceProperty": resources.wait_for_property,
}
# What raises `Unable` for a step that is not due yet, and of which it is known that it can't be executed.
CHECKS: Final[Mapping[str, Callable[[Step, Run, ClientOf], None]]] = {
    "aws:assertAwsResourceProperty": resources.check,
    "aws:executeAutomation": services.check_automation,
    "aws:executeAwsApi": resources.check,
    "aws:executeScript": performing.check,
    "aws:waitForAwsResourceProperty": resources.check,
}
