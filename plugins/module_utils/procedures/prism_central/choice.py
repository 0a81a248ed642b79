# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking for a recovery point that is there already, and waiting until the places that must hold it do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    copies_of,
    read_recovery_point,
    recovery_points_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.replications import (
    replications_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.vms import vms_beginning
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Deadline, Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.recovery_point_choice import (
    Location,
    Requirement,
    newest_first,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import temporary_vm_mark
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection_policy import ProtectionPolicy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    Release,
    parse_temporary_vm_name,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_central.places import Place
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


@dataclass(frozen=True)
class Chooser:
    """Looks on behalf of one release: `client` is the Prism Central of the golden VM, `places` are the clusters of all
    that take part."""

    client: PrismCentral
    places: Sequence[Place]
    release: Release
    vm_uuid: str
    cluster_uuid: str

    def held(self, point: RecoveryPoint) -> set[str]:
        """The clusters that hold a copy, each by the word of its own Prism Central: others may list it as well
        (contract prism_central U9)."""
        clients = {place.central.uuid: place.client for place in self.places}
        found: set[str] = set()
        for central_uuid, client in clients.items():
            holders = {uuid for copy in copies_of(client, point.location_agnostic_id) for uuid in copy.clusters}
            found |= {place.id for place in self.places if place.central.uuid == central_uuid and place.id in holders}
        return found

    def begun_from(self) -> list[str]:
        """The recovery points that an interrupted run has restored already, as its temporary VMs tell."""
        beginning = f"{self.release.prefix}{self.release.release}_"
        found: set[str] = set()
        for client in {place.central.uuid: place.client for place in self.places}.values():
            for vm in vms_beginning(client, beginning):
                parsed = parse_temporary_vm_name(vm.name, self.release.prefix)
                if parsed and parsed.release == self.release and parsed.of_recovery_point:
                    marked = temporary_vm_mark(vm.name, parsed.snapshot_id) in vm.description
                    found.update({parsed.snapshot_id} if marked else ())
        return sorted(found)

    def known(self, location_agnostic_id: str) -> RecoveryPoint | None:
        """The recovery point, as the Prism Central of the golden VM has it."""
        copies = newest_first(copies_of(self.client, location_agnostic_id), self.cluster_uuid)
        if copies:
            return copies[0]
        return None

    def own(self) -> RecoveryPoint | None:
        """The one that an earlier run of this release made on demand; of several the oldest."""
        points = recovery_points_of(self.client, self.vm_uuid, name=self.release.image_name)
        ours = newest_first([point for point in points if is_ours(point, self.release.prefix)], self.cluster_uuid)
        if ours:
            return ours[-1]
        return None

    def named(self, wanted: str) -> RecoveryPoint:
        """The one that somebody names, by an id or by a name that only one of the VM's bears."""
        by_id = self._by_id(wanted)
        if by_id:
            return self._of_the_vm(by_id)
        everything = newest_first(recovery_points_of(self.client, self.vm_uuid), self.cluster_uuid)
        called = [point for point in everything if point.name == wanted]
        if len(called) == 1:
            return called[0]
        if called:
            listed = ", ".join(f"{point.location_agnostic_id} of {iso_moment(point.created)}" for point in called)
            raise OperationError(
                f"{self._golden} has {len(called)} recovery points called '{wanted}': {listed}",
                "Give the id of the one that is meant.",
            )
        raise OperationError(
            f"{self._golden} has no recovery point '{wanted}'", right_name(wanted, (each.name for each in everything))
        )

    def since(self, moment: datetime | None) -> list[RecoveryPoint]:
        """Those of the VM that the collection has not made itself, newest first."""
        points = recovery_points_of(self.client, self.vm_uuid, since=moment)
        young = [point for point in points if moment is None or (point.created and point.created >= moment)]
        return newest_first([point for point in young if not is_ours(point, self.release.prefix)], self.cluster_uuid)

    def arrived(
        self, point: RecoveryPoint, required: Sequence[Requirement], deadline: Deadline, reporter: Reporter, fixed: bool
    ) -> RecoveryPoint:
        """This one when all places hold it, waited for; unless it is `fixed`, a newer one that they hold will do."""

        def look() -> Look[RecoveryPoint]:
            missing = ""
            for each in [point] if fixed else self.since(point.created) or [point]:
                held = self.held(each)
                lacking = [requirement.name for requirement in required if not requirement.is_met(held)]
                if not lacking:
                    return Look(each, done=True)
                missing = self._missing(each, lacking)
            return Look(point, done=False, state=missing)

        return wait_for(
            look,
            what=f"{self.client.endpoint}: copying the recovery point '{point.name}' by its policy",
            timeout=deadline.left,
            progress=reporter.progress,
            advice="Run the same command again to go on waiting, name the locations that must hold it, or name a"
            " recovery point that they hold.",
        )

    def refuse_stranger(self, policy: ProtectionPolicy, policy_of_vm: str) -> None:
        """Recovery points do not tell which policy made them, so that it must be the one that protects the VM."""
        if policy.ext_id != policy_of_vm:
            raise OperationError(
                f"{self._golden} is not protected by the policy '{policy.name}'",
                "Give the VM a category of the policy, or name the policy that protects it.",
            )

    @property
    def _golden(self) -> str:
        return f"{self.client.endpoint}: the VM '{self.release.base_vm}' ({self.vm_uuid})"

    def _by_id(self, wanted: str) -> RecoveryPoint | None:
        try:
            UUID(wanted)
        except ValueError:
            return None
        return self.known(wanted) or read_recovery_point(self.client, wanted)

    def _of_the_vm(self, point: RecoveryPoint) -> RecoveryPoint:
        if point.holds(self.vm_uuid):
            return point
        holds = quoted(member.vm_uuid for member in point.vms)
        raise OperationError(
            f"{self.client.endpoint}: the recovery point '{point.name}' ({point.ext_id}) is of the VM {holds}, not of"
            f" '{self.release.base_vm}' ({self.vm_uuid})",
            "Name a recovery point of the golden VM.",
        )

    def _missing(self, point: RecoveryPoint, lacking: Sequence[str]) -> str:
        under_way = [task.percent for task in replications_of(self.client, point.ext_id) if not task.ended]
        progress = f", {min(under_way)} % on its way" if under_way else ""
        return f"'{point.name}' is not at {quoted(lacking)}{progress}"


def locations_of(policy: ProtectionPolicy, places: Sequence[Place]) -> list[Location]:
    """All clusters of a Prism Central stand for a location that names none (contract prism_central addition D)."""
    found = []
    for location in policy.locations:
        named = location.cluster_uuids
        clusters = [
            place.id
            for place in places
            if place.central.uuid == location.central_uuid and (not named or place.id in named)
        ]
        found.append(Location(location.label, tuple(clusters)))
    return found
