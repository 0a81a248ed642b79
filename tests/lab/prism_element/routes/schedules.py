# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Recurring and one-time schedules (contract prism_element 7)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lab.prism_element.routes.lists import chosen
from lab.prism_element.schemas import OOB_SCHEDULE, RETENTION, SCHEDULE
from lab.prism_element.state.cluster import Cluster
from lab.prism_element.state.entities import ProtectionDomain, Schedule
from lab.prism_element.views.protection_domain import oob_view, schedule_view
from lab.router import Router
from lab.wire import Reply, Request

SCHEDULES = "/protection_domains/{name}/schedules"
ONE_TIME = "/protection_domains/{name}/oob_schedules"
ADDED = "Schedule added to protection domain {protection_domain_name}"


def add_routes(router: Router, cluster: Cluster) -> None:
    """Make the paths known."""
    domains, schedules = cluster.domains, cluster.schedules

    def find(request: Request) -> tuple[ProtectionDomain, Schedule]:
        domain = domains.find(request.params["name"])
        return domain, schedules.find(domain, request.params["id"])

    @router.route("GET", SCHEDULES, section="7.1")
    def list_schedules(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        return Reply(body=[schedule_view(domain, schedule) for schedule in domain.schedules])

    @router.route("POST", SCHEDULES, section="7.1", body=SCHEDULE)
    def create(request: Request) -> Reply:
        domain = domains.find_active(request.params["name"])
        schedule = schedules.add(domain, dict(request.body))
        cluster.audit("PdCronScheduleAudit", ADDED, domain.name)
        return Reply(201, schedule_view(domain, schedule))

    @router.route("PUT", f"{SCHEDULES}/{{id}}", section="7.1", body=SCHEDULE)
    def update(request: Request) -> Reply:
        domain, schedule = find(request)
        schedules.remove(domain, schedule)
        return Reply(body=schedule_view(domain, schedules.add(domain, dict(request.body), schedule.id)))

    @router.route("DELETE", SCHEDULES, section="7.1")
    def delete_all(request: Request) -> Reply:
        domain = domains.find(request.params["name"])
        for schedule in list(domain.schedules):
            schedules.remove(domain, schedule)
        return Reply(body={"value": True})

    @router.route("DELETE", f"{SCHEDULES}/{{id}}", section="7.1")
    def delete(request: Request) -> Reply:
        schedules.remove(*find(request))
        return Reply(body={"value": True})

    @router.route("POST", f"{SCHEDULES}/{{id}}/retention_policies", section="7.1", body=RETENTION)
    def set_retention(request: Request) -> Reply:
        domain, schedule = find(request)
        schedule.spec["retention_policy"] = dict(request.body)
        return Reply(body=schedule_view(domain, schedule))

    @router.route("DELETE", f"{SCHEDULES}/{{id}}/retention_policies", section="7.1")
    def drop_retention(request: Request) -> Reply:
        _domain, schedule = find(request)
        schedule.spec["retention_policy"] = {}
        return Reply(body={"value": True})

    @router.route("POST", ONE_TIME, section="7.2", body=OOB_SCHEDULE)
    def order_snapshot(request: Request) -> Reply:
        return Reply(201, oob_view(schedules.order(domains.find_active(request.params["name"]), request.body)))

    @router.route("GET", ONE_TIME, section="7.2")
    def list_oob(request: Request) -> Reply:
        return Reply(body=_oob_maps([domains.find(request.params["name"])]))

    @router.route("GET", "/protection_domains/oob_schedules", section="1.4, 7.2", query={"protection_domain_names"})
    def list_all_oob(request: Request) -> Reply:
        names = request.query.get("protection_domain_names")
        return Reply(body=_oob_maps(domain for domain in domains if chosen(names, domain.name)))

    @router.route("DELETE", f"{ONE_TIME}/{{schedule_id}}", section="7.2")
    def cancel(request: Request) -> Reply:
        schedules.cancel(domains.find(request.params["name"]), request.params["schedule_id"])
        return Reply(body={"value": True})


def _oob_maps(domains: Iterable[ProtectionDomain]) -> list[dict[str, Any]]:
    return [
        {
            "pd_name": domain.name,
            "schedule_map": {str(schedule.id): oob_view(schedule) for schedule in domain.oob_schedules.values()},
        }
        for domain in domains
        if domain.oob_schedules
    ]
