"""Make clients for tests, much faster than botocore."""

from __future__ import annotations

import copy
import os
from functools import lru_cache
from inspect import signature
from typing import TYPE_CHECKING, Any

from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
from botocore.session import Session

from ..._errors import check_names
from ..._service.checks import model
from ..guard.environment import DummyEnvironment

if TYPE_CHECKING:
    from botocore.client import BaseClient


def make_client(region: str, /, **kwargs: Any) -> BaseClient:
    """Make a new SSM client; `kwargs` are those of botocore's `create_client`."""
    if kwargs:
        check_names("argument of client", kwargs, signature(Session.create_client).parameters)
        return _create(Session(), region, **kwargs)
    settings = tuple((name, os.environ[name]) for name in os.environ if name.startswith("AWS_"))
    return _clone(_template(region, settings, len(BUILTIN_HANDLERS)))


def read_data() -> None:
    """Read all data that making a client needs, before a test patches the file system."""
    environment = DummyEnvironment().apply()
    try:
        make_client("us-east-1")
    finally:
        environment.restore()


def _create(session: Session, region: str, **kwargs: Any) -> BaseClient:
    session.register_component("data_loader", model.loader())
    client: BaseClient = session.create_client("ssm", region_name=region, **kwargs)
    return client


@lru_cache(maxsize=8)
def _template(region: str, _environment: tuple[tuple[str, str], ...], _handlers: int) -> BaseClient:
    """Make a client to copy. The arguments contain all that affects clients: the environment and moto's handlers."""
    session = Session(include_builtin_handlers=False)
    events: Any = session.get_component("event_emitter")
    registering = {REGISTER_FIRST: events.register_first, REGISTER_LAST: events.register_last}
    for event, handler, *order in BUILTIN_HANDLERS:
        # Copying a client takes most time for its handlers. Skip those of other services and of documentation, which
        # are nine of ten.
        family, _, rest = event.partition(".")
        if family != "docs" and rest.partition(".")[0] in {"", "*", "ssm"}:
            registering.get(order[0] if order else None, events.register)(event, handler)
    return _create(session, region)


def _clone(template: Any) -> BaseClient:
    """Copy a client, so that event handlers of the copy are not registered on the template."""
    client: Any = object.__new__(template.__class__)  # copy.copy would access attributes before they are set
    client.__dict__.update(template.__dict__)
    client.meta = copy.copy(template.meta)
    client._endpoint, client._request_signer = copy.copy(template._endpoint), copy.copy(template._request_signer)
    events = client.meta.events = copy.copy(template.meta.events)
    client._endpoint._event_emitter = client._request_signer._event_emitter = events
    events.unregister("request-created.ssm", template._request_signer.handler)
    events.register("request-created.ssm", client._request_signer.handler)
    made: BaseClient = client
    return made
