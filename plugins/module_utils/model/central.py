# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a Prism Central knows of itself, of its peers, its clusters and their VMs. Ids are those of Prism Element."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Central:
    """The Prism Central itself. Its uuid is also its domain manager's and its availability zone's."""

    uuid: str
    name: str
    version: str


@dataclass(frozen=True)
class Peer:
    """Another Prism Central that it is paired with."""

    uuid: str
    name: str
    address: str
    connected: bool


@dataclass(frozen=True)
class CentralCluster:
    """A registered cluster. `address` is its virtual address, or that of a CVM where it has none; '' where neither is
    told."""

    uuid: str
    name: str
    version: str
    address: str
    addresses: tuple[str, ...]
    nodes: int
    hypervisors: tuple[str, ...]
    timezone: str
    available: bool | None


@dataclass(frozen=True)
class CentralDisk:
    """A disk of a VM that is no CD drive."""

    uuid: str
    label: str
    bytes: int | None
    storage_container_uuid: str
    migrating: bool


@dataclass(frozen=True)
class CentralVm:
    """`power_state` in lower case ('on', 'off', 'paused', 'undetermined'); `nics` are ids of cards; `policy_ext_id` is
    the protection policy, '' where there is none."""

    uuid: str
    name: str
    power_state: str
    description: str
    cluster_uuid: str
    vcpus: int
    memory_mib: int
    created: datetime | None
    disks: tuple[CentralDisk, ...]
    nics: tuple[str, ...]
    category_ext_ids: tuple[str, ...]
    policy_ext_id: str
