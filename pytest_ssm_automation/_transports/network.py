"""The guard: no botocore request that nobody has answered leaves the process while a fake is active."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, EndpointConnectionError

from .._errors import AutomationFakeError

if TYPE_CHECKING:
    from collections.abc import Collection

# Where botocore looks for the credentials and the Region of the machine it runs on.
_METADATA_HOSTS = frozenset({"169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23"})


class NetworkBlockedError(BotoCoreError, AutomationFakeError):
    """A request that nobody answered would have left the process.

    The fake, moto and botocore's Stubber answer without a connection. Nobody did, and the host is not loopback, so the
    code under test would have called AWS. If that is intended, set the option `allow_network` to `True` or to the names
    of hosts.
    """

    fmt = "{method} {url} would have left the process: nobody answered it (option allow_network)"


def check_host(method: str, url: str, *, allowed: bool | Collection[str]) -> None:
    """Let a request through to loopback and to the hosts allowed, and refuse all others.

    Raises:
        EndpointConnectionError: The request asks for the machine's own credentials; there are none.
        NetworkBlockedError: Any other host.
    """
    host = (urlsplit(url).hostname or "").lower()
    if _is_loopback(host):
        return
    if allowed is True or (allowed and host in allowed):
        return
    if host in _METADATA_HOSTS:
        raise EndpointConnectionError(endpoint_url=url)
    raise NetworkBlockedError(method=method, url=url)


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:  # any other name, even one that starts with "127."
        return False


def describe(request: Any) -> tuple[str, str]:
    """Give the method and the URL, without its query, of a request of botocore's."""
    return request.method, request.url.partition("?")[0]
