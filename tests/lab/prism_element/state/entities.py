# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster consists of: plain data without behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lab.clock import Event

GIB = 1024**3


@dataclass
class Disk:
    """``content`` stands for the bits on it: equal tokens, identical disks. It never goes over the wire."""

    uuid: str
    size: int
    container_uuid: str
    content: str


@dataclass
class Network:
    """A network that cards can be on. Its name is a label: two may bear the same, also with different VLANs or on
    different virtual switches."""

    uuid: str
    name: str
    vlan_id: int = 0
    vswitch_name: str = "br0"


@dataclass
class Nic:
    """A network card; its MAC address is also its id."""

    mac_address: str
    network_uuid: str
    uuid: str
    connected: bool = True


@dataclass
class Vm:
    """A virtual machine; names are not unique.

    ``seen_on_networks``, ``seen_on_network_uuids``: the networks that it was attached to while it ran here.
    """

    uuid: str
    name: str
    disks: list[Disk]
    nics: list[Nic]
    power_state: str = "off"
    boot: dict[str, Any] = field(default_factory=lambda: {"uefi_boot": False})
    description: str | None = None
    num_vcpus: int = 2
    num_cores_per_vcpu: int = 1
    memory_mb: int = 4096
    machine_type: str = "pc"
    ha_priority: int = 0
    host_uuid: str | None = None
    logical_timestamp: int = 1
    seen_on_networks: list[str] = field(default_factory=list)
    seen_on_network_uuids: list[str] = field(default_factory=list)

    @property
    def contents(self) -> list[str]:
        """What is on its disks."""
        return [disk.content for disk in self.disks]

    def as_it_is(self) -> Vm:
        """Return a copy that later changes of this VM do not touch."""
        disks, nics = [replace(disk) for disk in self.disks], [replace(nic) for nic in self.nics]
        names, uuids = list(self.seen_on_networks), list(self.seen_on_network_uuids)
        return replace(self, disks=disks, nics=nics, seen_on_networks=names, seen_on_network_uuids=uuids)


@dataclass
class Snapshot:
    """An AHV snapshot: what Citrix MCS uses as a master image. ``vm`` is the VM as it was then; it may no longer
    exist."""

    uuid: str
    name: str
    vm: Vm
    created_usecs: int
    group_uuid: str
    deleted: bool = False
    logical_timestamp: int = 1


@dataclass
class ProtectedVm:
    """A VM as a protection domain or one of its snapshots knows it.

    ``image``: the VM as it was when the snapshot was taken (None in the domain itself). ``blocked_by``: why it cannot
    be recovered elsewhere.
    """

    vm_uuid: str
    name: str
    handle: int
    vm_files: list[str]
    app_consistent: bool = False
    consistency_group: str = ""
    image: Vm | None = None
    power_on_recovery: str = "Powered Off"
    blocked_by: str | None = None


@dataclass
class Schedule:
    """A recurring schedule. Periods and moments in simulated seconds."""

    id: str
    spec: dict[str, Any]
    next_fire: float
    event: Event | None = None


@dataclass
class OobSchedule:
    """A one-time ("out of band") schedule that has not been carried out yet; ``promised`` is the snapshot to be when
    that is listed already."""

    id: int
    spec: dict[str, Any]
    event: Event | None = None
    promised: PdSnapshot | None = None


@dataclass
class PdSnapshot:
    """A snapshot of a protection domain. ``id``: digits when taken here, ``<site>:<digits>`` when received."""

    id: str
    uuid: str
    domain: str
    created_usecs: int
    expiry_usecs: int | None
    vms: list[ProtectedVm]
    oob_schedule_ids: list[int]
    schedule_id: str | None
    missing: list[str]
    remote_sites: list[str]
    state: str = "AVAILABLE"
    expiry: Event | None = None

    @property
    def origin_id(self) -> str:
        """The digits, equal on origin and receivers."""
        return self.id.rpartition(":")[2]

    @property
    def size(self) -> int:
        """Bytes that a full replication moves."""
        return sum(disk.size for vm in self.vms if vm.image for disk in vm.image.disks)


@dataclass
class Link:
    """What a protection domain has sent to one remote site."""

    id: int
    last_start_usecs: int | None = None
    last_end_usecs: int | None = None
    last_snapshot_id: str | None = None


@dataclass
class Monitor:
    """One line of what v1 calls progress monitors (contract prism_element 5.4). ``operation``: activate or deactivate.
    Moments in simulated seconds."""

    uuid: str
    operation: str
    domain: str
    domain_id: int
    created: float
    takes: float
    status: str = "running"
    completed: float | None = None


@dataclass
class ModeChange:
    """A protection domain on its way into another mode.

    ``mode``: MIGRATE_PD, ACTIVATE_PD or DEACTIVATE_PD (contract prism_element 6.6). ``outcome``: what a fault rule
    wants of it."""

    mode: str
    operation: str
    failover_remote: str | None = None
    snapshot_id: str | None = None
    monitor: Monitor | None = None
    outcome: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class ProtectionDomain:
    """A protection domain; active where its VMs live, and known by the same name on every receiver. ``id``: what the
    cluster itself knows it by."""

    name: str
    id: int = 0
    active: bool = True
    vms: list[ProtectedVm] = field(default_factory=list)
    schedules: list[Schedule] = field(default_factory=list)
    oob_schedules: dict[int, OobSchedule] = field(default_factory=dict)
    snapshots: dict[str, PdSnapshot] = field(default_factory=dict)
    links: dict[str, Link] = field(default_factory=dict)
    pending_restores: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[str] = field(default_factory=list)
    change: ModeChange | None = None
    metro: dict[str, Any] | None = None
    marked_for_removal: bool = False

    @property
    def remote_site_names(self) -> list[str]:
        """The sites that its schedules replicate to, and no others (contract prism_element 6.1)."""
        names: dict[str, None] = {}
        for schedule in self.schedules:
            names.update(dict.fromkeys(schedule.spec["retention_policy"].get("remote_max_snapshots", {})))
        return list(names)


@dataclass
class RemoteSite:
    """Another cluster under its local label."""

    name: str
    cluster: str
    uuid: str
    addresses: int
    bytes_per_second: float
    connected: bool = True
    network_mapping: dict[str, str] = field(default_factory=dict)


@dataclass
class Replication:
    """A snapshot on its way, or waiting for its turn, to one remote site. ``done`` bytes as of moment ``mark``; it
    moves while ``arrival`` is set."""

    id: int
    domain: str
    site: str
    snapshot: PdSnapshot
    total: int
    remote_max: int | None = None
    started_usecs: int | None = None
    done: float = 0.0
    mark: float = 0.0
    paused: bool = False
    arrival: Event | None = None


@dataclass
class AuditEvent:
    """Something that the cluster tells about itself. The last context value repeats the template."""

    id: str
    type: str
    template: str
    context: list[tuple[str, str]]
    created_usecs: int
    domain: str | None = None
