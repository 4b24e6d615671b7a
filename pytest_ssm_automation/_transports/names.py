"""The private names of other libraries that the fake uses. They may change in any release."""

from __future__ import annotations

import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from inspect import unwrap
from pkgutil import resolve_name
from typing import TYPE_CHECKING, Any, Final

from .._errors import AutomationFakeError

if TYPE_CHECKING:
    from collections.abc import Mapping

# The releases of each library that have all names.
SUPPORTED: Final = {"aiobotocore": "2.13 to 3.10", "botocore": "1.34 to 1.44", "Python": "3.11 to 3.15"}
# The names of each library, by the class that has them. Some are names of its instances.
_NAMES: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "aiobotocore": {
        "aiobotocore.client:AioBaseClient": ("_convert_to_request_dict", "_make_request"),
        "aiobotocore.credentials:AioCredentialResolver": ("load_credentials",),
        "aiobotocore.credentials:AioProcessProvider": ("_retrieve_credentials_using",),
        "aiobotocore.httpsession:AIOHTTPSession": ("send",),
    },
    "botocore": {
        "botocore.client:BaseClient": (
            "_convert_to_request_dict",
            "_endpoint",
            "_make_request",
            "_request_signer",
            "_serializer",
        ),
        "botocore.configprovider:ConfigValueStore": ("_mapping", "_overrides"),
        "botocore.credentials:ProcessProvider": ("_retrieve_credentials_using",),
        "botocore.endpoint:Endpoint": ("_event_emitter",),
        "botocore.hooks:EventAliaser": ("_emitter",),
        "botocore.hooks:HierarchicalEmitter": ("_handlers",),
        "botocore.signers:RequestSigner": ("_credentials",),
        "botocore.stub:Stubber": ("_get_response_handler", "_validate_operation_response", "_validate_response"),
    },
    "Python": {"concurrent.futures.thread:_WorkItem": ("run",)},
}


def unsupported(library: str) -> AutomationFakeError | None:
    """Return the error for names that an installed library does not have; `None` if it has all."""
    names = [
        f"{path.rpartition(':')[2]}.{name}"
        for path, attributes in _NAMES[library].items()
        for name in attributes
        if not any(name in vars(kind) or _is_set_by_init(kind, name) for kind in _kinds(path))
    ]
    return missing(library, *names) if names else None


def missing(library: str, *names: str) -> AutomationFakeError:
    """Make the error for names that an installed library does not have."""
    with suppress(PackageNotFoundError):  # of a module that belongs to no distribution
        library = f"{library} {sys.version.partition(' ')[0] if library == 'Python' else version(library)}"
    works = f" These versions work: {SUPPORTED[name]}." if (name := library.partition(" ")[0]) in SUPPORTED else ""
    verb = "is" if len(names) == 1 else "are"
    return AutomationFakeError(f"The fake does not support {library}: {', '.join(names)} {verb} missing.{works}")


@cache
def _kinds(path: str) -> list[Any]:
    """Return a class with its bases in the same package, if it exists."""
    try:
        bases = resolve_name(path).__mro__
    except (AttributeError, ImportError):
        return []
    package = path.partition(".")[0]
    return [kind for kind in bases if kind.__module__.partition(".")[0] == package]


def _is_set_by_init(kind: Any, name: str) -> bool:
    code = getattr(unwrap(kind.__init__), "__code__", None)
    return code is not None and name in code.co_names
