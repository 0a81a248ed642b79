# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read machines: power, registration, image, sessions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_catalogs,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import (
    read_machine,
    read_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, find_machine, summarise

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "catalogs": {"type": "list", "elements": "dict", "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "delivery_groups": {"type": "list", "elements": "str"},
    "names": {"type": "list", "elements": "str"},
}
READ_SINGLY = 20


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    try:
        machines = _chosen(site, params)
    except Refusal as error:
        raise error.at(site.endpoint) from None
    groups = params["delivery_groups"]
    if groups is not None:
        group_keys = {group.casefold() for group in groups}
        machines = [machine for machine in machines if machine.delivery_group.casefold() in group_keys]
    machines = sorted(machines, key=lambda machine: machine.name.casefold())
    return {"machines": list(map(asdict, machines)), "summary": summarise(machines)}


def _chosen(site: CitrixSite, params: Params) -> list[Machine]:
    catalogs, names = params["catalogs"], params["names"]
    if catalogs is not None:
        existing = read_catalogs(site)
        catalog_ids = dict.fromkeys(find_catalog(selector_of(entry), existing).id for entry in catalogs)
        machines = [machine for catalog_id in catalog_ids for machine in read_machines(site, catalog_id)]
        if names is None:
            return machines
        return _named(names, machines)
    if names is None:
        return read_machines(site)
    if len(names) <= READ_SINGLY and all("\\" in name for name in names):
        matches = [read_machine(site, name) for name in dict.fromkeys(names)]
        if all(matches):
            return list(filter(None, matches))
    return _named(names, read_machines(site))


def _named(names: Sequence[str], machines: Sequence[Machine]) -> list[Machine]:
    return list(dict.fromkeys(find_machine(name, machines) for name in names))


OPERATION = Reading(arguments=ARGUMENTS, read=read)
