# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""VMs restored from recovery points, and what is put right about them afterwards (contract prism_central 4.1, 5.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain, repeat
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import Order
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import path_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    Task,
    tasks_about,
)

# What the task leaves: the ids of the new VMs, in one text (contract prism_central trap 16).
RESTORED_VMS = "vmExtIds"
# v4.0 has no override in its schema, whatever some releases take (contract prism_central trap 14).
OVERRIDES_SINCE = 1


def order_restore(
    client: PrismCentral,
    ext_id: str,
    cluster_uuid: str,
    member_ext_id: str,
    override: Mapping[str, Any] | None,
    request_id: str,
) -> str:
    """Order the restore of one VM of a copy; returns the task. isStrictMode stays as it is (contract prism_central trap
    15), and without categories among the overrides the VM has none (contract prism_central trap 22)."""
    selection: dict[str, Any] = {"vmRecoveryPointExtId": member_ext_id}
    if override is not None:
        selection["vmOverrideSpec"] = {"$objectType": "dataprotection.v4.config.AhvVmOverrideSpec", **override}
    body = {"clusterExtId": cluster_uuid, "vmRecoveryPointRestoreOverrides": [selection]}
    return client.order("POST", "dataprotection", f"{path_of(ext_id)}/$actions/restore", body, request_id=request_id)


def takes_overrides(client: PrismCentral) -> bool:
    return client.supports("dataprotection", OVERRIDES_SINCE)


def override_of(name: str, description: str, cards_to_remove: Sequence[str]) -> dict[str, Any]:
    """What a restored VM is to be called, and which cards of its source it does not get. Other networks for its cards
    are given to it afterwards: which form releases take here is not known."""
    override: dict[str, Any] = {"name": name, "description": description}
    if cards_to_remove:
        override["nicSpec"] = {"nicRemoveList": list(cards_to_remove)}
    return override


def restores_of(client: PrismCentral, ext_id: str) -> list[Task]:
    """The tasks that restore this copy, under way or ended."""
    return [task for task in tasks_about(client, ext_id) if "restore" in task.operation.lower()]


def restored_vms(task: Task) -> list[str]:
    """The uuids of the VMs that it made."""
    return [uuid.strip() for uuid in task.detail(RESTORED_VMS).split(",") if uuid.strip()]


def networks_of(data: Mapping[str, Any]) -> list[str]:
    """The networks of the cards of a VM, in order."""
    return [((card.get("networkInfo") or {}).get("subnet") or {}).get("extId") or "" for card in data.get("nics") or []]


def correction(entity: Entity, name: str, description: str, networks: Sequence[str] | None) -> Order | None:
    """What makes a VM bear this name and description, and have a card on each of these networks; None when it does.
    Without `networks` its cards stay."""
    data = entity.data
    wanted = list(networks) if networks is not None else networks_of(data)
    if (data.get("name"), data.get("description"), networks_of(data)) == (name, description, wanted):
        return None
    body = {**data, "name": name, "description": description}
    if networks is not None:
        cards = chain(data.get("nics") or [], repeat({}))
        body["nics"] = [_card(next(cards), network) for network in wanted]
    return Order("PUT", body=body)


def disk_migration(entity: Entity, container_uuid: str) -> Order | None:
    """What moves all disks of a VM into one storage container; None when they are there."""
    places = {
        ((disk.get("backingInfo") or {}).get("storageContainer") or {}).get("extId")
        for disk in entity.data.get("disks") or []
    }
    if places <= {container_uuid}:
        return None
    plan = {"$objectType": "vmm.v4.ahv.config.AllDisksMigrationPlan", "storageContainer": {"extId": container_uuid}}
    return Order("POST", "/$actions/migrate-vm-disks", {"migrateDisks": plan})


def _card(card: Mapping[str, Any], network: str) -> dict[str, Any]:
    return {**card, "networkInfo": {**(card.get("networkInfo") or {}), "subnet": {"extId": network}}}
