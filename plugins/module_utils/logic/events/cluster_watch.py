# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has happened on a cluster between two looks, each thing told once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

GOLDEN_VM_OFF = "golden_vm_powered_off"
STUCK, RESUMED = "replication_stuck", "replication_resumed"
UNREACHABLE, REACHABLE = "cluster_unreachable", "cluster_reachable"
LOG_IN_REFUSED = "log_in_refused"
NOT_FOUND = "not_found"

Event = dict[str, Any]


@dataclass(frozen=True)
class GoldenVm:
    """A VM that is meant, because its name is given or its description bears the mark."""

    uuid: str
    name: str
    is_off: bool


@dataclass(frozen=True)
class Transfers:
    """What one protection domain sends to one remote site: snapshot -> how far it is, and those that wait."""

    running: Mapping[str, tuple[float, int | None]]
    waiting: tuple[str, ...] = ()

    def has_moved_since(self, before: Transfers) -> bool:
        """Whether something was sent or has arrived meanwhile. That more waits is no progress."""
        gone = {*before.running, *before.waiting} - {*self.running, *self.waiting}
        began = self.running.keys() - before.running.keys()
        return bool(gone or began) or any(
            before.running.get(snapshot, far) != far for snapshot, far in self.running.items()
        )


@dataclass(frozen=True)
class Sight:
    """One look at a cluster: the VMs that are meant, by (protection domain, remote site) what is on its way, and
    whatever else is there: uuid -> name of all VMs, and the names of all protection domains."""

    golden_vms: tuple[GoldenVm, ...]
    transfers: Mapping[tuple[str, str], Transfers]
    vms: Mapping[str, str]
    protection_domains: frozenset[str] = frozenset()


@dataclass
class ClusterWatch:
    """What is remembered of a cluster. Moments are seconds of a clock that only goes forward.

    The first look tells what is there and makes no event of it: nobody saw it happen. The same holds for a VM that is
    off when it is seen for the first time, such as a clone, or the temporary VM of a release, which has the description
    of the golden VM. While no answer comes, what is known stays, so that what happened meanwhile is told at the next
    answer.
    """

    stuck_after: float
    unreachable_after: int
    _known: frozenset[str] = frozenset()
    _ready: frozenset[str] = frozenset()
    _transfers: dict[tuple[str, str], Transfers] = field(default_factory=dict)
    _moved: dict[tuple[str, str], float] = field(default_factory=dict)
    _stuck: set[tuple[str, str]] = field(default_factory=set)
    _misses: int = 0

    def saw(self, sight: Sight, now: float) -> list[Event]:
        events: list[Event] = []
        if self._misses >= self.unreachable_after:
            events.append({"type": REACHABLE})
        self._misses = 0
        return [*events, *self._golden_vms(sight), *self._replications(sight.transfers, now)]

    def missed(self, why: str) -> list[Event]:
        """No answer. One event when there were so many in a row, and none after it."""
        self._misses += 1
        if self._misses != self.unreachable_after:
            return []
        return [{"type": UNREACHABLE, "message": why, "looks": self._misses}]

    def _golden_vms(self, sight: Sight) -> list[Event]:
        events: list[Event] = []
        for vm in sight.golden_vms:
            if vm.is_off and vm.uuid in self._known - self._ready:
                events.append({"type": GOLDEN_VM_OFF, "vm": {"name": vm.name, "uuid": vm.uuid}})
        self._known = frozenset(sight.vms)
        self._ready = frozenset(vm.uuid for vm in sight.golden_vms if vm.is_off)
        return events

    def _replications(self, transfers: Mapping[tuple[str, str], Transfers], now: float) -> list[Event]:
        events: list[Event] = []
        for place, found in transfers.items():
            before = self._transfers.get(place)
            if before is None or found.has_moved_since(before):
                self._moved[place] = now
        for place in self._moved.keys() - transfers.keys():
            del self._moved[place]
        for place in sorted(transfers):
            if place not in self._stuck and now - self._moved[place] >= self.stuck_after:
                self._stuck.add(place)
                events.append(_stuck(place, transfers[place], round(now - self._moved[place])))
        for place in sorted(self._stuck):
            if now - self._moved.get(place, now) < self.stuck_after:
                self._stuck.remove(place)
                events.append({"type": RESUMED, "protection_domain": place[0], "remote_site": place[1]})
        self._transfers = dict(transfers)
        return events


@dataclass
class Wishes:
    """The names that somebody gave, and which of them no cluster has: known when each was looked at once."""

    golden_vms: Collection[str]
    protection_domains: Collection[str]
    clusters: Collection[str]
    _sights: dict[str, Sight] = field(default_factory=dict)
    _is_told: bool = False

    def saw(self, cluster: str, sight: Sight) -> list[Event]:
        if self._is_told:
            return []
        self._sights[cluster] = sight
        if self._sights.keys() < set(self.clusters):
            return []
        self._is_told = True
        vms: set[str] = set()
        domains: set[str] = set()
        for each in self._sights.values():
            vms.update(each.vms.values())
            domains |= each.protection_domains
        missing_vms = [name for name in self.golden_vms if name not in vms]
        missing_domains = [name for name in self.protection_domains if name not in domains]
        if not missing_vms and not missing_domains:
            return []
        names = ", ".join([*missing_vms, *missing_domains])
        return [
            {
                "type": NOT_FOUND,
                "golden_vms": missing_vms,
                "protection_domains": missing_domains,
                "message": f"No cluster has {names}. As long as that is so, nothing is told of it.",
            }
        ]


def without_templates(value: Any) -> Any:
    """An event in which no name is a template. Rulebooks hand names to Ansible, which would carry out the look-up that
    somebody called a VM after."""
    if isinstance(value, str):
        return re.sub(r"\{(?=[{%#])", "{ ", value)
    if isinstance(value, Mapping):
        return {key: without_templates(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [without_templates(each) for each in value]
    return value


def is_marked(description: str, mark: str) -> bool:
    """Whether the mark stands there as a word of its own: #release is not in #released."""
    return bool(mark) and re.search(rf"(?<![\w#-]){re.escape(mark)}(?![\w-])", description) is not None


def _stuck(place: tuple[str, str], found: Transfers, seconds: int) -> Event:
    return {
        "type": STUCK,
        "protection_domain": place[0],
        "remote_site": place[1],
        "snapshot_ids": [*found.running, *found.waiting],
        "percent": max((percent for percent, _bytes in found.running.values()), default=0.0),
        "waiting": len(found.waiting),
        "seconds": seconds,
    }
