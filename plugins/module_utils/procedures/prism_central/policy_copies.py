# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How far the recovery points of a VM are at the locations of a protection policy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.clusters import list_clusters
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.protection_policies import (
    list_policies,
    list_rules,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    copies_of,
    recovery_points_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.replications import (
    replications_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection_policy import (
    PolicyLocation,
    ProtectionPolicy,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint, is_ours
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound

THERE, UNDER_WAY, MISSING, NOT_KNOWN = "there", "under_way", "missing", "not_known"


@dataclass(frozen=True)
class Place:
    """One cluster of a location; '' for those of another Prism Central that the policy does not name."""

    location: PolicyLocation
    cluster_uuid: str


@dataclass(frozen=True)
class NewestCopy:
    """The newest recovery point of the VM at one place; `known` is False where this Prism Central cannot tell."""

    place: Place
    point: RecoveryPoint | None
    known: bool


@dataclass(frozen=True)
class CopyState:
    """Where the newest recovery point of all is: `percent` of its replication while that is under way."""

    place: Place
    state: str
    ext_id: str
    percent: int | None


@dataclass(frozen=True)
class PolicyCopies:
    """`newest` of all places; `states` is empty when there is no recovery point at all."""

    at_each: tuple[NewestCopy, ...]
    newest: RecoveryPoint | None
    states: tuple[CopyState, ...]


def read_policies(client: PrismCentral, through: str = "auto") -> list[ProtectionPolicy]:
    """All policies, through v4, v3, or ('auto') v3 where a release's v4 does not have them yet."""
    if through == "v3":
        return list_rules(client)
    try:
        return list_policies(client)
    except NotFound:
        if through == "v4":
            raise
        return list_rules(client)


def copies_of_policy(
    client: PrismCentral, central_uuid: str, policy: ProtectionPolicy, vm_uuid: str, prefix: str
) -> PolicyCopies:
    """Each place under this Prism Central is one question. What the collection made itself does not count: it is no
    work of a policy."""
    places = [place for location in policy.locations for place in _places(client, central_uuid, location)]
    at_each = [_newest_at(client, central_uuid, place, vm_uuid, prefix) for place in places]
    points = [copy.point for copy in at_each if copy.point and copy.point.created]
    newest = max(points, key=lambda point: (point.created is not None, point.created), default=None)
    states = _states(client, central_uuid, places, newest) if newest else []
    return PolicyCopies(tuple(at_each), newest, tuple(states))


def _places(client: PrismCentral, central_uuid: str, location: PolicyLocation) -> list[Place]:
    """The clusters of a location; all of a Prism Central where none is named (contract prism_central addition D)."""
    clusters: Sequence[str] = location.cluster_uuids
    if not clusters and location.central_uuid == central_uuid:
        clusters = [cluster.uuid for cluster in list_clusters(client)]
    return [Place(location, cluster_uuid) for cluster_uuid in clusters or [""]]


def _newest_at(client: PrismCentral, central_uuid: str, place: Place, vm_uuid: str, prefix: str) -> NewestCopy:
    if place.location.central_uuid != central_uuid or not place.cluster_uuid:
        return NewestCopy(place, None, known=False)
    newest = recovery_points_of(client, vm_uuid, cluster_uuid=place.cluster_uuid, newest_only=True)
    if newest and is_ours(newest[0], prefix):
        everything = recovery_points_of(client, vm_uuid, cluster_uuid=place.cluster_uuid)
        newest = [point for point in everything if not is_ours(point, prefix)]
    return NewestCopy(place, newest[0] if newest else None, known=True)


def _states(client: PrismCentral, central_uuid: str, places: Sequence[Place], newest: RecoveryPoint) -> list[CopyState]:
    copies = copies_of(client, newest.location_agnostic_id)
    held = {cluster_uuid: copy for copy in copies for cluster_uuid in copy.clusters}
    tasks = [task for copy in copies for task in replications_of(client, copy.ext_id)]
    under_way = [task.percent for task in tasks if not task.ended]
    return [_state(central_uuid, place, held, under_way) for place in places]


def _state(central_uuid: str, place: Place, held: Mapping[str, RecoveryPoint], under_way: Sequence[int]) -> CopyState:
    """A task of replication does not say where to, so that it stands for every place that lacks its copy."""
    copy = held.get(place.cluster_uuid)
    if copy:
        return CopyState(place, THERE, copy.ext_id, None)
    if under_way:
        return CopyState(place, UNDER_WAY, "", min(under_way))
    state = MISSING if place.location.central_uuid == central_uuid else NOT_KNOWN
    return CopyState(place, state, "", None)
