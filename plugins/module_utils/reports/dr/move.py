# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A move of desktops from one cluster to another, as the roles collect what was done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.summary import titled

Result: TypeAlias = Mapping[str, Any]

PLANNED, UNPLANNED, FAILBACK, DRILL, REHOST, UNDO = "planned", "unplanned", "failback", "drill", "rehost", "undo"
MODES = {
    PLANNED: "Planned move",
    UNPLANNED: "Failover",
    FAILBACK: "Failback",
    DRILL: "Drill",
    REHOST: "Re-hosting",
    UNDO: "Undoing of re-hosting",
}
FAILOVER_MODES = (PLANNED, UNPLANNED, FAILBACK)
PROVEN_MODES = (*FAILOVER_MODES, REHOST)
MIGRATED, ACTIVATED, DEACTIVATED = "migrated", "activated", "deactivated"

# The phases of a move, in their usual order
DRAIN, FAIL_OVER, CLONE, POWER_ON = "drain", "fail over", "clone", "power on"
RE_HOST, RESET, ZONE, RELEASE, PROOF = "re-host", "reset", "zone", "release", "proof"
PHASES = (DRAIN, FAIL_OVER, CLONE, POWER_ON, RE_HOST, RESET, ZONE, RELEASE, PROOF)

RULES = STOP, FAIL, WARN, IGNORE = "stop", "fail", "warn", "ignore"
USUAL_POLICY = {
    **dict.fromkeys(("ambiguous", "missing", "unknown", "refused"), FAIL),
    **dict.fromkeys(("unexpected", "unmanaged", "vanished", "namesakes", "left_behind"), WARN),
}


@dataclass(frozen=True)
class Move:
    """What is known of a move. Everything may be missing, because a run can be killed anywhere. `check` says that it is
    a plan. `clusters` are the variables of inventory hosts that say which cluster they are, `warnings` those that no
    result holds, by host."""

    move: str
    mode: str
    source: str = ""
    target: str = ""
    failovers: Mapping[str, Result | None] = field(default_factory=dict)
    discards: Mapping[str, Result | None] = field(default_factory=dict)
    ways_back: Mapping[str, Result | None] = field(default_factory=dict)
    power: Result = field(default_factory=dict)
    sites: Mapping[str, Result | None] = field(default_factory=dict)
    drills: Mapping[str, Result | None] = field(default_factory=dict)
    policy: Mapping[str, str] = field(default_factory=dict)
    accept_maintenance: bool = False
    obstacles: Sequence[Any] = ()
    check: bool = False
    clusters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def host_of(self, endpoint: str) -> str:
        """The inventory host of the cluster 'Prism Element ADDRESS', '' when it is none of the clusters."""
        address = endpoint.rpartition(" ")[2]
        return next((host for host, variables in self.clusters.items() if variables.get("nutanix_host") == address), "")

    @property
    def title(self) -> str:
        """'Failover 2026-11-20: cluster-a -> cluster-b'"""
        way = " -> ".join(filter(None, (self.source, self.target)))
        return titled(": ".join(filter(None, (f"{MODES[self.mode]} {self.move}", way))), self.check)

    def rule(self, kind: str, hosting: Result | None = None) -> str:
        """What follows from machines of this kind: what was said here, else what the re-hosting was told."""
        rule, hosted = self.policy.get(kind), (hosting or {}).get("policy")
        if not rule and isinstance(hosted, Mapping):
            rule = str(hosted.get(kind) or "")
        return rule or USUAL_POLICY[kind]

    def would(self, done: str, planned: str) -> str:
        """`planned` in a plan, else `done`."""
        if self.check:
            return planned
        return done

    @property
    def parts(self) -> Mapping[str, Result | None]:
        """What a move of this kind mainly consists of."""
        if self.mode in (REHOST, UNDO):
            return self.sites
        if self.mode == DRILL:
            return self.drills
        return self.failovers

    @property
    def behind(self) -> str:
        """The cluster that was left, in words."""
        return self.source or "the cluster behind it"
