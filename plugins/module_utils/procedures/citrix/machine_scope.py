# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options by which a task names the machines it is about, and reading no more of the site than that needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_catalogs,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import read_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import (
    read_machine,
    read_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.connections import (
    ConnectionFacts,
    with_others_to_same_cluster,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.scope import (
    MachineScope,
    Wish,
    choose,
    names_in_csv,
    unknown_names,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

SCOPE_ARGUMENTS: dict[str, Any] = {
    "catalogs": {"type": "list", "elements": "dict", "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "delivery_groups": {"type": "list", "elements": "str"},
    "machines": {"type": "list", "elements": "str"},
    "machines_csv": {"type": "path"},
    "vm_names": {"type": "list", "elements": "str"},
    "vm_uuids": {"type": "list", "elements": "str"},
    "other_vm_uuids": {"type": "list", "elements": "str", "default": []},
    "hypervisor_connections": {"type": "list", "elements": "str"},
    "exclude": {"type": "list", "elements": "str", "default": []},
}
SCOPE_OPTIONS = ("catalogs", "delivery_groups", "machines", "machines_csv", "vm_names", "vm_uuids")
READ_AT_ONCE = 8
READ_SINGLY = 20


def read_scope(site: CitrixSite, params: Mapping[str, Any], hosting_vm_uuids: Sequence[str] = ()) -> MachineScope:
    """The machines that the options mean; `hosting_vm_uuids` are those of the VMs that may host them.

    Read are the catalogs when they are named, a few machines by their full names, else all machines of the site. Raises
    OperationError for a catalog that is not there, a name that means several machines, or a file that cannot be read.
    """
    try:
        wish = replace(read_wish(site, params), hosting_vm_uuids=tuple(hosting_vm_uuids))
        machines = _read(site, wish)
        scope = choose(wish, machines)
    except Refusal as error:
        raise error.at(site.endpoint) from None
    if _reads_singly(wish):
        return scope
    return replace(scope, unknown_excluded=unknown_names(wish.exclude, machines))


def read_wish(site: CitrixSite, params: Mapping[str, Any]) -> Wish:
    """What the options ask for. Catalogs are read when they are named. Raises Refusal for a catalog that is not
    there."""
    return Wish(
        catalog_ids=_catalog_ids(site, params),
        delivery_groups=_tuple(params["delivery_groups"]),
        names=_names(params),
        vm_names=_tuple(params["vm_names"]),
        vm_uuids=_tuple(params["vm_uuids"]),
        connections=_connections(site, params["hypervisor_connections"]),
        other_vm_uuids=tuple(params["other_vm_uuids"]),
        exclude=tuple(params["exclude"]),
    )


def read_catalogs_machines(site: CitrixSite, catalog_ids: frozenset[str]) -> list[Machine]:
    """The machines of several catalogs, read side by side."""
    with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
        return [
            machine
            for part in pool.map(lambda catalog_id: read_machines(site, catalog_id), sorted(catalog_ids))
            for machine in part
        ]


def _read(site: CitrixSite, wish: Wish) -> list[Machine]:
    if wish.catalog_ids is not None:
        return read_catalogs_machines(site, wish.catalog_ids)
    if wish.names is not None and _reads_singly(wish):
        machines = [read_machine(site, name) for name in wish.names]
        return [machine for machine in machines if machine]
    return read_machines(site)


def _reads_singly(wish: Wish) -> bool:
    names = wish.names
    return (
        wish.catalog_ids is None
        and names is not None
        and len(names) <= READ_SINGLY
        and all("\\" in name for name in names)
    )


def _catalog_ids(site: CitrixSite, params: Mapping[str, Any]) -> frozenset[str] | None:
    if params["catalogs"] is None:
        return None
    catalogs = read_catalogs(site)
    return frozenset(find_catalog(selector_of(entry), catalogs).id for entry in params["catalogs"])


def where_connections_lead(site: CitrixSite) -> list[ConnectionFacts]:
    """Where each connection of the site leads."""
    return [ConnectionFacts(each.name, each.plugin, each.addresses) for each in read_connections(site)]


def _connections(site: CitrixSite, names: Sequence[str] | None) -> tuple[str, ...] | None:
    if names is None:
        return None
    return tuple(with_others_to_same_cluster(names, where_connections_lead(site)))


def _names(params: Mapping[str, Any]) -> tuple[str, ...] | None:
    names, path = _tuple(params["machines"]), params["machines_csv"]
    if path is None:
        return names
    try:
        in_file = names_in_csv(Path(path).read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise OperationError(
            f"The list of machines {path} cannot be used: {error}",
            "It is a CSV file with a header line and a column 'machine'.",
        ) from None
    return tuple(dict.fromkeys((*(names or ()), *in_file)))


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    if values is None:
        return None
    return tuple(values)
