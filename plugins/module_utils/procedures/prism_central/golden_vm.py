# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VM of a Prism Central the golden one is."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import read_when_there
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import (
    path_of,
    read_vm,
    vm_of,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.central import CentralVm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

# Prism Central hears of what a cluster has restored a while later (contract prism_central 1.6).
KNOWN_WITHIN = 120.0


def golden_vm(client: PrismCentral, name: str, vm_uuid: str, cluster_uuid: str) -> CentralVm | None:
    """The VM, or None when the one of this uuid is gone; a name must mean exactly one."""
    if vm_uuid:
        vm = read_vm(client, vm_uuid)
        if vm and name and vm.name != name:
            raise OperationError(
                f"{client.endpoint}: the VM {vm.uuid} is called '{vm.name}' and not '{name}'",
                "Give the name and the uuid of the same VM, or only one of them.",
            )
        return vm
    found = vms_called(client, name, cluster_uuid)
    if len(found) == 1:
        return found[0]
    if not found:
        raise OperationError(
            f"{client.endpoint} has no VM called '{name}'",
            "Check vm_name and cluster_uuid.",
            options=("vm_name", "cluster_uuid"),
        )
    listed = ", ".join(f"{vm.uuid} (on cluster {vm.cluster_uuid})" for vm in found)
    raise OperationError(
        f"{client.endpoint} has {len(found)} VMs called '{name}': {listed}",
        "Give the vm_uuid of the one that is meant.",
        options=("vm_uuid",),
    )


def refuse_running(client: PrismCentral, vm: CentralVm) -> None:
    if vm.power_state != "off":
        raise OperationError(
            f"{client.endpoint}: the VM '{vm.name}' ({vm.uuid}) is {vm.power_state}, so that its disks change",
            "Shut it down first, or set require_powered_off to false.",
            options=("require_powered_off",),
        )


def wait_until_known(client: PrismCentral, vm_uuid: str, reporter: Reporter) -> CentralVm:
    """A VM that its cluster has just restored."""
    entity = read_when_there(
        client, "vmm", path_of(vm_uuid), what=f"VM {vm_uuid}", timeout=KNOWN_WITHIN, progress=reporter.progress
    )
    return vm_of(entity.data)
