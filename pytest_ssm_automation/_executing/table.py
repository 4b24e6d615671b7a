"""The actions that can be executed, and what executes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from . import resources
from .scripts import performing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._service.runbooks.flow import Step
    from .attempt import ClientOf, Perform


class Executed(NamedTuple):
    """How an action is executed.

    Attributes:
        perform: Performs an attempt of a step.
        check: Raises `Unable` for a step of which it is known beforehand that it can't be executed.
    """

    perform: Perform
    check: Callable[[Step, ClientOf], None]


TABLE: Final[Mapping[str, Executed]] = {
    "aws:executeAwsApi": Executed(resources.execute_api, resources.check),
    "aws:assertAwsResourceProperty": Executed(resources.check_property, resources.check),
    "aws:executeScript": Executed(performing.execute_script, performing.check),
    "aws:waitForAwsResourceProperty": Executed(resources.wait_for_property, resources.check),
}
