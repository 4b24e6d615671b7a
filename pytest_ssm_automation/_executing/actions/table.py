"""The actions that can be executed, and what executes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from ..scripts import performing
from . import automations, commands, functions, images, instances, resources, stacks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..._service.runbooks.flow import Step
    from ..._service.runs.run import Run
    from ..attempt import ClientOf, Perform


def _accept(_step: Step, _run: Run, _client_of: ClientOf) -> None:
    """Accept a step of which only its execution tells more."""


class Executed(NamedTuple):
    """How an action is executed.

    Attributes:
        perform: Performs an attempt of a step.
        check: Raises `Unable` for a step that is not due yet, and of which it is known that it can't be executed.
    """

    perform: Perform
    check: Callable[[Step, Run, ClientOf], None] = _accept


TABLE: Final[Mapping[str, Executed]] = {
    "aws:assertAwsResourceProperty": Executed(resources.check_property, resources.check),
    "aws:changeInstanceState": Executed(instances.change_state),
    "aws:copyImage": Executed(images.copy_image),
    "aws:createImage": Executed(images.create_image),
    "aws:createStack": Executed(stacks.create_stack),
    "aws:createTags": Executed(images.create_tags),
    "aws:deleteImage": Executed(images.delete_image),
    "aws:deleteStack": Executed(stacks.delete_stack),
    "aws:executeAutomation": Executed(automations.execute_automation, automations.check),
    "aws:executeAwsApi": Executed(resources.execute_api, resources.check),
    "aws:executeScript": Executed(performing.execute_script, performing.check),
    "aws:executeStateMachine": Executed(functions.execute_state_machine),
    "aws:invokeLambdaFunction": Executed(functions.invoke_function),
    "aws:runCommand": Executed(commands.run_command),
    "aws:runInstances": Executed(instances.run_instances),
    "aws:waitForAwsResourceProperty": Executed(resources.wait_for_property, resources.check),
}
