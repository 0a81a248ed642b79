# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs have left behind and none needs any more: temporary VMs and protection domain snapshots. A run that may
still be under way is respected.

Anybody can give a VM such a name. That it is ours is shown only by the protection domain snapshot that the name tells:
it bears the mark of the release, or an image of the release, proven to be ours, came out of it. The same holds for the
recovery point that a name tells, of which clusters know nothing themselves.

A cluster does not say how old a VM is (contract prism_element 3.1). So the signs of life of its release stand for it:
its protection domain snapshot, its images on any cluster, and restores out of the protection domain on this cluster.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    Decision,
    Image,
    Rules,
    age_of,
    came_out_of,
    may_be_under_way,
    old,
    proven_images,
    span,
    without_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import bears_mark
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import TemporaryVm, origin_id

SETTLED_STATES = ("AVAILABLE", "RETAIN_FOREVER")
OnCluster = TypeVar("OnCluster", "Domain", Image)


@dataclass(frozen=True)
class OrphanVm:
    """A VM that bears the name of a temporary one. `marked` when its Prism Central shows the mark in its description,
    and `created` when that tells how old it is."""

    cluster: str
    uuid: str
    name: str
    power_state: str
    says: TemporaryVm
    marked: bool = False
    created: datetime | None = None


@dataclass(frozen=True)
class KeptSnapshot:
    """A snapshot of a protection domain on one cluster, with the names of the VMs in it."""

    cluster: str
    protection_domain: str
    id: str
    created: datetime | None
    expires: datetime | None
    retention: float | None
    state: str
    oob: bool
    vm_names: tuple[str, ...]

    def bears(self, mark: str, base_vm: str) -> bool:
        """Whether it holds the golden VM and bears the mark of a release of it."""
        return base_vm in self.vm_names and self.retention is not None and bears_mark(self.retention, mark)


@dataclass(frozen=True)
class Domain:
    """A protection domain as one cluster has it: `members` by name, when something was last restored out of it here,
    and ids being restored now."""

    cluster: str
    name: str
    members: tuple[str, ...] = ()
    last_restore: datetime | None = None
    restoring: tuple[str, ...] = ()

    def restores(self, origin: str) -> bool:
        """Whether the snapshot of this id on the cluster of origin is being restored."""
        return origin in map(origin_id, self.restoring)


def decide_temporary_vms(
    vms: Iterable[OrphanVm],
    images: Sequence[Image],
    snapshots: Sequence[KeptSnapshot],
    domains: Sequence[Domain],
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
) -> list[Decision]:
    """Keep or delete each temporary VM of the golden VMs that the rules concern. `images`, `snapshots` and `domains`
    are those of all clusters."""
    decisions = []
    for vm in vms:
        if rules.concerns(vm.says.release.base_vm):
            decisions.append(_decide_vm(vm, images, snapshots, domains, rules, now, doubts))
    return decisions


