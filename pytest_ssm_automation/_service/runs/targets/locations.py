"""Read the target locations at TargetLocationsURL.

The body is a JSON array of TargetLocation. The errors for other bodies are assumed.

Source: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartAutomationExecution.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, cast

from ...contents import read_json
from ...errors import ServiceError

if TYPE_CHECKING:
    from collections.abc import Callable

    # Returns the status and the body for a URL; `None` if it is not hosted.
    Fetch = Callable[[str], tuple[int, bytes] | None]

MOST_BYTES: Final = 1024 * 1024
_REFUSED: Final = "InvalidAutomationExecutionParametersException"


def read_locations(url: str, fetch: Fetch) -> list[Any] | None:
    """Read the array at a URL; `None` if it is not hosted.

    Raises:
        ServiceError: It can't be fetched, is too large, or is not a JSON array.
    """
    answer = fetch(url)
    if answer is None:
        return None
    status, body = answer
    if status != 200:  # noqa: PLR2004 - OK
        raise refused(f"it can't be read: HTTP status {status}")
    if len(body) > MOST_BYTES:
        raise refused(f"it has {len(body)} bytes, more than the maximum of {MOST_BYTES}")
    try:
        locations = read_json(body.decode(json.detect_encoding(body), "surrogatepass"))
    except ValueError:
        raise refused("it is not JSON") from None
    except RecursionError:
        raise refused("it is nested too deeply") from None
    if not isinstance(locations, list):
        raise refused("it is not a JSON array of target locations")
    return cast("list[object]", locations)


def refused(why: str) -> ServiceError:
    """Make the error for an unusable TargetLocationsURL."""
    return ServiceError(_REFUSED, f"The file at TargetLocationsURL can't be used: {why}.")
