"""The operations on tags of executions. Requests for other resources are left to other libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .checks.rules import MAX_TAGS
from .errors import ServiceError
from .state import Reply

if TYPE_CHECKING:
    from collections.abc import Mapping

    from .calls import Request
    from .runs.run import Run
    from .state import State


def list_tags(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """ListTagsForResource: list the tags of an execution."""
    execution = _tagged(state, request, params)
    tags = [{"Key": key, "Value": value} for key, value in state.tags_of(execution).items()]
    return Reply({"TagList": tags}, execution_id=execution.id)


def add_tags(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """AddTagsToResource: add tags to an execution, or change the values of existing ones."""
    execution = _tagged(state, request, params)
    given = {tag["Key"]: tag["Value"] for tag in params["Tags"]}
    tags = {**state.tags_of(execution), **given}
    if len(tags) > MAX_TAGS:
        raise ServiceError("TooManyTagsError")
    state.set_tags(execution, tags)
    return Reply({}, execution_id=execution.id)


def remove_tags(state: State, request: Request, params: Mapping[str, Any]) -> Reply:
    """RemoveTagsFromResource: remove tags of an execution; ignore tags that it does not have."""
    execution = _tagged(state, request, params)
    tags = state.tags_of(execution)
    state.set_tags(execution, {key: value for key, value in tags.items() if key not in params["TagKeys"]})
    return Reply({}, execution_id=execution.id)


def _tagged(state: State, request: Request, params: Mapping[str, Any]) -> Run:
    execution = state.store.find(params["ResourceId"], request.scope)
    if execution is None:
        raise ServiceError("InvalidResourceId")
    return execution
