# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the VMs that a Prism Central knows."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "cluster_uuid": {"type": "str"},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    return {"vms": list(map(_shown, _observe(client, params)))}


def _observe(client: PrismCentral, params: Params) -> list[CentralVm]:
    cluster_uuid = params["cluster_uuid"] or ""
    if params["uuid"]:
        vm = read_vm(client, params["uuid"])
        if vm and cluster_uuid in ("", vm.cluster_uuid):
            return [vm]
        return []
    if params["name"]:
        return vms_called(client, params["name"], cluster_uuid)
    return list_vms(client, cluster_uuid)


def _shown(vm: CentralVm) -> dict[str, Any]:
    return {
        **asdict(vm),
        "created": iso_moment(vm.created),
        "disks": list(map(asdict, vm.disks)),
        "nics": list(vm.nics),
        "category_ext_ids": list(vm.category_ext_ids),
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read, mutually_exclusive=(("name", "uuid"),))
