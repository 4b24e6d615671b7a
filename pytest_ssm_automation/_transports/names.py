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
# The names of each library, by the class or module that has them. Instances have some of those of classes.
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
    "Python": {"concurrent.futures.thread": ("_WorkItem",)},
}


def unsupported(library: str) -> AutomationFakeError | None:
    """Return the error for names that an installed library does not have; `None` if it has all."""
    names = [
        f"{path.rpartition(':')[2]}.{name}"
        for path, attributes in _NAMES[library].items()
        for name in attributes
        if not _has(_owner(path), name, library)
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
def _owner(path: str) -> Any:
    try:
        return resolve_name(path)
    except (AttributeError, ImportError):
        return object


def _has(owner: Any, name: str, library: str) -> bool:
    """Return whether a class, with its bases in the library, or a module has a name. Those of instances are known."""
    kinds = [kind for kind in getattr(owner, "__mro__", (owner,)) if _is_of(kind, library)]
    return any(name in vars(kind) for kind in kinds) or any(_is_set_by_init(kind, name) for kind in kinds)


def _is_of(owner: Any, library: str) -> bool:
    return library == "Python" or owner.__module__.partition(".")[0] == library


@cache
def _is_set_by_init(owner: Any, name: str) -> bool:
    """Return whether `__init__` of a class sets an attribute of its instances."""
    code = getattr(unwrap(getattr(owner, "__init__", len)), "__code__", None)
    return code is not None and name in code.co_names
