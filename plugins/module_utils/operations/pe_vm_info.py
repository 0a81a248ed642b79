# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the VMs of a Prism Element cluster."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import was_started
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import (
    Vm,
    list_vms,
    read_vm,
    vms_called,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.true_copy import is_true_copy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "include_disks": {"type": "bool", "default": False},
    "made_since": {"type": "str"},
    "copied_at": {"type": "str"},
}
STARTED = {True: "yes", False: "no", None: "unknown"}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismElement.connect(params)
    since, copied = _usecs(params, "made_since"), _usecs(params, "copied_at")
    vms = list(map(_shown, _observe(client, params["name"], params["uuid"], params["include_disks"])))
    if since is not None:
        for vm in vms:
            vm["started"] = _started(client, vm, since)
    if copied is None:
        return {"vms": vms}
    return {"vms": vms, "true_copy": is_true_copy(client, params["uuid"], copied)}


def _usecs(params: Params, option: str) -> int | None:
    if params[option] is None:
        return None
    moment = parse_moment(params[option])
    if moment is None:
        raise OperationError(f"{option} is '{params[option]}'", "Give a moment such as 2026-11-20T23:33:00Z.")
    return int(moment.timestamp() * 1_000_000)


def _started(client: PrismElement, vm: Mapping[str, Any], since_usecs: int) -> str:
    return STARTED[vm["power_state"] != "off" or was_started(client, vm["uuid"], since_usecs)]


def _observe(client: PrismElement, name: str | None, uuid: str | None, include_disks: bool) -> list[Vm]:
    if uuid:
        vm = read_vm(client, uuid, include_disks)
        if vm:
            return [vm]
        return []
    if name:
        return vms_called(client, name, include_disks)
    return list_vms(client, include_disks)


def _shown(vm: Vm) -> dict[str, Any]:
    facts = asdict(vm)
    if vm.disks is None:
        del facts["disks"]
    else:
        facts["disks"] = list(facts["disks"])
    return facts


OPERATION = Reading(
    arguments=ARGUMENTS,
    read=read,
    mutually_exclusive=(("name", "uuid"),),
    required_by={"copied_at": ("uuid",)},
)
