# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the VMs of a Prism Element cluster."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "include_disks": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismElement.connect(params)
    return {
        "vms": [_shown(vm) for vm in _observe(client, params["name"], params["uuid"], params["include_disks"])],
    }


def _observe(client: PrismElement, name: str | None, uuid: str | None, include_disks: bool) -> list[Vm]:
    if uuid:
        vm = read_vm(client, uuid, include_disks)
        return [vm] if vm else []
    return vms_called(client, name, include_disks) if name else list_vms(client, include_disks)


def _shown(vm: Vm) -> dict[str, Any]:
    facts = asdict(vm)
    if vm.disks is None:
        del facts["disks"]
    else:
        facts["disks"] = list(facts["disks"])
    return facts


OPERATION = Reading(arguments=ARGUMENTS, read=read, mutually_exclusive=(("name", "uuid"),))