def _decide_vm(
    vm: OrphanVm,
    images: Sequence[Image],
    snapshots: Sequence[KeptSnapshot],
    domains: Sequence[Domain],
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
) -> Decision:
    release = vm.says.release
    own = proven_images(images, release.base_vm, release.release)
    if vm.power_state != "off":
        return _of_vm(
            vm, False, f"its power state is '{vm.power_state}': temporary VMs are never started, so it is in use"
        )
    if vm.says.of_recovery_point:
        return _decide_vm_of_recovery_point(vm, own, rules, now, doubts)
    if not _is_ours(vm, own, snapshots):
        release_snapshot = (
            f"protection domain snapshot {vm.says.snapshot_id} with the mark of a release {release.release} of"
            f" '{release.base_vm}'"
        )
        return _of_vm(
            vm,
            False,
            f"only its name says that the collection made it: no {release_snapshot} is known, and no image that came"
            " out of it",
        )
    if _on(vm.cluster, own):
        return _told(
            vm,
            doubts,
            f"the image '{release.image_name}' exists, so the VM that it was taken from is not needed any more",
        )
    homes = [domain for domain in domains if _holds(domain, snapshots, release.base_vm)]
    if not homes:
        return _of_vm(
            vm,
            False,
            f"no protection domain that was looked at holds '{release.base_vm}', so whether its run is over cannot be"
            " told",
        )
    origin = vm.says.snapshot_id
    here = _on(vm.cluster, homes)
    if any(domain.restores(origin) for domain in here):
        return _of_vm(vm, False, f"protection domain snapshot {origin} is being restored on {vm.cluster}")
    signs = _signs_of_life(vm, own, snapshots, here)
    if signs:
        latest, sign = signs[-1]
        age = age_of(latest, now)
        if age < rules.janitor_age:
            return _of_vm(vm, False, f"release {release.release} may still be under way: {sign} {span(age)} ago")
        return _told(
            vm, doubts, f"there is no image of release {release.release} here, and its last sign of life is {old(age)}"
        )
    return _told(
        vm,
        doubts,
        f"there is no image of release {release.release} here, and protection domain snapshot {origin} that it came out"
        " of is gone",
    )


def _on(cluster: str, things: Iterable[OnCluster]) -> list[OnCluster]:
    return [thing for thing in things if thing.cluster == cluster]


def _signs_of_life(
    vm: OrphanVm, own: Iterable[Image], snapshots: Iterable[KeptSnapshot], here: Iterable[Domain]
) -> list[tuple[datetime, str]]:
    """When something was last heard of its release, and what, the latest at the end. `here` are the protection domains
    of its cluster that hold its golden VM."""
    signs = [(image.created, "its image on another cluster was made") for image in own]
    for snapshot in snapshots:
        if origin_id(snapshot.id) == vm.says.snapshot_id and vm.says.release.base_vm in snapshot.vm_names:
            signs.append((snapshot.created, "its protection domain snapshot was taken"))
    for domain in here:
        signs.append((domain.last_restore, f"something was restored out of '{domain.name}' here"))
    dated = [(moment, sign) for moment, sign in signs if moment]
    return sorted(dated, key=lambda pair: pair[0])


def _decide_vm_of_recovery_point(
    vm: OrphanVm, own: Sequence[Image], rules: Rules, now: datetime, doubts: Sequence[str]
) -> Decision:
    """Clusters know nothing of recovery points. So it is proven by its mark, or by an image that came out of the one
    that the name tells; that the run is over, by its image on the same cluster, or by its age."""
    point, release = vm.says.snapshot_id, vm.says.release
    if not vm.marked and not came_out_of(own, point):
        return _of_vm(
            vm,
            False,
            "only its name says that the collection made it: no mark is seen, and no image that came out of recovery"
            f" point {point} is known",
        )
    here = _on(vm.cluster, own)
    if not here:
        return _decide_vm_without_image(vm, rules, now, doubts)
    if may_be_under_way(here, rules, now):
        return _of_vm(
            vm,
            False,
            f"release {release.release} may still be under way: its image here is younger than"
            f" {span(rules.janitor_age)}",
        )
    return _told(
        vm,
        doubts,
        f"the image '{release.image_name}' exists, so the VM that it was taken from is not needed any more",
    )


def _decide_vm_without_image(vm: OrphanVm, rules: Rules, now: datetime, doubts: Sequence[str]) -> Decision:
    without = f"there is no image of release {vm.says.release.release} here"
    if vm.created is None:
        return _of_vm(vm, False, f"{without}, and no Prism Central tells how old it is")
    age = age_of(vm.created, now)
    if age < rules.janitor_age:
        return _of_vm(
            vm, False, f"release {vm.says.release.release} may still be under way: it was restored {span(age)} ago"
        )
    return _told(vm, doubts, f"{without}, and it was restored {span(age)} ago")


