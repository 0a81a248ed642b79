# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Looking at the same machines again and again with as few requests as possible."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import (
    PAGE,
    SESSION_TYPES,
    read_machine,
    read_machines,
    search_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.power_states import NOT_KNOWN, power_known
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    NotFound,
    OperationError,
    Unreachable,
)

READ_AT_ONCE = 8
READ_SINGLY = 20


def read_present(site: CitrixSite, catalog_ids: Iterable[str]) -> list[Machine]:
    """The machines of catalogs, read side by side; of a catalog that is gone there are none."""

    def read(catalog_id: str) -> list[Machine]:
        try:
            return read_machines(site, catalog_id)
        except NotFound:
            return []

    with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
        return [machine for part in pool.map(read, sorted(set(catalog_ids))) for machine in part]


def read_by_ids(site: CitrixSite, catalog_of: Mapping[str, str]) -> dict[str, Machine]:
    """Machines by their ids, without those that are gone. Few are read one by one, many by their catalogs.

    `catalog_of` says in which catalog each was, '' when that is not known; one that is not there any more is looked for
    elsewhere.
    """
    machines: dict[str, Machine] = {}
    if len(catalog_of) > READ_SINGLY:
        machines = {
            machine.id: machine
            for machine in read_present(site, filter(None, catalog_of.values()))
            if machine.id in catalog_of
        }
    missing = sorted(catalog_of.keys() - machines.keys())
    if len(missing) > READ_SINGLY:
        return machines | {machine.id: machine for machine in read_machines(site) if machine.id in catalog_of}
    with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
        return machines | {
            machine.id: machine
            for machine in pool.map(lambda machine_id: read_machine(site, machine_id), missing)
            if machine
        }


class PowerWatch:
    """Watches until the power states of machines are known. `machines` are they as last seen, `unknown` those whose
    state is not known.

    A machine that is gone is not waited for. A search tells with a request for each session type whose states are not
    known, where reading the lists would take more of them; what a real site's search covers is not documented to the
    end (contract citrix 4.3), so that its 'none' is always confirmed by the lists, and a search that fails or is wrong
    is not used again."""

    def __init__(self, site: CitrixSite, machines: Sequence[Machine]) -> None:
        self._site = site
        self.machines = {machine.id: machine for machine in machines}
        self.unknown = {machine.id: machine for machine in machines if not power_known(machine)}
        self._size = Counter(machine.catalog_id for machine in machines)
        self._stale: set[str] = set()
        self._search = True

    def distrust(self) -> None:
        """Whatever was seen so far may not be so any more: the next looks read every catalog once."""
        self._stale = set(self._size)

    def look(self) -> None:
        if not self.unknown:
            self.read()
            return
        searched = self._searched()
        if searched:
            self.unknown = {
                machine_id: machine for machine_id, machine in self.unknown.items() if machine_id in searched
            }
            return
        self.read()
        if searched is not None and self.unknown:
            self._search = False

    def read(self) -> None:
        """Read the states that are not known, that only the search says are known by now, or that are not to be
        trusted."""
        catalogs = self._stale | {machine.catalog_id for machine in self.machines.values() if not power_known(machine)}
        present = {machine.id: machine for machine in read_present(self._site, catalogs)}
        self._stale = set()
        for machine_id in [machine.id for machine in self.machines.values() if machine.catalog_id in catalogs]:
            if machine_id in present:
                self.machines[machine_id] = present[machine_id]
            else:
                del self.machines[machine_id]
        self.unknown = {machine.id: machine for machine in self.machines.values() if not power_known(machine)}

    def _pages(self) -> int:
        """So many requests read the catalogs of those whose states are not known."""
        catalogs = {machine.catalog_id for machine in self.unknown.values()}
        return sum(-(-self._size[catalog_id] // PAGE) for catalog_id in catalogs)

    def _searched(self) -> set[str] | None:
        """The ids of those whose states are not known, as the site's search tells; None when it cannot be asked or
        lists are as cheap."""
        connections = {machine.hypervisor_connection for machine in self.unknown.values()}
        if not self._search or self._pages() < len(connections) * len(SESSION_TYPES):
            return None
        try:
            states = [state for state in NOT_KNOWN if state]
            found = [search_machines(self._site, name, states) for name in connections]
            return {machine.id for machine in chain.from_iterable(found)} & self.unknown.keys()
        except Unreachable:
            raise
        except OperationError:
            self._search = False
            return None
