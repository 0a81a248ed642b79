# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Protection policies and what they make on their schedule (contract prism_central 6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.prism_central.state.categories import Categories
from lab.prism_central.state.entities import Policy, RecoveryPoint
from lab.prism_central.state.recovery_points import RecoveryPoints
from lab.prism_central.state.registry import Registry
from lab.prism_central.state.tasks import TaskFailure
from lab.setting import Setting

CONFIG = "datapolicies.v4.config"


class Policies:
    """Policies by id; each takes recovery points of the VMs that bear one of its categories."""

    def __init__(
        self, setting: Setting, registry: Registry, categories: Categories, recovery_points: RecoveryPoints
    ) -> None:
        self._setting = setting
        self._registry = registry
        self._categories = categories
        self._recovery_points = recovery_points
        self._by_id: dict[str, Policy] = {}

    def __iter__(self) -> Iterator[Policy]:
        return iter(self._by_id.values())

    def get(self, ext_id: str) -> Policy | None:
        """Return a policy by its id."""
        return self._by_id.get(ext_id)

    def of(self, vm_uuid: str) -> Policy | None:
        """Return the policy that protects a VM."""
        own = set(self._categories.of(vm_uuid))
        return next((policy for policy in self if own & set(policy.spec.get("categoryIds") or [])), None)

    def add_from(self, entry: Mapping[str, Any]) -> Policy:
        """Add a policy as under ``policies`` of a topology."""
        category = self._categories.labelled(entry["category"])
        clusters = sorted(cluster.uuid for cluster in self._registry.clusters.values())
        locations = [self._location("here", self._registry.uuid, clusters, primary=True)]
        schedule = {
            "recoveryPointType": "CRASH_CONSISTENT",
            "recoveryPointObjectiveTimeSeconds": entry["every_seconds"],
            "retention": {
                "$objectType": f"{CONFIG}.LinearRetention",
                "local": entry.get("local", 1),
                "remote": entry.get("remote", 1),
            },
        }
        configurations: list[dict[str, Any]] = []
        for number, target in enumerate(entry.get("to", []), 1):
            peer = self._registry.peers.get(target.get("prism_central", ""))
            registry = peer.registry if peer else self._registry
            label = f"there-{number}"
            cluster = registry.clusters[target["cluster"]]
            locations.append(self._location(label, registry.uuid, [cluster.uuid], primary=False))
            configurations.append({"sourceLocationLabel": "here", "remoteLocationLabel": label, "schedule": schedule})
        spec = {
            "name": entry["name"],
            "categoryIds": [category.ext_id] if category else [],
            "replicationLocations": locations,
            "replicationConfigurations": configurations or [{"sourceLocationLabel": "here", "schedule": schedule}],
        }
        return self.add(spec, entry.get("first_after"))

    def _location(self, label: str, central: str, clusters: list[str], primary: bool) -> dict[str, Any]:
        where = {"$objectType": f"{CONFIG}.NutanixCluster", "clusterExtIds": clusters}
        return {"label": label, "domainManagerExtId": central, "isPrimary": primary, "replicationSubLocation": where}

    def add(self, spec: dict[str, Any], first_after: float | None = None) -> Policy:
        """Add a policy in the words of the API and let its schedule run; it fires at once unless told otherwise."""
        policy = Policy(self._setting.new_id(), spec)
        self._by_id[policy.ext_id] = policy
        self._setting.events.after(first_after or 0.0, lambda: self._fire(policy))
        return policy

    def remove(self, policy: Policy) -> None:
        """Remove a policy; what it made stays."""
        self._by_id.pop(policy.ext_id, None)

    def _fire(self, policy: Policy) -> None:
        if policy.ext_id not in self._by_id:
            return
        schedules = [each["schedule"] for each in policy.spec["replicationConfigurations"]]
        period = min(schedule["recoveryPointObjectiveTimeSeconds"] for schedule in schedules)
        for _cluster, vm in list(self._registry.vms()):
            if self.of(vm.uuid) is policy:
                self._protect(policy, vm)
        self._setting.events.after(period, lambda: self._fire(policy))

    def _protect(self, policy: Policy, vm: Any) -> None:
        name = f"{policy.spec['name']}-{self._setting.clock.epoch_usecs // 1_000_000}"
        try:
            point = self._recovery_points.make(name, "CRASH_CONSISTENT", None, [vm.uuid], policy.ext_id)
        except TaskFailure:
            return  # its cluster cannot be reached; the next time will tell
        locations = {each["label"]: each for each in policy.spec["replicationLocations"]}
        for configuration in policy.spec["replicationConfigurations"]:
            retention = configuration["schedule"].get("retention") or {}
            self._prune(policy, vm, retention.get("local"))
            target = locations.get(configuration.get("remoteLocationLabel") or "")
            for cluster in ((target or {}).get("replicationSubLocation") or {}).get("clusterExtIds", []):
                self._recovery_points.replicate(point, (target or {})["domainManagerExtId"], cluster)

    def _prune(self, policy: Policy, vm: Any, keep: int | None) -> None:
        made: list[RecoveryPoint] = [
            point
            for point in self._recovery_points
            if point.policy == policy.ext_id
            and point.vms[0].vm_ext_id == vm.uuid
            and point.source == (self._registry.uuid, point.cluster_ext_id)
        ]
        made.sort(key=lambda point: point.created_usecs)
        for point in made[: max(0, len(made) - keep)] if keep else []:
            self._recovery_points.drop(point)
