# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cluster on the other side, asked for what this one cannot know: whether a protection domain is active there as
well."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, Generic, TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    ApiError,
    OperationError,
    Unreachable,
    Untrusted,
)

T = TypeVar("T")

# No fall-back on the environment: NUTANIX_HOST names the cluster itself there, which is never its own peer.
PEER_ARGUMENTS: dict[str, Any] = {
    "nutanix_host": {"type": "str", "required": True},
    "nutanix_port": {"type": "int"},
    "nutanix_username": {"type": "str"},
    "nutanix_password": {"type": "str", "no_log": True},
    "validate_certs": {"type": "bool"},
    "ca_path": {"type": "path"},
    "read_timeout": {"type": "int"},
}


@dataclass(frozen=True)
class ClusterIdentity:
    """What tells one cluster from another: `incarnation` is the number under which remote sites know it, `clock_usecs`
    its own time when it answered."""

    uuid: str
    incarnation: int | None
    clock_usecs: int | None


def connect_peer(params: Mapping[str, Any], peer: Mapping[str, Any]) -> PrismElement:
    """A session with a peer; what it leaves out is as for the task itself."""
    return PrismElement.connect(
        {
            **{key: params[key] for key in PEER_ARGUMENTS},
            **{key: value for key, value in peer.items() if value is not None},
        }
    )


def read_identity(client: PrismElement) -> ClusterIdentity:
    """One read. The time is that of the answer's Date header, which is cut to whole seconds."""
    answer = client.request("GET", "/cluster")
    body = answer.body or {}
    return ClusterIdentity(
        uuid=body.get("uuid") or body.get("cluster_uuid") or "",
        incarnation=body.get("cluster_incarnation_id") or None,
        clock_usecs=_usecs(answer.headers.get("Date")),
    )


def is_same_cluster(one: ClusterIdentity, other: ClusterIdentity) -> bool:
    """Two addresses may be one cluster's: its virtual one and those of its CVMs (contract prism_element 1.1)."""
    return (
        one.uuid == other.uuid
        if one.uuid and other.uuid
        else one.incarnation is not None and one.incarnation == other.incarnation
    )


def gives_no_answer(error: OperationError) -> bool:
    """Whether a peer could not tell: it is not to be reached, or so broken that it answers with server errors only.

    One whose certificate is not trusted is there, and may well own the protection domain.
    """
    return (isinstance(error, Unreachable) and not isinstance(error, Untrusted)) or (
        isinstance(error, ApiError) and error.status >= 500
    )


class Asking(Generic[T]):
    """A question that is asked in the background. The asking ends by itself in its thread, unheard when nobody waits
    for it any more, so it must only read."""

    def __init__(self, endpoint: str, ask: Callable[[], T]) -> None:
        self._endpoint = endpoint
        self._heard: list[T] = []
        self._errors: list[OperationError] = []
        # A daemon, so that the process may end before it does.
        self._thread = threading.Thread(target=self._listen, args=(ask,), daemon=True)
        self._began = time.monotonic()
        self._thread.start()

    def answer(self, within: float) -> T:
        """What was found out. Raises Unreachable when that takes longer than so many seconds from the beginning, in
        whatever way the cluster is dead: nothing that is done because of its death waits for it."""
        self._thread.join(max(0.0, self._began + within - time.monotonic()))
        if self._errors:
            raise self._errors[0]
        if not self._heard:
            raise Unreachable(
                f"{self._endpoint}: no answer within {within:g} s", "Check that it is up and can be reached."
            )
        return self._heard[0]

    def _listen(self, ask: Callable[[], T]) -> None:
        try:
            self._heard.append(ask())
        except OperationError as error:
            self._errors.append(error)


def within(seconds: float, endpoint: str, ask: Callable[[], T]) -> T:
    """What `ask` finds out in so many seconds. Raises Unreachable when that takes longer."""
    return Asking(endpoint, ask).answer(seconds)


def _usecs(date: str | None) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp() * 1_000_000) if date else None
    except (TypeError, ValueError):
        return None
