# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One VM is one machine's, over all sites: no site sees the machines of the others.

A machine that has the VM by its uuid keeps it against those that only bear its name, as on one site (matching.py).
Otherwise nobody gets it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.matching import Doubt
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import RehostingPlan, without

# Left alone, but a VM that they have is theirs
BYSTANDERS = ("excluded", "refused")


@dataclass(frozen=True)
class _Claim:
    """A machine and a VM that it has, or would get. `contends`: its hosting would be changed or confirmed."""

    site: str
    machine_id: str
    name: str
    vm: str
    has_it: bool
    contends: bool

    def rivals(self, other: _Claim) -> bool:
        if other.site == self.site or other.machine_id == self.machine_id:
            return False
        return not self.has_it or (other.has_it and other.contends)


def contested(hostings: Mapping[str, Mapping[str, Any]], site: str) -> list[dict[str, str]]:
    """The machines of a site whose VM a machine of another one has or would get as well, each {id, reason}.
    `hostings`: site -> the result of citrix_machine_hosting, or what stands in its place."""
    by_vm: dict[str, list[_Claim]] = {}
    for name, hosting in hostings.items():
        for claim in _claims(name, hosting):
            by_vm.setdefault(claim.vm, []).append(claim)
    reasons: dict[str, str] = {}
    for claims in by_vm.values():
        for claim in claims:
            rival = next((other for other in claims if claim.rivals(other)), None)
            if rival and claim.site == site and claim.contends:
                verb = "has" if rival.has_it else "would get"
                reasons[claim.machine_id] = f"{rival.name} of {rival.site} {verb} the same VM"
    return [{"id": machine_id, "reason": reason} for machine_id, reason in reasons.items()]


def without_contested(plan: RehostingPlan, reasons: Mapping[str, str]) -> RehostingPlan:
    """The plan without these machines, by their ids, which are ambiguous then."""
    doubts = []
    for move in (*plan.right, *plan.changes):
        if move.machine.id in reasons:
            doubts.append(Doubt(move.machine, (move.vm,), reasons[move.machine.id]))
    return replace(
        plan,
        right=without(plan.right, reasons),
        changes=without(plan.changes, reasons),
        ambiguous=(*plan.ambiguous, *doubts),
    )


def _claims(site: str, hosting: Mapping[str, Any]) -> Iterator[_Claim]:
    for machine in hosting.get("machines") or []:
        vm = _key(machine["hosted_machine_id"], machine["cluster"], machine["vm_name"])
        yield _Claim(site, machine["id"], machine["name"], vm, machine["has_vm"], contends=True)
    for machine in hosting.get("ambiguous") or []:
        for candidate in machine["candidates"]:
            vm, has_it = candidate["uuid"], candidate["uuid"] == machine["hosted_machine_id"] != ""
            key = _key(vm, candidate["cluster"], candidate["name"])
            yield _Claim(site, machine["id"], machine["name"], key, has_it, contends=True)
    for kind in BYSTANDERS:
        for machine in hosting.get(kind) or []:
            if machine.get("hosted_machine_id"):
                vm = _key(machine["hosted_machine_id"], "", "")
                yield _Claim(site, machine["id"], machine["name"], vm, has_it=True, contends=False)


def _key(uuid: str, cluster: str, name: str) -> str:
    """What a VM is known by; before a failover its uuid may not be known."""
    return uuid.lower() or f"{cluster}/{name.casefold()}"
