# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recovery points (contract prism_central 5.1)."""

from __future__ import annotations

from typing import Any

from lab.prism_central.routes.api import Api
from lab.prism_central.state.entities import RecoveryPoint
from lab.prism_central.views.moments import usecs_of
from lab.prism_central.views.protection import recovery_point_view, vm_recovery_point_view
from lab.wire import Reply, Request

POINTS = "/api/dataprotection/v4.x/config/recovery-points"
ONE = f"{POINTS}/{{extId}}"
MEMBER = f"{POINTS}/{{recoveryPointExtId}}/vm-recovery-points/{{extId}}"
POINT, VM_POINT = "dataprotection.v4.config.RecoveryPoint", "dataprotection.v4.config.VmRecoveryPoint"
MOST_ENTITIES = 32


def add_routes(api: Api) -> None:
    """Make the paths known."""
    central, points = api.central, api.central.recovery_points

    def find(request: Request, parameter: str = "extId") -> RecoveryPoint:
        point = points.get(request.params[parameter])
        if point is None:
            raise api.errors.not_found("Recovery point", request.params[parameter])
        return point

    @api.operation(f"GET {POINTS}", section="5.1, addition C")
    def list_points(request: Request) -> Reply:
        indexed_until = central.clock.now - central.behaviour["index_lag_seconds"]
        found = [point for point in points if point.arrived <= indexed_until]
        if central.behaviour["remote_copies_listed"]:
            found += [point for peer in central.peers() for point in peer.recovery_points]
        cluster = request.header("x-cluster-id")
        views = [recovery_point_view(central, each) for each in found if cluster in ("", each.cluster_ext_id)]
        return api.page(f"GET {POINTS}", POINT, views, request)

    @api.operation(f"GET {ONE}", section="5.1")
    def one_point(request: Request) -> Reply:
        point = find(request)
        return api.one(f"GET {ONE}", POINT, recovery_point_view(central, point), point.revision)

    @api.operation(f"GET {MEMBER}", section="5.1")
    def one_member(request: Request) -> Reply:
        for member in find(request, "recoveryPointExtId").vms:
            if member.ext_id == request.params["extId"]:
                return api.one(f"GET {MEMBER}", VM_POINT, vm_recovery_point_view(member), revision=1)
        raise api.errors.not_found("VM recovery point", request.params["extId"])

    @api.operation(f"POST {POINTS}", section="5.1, addition D")
    def create_point(request: Request) -> Reply:
        body = request.body
        if body.get("volumeGroupRecoveryPoints"):
            text = "not simulated: recovery points of volume groups"
            raise api.errors.refusal(501, text, "DP-10501", "NOT_IMPLEMENTED", violation=text)
        vms = [member["vmExtId"] for member in body.get("vmRecoveryPoints") or []]
        if not 1 <= len(vms) <= MOST_ENTITIES:
            raise api.errors.invalid(f"A recovery point has 1 to {MOST_ENTITIES} entities, not {len(vms)}")
        expiry = _expiry(api, body.get("expirationTime"))
        kind = body.get("recoveryPointType") or "CRASH_CONSISTENT"
        name = body.get("name") or f"recovery-point-{central.clock.epoch_usecs // 1_000_000}"
        return api.task(f"POST {POINTS}", points.create(name, kind, expiry, vms))

    @api.operation(f"DELETE {ONE}", section="5.1")
    def delete_point(request: Request) -> Reply:
        point = find(request)
        api.match(request, point.revision)
        return api.task(f"DELETE {ONE}", points.delete(point))

    @api.operation(f"POST {ONE}/$actions/set-expiration-time", section="5.1, addition A")
    def set_expiry(request: Request) -> Reply:
        point = find(request)
        expiry = _expiry(api, request.body.get("expirationTime"))
        if expiry is None:
            raise api.errors.invalid("missing field body.expirationTime", violation="missing field body.expirationTime")
        api.match(request, point.revision)
        return api.task(f"POST {ONE}/$actions/set-expiration-time", points.expire_at(point, expiry))

    @api.operation(f"POST {ONE}/$actions/replicate", section="5.1")
    def replicate(request: Request) -> Reply:
        if request.header("x-ntnx-api-key"):
            # contract prism_central trap 24
            raise api.errors.refusal(403, "API keys cannot replicate recovery points", "DP-10403", "FORBIDDEN")
        point = find(request)
        central_id, cluster_id = request.body.get("pcExtId") or central.uuid, request.body.get("clusterExtId")
        if cluster_id is None:
            text = "not simulated: replication without clusterExtId"
            raise api.errors.refusal(501, text, "DP-10501", "NOT_IMPLEMENTED", violation=text)
        return api.task(f"POST {ONE}/$actions/replicate", points.replicate(point, central_id, cluster_id))

    @api.operation(f"POST {ONE}/$actions/restore", section="5.1, addition D")
    def restore(request: Request) -> Reply:
        point, body = find(request), request.body or {}
        overrides: dict[str, dict[str, Any]] = {
            each["vmRecoveryPointExtId"]: each.get("vmOverrideSpec") or {}
            for each in body.get("vmRecoveryPointRestoreOverrides") or []
        }
        strange = overrides.keys() - {member.ext_id for member in point.vms}
        if strange:
            raise api.errors.not_found("VM recovery point", sorted(strange)[0])
        task = points.restore(point, body.get("clusterExtId") or point.cluster_ext_id, overrides)
        return api.task(f"POST {ONE}/$actions/restore", task)


def _expiry(api: Api, text: str | None) -> int | None:
    """Return when a recovery point is to expire; a time that is past is refused."""
    if text is None:
        return None
    expiry = usecs_of(text)
    if expiry <= api.central.clock.epoch_usecs:
        raise api.errors.invalid(f"The expiration time {text} is past")
    return expiry
