# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovery points of Prism Central. A copy has an id of its own; what all copies share is their lineage, the
location-agnostic id (contract prism_central 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import marked_moment, moment_bears

CRASH_CONSISTENT = "crash_consistent"
APPLICATION_CONSISTENT = "application_consistent"


@dataclass(frozen=True)
class VmOfRecoveryPoint:
    """A VM in one copy: `vm_uuid` stays that of the source VM in every copy."""

    ext_id: str
    vm_uuid: str
    location_agnostic_id: str


@dataclass(frozen=True)
class RecoveryPoint:
    """One copy. `clusters` hold it, nearly always one; `source_central` and `source_clusters` made it, as far as the
    release tells."""

    ext_id: str
    location_agnostic_id: str
    name: str
    created: datetime | None
    expires: datetime | None
    kind: str
    clusters: tuple[str, ...]
    vms: tuple[VmOfRecoveryPoint, ...]
    source_central: str = ""
    source_clusters: tuple[str, ...] = ()

    def holds(self, vm_uuid: str) -> bool:
        return self.member_of(vm_uuid) is not None

    def member_of(self, vm_uuid: str) -> VmOfRecoveryPoint | None:
        """What it holds of a VM."""
        return next((member for member in self.vms if member.vm_uuid == vm_uuid), None)

    def is_at(self, cluster_uuid: str) -> bool:
        return cluster_uuid in self.clusters


def marked_expiry(earliest: datetime, name: str, vm_uuid: str) -> datetime:
    """When a recovery point of ours is to expire, not before `earliest`: the moment is what marks it as ours."""
    return marked_moment(earliest, _mark(name, vm_uuid))


def is_ours(point: RecoveryPoint, prefix: str) -> bool:
    """Whether the collection made it: it holds one VM, and name and expiry bear our marks. Copies keep both."""
    if len(point.vms) != 1 or point.expires is None or not prefix or not point.name.startswith(prefix):
        return False
    return moment_bears(point.expires, _mark(point.name, point.vms[0].vm_uuid))


def copy_expiry(earliest: datetime, location_agnostic_id: str) -> datetime:
    """When a copy that we ordered of somebody else's recovery point is to expire. It has the name of the original, and
    an order cannot give it anything of its own, so that only its end, which is set when it has arrived, marks it."""
    return marked_moment(earliest, _copy_mark(location_agnostic_id))


def is_our_copy(point: RecoveryPoint) -> bool:
    """Whether it bears the mark of such a copy."""
    return point.expires is not None and moment_bears(point.expires, _copy_mark(point.location_agnostic_id))


def may_be_removed(point: RecoveryPoint, prefix: str) -> bool:
    """Whether the collection made it, as a recovery point or as a copy."""
    return is_ours(point, prefix) or is_our_copy(point)


def shown(point: RecoveryPoint, prefix: str) -> dict[str, Any]:
    """A copy as modules return it."""
    return {
        "ext_id": point.ext_id,
        "location_agnostic_id": point.location_agnostic_id,
        "name": point.name,
        "created": iso_moment(point.created),
        "expires": iso_moment(point.expires),
        "kind": point.kind,
        "cluster_uuids": list(point.clusters),
        "vms": list(map(_shown_vm, point.vms)),
        "ours": may_be_removed(point, prefix),
    }


def _shown_vm(member: VmOfRecoveryPoint) -> dict[str, str]:
    return {
        "ext_id": member.ext_id,
        "uuid": member.vm_uuid,
        "location_agnostic_id": member.location_agnostic_id,
    }


def _copy_mark(location_agnostic_id: str) -> str:
    return f"copy of {location_agnostic_id.lower()}"


def _mark(name: str, vm_uuid: str) -> str:
    return f"{name} of {vm_uuid.lower()}"
