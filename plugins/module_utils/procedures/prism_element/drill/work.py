# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What bringing clones up and removing them have in common: how the cluster is seen, and how one clone is handled."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    list_vms_with_cards,
    read_vm_with_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.pd_snapshots import (
    list_pd_snapshots,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import order_power
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.protection_domains import (
    ProtectionDomain,
    list_protection_domains,
    unknown_protection_domain,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.restores import (
    list_pending_restores,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.tasks import (
    TaskFailed,
    wait_for_task,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import (
    Deadline,
    Look,
    wait_for,
    wait_for_effect,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import Clones, Drill, clones_among
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import Clone
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.protection import PdSnapshot
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import AccessDenied, OperationError


@dataclass(frozen=True)
class DrillCluster:
    """The cluster as a drill sees it: all VMs, the protection domain of each protected VM's uuid, and what is being
    restored, each by its name."""

    vms: tuple[Found, ...]
    protected: Mapping[str, str]
    restoring: frozenset[str]


class DrillWork:
    """One drill on one cluster."""

    def __init__(self, params: Mapping[str, Any], reporter: Reporter) -> None:
        self.params = params
        self.reporter = reporter
        self.drill = Drill(params["drill"], params["prefix"], params["release_prefix"])
        self.name = str(params["name"])
        self.client = PrismElement.connect(params)
        self.deadline = Deadline(params["wait_timeout"])
        self._denied: AccessDenied | None = None

    def domain_and_snapshots(self) -> tuple[ProtectionDomain | None, list[PdSnapshot]]:
        """What the cluster holds of the protection domain, which it may have received without being part of it."""
        domain = next((each for each in list_protection_domains(self.client) if each.name == self.name), None)
        snapshots = list_pd_snapshots(self.client, self.name)
        if domain is None and not snapshots:
            raise unknown_protection_domain(self.client, self.name)
        return domain, snapshots

    def look(self) -> DrillCluster:
        # The pending ones first: between the two reads one may turn into a VM, and is then seen in the second.
        restoring = frozenset(restore.name for restore in list_pending_restores(self.client, self.name))
        vms = tuple(list_vms_with_cards(self.client))
        domains = list_protection_domains(self.client)
        protected = {member.vm_uuid: domain.name for domain in domains for member in domain.members}
        return DrillCluster(vms, protected, restoring)

    def clones(self, estate: DrillCluster, names: Iterable[str]) -> Clones:
        clones = clones_among(self.drill, estate.vms, frozenset(names), estate.protected)
        if clones.protected:
            conflicts = ", ".join(f"'{vm.name}' ({vm.uuid}) in '{domain}'" for vm, domain in clones.protected)
            raise OperationError(
                f"{self.client.endpoint}: refused, because VMs that bear names of clones are members of protection"
                f" domains: {conflicts}",
                "They are no clones. Choose another drill id or prefix.",
            )
        return clones

    def under_way(self, estate: DrillCluster, names: Iterable[str]) -> bool:
        """Whether a restore is under way that may be one of ours: lists of them may tell the old name or the new one
        (contract prism_element 6.6)."""
        return any(name in estate.restoring or self.drill.clone_name(name) in estate.restoring for name in names)

    def settled(self, names: Sequence[str]) -> DrillCluster:
        """The cluster once no restore is under way that may be ours."""

        def look() -> Look[DrillCluster]:
            vms = self.look()
            busy = self.under_way(vms, names)
            return Look(vms, done=not busy, state="a restore is under way" if busy else "")

        what = f"restore out of '{self.name}'"
        return wait_for(look, what=what, timeout=self.deadline.left, progress=self.reporter.progress)

    def each(self, work: Callable[[Clone], Clone], clones: Sequence[Clone]) -> list[Clone]:
        """Work on so many at once as is allowed. One clone's failure is its own and stops no other; refused credentials
        stop all."""

        def one(clone: Clone) -> Clone:
            if self._denied:
                return replace(clone, problem="not tried, because the cluster refused the account")
            try:
                return work(clone)
            except AccessDenied as error:
                self._denied = error
                return replace(clone, problem=str(error))
            except OperationError as error:
                return replace(clone, problem=str(error), changed=True)

        with ThreadPoolExecutor(max_workers=max(1, self.params["concurrency"])) as pool:
            outcomes = list(pool.map(one, clones))
        if self._denied:
            raise self._denied
        return outcomes

    def read(self, clone: Clone) -> Found | None:
        """The clone as it is, None when it is gone. What bears another name by now is none of ours any more."""
        vm = read_vm_with_cards(self.client, clone.uuid)
        if vm and vm.name != clone.name:
            raise OperationError(
                f"{self.client.endpoint}: VM {clone.uuid} was '{clone.name}' and is called '{vm.name}' now",
                "It is left alone.",
            )
        return vm

    def there(self, clone: Clone) -> Found:
        vm = self.read(clone)
        if vm is None:
            raise OperationError(
                f"{self.client.endpoint}: VM '{clone.name}' ({clone.uuid}) is gone, somebody else has removed it",
                "Run the same task again.",
            )
        return vm

    def switch(self, clone: Clone, transition: str) -> None:
        """Switch on or off at once and wait for it. A clone is no guest to be asked: nobody works on it."""
        state = transition.lower()
        what = f"switching clone '{clone.name}' ({clone.uuid}) {state}"
        task_uuid = order_power(self.client, clone.uuid, transition)
        self.ended(task_uuid, what, lambda: self.there(clone).power_state == state)

    def ended(self, task_uuid: str | None, what: str, reached: Callable[[], bool]) -> None:
        """Wait for the task, and until what it was for can be seen. A failed task whose end is reached all the same was
        a second one for it."""
        try:
            if task_uuid:
                wait_for_task(self.client, task_uuid, what, self.deadline.left, self.reporter.progress)
        except TaskFailed:
            if not reached():
                raise
        wait_for_effect(
            reached,
            what=what,
            idle="its task has ended, and nothing has changed",
            endpoint=self.client.endpoint,
            timeout=self.deadline.left,
            progress=self.reporter.progress,
        )
