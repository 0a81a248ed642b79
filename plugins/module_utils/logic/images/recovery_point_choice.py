# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which of the recovery points that are there a release takes, and which places must hold it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import RecoveryPoint

THERE, EXPECTED, MISSING = "there", "expected", "missing"


@dataclass(frozen=True)
class Location:
    """A location of a policy, with the clusters of it that somebody can be asked about."""

    label: str
    clusters: tuple[str, ...]


@dataclass(frozen=True)
class Requirement:
    """A place that must hold a copy. One of the clusters of a location is enough: a policy sends one copy to each
    location, and the VM is on one cluster of the primary one."""

    name: str
    clusters: tuple[str, ...]

    def is_met(self, held: Collection[str]) -> bool:
        return not set(held).isdisjoint(self.clusters)


def earliest(now: datetime, made_since: datetime | None, max_age: int | None) -> datetime | None:
    """What is older is too old; None where every age will do."""
    by_age = now - timedelta(seconds=max_age) if max_age is not None else None
    return max(filter(None, (made_since, by_age)), default=None)


def requirements(
    locations: Sequence[Location], wanted: Sequence[str] | None, names: Sequence[tuple[str, str]]
) -> list[Requirement]:
    """The places that must hold a copy: all locations, or those wanted, each by its label or by a cluster of it.
    `names` are pairs of what a cluster is called and its uuid."""
    if wanted is None:
        required = [Requirement(location.label, location.clusters) for location in locations]
    else:
        required = [_requirement(name, locations, names) for name in wanted]
    unknown = [requirement.name for requirement in required if not requirement.clusters]
    if unknown:
        raise Refusal(
            f"no Prism Central that takes part manages a cluster of the locations {quoted(unknown)}, so that nobody can"
            " tell whether they hold the recovery point",
            "Add their Prism Centrals, or name the locations that must hold it.",
        )
    return required


def _requirement(name: str, locations: Sequence[Location], names: Sequence[tuple[str, str]]) -> Requirement:
    labelled = [location for location in locations if location.label.casefold() == name.casefold()]
    if len(labelled) == 1:
        return Requirement(name, labelled[0].clusters)
    covered = set(chain.from_iterable(location.clusters for location in locations))
    called = {uuid for other, uuid in names if other.casefold() == name.casefold() and uuid in covered}
    if len(called) == 1:
        return Requirement(name, tuple(called))
    if called or labelled:
        raise Refusal(f"'{name}' means several locations of the policy", "Give the uuid of the cluster.")
    known = [location.label for location in locations] + [other for other, uuid in names if uuid in covered]
    raise Refusal(f"the policy has no location '{name}'", right_name(name, known))


def newest_first(points: Iterable[RecoveryPoint], cluster_uuid: str) -> list[RecoveryPoint]:
    """One copy of each recovery point, that at the VM's own cluster where there is one."""
    copies: dict[str, RecoveryPoint] = {}
    for point in points:
        known = copies.get(point.location_agnostic_id)
        if known is None or (point.is_at(cluster_uuid) and not known.is_at(cluster_uuid)):
            copies[point.location_agnostic_id] = point
    return sorted(copies.values(), key=lambda point: (str(point.created), point.ext_id), reverse=True)


def state_at(cluster: str, held: Collection[str], locations: Sequence[Location]) -> str:
    """Whether a cluster holds the copy, or is to get it from the policy: where a location of several clusters holds
    one, its others get none."""
    if cluster in held:
        return THERE
    waiting = [location for location in locations if set(held).isdisjoint(location.clusters)]
    if any(cluster in location.clusters for location in waiting):
        return EXPECTED
    return MISSING
