# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read disks, snapshots and images that an upload or a prepare left in a cloud, a cluster or a pool."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.uploaded_disk import UploadedDisk
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_targets import (
    ARGUMENTS,
    REQUIRED_IF,
    connect,
)


def read(params: Params, reporter: Reporter) -> Result:
    target = connect(params)
    disks = target.disks(params["name"] or "", params["id"] or "")
    return {"disks": list(map(shown, sorted(disks, key=lambda disk: (disk.name, disk.id))))}


def shown(disk: UploadedDisk) -> dict[str, Any]:
    return {
        "platform": disk.platform,
        "id": disk.id,
        "name": disk.name,
        "kind": disk.kind,
        "size_bytes": disk.size,
        "state": disk.state,
        "ours": disk.is_ours,
        "tags": dict(disk.tags),
    }


OPERATION = Reading(
    arguments={**ARGUMENTS, "name": {"type": "str"}, "id": {"type": "str"}}, required_if=REQUIRED_IF, read=read
)
