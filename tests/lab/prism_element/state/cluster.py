# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A simulated Prism Element cluster: its VMs, AHV snapshots and tasks, and the door to all of its API."""

from __future__ import annotations

import hashlib
import random
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from lab.clock import Clock, Events
from lab.endpoint import Endpoint
from lab.prism_element.changes import change_world
from lab.prism_element.errors import TaskFailure, refusal
from lab.prism_element.routes.router import V1_PREFIXES, V3_PREFIX, build_router, build_v1_router, build_v3_router
from lab.prism_element.state.access import Access
from lab.prism_element.state.disaster_recovery import DisasterRecovery
from lab.prism_element.state.entities import GIB, AuditEvent, Disk, Network, Nic, Snapshot, Task, Vm, plain
from lab.prism_element.state.vm_list import VmList
from lab.prism_element.topology import (
    BEHAVIOUR,
    DEFAULT_NETWORKS,
    DURATIONS,
    NETWORK_DEFAULTS,
    names_of,
    power_state_of,
)
from lab.wire import LongPoll, Refusal, Reply, Request

COMMON_HEADERS = {"X-NTNX-Env": "PE", "Server": "Nutanix Prism"}
HOUR_USECS = 3_600_000_000
Watcher = Callable[[frozenset[str], bool, bool], None]


