# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurring and one-time schedules (contract prism_element 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lab.prism_element.state.entities import OobSchedule, ProtectionDomain, Schedule
from lab.prism_element.views.lists import chosen
from lab.wire import Reply, Request, Router, mapping, nullable, required

if TYPE_CHECKING:
    from lab.prism_element.state.cluster import PrismElementWorld

RETENTION_TYPE = {"NUM_SNAPSHOTS", "DAYS", "WEEKS", "MONTHS"}
RETENTION = {
    "local_max_snapshots": nullable(int),  # contract prism_element addition 16
    "remote_max_snapshots": mapping(int),
    "local_retention_period": int,
    "local_retention_type": RETENTION_TYPE,
    "remote_retention_period": mapping(int),
    "remote_retention_type": mapping(RETENTION_TYPE),
}
SCHEDULE = {
    "id": nullable(str),
    "pd_name": str,
    "type": required({"SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY"}),
    "every_nth": int,
    "values": nullable([int]),
    "user_start_time_in_usecs": int,
    "start_times_in_usecs": [int],
    "end_time_in_usecs": nullable(int),
    "duration_in_usecs": nullable(int),
    "timezone_offset": int,
    "app_consistent": bool,
    "suspended": bool,
    "retention_policy": RETENTION,
    "rollup_schedule_uuid": nullable(str),
}
OOB = {
    "remote_site_names": nullable([str]),
    "snapshot_retention_time_secs": nullable(int),
    "schedule_start_time_usecs": nullable(int),
    "app_consistent": bool,
}


def add_routes(router: Router, world: PrismElementWorld) -> None:
    """Register the paths."""
    recovery = world.dr

    def find(request: Request) -> tuple[ProtectionDomain, Schedule]:
        domain = recovery.domain(request.params["name"])
        for schedule in domain.schedules:
            if schedule.id == request.params["id"]:
                return domain, schedule
        raise world.not_found("Schedule", request.params["id"])

    @router.route("GET", "/protection_domains/{name}/schedules", section="7.1")
    def list_schedules(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        return Reply(body=[schedule_dto(domain, schedule) for schedule in domain.schedules])

    @router.route("POST", "/protection_domains/{name}/schedules", section="7.1", body=SCHEDULE)
    def create(request: Request) -> Reply:
        domain = recovery.active_domain(request.params["name"])
        schedule = recovery.add_schedule(domain, dict(request.body))
        world.audit(
            "PdCronScheduleAudit",
            "Schedule added to protection domain {protection_domain_name}",
            [("protection_domain_name", domain.name)],
            domain.name,
        )
        return Reply(201, schedule_dto(domain, schedule))

    @router.route("PUT", "/protection_domains/{name}/schedules/{id}", section="7.1", body=SCHEDULE)
    def update(request: Request) -> Reply:
        domain, schedule = find(request)
        recovery.remove_schedule(domain, schedule)
        return Reply(body=schedule_dto(domain, recovery.add_schedule(domain, dict(request.body), schedule.id)))

    @router.route("DELETE", "/protection_domains/{name}/schedules", section="7.1")
    def delete_all(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        for schedule in list(domain.schedules):
            recovery.remove_schedule(domain, schedule)
        return Reply(body={"value": True})

    @router.route("DELETE", "/protection_domains/{name}/schedules/{id}", section="7.1")
    def delete(request: Request) -> Reply:
        recovery.remove_schedule(*find(request))
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/schedules/{id}/retention_policies", section="7.1", body=RETENTION)
    def set_retention(request: Request) -> Reply:
        domain, schedule = find(request)
        schedule.spec["retention_policy"] = dict(request.body)
        return Reply(body=schedule_dto(domain, schedule))

    @router.route("DELETE", "/protection_domains/{name}/schedules/{id}/retention_policies", section="7.1")
    def drop_retention(request: Request) -> Reply:
        _domain, schedule = find(request)
        schedule.spec["retention_policy"] = {}
        return Reply(body={"value": True})

    @router.route("POST", "/protection_domains/{name}/oob_schedules", section="7.2", body=OOB)
    def order_snapshot(request: Request) -> Reply:
        return Reply(
            201, oob_dto(recovery.order_snapshot(recovery.active_domain(request.params["name"]), request.body))
        )

    @router.route("GET", "/protection_domains/{name}/oob_schedules", section="7.2")
    def list_oob(request: Request) -> Reply:
        return Reply(body=_oob_maps([recovery.domain(request.params["name"])]))

    @router.route("GET", "/protection_domains/oob_schedules", section="1.4, 7.2", query={"protection_domain_names"})
    def list_all_oob(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        return Reply(body=_oob_maps([domain for domain in recovery.domains.values() if chosen(names, domain.name)]))

    @router.route("DELETE", "/protection_domains/{name}/oob_schedules/{schedule_id}", section="7.2")
    def cancel(request: Request) -> Reply:
        domain = recovery.domain(request.params["name"])
        schedule_id = request.params["schedule_id"]
        if not schedule_id.isdigit():
            raise world.not_found("Schedule", schedule_id)
        recovery.cancel_order(domain, int(schedule_id))
        return Reply(body={"value": True})


def _oob_maps(domains: list[ProtectionDomain]) -> list[dict[str, Any]]:
    return [
        {
            "pd_name": domain.name,
            "schedule_map": {str(schedule.id): oob_dto(schedule) for schedule in domain.oob_schedules.values()},
        }
        for domain in domains
        if domain.oob_schedules
    ]


def schedule_dto(domain: ProtectionDomain, schedule: Schedule) -> dict[str, Any]:
    """Return a recurring schedule as the wire spells it."""
    spec = schedule.spec
    return {
        "id": schedule.id,
        "pd_name": domain.name,
        "type": spec["type"],
        "every_nth": spec.get("every_nth", 1),
        "values": spec.get("values"),
        "user_start_time_in_usecs": spec.get("user_start_time_in_usecs", 0),
        "start_times_in_usecs": spec.get("start_times_in_usecs", []),
        "end_time_in_usecs": spec.get("end_time_in_usecs"),
        "duration_in_usecs": spec.get("duration_in_usecs"),
        "timezone_offset": spec.get("timezone_offset", 0),
        "app_consistent": spec.get("app_consistent", False),
        "suspended": spec.get("suspended", False),
        "retention_policy": spec.get("retention_policy", {}),
        "rollup_schedule_uuid": spec.get("rollup_schedule_uuid"),
    }


def oob_dto(schedule: OobSchedule) -> dict[str, Any]:
    """Return a one-time schedule as the wire spells it."""
    spec = schedule.spec
    return {
        "schedule_id": schedule.id,
        "app_consistent": spec.get("app_consistent", False),
        "remote_site_names": spec.get("remote_site_names") or [],
        "schedule_start_time_usecs": spec["schedule_start_time_usecs"],
        "snapshot_retention_time_secs": spec.get("snapshot_retention_time_secs"),
    }
