# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the AHV snapshots of a Prism Element cluster, and what their names say of the release that made them."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.naming import parse_image_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.client import CONNECTION_ARGUMENTS, PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.prism_element.snapshots import VmSnapshot, list_snapshots, shown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.release import PREFIX_ARGUMENTS

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "name": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "base_vm": {"type": "str"},
}


def perform(run: Run) -> dict[str, Any]:
    client = PrismElement.connect(run.params)
    wanted = [snapshot for snapshot in list_snapshots(client, run.params["vm_uuid"] or "") if not snapshot.deleted and _is_wanted(snapshot, run.params)]
    return {"changed": False, "snapshots": [shown(snapshot, run.params["prefix"]) for snapshot in wanted]}


def _is_wanted(snapshot: VmSnapshot, params: Any) -> bool:
    if params["name"] and snapshot.name != params["name"]:
        return False
    if not params["base_vm"]:
        return True
    image = parse_image_name(snapshot.name, params["prefix"])
    return image is not None and image.base_vm == params["base_vm"]


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