def _is_ours(vm: OrphanVm, own: Iterable[Image], snapshots: Iterable[KeptSnapshot]) -> bool:
    """Whether the protection domain snapshot in the VM's name is one of its release. `own` are the proven images of the
    release."""
    release, origin = vm.says.release, vm.says.snapshot_id
    if came_out_of(own, origin):
        return True
    named = [snapshot for snapshot in snapshots if origin_id(snapshot.id) == origin]
    return any(snapshot.bears(release.image_name, release.base_vm) for snapshot in named)


def _holds(domain: Domain, snapshots: Iterable[KeptSnapshot], base_vm: str) -> bool:
    return base_vm in domain.members or any(
        snapshot.protection_domain == domain.name and base_vm in snapshot.vm_names for snapshot in snapshots
    )


def _told(vm: OrphanVm, doubts: Sequence[str], reason: str) -> Decision:
    if doubts:
        return _of_vm(vm, False, f"would go ({reason}), but {doubts[0]}")
    return _of_vm(vm, True, reason)


def _of_vm(vm: OrphanVm, delete: bool, reason: str) -> Decision:
    release = vm.says.release
    return Decision(vm.cluster, "temporary VM", vm.name, vm.uuid, release.base_vm, release.release, delete, reason)


def decide_pd_snapshots(
    snapshots: Iterable[KeptSnapshot],
    images: Sequence[Image],
    clusters: Collection[str],
    marks: Mapping[tuple[str, str], str],
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
) -> list[Decision]:
    """Keep or delete each protection domain snapshot that bears the mark of a known release; all others are nobody's
    business here.

    `marks` gives the image name of each known release by (golden VM, release). A mark alone is no proof where a cluster
    shortens retentions by some seconds, so
    then the image must name the snapshot it came out of as well. A release is finished when every one of `clusters` has
    its image.
    """
    decisions = []
    for snapshot in snapshots:
        for (base_vm, release), mark in marks.items():
            if rules.concerns(base_vm) and snapshot.bears(mark, base_vm):
                own = proven_images(images, base_vm, release)
                decisions.append(_decide_pd_snapshot(snapshot, base_vm, release, own, clusters, rules, now, doubts))
                break
    return decisions


def _decide_pd_snapshot(
    snapshot: KeptSnapshot,
    base_vm: str,
    release: str,
    own: Sequence[Image],
    clusters: Collection[str],
    rules: Rules,
    now: datetime,
    doubts: Sequence[str],
) -> Decision:
    def decided(delete: bool, reason: str) -> Decision:
        name = f"{snapshot.protection_domain}/{snapshot.id}"
        return Decision(
            snapshot.cluster,
            "protection domain snapshot",
            name,
            snapshot.id,
            base_vm,
            release,
            delete,
            reason,
            snapshot.created,
            snapshot.protection_domain,
        )

    expires = f", it expires by itself on {snapshot.expires:%Y-%m-%d}" if snapshot.expires else ""
    if snapshot.state not in SETTLED_STATES:
        return decided(False, f"its state is {snapshot.state}")
    source = came_out_of(own, origin_id(snapshot.id))
    exact = snapshot.retention is not None and snapshot.retention == int(snapshot.retention)
    if not source and not (exact and snapshot.oob and own):
        return decided(
            False, f"its mark may be chance and no image of release {release} says that it came out of it{expires}"
        )
    missing = without_image(clusters, own)
    if missing:
        return decided(False, f"{', '.join(missing)} can still get the image of release {release} out of it{expires}")
    if may_be_under_way(own, rules, now):
        return decided(
            False,
            f"release {release} may still be under way: its newest image is younger than {span(rules.janitor_age)}",
        )
    reason = (
        f"release {release} is finished: {'all clusters have' if len(clusters) > 1 else 'the cluster has'} its image"
    )
    if not source:
        reason += ", which came out of another snapshot"
    if doubts:
        return decided(False, f"would go ({reason}), but {doubts[0]}")
    return decided(True, reason)
