# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions about a protection domain: which member is meant, and which snapshot is the one that a release made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.marks import bears_mark, retention_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import origin_id

AVAILABLE = ("AVAILABLE", "RETAIN_FOREVER")
EXPIRED = "EXPIRED"
ARRIVING = "activate"
LEAVING = "deactivate"


@dataclass(frozen=True)
class Member:
    """A VM in a protection domain or in one of its snapshots."""

    vm_name: str
    vm_uuid: str
    consistency_group: str
    app_consistent: bool

    def is_vm_of(self, other: Member) -> bool:
        """Whether both are the same VM. One that is listed without the id of its VM (contract prism_element 1.3) is
        judged by its name."""
        if self.vm_uuid:
            return self.vm_uuid == other.vm_uuid
        return self.vm_name == other.vm_name


@dataclass(frozen=True)
class PdSnapshot:
    """A snapshot of a protection domain. `snapshot_id` is digits where it was made and '<site>:<digits>' where it was
    received; times are microseconds.

    `missing` are the names of members that it does not hold although they were members.
    """

    snapshot_id: str
    protection_domain: str
    created_usecs: int
    expiry_usecs: int | None
    state: str
    oob_schedule_ids: tuple[int, ...]
    members: tuple[Member, ...]
    size_bytes: int | None
    missing: tuple[str, ...] = ()

    @property
    def received(self) -> bool:
        return ":" in self.snapshot_id

    @property
    def expired(self) -> bool:
        return self.state == EXPIRED

    @property
    def available(self) -> bool:
        return self.state in AVAILABLE


@dataclass(frozen=True)
class PendingSchedule:
    """A one-time snapshot that was asked for and is not yet there. `retention` in seconds, None for no end."""

    schedule_id: int
    retention: int | None
    remote_sites: tuple[str, ...]


@dataclass(frozen=True)
class Made:
    """What a release has already made: a `snapshot`, or else the `schedule` that is going to; `strays` are later
    snapshots of the same release."""

    snapshot: PdSnapshot | None = None
    schedule: PendingSchedule | None = None
    strays: tuple[PdSnapshot, ...] = ()


def members_called(members: Iterable[Member], vm_name: str, vm_uuid: str) -> list[Member]:
    """The members of exactly this name, and of this uuid when one is given."""
    return [member for member in members if member.vm_name == vm_name and vm_uuid in ("", member.vm_uuid)]


def holds(snapshot: PdSnapshot, member: Member) -> bool:
    """Whether the snapshot contains this very VM."""
    return any(inside.is_vm_of(member) for inside in snapshot.members)


def made_by_release(
    snapshots: Iterable[PdSnapshot], schedules: Iterable[PendingSchedule], member: Member, mark: str
) -> Made:
    """Find what the release that `mark` stands for has made of this VM.

    Looked at are out-of-band snapshots made here and not expired. Of several the oldest is the release's: a release may
    already have been restored from it somewhere, while later ones come from a repeated order whose first answer was
    lost.
    """
    marked = [snapshot for snapshot in snapshots if holds(snapshot, member) and _bears(snapshot, mark)]
    marked.sort(key=lambda snapshot: (snapshot.created_usecs, int(snapshot.snapshot_id)))
    if marked:
        return Made(snapshot=marked[0], strays=tuple(marked[1:]))
    ordered = sorted(
        (schedule for schedule in schedules if schedule.retention is not None and bears_mark(schedule.retention, mark)),
        key=lambda schedule: schedule.schedule_id,
    )
    return Made(schedule=ordered[0] if ordered else None)


def _bears(snapshot: PdSnapshot, mark: str) -> bool:
    if not snapshot.oob_schedule_ids or snapshot.received or snapshot.expired or not snapshot.expiry_usecs:
        return False
    return bears_mark(retention_of(snapshot.created_usecs, snapshot.expiry_usecs), mark)


def snapshots_with_origin(snapshots: Sequence[PdSnapshot], snapshot_id: str) -> list[PdSnapshot]:
    """The snapshots that `snapshot_id` means: the one listed under exactly this id, else all whose id on the cluster of
    origin is the same."""
    exact = [snapshot for snapshot in snapshots if snapshot.snapshot_id == snapshot_id]
    return exact or [snapshot for snapshot in snapshots if origin_id(snapshot.snapshot_id) == origin_id(snapshot_id)]


def origin_sites(snapshots: Iterable[PdSnapshot]) -> list[str]:
    """The sites that received snapshots came from, most recent first: where the protection domain was active."""
    newest_first = sorted(
        (snapshot for snapshot in snapshots if snapshot.received), key=lambda snapshot: -snapshot.created_usecs
    )
    return list(dict.fromkeys(snapshot.snapshot_id.rpartition(":")[0] for snapshot in newest_first))


@dataclass(frozen=True)
class Unrecoverable:
    """A VM that cannot be recovered at a remote site, at any when `remote_site` is empty, and why."""

    vm_name: str
    vm_uuid: str
    reason: str
    remote_site: str = ""


@dataclass(frozen=True)
class PendingChange:
    """A change of mode that a cluster has accepted and not finished: `mode` such as MIGRATE_PD, `remote_site` where a
    migration goes to."""

    mode: str
    remote_site: str = ""

    @property
    def migrates(self) -> bool:
        """A cluster may list a migration as a deactivation that names where to."""
        return "MIGRATE" in self.mode or bool(self.remote_site)

    @property
    def direction(self) -> str:
        if self.mode.startswith("ACTIVATE"):
            return ARRIVING
        return LEAVING
