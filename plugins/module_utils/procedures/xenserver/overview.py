# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A pool as a whole, read once: hosts, SRs, disks, VMs, attachments; and how they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import XenServer
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.disks import list_disks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.hosts import (
    XenPool,
    hosts_of,
    read_pool,
    storage_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.machines import (
    list_attachments,
    list_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import (
    DiskFile,
    Standing,
    standings,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.xen import (
    Attachment,
    StorageRepository,
    VirtualDisk,
    XenHost,
    XenVm,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

MOUNT_ROOT = "/var/run/sr-mount"


@dataclass(frozen=True)
class PoolOverview:
    """Hosts and SRs by their references."""

    endpoint: str
    pool: XenPool
    hosts: dict[str, XenHost]
    storage: dict[str, StorageRepository]


@dataclass(frozen=True)
class DiskOverview(PoolOverview):
    """And what lies on the SRs."""

    disks: list[VirtualDisk]
    machines: list[XenVm]
    attachments: list[Attachment]

    def standings(self, files: Sequence[DiskFile] = ()) -> dict[str, Standing]:
        has_files = {ref: repository.has_files for ref, repository in self.storage.items()}
        return standings(self.disks, self.attachments, self.machines, has_files, files)

    def repository(self, named: str) -> StorageRepository:
        """The SR of a uuid or of a name that only one has. Raises OperationError."""
        return only(
            [one for one in self.storage.values() if named in (one.uuid, one.name)],
            f"{self.endpoint}: SRs called '{named}'",
            lambda one: one.uuid,
            right_name(named, (one.name for one in self.storage.values())),
        )


def read_overview(client: XenServer) -> PoolOverview:
    hosts = hosts_of(client)
    return PoolOverview(client.endpoint, read_pool(client, hosts), hosts, storage_of(client, hosts))


def read_disks(client: XenServer) -> DiskOverview:
    hosts = hosts_of(client)
    return DiskOverview(
        client.endpoint,
        read_pool(client, hosts),
        hosts,
        storage_of(client, hosts),
        list_disks(client),
        list_machines(client),
        list_attachments(client),
    )


def only(found: Sequence[Any], what: str, uuid_of: Callable[[Any], str], near: str = "") -> Any:
    """The only one of what was found. Names are not unique in XenServer, so that several are an error which lists
    them."""
    if len(found) == 1:
        return found[0]
    if not found:
        raise OperationError(f"{what}: there is none", near)
    uuids = ", ".join(sorted(uuid_of(one) for one in found))
    raise OperationError(f"{what}: there are {len(found)} ({uuids})", "Give the uuid of the one that is meant.")


def shown_pool(overview: PoolOverview) -> dict[str, Any]:
    return {"uuid": overview.pool.uuid, "name": overview.pool.name, "master": overview.pool.master}


def shown_host(host: XenHost, master: str) -> dict[str, Any]:
    return {
        "uuid": host.uuid,
        "name": host.name,
        "address": host.address,
        "master": host.uuid == master,
        "enabled": host.enabled,
        "version": host.version,
        "ssh_enabled": host.ssh_enabled,
    }


def shown_repository(repository: StorageRepository) -> dict[str, Any]:
    has_files = repository.has_files
    return {
        "uuid": repository.uuid,
        "name": repository.name,
        "type": repository.type,
        "shared": repository.shared,
        "has_files": has_files,
        "directory": f"{MOUNT_ROOT}/{repository.uuid}" if has_files else None,
        "size_bytes": repository.size,
        "free_bytes": max(0, repository.size - repository.used),
        "attached_hosts": list(repository.attached),
        "unattached_hosts": list(repository.unattached),
    }


def shown_disk(standing: Standing, storage: dict[str, StorageRepository]) -> dict[str, Any]:
    disk, repository = standing.disk, storage.get(standing.disk.sr)
    return {
        "uuid": disk.uuid,
        "name": disk.name,
        "description": disk.description,
        "storage_repository": repository.name if repository else "",
        "storage_repository_uuid": repository.uuid if repository else "",
        "storage_repository_type": repository.type if repository else "",
        "type": disk.type,
        "virtual_size_bytes": disk.size,
        "used_bytes": disk.used,
        "managed": disk.managed,
        "read_only": disk.read_only,
        "missing": disk.missing,
        "is_snapshot": disk.is_snapshot,
        "parents": list(standing.parents),
        "data_uuid": standing.data,
        "data_layers": standing.layers,
        "machines": list(standing.machines),
        "encrypted": standing.encrypted,
        "other_config": dict(disk.other_config),
    }
