# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one simulated product may know of another: a product imports these and never the other product."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol

from lab.endpoint import Place

# Told the uuids of VMs that went down or vanished (False) or came up (True), and whether their guests agreed.
Watcher = Callable[[frozenset[str], bool, bool], None]


class HostedVm(Protocol):
    """A VM as those see it who only host their machines on the cluster."""

    uuid: str
    name: str
    power_state: str


class HostedNetwork(Protocol):
    """A network of a cluster."""

    uuid: str
    name: str


class HostedVms(Protocol):
    """The VMs of a cluster."""

    def __iter__(self) -> Iterator[HostedVm]: ...

    def get(self, vm_uuid: str) -> HostedVm | None: ...

    def named(self, name: str) -> Iterable[HostedVm]: ...

    def named_in_any_case(self, name: str) -> Iterable[HostedVm]: ...

    def set_power(self, vm_uuid: str, state: str, orderly: bool = False) -> None: ...

    def watch(self, watcher: Watcher) -> None: ...


class HypervisorCluster(Protocol):
    """A cluster behind a hosting connection. ``images``: uuid and name of the AHV snapshots that can be used."""

    @property
    def uuid(self) -> str: ...

    @property
    def place(self) -> Place: ...

    @property
    def vms(self) -> HostedVms: ...

    @property
    def networks(self) -> Iterable[HostedNetwork]: ...

    @property
    def containers(self) -> Mapping[str, str]: ...

    def images(self) -> list[tuple[str, str]]: ...


class TemplateSource(Protocol):
    """A Prism Central behind a hosting connection. ``template_versions``: id and name of each template, and id and name
    of the version."""

    @property
    def place(self) -> Place: ...

    def template_versions(self) -> list[tuple[str, str, str, str]]: ...


class MasterVms(Protocol):
    """A XenServer pool behind a hosting connection. ``master_vms``: id and name of each VM. ``snapshots``: id and name
    of each snapshot, and the names of the VM and of the snapshots that it was taken after."""

    @property
    def uuid(self) -> str: ...

    @property
    def place(self) -> Place: ...

    def master_vms(self) -> list[tuple[str, str]]: ...

    def snapshots(self) -> list[tuple[str, str, list[str]]]: ...


class ManagedVms(Protocol):
    """The VMs of a cluster, which a Prism Central makes, switches and removes."""

    def __iter__(self) -> Iterator[Any]: ...

    def get(self, vm_uuid: str) -> Any: ...

    def copy(self, original: Any, name: str, nics: list[Any], vm_uuid: str | None = None) -> Any: ...

    def new_nic(self, network_uuid: str, mac_address: str | None = None) -> Any: ...

    def remove(self, vm_uuids: Iterable[str]) -> None: ...

    def rename(self, vm: Any, name: str) -> None: ...

    def write(self, vm: Any) -> None: ...

    def set_power(self, vm_uuid: str, state: str, orderly: bool = False) -> None: ...


class ManagedNetworks(Protocol):
    """The networks of a cluster."""

    def get(self, uuid: str) -> HostedNetwork | None: ...


class ManagedCluster(Protocol):
    """A cluster that is registered to a Prism Central."""

    name: str
    uuid: str
    version: str
    lost: bool
    containers: dict[str, str]

    @property
    def place(self) -> Place: ...

    @property
    def vms(self) -> ManagedVms: ...

    @property
    def networks(self) -> ManagedNetworks: ...


class CloudTokens(Protocol):
    """Who holds which token of Citrix Cloud."""

    def holder_of(self, authorization: str) -> str | None: ...

    def expire_all(self) -> int: ...


class CloudCustomer(Protocol):
    """A customer of Citrix Cloud, for services beside his site. ``log_in``: host variables that log in to all of
    them."""

    @property
    def customer_id(self) -> str: ...

    @property
    def geo(self) -> str: ...

    @property
    def tokens(self) -> CloudTokens: ...

    def log_in(self) -> dict[str, Any]: ...
