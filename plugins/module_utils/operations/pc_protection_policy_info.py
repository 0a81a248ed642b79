# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read protection policies, and how far the recovery points of a VM are at their locations."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    CONNECTION_ARGUMENTS,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import read_central
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import read_vm
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection_policy import (
    PolicyLocation,
    ProtectionPolicy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, shown
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.policy_copies import (
    CopyState,
    NewestCopy,
    copies_of_policy,
    read_policies,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **PREFIX_ARGUMENTS,
    "name": {"type": "str"},
    "ext_id": {"type": "str"},
    "vm_uuid": {"type": "str"},
    "through": {"type": "str", "choices": ["auto", "v4", "v3"], "default": "auto"},
}


def read(params: Params, reporter: Reporter) -> Result:
    client = PrismCentral.connect(params).shared_on(reporter.board)
    central_uuid = read_central(client).uuid
    chosen = _chosen(client, params, read_policies(client, params["through"]))
    return {"protection_policies": [_told(client, params, central_uuid, policy) for policy in chosen]}


def _chosen(client: PrismCentral, params: Params, policies: list[ProtectionPolicy]) -> list[ProtectionPolicy]:
    name, ext_id, vm_uuid = params["name"], params["ext_id"], params["vm_uuid"]
    if name:
        chosen = [policy for policy in policies if policy.name == name]
    elif ext_id:
        chosen = [policy for policy in policies if policy.ext_id == ext_id]
    elif vm_uuid:
        return _of_vm(client, vm_uuid, policies)
    else:
        return policies
    if not chosen:
        raise OperationError(
            f"{client.endpoint} has no protection policy '{name or ext_id}'",
            right_name(name or "", (policy.name for policy in policies)),
        )
    return chosen


def _of_vm(client: PrismCentral, vm_uuid: str, policies: list[ProtectionPolicy]) -> list[ProtectionPolicy]:
    vm = read_vm(client, vm_uuid)
    if vm is None:
        raise OperationError(
            f"{client.endpoint} has no VM with the uuid {vm_uuid}, so that its policy is not known",
            "Name the policy, or ask the Prism Central of the VM.",
        )
    return [policy for policy in policies if vm.policy_ext_id and policy.ext_id == vm.policy_ext_id]


def _told(client: PrismCentral, params: Params, central_uuid: str, policy: ProtectionPolicy) -> dict[str, Any]:
    told: dict[str, Any] = {
        "ext_id": policy.ext_id,
        "name": policy.name,
        "categories": list(policy.categories),
        "locations": [_location(location, central_uuid) for location in policy.locations],
        "schedules": list(map(asdict, policy.schedules)),
    }
    if not params["vm_uuid"]:
        return told
    prefix = params["prefix"]
    copies = copies_of_policy(client, central_uuid, policy, params["vm_uuid"], prefix)
    return {
        **told,
        "newest_at": [_newest(copy, prefix) for copy in copies.at_each],
        "newest": _shown(copies.newest, prefix),
        "copies": list(map(_state, copies.states)),
    }


def _location(location: PolicyLocation, central_uuid: str) -> dict[str, Any]:
    return {
        **asdict(location),
        "cluster_uuids": list(location.cluster_uuids),
        "here": location.central_uuid == central_uuid,
    }


def _shown(point: RecoveryPoint | None, prefix: str) -> dict[str, Any] | None:
    if point is None:
        return None
    return shown(point, prefix)


def _newest(copy: NewestCopy, prefix: str) -> dict[str, Any]:
    return {
        "label": copy.place.location.label,
        "central_uuid": copy.place.location.central_uuid,
        "cluster_uuid": copy.place.cluster_uuid,
        "known": copy.known,
        "recovery_point": _shown(copy.point, prefix),
    }


def _state(copy: CopyState) -> dict[str, Any]:
    return {
        "label": copy.place.location.label,
        "central_uuid": copy.place.location.central_uuid,
        "cluster_uuid": copy.place.cluster_uuid,
        "state": copy.state,
        "ext_id": copy.ext_id,
        "percent": copy.percent,
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read, mutually_exclusive=(("name", "ext_id"),))
