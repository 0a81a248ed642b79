# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTTP handlers that bring a disk out of a pool and into one (contract xenserver 6, 7.2, addition D)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.tasks import (
    task_for,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import Unreachable

VHD = "vhd"


def export_disk(
    client: XenServer,
    vdi: str,
    sink: Callable[[bytes], object],
    check: Callable[[], object],
    what: str,
    timeout: float,
    progress: Callable[[str], None],
) -> None:
    """Hand all bytes of a disk, as a VHD, to `sink`. Raises when they broke off or the task failed.

    `check` raises when what came is no whole image: whatever answered then, no task need ever end."""
    with task_for(client, what) as task:
        with client.stream("GET", "/export_raw_vdi", {"task_id": task, "vdi": vdi, "format": VHD}) as answer:
            received = 0
            for chunk in answer.chunks:
                sink(chunk)
                received += len(chunk)
        if answer.length is not None and received != answer.length:
            raise Unreachable(
                f"{client.endpoint}: {what} broke off after {received} of {answer.length} bytes",
                "Run the same task again when the connection is stable.",
            )
        check()
        wait_for_task(client, task, what, timeout, progress)


def import_disk(
    client: XenServer, vdi: str, content: Iterable[bytes], what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Write a VHD into a disk. `content` has a length, because chunks are refused; whether it went well stands in the
    task only (contract xenserver trap 16)."""
    with task_for(client, what) as task:
        with client.stream("PUT", "/import_raw_vdi", {"task_id": task, "vdi": vdi, "format": VHD}, content) as answer:
            for _chunk in answer.chunks:
                pass
        wait_for_task(client, task, what, timeout, progress)
