# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read machine catalogs, their master images and, when asked, the images they had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    catalog_facts,
    read_catalogs,
    read_history,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.connections import connection_facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.hypervisors import read_connections
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, Selector, find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.populations import (
    read_groups_in_maintenance,
    read_populations,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "catalogs": {"type": "list", "elements": "dict", "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "connections": {"type": "bool", "default": False},
    "history": {"type": "bool", "default": False},
    "machines": {"type": "bool", "default": False},
}


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    catalogs = read_catalogs(site)
    if params["catalogs"] is not None:
        catalogs = _chosen(params["catalogs"], catalogs, site.endpoint)
    facts = list(map(catalog_facts, sorted(catalogs, key=lambda catalog: catalog.full_name.casefold())))
    if params["connections"]:
        known = {connection.name: connection_facts(connection) for connection in read_connections(site)}
        for catalog in facts:
            catalog["connection"] = known.get(catalog["hypervisor_connection"])
    if params["machines"]:
        counted = read_populations(site, [catalog["id"] for catalog in facts])
        parked = read_groups_in_maintenance(site)
        for catalog in facts:
            catalog["machines"] = counted[catalog["id"]]
            for group in catalog["machines"]["delivery_groups"]:
                group["in_maintenance_mode"] = None if parked is None else group["id"] in parked
    if params["history"]:
        by_id = {catalog.id: catalog for catalog in catalogs}
        for catalog in facts:
            known_as = by_id[catalog["id"]]
            catalog["history"] = []
            if known_as.image:
                catalog["history"] = list(map(asdict, read_history(site, known_as)))
    return {"catalogs": facts}


def _chosen(wishes: Sequence[Mapping[str, Any]], catalogs: Sequence[Catalog], endpoint: str) -> list[Catalog]:
    """The wanted ones in the order of the wishes; all wishes that cannot be met are told at once."""
    selection: dict[Catalog, None] = {}
    refusals: list[tuple[Selector, Refusal]] = []
    for selector in map(selector_of, wishes):
        try:
            selection[find_catalog(selector, catalogs)] = None
        except Refusal as error:
            refusals.append((selector, error))
    if refusals:
        errors = [error for _selector, error in refusals]
        raise OperationError(
            f"{endpoint}: {'; '.join(error.message for error in errors)}",
            " ".join(dict.fromkeys(error.advice for error in errors if error.advice)),
            options=tuple(dict.fromkeys(name for error in errors for name in error.options)),
            failures=[
                {"id": selector.id or "", "name": selector.name or "", "reason": str(error)}
                for selector, error in refusals
            ],
        )
    return list(selection)


OPERATION = Reading(arguments=ARGUMENTS, read=read)
