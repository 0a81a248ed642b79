# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovery points of Prism Central. A copy has an id of its own; what all copies share is their lineage, the
location-agnostic id (contract prism_central 5.1)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
