# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions on machines, as the machines tell of them (contract citrix 11.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_by_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import PAGE
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

FIELDS = "Id,Name,SessionCount,SessionState,SessionUserName"
READ_SINGLY = 20
READ_AT_ONCE = 8


class SessionWatch:
    """Looks at machines until no session is left on them; one that was seen empty is not looked at any more: nobody can
    log on to it."""

    def __init__(self, site: CitrixSite, machines: Iterable[Machine]) -> None:
        self._site = site
        self.left = [machine for machine in machines if machine.sessions]

    def look(self) -> None:
        catalogs = {machine.id: machine.catalog_id for machine in self.left}
        self.left = [machine for machine in read_by_ids(self._site, catalogs).values() if machine.sessions]


def read_occupied(site: CitrixSite, machines: Sequence[Machine]) -> list[Occupied]:
    """Who is on these machines, sorted by machine; those without a session or gone are left out."""
    with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
        if len(machines) <= READ_SINGLY:
            machines_in_use = [body for body in pool.map(lambda machine: _one(site, machine.id), machines) if body]
        else:
            catalogs = sorted({machine.catalog_id for machine in machines})
            of_each = pool.map(lambda catalog_id: _of_catalog(site, catalog_id), catalogs)
            machines_in_use = list(chain.from_iterable(of_each))
    ids = {machine.id for machine in machines}
    occupied = [_occupied(body) for body in machines_in_use if body.get("Id") in ids and body.get("SessionCount")]
    return sorted(occupied, key=lambda each: each.machine.casefold())


def _one(site: CitrixSite, machine_id: str) -> dict[str, Any] | None:
    try:
        body = site.get(f"/Machines/{segment(machine_id)}", {"fields": FIELDS})
    except NotFound:
        return None
    if isinstance(body, dict):
        return body
    return None


def _of_catalog(site: CitrixSite, catalog_id: str) -> list[dict[str, Any]]:
    try:
        return list(site.items(f"/MachineCatalogs/{segment(catalog_id)}/Machines", {"fields": FIELDS}, limit=PAGE))
    except NotFound:
        return []


def _occupied(body: Mapping[str, Any]) -> Occupied:
    return Occupied(
        body.get("Name") or "",
        body.get("SessionCount") or 0,
        body.get("SessionUserName") or "",
        body.get("SessionState") or "",
    )