class PrismElementWorld(Endpoint):
    """One cluster.

    ``spec``: its entry under ``prism_elements``; ``durations``: those of the topology, simulated seconds.
    Call ``join`` once all clusters are built, then ``settle``.
    """

    def __init__(
        self, spec: Mapping[str, Any], clock: Clock, events: Events, durations: Mapping[str, float], seed: int
    ) -> None:
        super().__init__(name=spec["name"], kind="prism_element", usual_port=9440)
        self.spec = spec
        self.clock = clock
        self.events = events
        self.durations = {
            **DURATIONS,
            **{key: value for key, value in durations.items() if key in DURATIONS},
            **spec.get("durations", {}),
        }
        self.behaviour: dict[str, Any] = {**BEHAVIOUR, **spec.get("behaviour", {})}
        self.chance = random.Random(f"{seed}:{self.name}")
        generated = hashlib.sha256(f"{seed}:{self.name}:password".encode()).hexdigest()[:16]
        self.access = Access(spec.get("username", "admin"), spec.get("password", generated), self.behaviour, clock)
        self.uuid = spec.get("uuid") or self.new_uuid()
        self.incarnation = 5418300000000000000 + self.chance.randrange(10**15)
        self.version = spec.get("version", "6.5.2")
        self.host_uuids = [self.new_uuid() for _turn in range(3)]
        self.containers = {name: self.new_uuid() for name in spec.get("storage_containers", ["default-container"])}
        self.networks: list[Network] = []
        for entry in spec.get("networks", DEFAULT_NETWORKS):
            self.add_network(entry)
        self.vms = VmList()
        self.lost = False
        self._watchers: list[Watcher] = []
        self.snapshots: dict[str, Snapshot] = {}
        self.tasks: dict[str, Task] = {}
        self.audit_events: list[AuditEvent] = []
        self.promised_uuids: set[str] = set()
        self.outcome: Mapping[str, Any] = {}
        self._contents = 0
        self.peers: dict[str, PrismElementWorld] = {}
        for entry in spec.get("vms", []):
            for name in names_of(entry):
                self.add_vm({**entry, "name": name})
        for entry in spec.get("snapshots", []):
            for number, name in enumerate(names_of(entry)):
                self.add_snapshot(name, entry["vm"], entry.get("age_hours", 0.0) + number / 60, entry.get("uuid"))
        self.dr = DisasterRecovery(self)
        self.router = build_router(self)
        self._other_versions = {**dict.fromkeys(V1_PREFIXES, build_v1_router(self)), V3_PREFIX: build_v3_router(self)}

    def join(self, clusters: Mapping[str, PrismElementWorld]) -> None:
        """Get to know the other clusters and name the remote sites among them."""
        self.peers = {name: cluster for name, cluster in clusters.items() if name != self.name}
        for site in self.spec.get("remote_sites", []):
            self.dr.add_site(site)
            peer = self.peers[site["cluster"]]
            peer.addresses_wanted = max(peer.addresses_wanted, site.get("addresses", 1))

    def settle(self) -> None:
        """Set up the protection domains, once every cluster has joined."""
        for domain in self.spec.get("protection_domains", []):
            self.dr.add_domain(domain)

    # What a client sees.

    def handle(self, request: Request) -> Reply | LongPoll:
        """Answer one request."""
        if request.outcome.get("expire_token"):
            self.access.forget_sessions()
        try:
            earned = self.access.admit(request)
        except Refusal as error:
            reply = error.reply()
            reply.headers.update(COMMON_HEADERS)
            return reply
        self.outcome = request.outcome
        router = next(
            (router for root, router in self._other_versions.items() if request.raw_path.startswith(f"{root}/")),
            self.router,
        )
        answer = router.dispatch(request)
        self.outcome = {}
        answer.authenticated_as = self.access.username
        answer.headers.update(COMMON_HEADERS)
        answer.headers.update(earned)
        return answer

    def inventory(self) -> dict[str, Any]:
        """Return the host variables for the inventory."""
        return {
            "nutanix_host": self.address,
            "nutanix_port": self.port,
            "nutanix_username": self.access.username,
            "nutanix_password": self.access.password,
            **self.spec.get("inventory_vars", {}),
        }

    def state(self) -> dict[str, Any]:
        """Return everything it holds, disk contents included."""
        return {
            "uuid": self.uuid,
            "behaviour": self.behaviour,
            "failed_logins": self.access.failed_logins,
            "locked": self.access.locked,
            "lost": self.lost,
            "networks": [plain(network) for network in self.networks],
            "vms": [plain(vm) for vm in self.vms],
            "snapshots": [plain(snapshot) for snapshot in self.snapshots.values()],
            "tasks": [plain(task) for task in self.tasks.values()],
            **self.dr.state(),
        }

    def change(self, kind: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Change it from outside; docs/lab.md lists the kinds."""
        return change_world(self, kind, payload)

    # What Citrix sees.

    def images(self) -> list[tuple[str, str, int]]:
        """List uuid, name and creation time (epoch µs) of the AHV snapshots that can be used."""
        return [
            (snapshot.uuid, snapshot.name, snapshot.created_usecs)
            for snapshot in self.snapshots.values()
            if not snapshot.deleted
        ]

    def vm(self, vm_uuid: str) -> Vm | None:
        """Return a VM by its uuid."""
        return self.vms.get(vm_uuid)

    # VMs.

    def new_uuid(self) -> str:
        """Return a new random UUID, the same in every run of one topology."""
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def new_content(self, label: str) -> str:
        """Return a token for disk contents that exist nowhere else yet."""
        self._contents += 1
        return f"{self.name}/{label}/{self._contents}"

    def add_vm(self, spec: Mapping[str, Any]) -> Vm:
        """Add a VM at once; ``spec`` as under ``vms`` of a topology, ``content`` may fix what is on its disks."""
        vm_uuid = spec.get("uuid") or self.new_uuid()
        cards = [self.network_of(wanted) for wanted in spec["networks"]] if "networks" in spec else self.networks[:1]
        container = next(iter(self.containers.values()))
        disks = []
        for number, size in enumerate(spec.get("disks_gib") or [spec.get("disk_gib", 40)]):
            content = content_of_disk(spec.get("content"), number) or self.new_content(vm_uuid[:8])
            disks.append(Disk(self.new_uuid(), int(size * GIB), container, content))
        vm = Vm(
            uuid=vm_uuid,
            name=spec["name"],
            disks=disks,
            nics=[self.new_nic(network.uuid) for network in cards],
            description=spec.get("description"),
            num_vcpus=spec.get("num_vcpus", 2),
            memory_mb=spec.get("memory_mb", 4096),
        )
        self.vms.add(vm)
        state = power_state_of(spec.get("power_state", "off"))
        if state != "off":
            self._place(vm, state)
        return vm

    def add_copy(self, original: Vm, name: str, nics: list[Nic], vm_uuid: str | None = None) -> Vm:
        """Add a powered-off VM with the disk contents of another one, which may come from another cluster; its uuid is
        new unless given."""
        container = next(iter(self.containers.values()))
        disks = [replace(disk, uuid=self.new_uuid(), container_uuid=container) for disk in original.disks]
        copy = replace(
            original,
            uuid=vm_uuid or self.new_uuid(),
            name=name,
            disks=disks,
            nics=nics,
            seen_on_networks=[],
            seen_on_network_uuids=[],
        )
        vm = replace(copy, power_state="off", host_uuid=None, logical_timestamp=1)
        self.vms.add(vm)
        return vm

    def add_network(self, spec: Mapping[str, Any]) -> Network:
        """Add a network as under ``networks`` of a topology."""
        network = Network(self.new_uuid(), **{**NETWORK_DEFAULTS, **spec})
        self.networks.append(network)
        return network

    def network_of(self, wanted: str | Mapping[str, Any]) -> Network:
        """Return the first network of a name, or the first that is as described; ValueError when there is none."""
        described = {"name": wanted} if isinstance(wanted, str) else wanted
        for network in self.networks:
            if all(getattr(network, key) == value for key, value in described.items()):
                return network
        raise ValueError(f"no network of {self.name} is {wanted!r}")

    def new_nic(self, network_uuid: str, mac_address: str | None = None) -> Nic:
        """Return a network card, with a MAC address of its own unless one is given."""
        mac = ":".join(["50", "6b", "8d", *(f"{self.chance.randrange(256):02x}" for _turn in range(3))])
        return Nic((mac_address or mac).lower(), network_uuid, self.new_uuid())

    def remove_vm(self, vm_uuid: str) -> None:
        """Remove a VM at once; its snapshots stay, and so does its entry in a protection domain."""
        self.remove_vms([vm_uuid])

    def remove_vms(self, vm_uuids: Iterable[str]) -> None:
        """Remove VMs at once."""
        gone = [vm for vm in map(self.vms.remove, vm_uuids) if vm is not None]
        self._tell({vm.uuid for vm in gone}, up=False)

    def set_power(self, vm_uuid: str, state: str, orderly: bool = False) -> None:
        """Bring a VM into a power state (on, off, paused, suspended) at once; whoever is switched on writes to its
        disks. ``orderly``: its guest agreed."""
        vm = self.vms[vm_uuid]
        before = vm.power_state
        if state == "on" and before == "off":
            self.write(vm)
        self._place(vm, state)
        vm.logical_timestamp += 1
        if state != before and "on" in (state, before):
            self._tell({vm_uuid}, up=state == "on", orderly=orderly)

    def switch_off(self, vm_uuids: Iterable[str]) -> None:
        """Bring many VMs down at once."""
        running = [vm for vm in map(self.vms.get, vm_uuids) if vm is not None and vm.power_state != "off"]
        for vm in running:
            self._place(vm, "off")
            vm.logical_timestamp += 1
        self._tell({vm.uuid for vm in running}, up=False)

    def write(self, vm: Vm) -> None:
        """Let a VM write to its disks."""
        for disk in vm.disks:
            disk.content = self.new_content(vm.uuid[:8])

    def _place(self, vm: Vm, state: str) -> None:
        vm.power_state = state
        vm.host_uuid = None if state == "off" else self.chance.choice(self.host_uuids)
        self.note_networks(vm)

    def note_networks(self, vm: Vm) -> None:
        """Remember on which networks a running VM was seen."""
        if vm.power_state == "on":
            attached = {nic.network_uuid for nic in vm.nics}
            networks = [network for network in self.networks if network.uuid in attached]
            vm.seen_on_networks = list(dict.fromkeys([*vm.seen_on_networks, *(network.name for network in networks)]))
            vm.seen_on_network_uuids = list(
                dict.fromkeys([*vm.seen_on_network_uuids, *(network.uuid for network in networks)])
            )

    def set_lost(self, lost: bool) -> None:
        """Let the whole cluster lose its power, or come back with its VMs off; what was active stays active (contract
        prism_element 11)."""
        self.lost = lost
        self.reachable = not lost
        if lost:
            self.switch_off([vm.uuid for vm in self.vms])
        else:
            self.dr.failover.power_is_back()
        self.links_changed()

    def links_changed(self) -> None:
        """Let all replications between this cluster and the others halt or go on, as things are now."""
        for cluster in (self, *self.peers.values()):
            for site in list(cluster.dr.sites):
                cluster.dr.transfers.pump(site)

    def watch(self, watcher: Watcher) -> None:
        """Tell somebody whenever VMs go down or vanish (False) or come up (True), with their uuids and whether their
        guests were shut down in order."""
        self._watchers.append(watcher)

    def _tell(self, vm_uuids: Iterable[str], up: bool, orderly: bool = False) -> None:
        concerned = frozenset(vm_uuids)
        if concerned:
            for watcher in self._watchers:
                watcher(concerned, up, orderly)

    def find_vm(self, vm_uuid: str) -> Vm:
        """Return a VM by its uuid or raise the refusal for a missing one."""
        if vm_uuid not in self.vms:
            raise self.not_found("VM", vm_uuid)
        return self.vms[vm_uuid]

    def vms_named(self, name: str) -> list[Vm]:
        """Return all VMs of a name."""
        return self.vms.named(name)

    # AHV snapshots.

    def add_snapshot(
        self,
        name: str,
        vm_name: str,
        age_hours: float = 0.0,
        snapshot_uuid: str | None = None,
        content: str | None = None,
    ) -> Snapshot:
        """Add an AHV snapshot of some age at once, of a vanished VM when there is none of that name.

        Its content is that of all such snapshots on all clusters unless ``content`` says otherwise.
        """
        named = self.vms_named(vm_name)
        vm = (
            named[0].as_it_is()
            if named
            else Vm(
                self.new_uuid(),
                vm_name,
                [Disk(self.new_uuid(), 40 * GIB, next(iter(self.containers.values())), "")],
                [],
            )
        )
        for number, disk in enumerate(vm.disks):
            disk.content = content_of_disk(content or f"{vm_name}@{name}", number) or disk.content
        return self.keep_snapshot(
            name, vm, self.clock.epoch_usecs - int(age_hours * HOUR_USECS), self.new_uuid(), snapshot_uuid
        )

    def keep_snapshot(
        self, name: str, vm: Vm, created_usecs: int, group_uuid: str, snapshot_uuid: str | None = None
    ) -> Snapshot:
        """Put a snapshot into the list."""
        snapshot = Snapshot(snapshot_uuid or self.new_uuid(), name, vm, created_usecs, group_uuid)
        self.snapshots[snapshot.uuid] = snapshot
        return snapshot

    def drop_snapshot(self, snapshot_uuid: str) -> None:
        """Delete an AHV snapshot; it lingers as ``deleted`` until it is collected (contract prism_element 4.4)."""
        snapshot = self.snapshots.get(snapshot_uuid)
        if snapshot is None or snapshot.deleted:
            return
        snapshot.deleted = True
        snapshot.logical_timestamp += 1
        self.events.after(
            self.behaviour["deleted_snapshots_linger_seconds"], lambda: self.snapshots.pop(snapshot_uuid, None)
        )

    # Tasks.

    def start_task(
        self,
        operation: str,
        takes: float,
        action: Callable[[Task], None],
        entities: Iterable[tuple[str, str]] = (),
        later_name: str = "",
    ) -> Task:
        """Start a task whose ``action`` happens at its end; TaskFailure raised there, or a fault rule, makes it fail
        without effect.

        ``entities``: pairs of entity type and id that the task names; ``later_name``: what later versions call the
        operation.
        """
        task = Task(self.new_uuid(), operation, list(entities), self.clock.now, takes, later_name=later_name)
        self.tasks[task.uuid] = task
        ordained = self.outcome

        def run() -> None:
            task.status = "RUNNING"

        def end() -> None:
            task.completed = self.clock.now
            if str(ordained.get("job_status", "")).upper() == "ABORTED":
                task.status = "ABORTED"
            elif "fail_task" in ordained or "job_status" in ordained:
                task.status, task.error_detail = "FAILED", str(ordained.get("fail_task", ordained.get("job_status")))
            elif self.lost:
                task.status, task.error_detail = "ABORTED", "The cluster lost its power"
            else:
                try:
                    action(task)
                    task.status = "SUCCEEDED"
                except TaskFailure as failure:
                    task.status, task.error_detail = "FAILED", str(failure)

        self.events.after(min(0.5, takes / 10), run)
        self.events.after(takes, end)
        return task

    def forgets(self, kind: str) -> bool:
        """Whether orders of this kind are accepted and have no effect."""
        return kind in self.behaviour["forgotten_orders"]

    # What the cluster tells about itself.

    def audit(self, kind: str, template: str, context: list[tuple[str, str]], domain: str | None = None) -> None:
        """Note an audit event (contract prism_element 13)."""
        self.audit_events.append(AuditEvent(self.new_uuid(), kind, template, context, self.clock.epoch_usecs, domain))

    def not_found(self, kind: str, identifier: str) -> Refusal:
        """Return the refusal for something that does not exist (contract prism_element 1.7); for the caller to
        raise."""
        return refusal(self.behaviour["not_found_status"], f"{kind} {identifier} is not found")

    def invalid(self, message: str) -> Refusal:
        """Return the refusal for something that validation does not let through; for the caller to raise."""
        return refusal(self.behaviour["invalid_status"], message)


def content_of_disk(content: str | None, number: int) -> str | None:
    """Return what is on the disk of a number when ``content`` is on the first."""
    return f"{content}/disk{number}" if content and number else content
