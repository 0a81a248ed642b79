# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Recovery points (contract prism_central 5.1). Questions are asked of the server, and what it answers is checked
exactly all the same: a filter of an index may be behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.changes import (
    Order,
    change_entity,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import (
    Entity,
    PrismCentral,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.filters import any_of, quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import (
    MOST_IN_FILTER,
    TaskFailed,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import (
    iso_milliseconds,
    iso_moment,
    parse_moment,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import (
    APPLICATION_CONSISTENT,
    RecoveryPoint,
    VmOfRecoveryPoint,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

POINTS = "/config/recovery-points"
LEAVES = "recoveryPointExtId"
NEWEST_FIRST = "creationTime desc"
_LONG_AGO = datetime(1970, 1, 1, tzinfo=timezone.utc)


def recovery_points_of(
    client: PrismCentral,
    vm_uuid: str,
    *,
    name: str = "",
    cluster_uuid: str = "",
    since: datetime | None = None,
    newest_only: bool = False,
) -> list[RecoveryPoint]:
    """The copies of recovery points of one VM, newest first; of this name, held by this cluster, made since, or only
    the newest: always one question."""
    terms = [f"vmRecoveryPoints/any(a:a/vmExtId eq {quoted(vm_uuid)})"]
    if name:
        terms.append(f"name eq {quoted(name)}")
    if cluster_uuid:
        terms.append(_at(cluster_uuid))
    if since:
        terms.append(f"creationTime ge {iso_milliseconds(since)}")

    def fits(point: RecoveryPoint) -> bool:
        return (
            point.holds(vm_uuid)
            and name in ("", point.name)
            and (not cluster_uuid or point.is_at(cluster_uuid))
            and (since is None or (point.created or _LONG_AGO) >= since.replace(microsecond=0))
        )

    return _listed(client, terms, fits, most=1 if newest_only else None)


def recovery_points_called(client: PrismCentral, name: str) -> list[RecoveryPoint]:
    """The copies of all recovery points of this name, whatever VM they are of, newest first."""
    return _listed(client, [f"name eq {quoted(name)}"], lambda point: point.name == name)


def copies_of(client: PrismCentral, location_agnostic_id: str, cluster_uuid: str = "") -> list[RecoveryPoint]:
    """All copies of one recovery point, or those that a cluster holds."""
    terms = [f"locationAgnosticId eq {quoted(location_agnostic_id)}"]
    if cluster_uuid:
        terms.append(_at(cluster_uuid))

    def fits(point: RecoveryPoint) -> bool:
        return point.location_agnostic_id == location_agnostic_id and (not cluster_uuid or point.is_at(cluster_uuid))

    return _listed(client, terms, fits)


def last_told_copies(client: PrismCentral, location_agnostic_id: str, cluster_uuid: str) -> list[RecoveryPoint]:
    """The copies that a cluster holds, as they were last told to anybody who waits for one of this Prism Central."""

    def ask(ids: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
        copies: dict[str, list[dict[str, Any]]] = {each: [] for each in ids}
        for data in client.entities("dataprotection", POINTS, where=any_of("locationAgnosticId", ids)):
            if data.get("locationAgnosticId") in copies:
                copies[data["locationAgnosticId"]].append(data)
        return copies

    told = client.share.look("copies", [location_agnostic_id], ask).get(location_agnostic_id) or []
    return [point for point in map(recovery_point_of, told) if point.is_at(cluster_uuid)]


def copies_of_any(client: PrismCentral, location_agnostic_ids: Sequence[str]) -> list[RecoveryPoint]:
    """All copies of several recovery points, a few questions for any number of them."""
    copies: list[RecoveryPoint] = []
    for start in range(0, len(location_agnostic_ids), MOST_IN_FILTER):
        chunk = location_agnostic_ids[start : start + MOST_IN_FILTER]
        copies += _listed(client, [any_of("locationAgnosticId", chunk)], lambda point: True)
    return [copy for copy in copies if copy.location_agnostic_id in location_agnostic_ids]


def read_recovery_point(client: PrismCentral, ext_id: str) -> RecoveryPoint | None:
    """One copy, or None when it is not there; it may not be known yet right after it was made."""
    entity = client.read_if_there("dataprotection", path_of(ext_id))
    if entity:
        return recovery_point_of(entity.data)
    return None


def listed_among(client: PrismCentral, ext_ids: Sequence[str]) -> dict[str, RecoveryPoint]:
    """Those of these that the list has, by id: it may lag behind what a single read finds."""
    listed: list[dict[str, Any]] = []
    for start in range(0, len(ext_ids), MOST_IN_FILTER):
        where = any_of("extId", ext_ids[start : start + MOST_IN_FILTER])
        listed += client.entities("dataprotection", POINTS, where=where)
    return {point.ext_id: point for point in map(recovery_point_of, listed)}


def create_recovery_point(
    client: PrismCentral, vm_uuids: Sequence[str], name: str, kind: str, expires: datetime, request_id: str = ""
) -> str:
    """Order one; returns the task, which leaves `LEAVES`."""
    members: list[dict[str, Any]] = [{"vmExtId": vm_uuid} for vm_uuid in vm_uuids]
    if kind == APPLICATION_CONSISTENT:
        properties = {
            "$objectType": "dataprotection.v4.common.VssProperties",
            "backupType": "COPY_BACKUP",
        }
        for member in members:
            member["applicationConsistentProperties"] = properties
    body = {
        "name": name,
        "recoveryPointType": kind.upper(),
        "expirationTime": iso_moment(expires),
        "vmRecoveryPoints": members,
    }
    return client.order("POST", "dataprotection", POINTS, body, request_id=request_id)


def set_expiry(
    client: PrismCentral,
    point: RecoveryPoint,
    expires: datetime,
    what: str,
    timeout: float,
    progress: Callable[[str], None],
) -> None:
    """Let one copy expire at this time."""
    body = {"expirationTime": iso_moment(expires)}

    def decide(entity: Entity) -> Order | None:
        if recovery_point_of(entity.data).expires == expires:
            return None
        return Order("POST", "/$actions/set-expiration-time", body)

    change_entity(
        client, "dataprotection", path_of(point.ext_id), decide, what=what, timeout=timeout, progress=progress
    )


def remove_recovery_point(
    client: PrismCentral, point: RecoveryPoint, what: str, timeout: float, progress: Callable[[str], None]
) -> None:
    """Remove one copy as long as it is what was decided on; that it is gone already is as good."""

    def decide(entity: Entity) -> Order:
        now = recovery_point_of(entity.data)
        if (now.name, now.expires) != (point.name, point.expires):
            raise OperationError(
                f"{client.endpoint}: the recovery point '{point.name}' ({point.ext_id}) was to be removed, and now it"
                f" expires at {iso_moment(now.expires)}, so somebody wants to keep it",
                "It was kept. Look at it, then run the same task again.",
            )
        return Order("DELETE")

    path = path_of(point.ext_id)
    try:
        change_entity(client, "dataprotection", path, decide, what=what, timeout=timeout, progress=progress)
    except NotFound:
        return
    except TaskFailed:
        if read_recovery_point(client, point.ext_id):
            raise


def path_of(ext_id: str) -> str:
    return f"{POINTS}/{segment(ext_id)}"


def _at(cluster_uuid: str) -> str:
    return f"locationReferences/any(a:a/locationExtId eq {quoted(cluster_uuid)})"


def _listed(
    client: PrismCentral, terms: Sequence[str], fits: Callable[[RecoveryPoint], bool], most: int | None = None
) -> list[RecoveryPoint]:
    listed = client.entities("dataprotection", POINTS, where=" and ".join(terms), orderby=NEWEST_FIRST, most=most)
    points = [point for point in map(recovery_point_of, listed) if fits(point)]
    if listed and not points and most:
        # The first of them is not what was asked for: an index that is behind says nothing of the rest.
        return _listed(client, terms, fits)[:most]
    return sorted(points, key=lambda point: point.created or _LONG_AGO, reverse=True)


def recovery_point_of(data: Mapping[str, Any]) -> RecoveryPoint:
    source = data.get("sourceLocation") or {}
    return RecoveryPoint(
        ext_id=data.get("extId") or "",
        location_agnostic_id=data.get("locationAgnosticId") or "",
        name=data.get("name") or "",
        created=parse_moment(data.get("creationTime")),
        expires=parse_moment(data.get("expirationTime")),
        kind=str(data.get("recoveryPointType") or "").lower(),
        clusters=tuple(place.get("locationExtId") or "" for place in data.get("locationReferences") or []),
        vms=tuple(_member(member) for member in data.get("vmRecoveryPoints") or []),
        source_central=source.get("domainManagerExtId") or "",
        source_clusters=tuple(source.get("clusterExtIds") or ()),
    )


def _member(data: Mapping[str, Any]) -> VmOfRecoveryPoint:
    return VmOfRecoveryPoint(
        ext_id=data.get("extId") or "",
        vm_uuid=data.get("vmExtId") or "",
        location_agnostic_id=data.get("locationAgnosticId") or "",
    )
