# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A pool: what it consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.clock import Events
from lab.endpoint import Place
from lab.xenserver.state.database import NULL, Record
from lab.xenserver.state.disks import Disks
from lab.xenserver.state.ground import Ground
from lab.xenserver.state.machines import RUNNING, Machines
from lab.xenserver.state.schemes import HOUR, Schemes
from lab.xenserver.state.sessions import Sessions
from lab.xenserver.state.storage import Storage
from lab.xenserver.state.tasks import Tasks
from lab.xenserver.state.vhd import KEY_HASH, MIB


class Pool(Ground):
    """All parts of one pool; each knows the ground and the parts that it works on, and none knows the pool."""

    def __init__(self, spec: Mapping[str, Any], events: Events, topology: Mapping[str, Any]) -> None:
        super().__init__(spec, events, topology)
        self.places: dict[str, Place] = {}
        self.hosts = {host["name"]: self._add_host(host["name"]) for host in self.host_specs}
        self.ref = self.database.add(
            "pool", uuid=spec.get("uuid") or self.new_id(), name_label=self.name, master=next(iter(self.hosts.values()))
        )
        self.sessions = Sessions(self)
        self.tasks = Tasks(self)
        self.storage = Storage(self, self.hosts)
        self.disks = Disks(self, self.storage)
        self.machines = Machines(self, self.disks)
        self.schemes = Schemes(self, self.disks, self.machines)
        self.srs = {self.database.get("SR", ref)["name_label"]: ref for ref in self.database.refs("SR")}
        if self.srs:
            self.database.get("pool", self.ref)["default_SR"] = next(iter(self.srs.values()))
        self._add_template()
        for entry in spec.get("vdis", []):
            self.add_disk(entry)
        for entry in spec.get("vms", []):
            self.add_vm(entry)
        for entry in spec.get("schemes", []):
            self.schemes.add(entry, self.srs)

    @property
    def host_specs(self) -> list[dict[str, Any]]:
        """The hosts of the topology; one where it names none."""
        return list(self.spec.get("hosts") or [{"name": f"{self.name}-1"}])

    @property
    def master(self) -> str:
        """The name of the host that is master now."""
        master = self.database.get("pool", self.ref)["master"]
        return next(name for name, ref in self.hosts.items() if ref == master)

    def _add_host(self, name: str) -> str:
        return self.database.add(
            "host",
            name_label=name,
            hostname=name,
            enabled=True,
            software_version={"product_brand": "XenServer", "product_version": "8.4.0", "platform_version": "3.4.0"},
            API_version_major=2,
            API_version_minor=21,
        )

    def _add_template(self) -> None:
        self.machines.create({"name_label": "Other install media", "is_a_template": True, "is_default_template": True})

    @property
    def uuid(self) -> str:
        """Its id."""
        return str(self.database.get("pool", self.ref)["uuid"])

    @property
    def place(self) -> Place:
        """Where it is reached: at its master."""
        return self.places[self.master]

    def master_vms(self) -> list[tuple[str, str]]:
        """Id and name of the VMs that Citrix can take snapshots of."""
        vms = [vm for _ref, vm in self.database.items("VM") if not vm["is_a_template"]]
        return [(vm["uuid"], vm["name_label"]) for vm in vms]

    def snapshots(self) -> list[tuple[str, str, list[str]]]:
        """Id and name of each snapshot of a VM that is there, and the names of the VM and of the snapshots before."""
        found = []
        for _ref, snapshot in self.database.items("VM"):
            if snapshot["is_a_snapshot"] and snapshot["snapshot_of"] != NULL:
                found.append((snapshot["uuid"], snapshot["name_label"], self._before(snapshot)))
        return found

    def _before(self, snapshot: Record) -> list[str]:
        names, parent = [], snapshot["parent"]
        while parent != NULL:
            record = self.database.get("VM", parent)
            names.append(record["name_label"])
            parent = record["parent"]
        return [self.database.get("VM", snapshot["snapshot_of"])["name_label"], *reversed(names)]

    def designate(self, host: str) -> None:
        """Make another host the master."""
        self.database.get("pool", self.ref)["master"] = self.hosts[host]

    def add_disk(self, entry: Mapping[str, Any]) -> str:
        """Add a VDI as under ``vdis`` of a topology; return its uuid."""
        fields = {
            "SR": self.srs[entry["sr"]],
            "name_label": entry["name"],
            "name_description": entry.get("description", ""),
            "virtual_size": entry.get("size_mib", 64) * MIB,
            "other_config": dict(entry.get("other_config", {})),
            "uuid": entry.get("uuid"),
        }
        blocks = self.some_blocks(entry.get("data_mib", 4))
        # contract xenserver trap 23
        key_hash = self.some_bytes(KEY_HASH) if entry.get("encrypted") else None
        vdi = self.disks.create(fields, blocks, entry.get("age_hours", 0.0) * HOUR, key_hash)
        return str(self.database.get("VDI", vdi)["uuid"])

    def add_vm(self, entry: Mapping[str, Any]) -> str:
        """Add a VM as under ``vms`` of a topology; return its uuid."""
        memory = entry.get("memory_mib", 4096) * MIB
        ranges = ("static_min", "static_max", "dynamic_min", "dynamic_max")
        vm = self.machines.create(
            {
                "name_label": entry["name"],
                "name_description": entry.get("description", ""),
                "is_a_template": entry.get("template", False),
                "other_config": dict(entry.get("other_config", {})),
                "VCPUs_max": entry.get("vcpus", 2),
                "VCPUs_at_startup": entry.get("vcpus", 2),
                "HVM_boot_policy": "BIOS order",
                "HVM_boot_params": {"order": "cd", "firmware": "uefi"},
                "platform": {"secureboot": "false", "viridian": "true"},
                **{f"memory_{name}": memory for name in ranges},
            }
        )
        for number, disk in enumerate(entry.get("disks", [])):
            uuid = self.add_disk({"name": f"{entry['name']} {number}", **disk})
            vdi = self.database.by_uuid("VDI", uuid)
            fields = {"VM": vm, "VDI": vdi, "userdevice": str(number), "mode": "RW", "type": "Disk"}
            self.machines.attach({**fields, "bootable": number == 0, "empty": False})
        for name in entry.get("snapshots", []):
            self.machines.snapshot(vm, name, ())
        if entry.get("power_state") == RUNNING:
            self.machines.set_power(vm, RUNNING, self.hosts[self.master])
        return str(self.database.get("VM", vm)["uuid"])
