# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which VMs may host machines, for the roles machine_rehost and dr_failover; what it means stands in
logic/failover/hosting_vms.py and logic/machines/contested.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover import hosting_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.contested import contested


def _told(decide: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """A sentence for the operator in `message` instead of an error, which Ansible would wrap into words of its own."""

    def decided(*arguments: Any, **options: Any) -> dict[str, Any]:
        try:
            return {"message": "", **decide(*arguments, **options)}
        except Refusal as error:
            return {
                "message": str(error),
                "vms": [],
                "vm_names": [],
                "vm_uuids": [],
                "other_vm_uuids": [],
                "domains": [],
                **error.details,
            }

    return decided


def _expected(*move: Any, **options: Any) -> dict[str, Any]:
    return hosting_vms.Failover(*move, **options).expected()


def _arriving(notes: Any, done: Any, *move: Any, **options: Any) -> dict[str, Any]:
    return hosting_vms.Failover(*move, **options).arriving(notes, done)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "hosting_vms": _told(hosting_vms.present),
            "hosting_vms_expected": _told(_expected),
            "hosting_vms_arriving": _told(_arriving),
            "hosting_clusters": hosting_vms.clusters_behind,
            "contested_machines": contested,
        }
