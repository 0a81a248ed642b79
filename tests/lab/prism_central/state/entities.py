# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a Prism Central consists of. Moments are simulated epoch microseconds."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lab.clock import Event


@dataclass(eq=False)
class Category:
    """A category; ``revision`` counts its changes."""

    ext_id: str
    key: str
    value: str
    description: str | None = None
    revision: int = 1

    @property
    def label(self) -> str:
        """Key and value in one."""
        return f"{self.key}/{self.value}"


@dataclass(eq=False)
class VmRecoveryPoint:
    """A VM in a recovery point. ``image``: the VM as it was then."""

    ext_id: str
    location_agnostic_id: str
    vm_ext_id: str
    image: Any
    categories: list[str]


@dataclass(eq=False)
class RecoveryPoint:
    """One copy of a recovery point; all copies share ``location_agnostic_id`` (contract prism_central 5.1)."""

    ext_id: str
    location_agnostic_id: str
    name: str
    kind: str
    created_usecs: int
    expiry_usecs: int | None
    cluster_ext_id: str
    source: tuple[str, str]  # the Prism Central and the cluster on which it was made
    vms: list[VmRecoveryPoint]
    arrived: float
    policy: str | None = None
    revision: int = 1
    expiry: Event | None = None

    @property
    def size(self) -> int:
        """Bytes that a replication moves."""
        return sum(disk.size for member in self.vms for disk in member.image.disks)


@dataclass(eq=False)
class Policy:
    """A protection policy in the words of the API; ``spec`` is its body."""

    ext_id: str
    spec: dict[str, Any]
    revision: int = 1


@dataclass(eq=False)
class TemplateVersion:
    """A version of a template. ``image``: the VM that it was made from, as it was then."""

    ext_id: str
    name: str
    description: str
    image: Any
    cluster_ext_id: str
    created_usecs: int


@dataclass(eq=False)
class Template:
    """A template; one of its versions is active."""

    ext_id: str
    name: str
    description: str | None
    versions: list[TemplateVersion]
    active: TemplateVersion
    created_usecs: int
    updated_usecs: int
    revision: int = 1
    category_ext_ids: list[str] = field(default_factory=list)
