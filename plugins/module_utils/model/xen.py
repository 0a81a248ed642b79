# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a XenServer pool has: hosts, storage repositories, virtual disks, VMs. `ref` is the opaque reference, good for
one pool; the uuid is what people and other hosts know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Disks of these types of SR are files, which rsync can carry (contract xenserver 3)
FILE_TYPES = ("nfs", "ext")
MIB = 1024 * 1024
BLOCK = 2 * MIB


@dataclass(frozen=True)
class XenHost:
    """One host of a pool. `ssh_enabled` is None where the release does not tell."""

    ref: str
    uuid: str
    name: str
    address: str
    enabled: bool
    version: str
    ssh_enabled: bool | None


@dataclass(frozen=True)
class StorageRepository:
    """`attached` are the names of the hosts that see it now, `unattached` of those that should."""

    ref: str
    uuid: str
    name: str
    type: str
    shared: bool
    size: int
    used: int
    attached: tuple[str, ...]
    unattached: tuple[str, ...]

    @property
    def has_files(self) -> bool:
        return self.type in FILE_TYPES


@dataclass(frozen=True)
class VirtualDisk:
    """A VDI. `parent` is the uuid of the disk whose data it needs, '' when it needs none; `vms` are the references of
    the VMs that it is attached to."""

    ref: str
    uuid: str
    name: str
    description: str
    sr: str
    size: int
    used: int
    type: str
    managed: bool
    read_only: bool
    missing: bool
    parent: str
    is_snapshot: bool
    snapshot_of: str
    vbds: tuple[str, ...] = ()
    other_config: Mapping[str, str] = field(default_factory=dict)
    encrypted: bool = False

    @property
    def has_own_data(self) -> bool:
        """Whether it holds a block of its own: a file of a leaf that nobody has written to is shorter than one block
        (contract xenserver 3, 7.1)."""
        return self.used >= BLOCK


@dataclass(frozen=True)
class XenVm:
    """A VM, template or snapshot. `parent` is the reference of the snapshot of the same VM that was taken before."""

    ref: str
    uuid: str
    name: str
    description: str
    power_state: str
    is_template: bool
    is_snapshot: bool
    snapshot_of: str
    snapshot_time: str
    vbds: tuple[str, ...]
    snapshots: tuple[str, ...]
    other_config: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""


@dataclass(frozen=True)
class Attachment:
    """A VBD: which disk is which device of which VM; `plugged` while the VM runs with it."""

    ref: str
    uuid: str
    vm: str
    disk: str
    device: str
    type: str
    plugged: bool
