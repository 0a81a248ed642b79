# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Protection policies of v4, and the protection rules of v3, which are the same (contract prism_central 6.1, 7.4).
Their lists come in any order (contract prism_central trap 27)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.filters import any_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import MOST_IN_FILTER
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection_policy import (
    PolicyLocation,
    PolicySchedule,
    ProtectionPolicy,
)


def list_policies(client: PrismCentral) -> list[ProtectionPolicy]:
    """All policies as v4 tells them, sorted by name."""
    policies = [_policy(data) for data in client.entities("datapolicies", "/config/protection-policies")]
    categories = set(chain.from_iterable(policy.categories for policy in policies))
    names = _category_names(client, sorted(categories))

    def named(policy: ProtectionPolicy) -> ProtectionPolicy:
        return replace(policy, categories=tuple(sorted(names.get(ext_id, ext_id) for ext_id in policy.categories)))

    return sorted(map(named, policies), key=lambda policy: (policy.name, policy.ext_id))


def list_rules(client: PrismCentral) -> list[ProtectionPolicy]:
    """All policies as v3 tells them, sorted by name."""
    policies = [_rule(entity) for entity in client.v3_entities("protection_rule")]
    return sorted(policies, key=lambda policy: (policy.name, policy.ext_id))


def _category_names(client: PrismCentral, ext_ids: Sequence[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for start in range(0, len(ext_ids), MOST_IN_FILTER):
        where = any_of("extId", ext_ids[start : start + MOST_IN_FILTER])
        for data in client.entities("prism", "/config/categories", where=where):
            names[data.get("extId") or ""] = f"{data.get('key')}/{data.get('value')}"
    return names


def _policy(data: Mapping[str, Any]) -> ProtectionPolicy:
    locations = [_location(each) for each in data.get("replicationLocations") or []]
    schedules = [_schedule(each) for each in data.get("replicationConfigurations") or []]
    return ProtectionPolicy(
        ext_id=data.get("extId") or "",
        name=data.get("name") or "",
        categories=tuple(data.get("categoryIds") or ()),
        locations=_primary_first(locations),
        schedules=_sorted(schedules),
    )


def _location(data: Mapping[str, Any]) -> PolicyLocation:
    return PolicyLocation(
        label=data.get("label") or "",
        central_uuid=data.get("domainManagerExtId") or "",
        cluster_uuids=tuple(sorted((data.get("replicationSubLocation") or {}).get("clusterExtIds") or ())),
        primary=bool(data.get("isPrimary")),
    )


def _schedule(data: Mapping[str, Any]) -> PolicySchedule:
    schedule = data.get("schedule") or {}
    retention = schedule.get("retention") or {}
    local, remote = retention.get("local"), retention.get("remote")
    return PolicySchedule(
        source=data.get("sourceLocationLabel") or "",
        target=data.get("remoteLocationLabel") or "",
        kind=str(schedule.get("recoveryPointType") or "").lower(),
        every_seconds=schedule.get("recoveryPointObjectiveTimeSeconds") or 0,
        keep_local=_number(local),
        keep_remote=_number(remote),
        rollup=isinstance(local, dict) or isinstance(remote, dict),
    )


def _rule(entity: Mapping[str, Any]) -> ProtectionPolicy:
    """Locations have no labels there: their places in the list stand for them."""
    status = entity.get("status") or {}
    resources = status.get("resources") or {}
    params = (resources.get("category_filter") or {}).get("params") or {}
    zones = resources.get("ordered_availability_zone_list") or []
    primary = resources.get("primary_location_list") or [0]
    locations = [_zone(zone, str(index), index in primary) for index, zone in enumerate(zones)]
    schedules = [
        _rule_schedule(connection, schedule)
        for connection in resources.get("availability_zone_connectivity_list") or []
        for schedule in connection.get("snapshot_schedule_list") or []
    ]
    return ProtectionPolicy(
        ext_id=(entity.get("metadata") or {}).get("uuid") or "",
        name=status.get("name") or "",
        categories=tuple(sorted(f"{key}/{value}" for key, values in params.items() for value in values)),
        locations=_primary_first(locations),
        schedules=_sorted(schedules),
    )


def _zone(zone: Mapping[str, Any], label: str, primary: bool) -> PolicyLocation:
    """Clusters stand in one of two fields (contract prism_central trap 27)."""
    clusters = {*(zone.get("cluster_uuid_list") or ()), zone.get("cluster_uuid")} - {None, ""}
    return PolicyLocation(label, zone.get("availability_zone_url") or "", tuple(sorted(clusters)), primary)


def _rule_schedule(connection: Mapping[str, Any], schedule: Mapping[str, Any]) -> PolicySchedule:
    source, target = (connection.get(f"{side}_availability_zone_index") for side in ("source", "destination"))
    local = schedule.get("local_snapshot_retention_policy") or {}
    remote = schedule.get("remote_snapshot_retention_policy") or {}
    return PolicySchedule(
        source=str(source or 0),
        target="" if target is None else str(target),
        kind=str(schedule.get("snapshot_type") or "").lower(),
        every_seconds=schedule.get("recovery_point_objective_secs") or 0,
        keep_local=_number(local.get("num_snapshots")),
        keep_remote=_number(remote.get("num_snapshots")),
        rollup="rollup_retention_policy" in local or "rollup_retention_policy" in remote,
    )


def _primary_first(locations: Sequence[PolicyLocation]) -> tuple[PolicyLocation, ...]:
    return tuple(sorted(locations, key=lambda location: (not location.primary, location.label)))


def _sorted(schedules: Sequence[PolicySchedule]) -> tuple[PolicySchedule, ...]:
    return tuple(sorted(schedules, key=lambda schedule: (schedule.source, schedule.target, schedule.every_seconds)))


def _number(value: Any) -> int | None:
    if isinstance(value, int):
        return value
    return None
