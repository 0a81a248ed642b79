# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AHV snapshots of VMs, what Citrix takes as images (contract prism_element 4). Not those of protection domains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_utc
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import lineage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


@dataclass(frozen=True)
class VmSnapshot:
    """`vm_uuid` and `source_vm_name` tell the VM it was taken from, which may be gone. `deleted` waits for the cluster
    to forget it."""

    uuid: str
    name: str
    created_usecs: int
    vm_uuid: str
    source_vm_name: str
    deleted: bool


def list_snapshots(client: PrismElement, vm_uuid: str = "") -> list[VmSnapshot]:
    """All snapshots, or those taken from one VM, oldest first. Includes the deleted ones."""
    entities = client.entities("/snapshots/", {"vm_uuid": vm_uuid} if vm_uuid else None)
    snapshots = (_snapshot(entity) for entity in entities)
    return sorted(
        (snapshot for snapshot in snapshots if vm_uuid in ("", snapshot.vm_uuid)),
        key=lambda snapshot: (snapshot.created_usecs, snapshot.uuid),
    )


def read_snapshot(client: PrismElement, uuid: str) -> VmSnapshot | None:
    """One snapshot, or None when the cluster does not have it."""
    try:
        body = client.get(f"/snapshots/{segment(uuid)}")
    except NotFound:
        return None
    if body:
        return _snapshot(body)
    return None


def create_snapshot(client: PrismElement, name: str, vm_uuid: str, uuid: str) -> str | None:
    """Order a snapshot under a uuid of our choice. Returns the task."""
    specification = {"vm_uuid": vm_uuid, "snapshot_name": name, "uuid": uuid}
    body = client.request("POST", "/snapshots/", payload={"snapshot_specs": [specification]}).body or {}
    return body.get("task_uuid")


def delete_snapshot(client: PrismElement, uuid: str) -> str | None:
    """Order the removal. Returns the task, or None when the snapshot is not there."""
    try:
        body = client.request("DELETE", f"/snapshots/{segment(uuid)}").body or {}
    except NotFound:
        return None
    return body.get("task_uuid")


def shown(snapshot: VmSnapshot, prefix: str, cluster_uuid: str) -> dict[str, Any]:
    """The snapshot as modules return it; the uuid of its cluster is part of what proves an image."""
    return {
        "uuid": snapshot.uuid,
        "name": snapshot.name,
        "created": iso_utc(snapshot.created_usecs),
        "vm_uuid": snapshot.vm_uuid,
        "source_vm_name": snapshot.source_vm_name,
        "lineage": lineage(snapshot.name, snapshot.source_vm_name, snapshot.uuid, cluster_uuid, prefix),
    }


def _snapshot(entity: dict[str, Any]) -> VmSnapshot:
    return VmSnapshot(
        uuid=entity.get("uuid") or "",
        name=entity.get("snapshot_name") or "",
        created_usecs=entity.get("created_time") or 0,
        vm_uuid=entity.get("vm_uuid") or "",
        source_vm_name=(entity.get("vm_create_spec") or {}).get("name") or "",
        deleted=bool(entity.get("deleted")),
    )
