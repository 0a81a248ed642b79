# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether machines that were re-hosted are back under control: hosting as wanted, power known, enough of them on and
registered (contract citrix 11.2).

Registration alone proves nothing right after a move: an agent that died stays registered until its heartbeat has been
missed for long enough.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_names
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import percent
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, in_maintenance
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.power_states import (
    NOT_MANAGED,
    VM_NOT_FOUND,
    is_on,
    power_known,
)

REGISTERED = "Registered"


@dataclass(frozen=True)
class Wanted:
    """A machine and the hosting that it must have. `hosted_machine_id` '' is an id that is not known yet and not looked
    at.

    `was_down`: it was not registered when it was re-hosted, so that whatever is registered now has registered since.
    `changed`: it was re-hosted by the task
    that tells of it, `changed_by` that moment by the site's clock.
    """

    id: str
    name: str
    catalog: str
    catalog_id: str
    hosted_machine_id: str
    hypervisor_connection: str
    was_down: bool = False
    changed: bool = False
    changed_by: datetime | None = None


@dataclass(frozen=True)
class VerificationTerms:
    """What proves: percent of the machines that are on must be registered, a least number of them, and percent of all
    machines must be on.

    `heartbeat_lag`: for how many seconds an agent that died may still be registered; 0 takes every registration at its
    word.
    """

    registered_percent: int = 90
    registered_at_least: int = 1
    powered_on_percent: int = 0
    heartbeat_lag: int = 600

    def __post_init__(self) -> None:
        for name, value in (
            ("registered_percent", self.registered_percent),
            ("powered_on_percent", self.powered_on_percent),
        ):
            if not 0 <= value <= 100:
                raise Refusal(f"{name} is {value}", "Give a percentage from 0 to 100.")
        if self.registered_at_least < 0:
            raise Refusal(f"registered_at_least is {self.registered_at_least}", "Give a number of machines, 0 or more.")
        if self.heartbeat_lag < 0:
            raise Refusal(f"heartbeat_lag is {self.heartbeat_lag}", "Give a number of seconds, 0 or more.")


@dataclass(frozen=True)
class Evidence:
    """The machines of a set by what was seen of them. `present` are all but those that are `gone`.

    `unregistered` and `doubtful` are among `on`; the latter are registered, and perhaps only because nobody has missed
    them yet.
    """

    present: tuple[Machine, ...]
    gone: tuple[Wanted, ...]
    wrong_hosting: tuple[Machine, ...]
    power_unknown: tuple[Machine, ...]
    vm_not_found: tuple[Machine, ...]
    on: tuple[Machine, ...]
    off: tuple[Machine, ...]
    unregistered: tuple[Machine, ...]
    doubtful: tuple[Machine, ...]

    @property
    def registered(self) -> int:
        return len(self.on) - len(self.unregistered) - len(self.doubtful)

    @property
    def complete(self) -> bool:
        """Whether nothing can get better any more: every machine is where it should be, on and registered."""
        return not self.wrong_hosting and self.registered == len(self.present)


def wanted_of(facts: Mapping[str, Any]) -> Wanted:
    """A machine from an entry of the option. Raises Refusal for one that lacks what is needed."""
    texts = {
        key: str(facts.get(key) or "")
        for key in ("id", "name", "catalog", "catalog_id", "hosted_machine_id", "hypervisor_connection")
    }
    changed = facts.get("action") == "changed"
    before = facts.get("registration_state") if changed else None
    entry = Wanted(
        **texts,
        was_down=bool(before) and before != REGISTERED,
        changed=changed,
        changed_by=parse_moment(facts.get("changed_by")),
    )
    missing = [key for key in ("id", "name", "catalog_id", "hypervisor_connection") if not getattr(entry, key)]
    if missing:
        known = ", ".join(f"{key} {value!r}" for key, value in texts.items() if value)
        raise Refusal(
            f"an entry of machines lacks {', '.join(missing)}, and says {known or 'nothing'}",
            "Pass on the machines of citrix_machine_hosting as it returns them.",
        )
    return entry


def doubtful(
    targets: Iterable[Wanted],
    machines: Mapping[str, Machine],
    lag: float,
    now: datetime | None,
    moved_before: datetime | None,
) -> set[str]:
    """The ids of machines whose registration may be that of an agent that died with the old VM.

    Evidence of a new registration: it was not registered when it was re-hosted, it has deregistered since, or the old
    agent would have been missed by `now` (the site's clock; None counts as too early). A machine was re-hosted by
    `moved_before`; of one that was right already the site may tell that it was earlier. Of one that was changed it
    cannot: LastHostingUpdateTime may be older than the change, or as new as the last look at the hypervisor (contract
    citrix 11.2). A connection attempt is no evidence: the site dates failed ones as well.
    """
    doubts = set()
    for entry in targets:
        machine = machines.get(entry.id)
        if lag <= 0 or entry.was_down or machine is None or machine.registration_state != REGISTERED:
            continue
        moment = _earlier(entry.changed_by if entry.changed else parse_moment(machine.hosting_updated), moved_before)
        deregistered = parse_moment(machine.last_deregistration)
        since = moment is not None and deregistered is not None and deregistered > moment
        missed_by_now = moment is not None and now is not None and (now - moment).total_seconds() >= lag
        if not since and not missed_by_now:
            doubts.add(entry.id)
    return doubts


def _earlier(first: datetime | None, second: datetime | None) -> datetime | None:
    return min(filter(None, (first, second)), default=None)


def evidence(targets: Sequence[Wanted], machines: Mapping[str, Machine], doubted: Collection[str] = ()) -> Evidence:
    """What is seen of the wanted; `machines` by id, those that are gone are not among them. `doubted` are ids whose
    registration proves nothing."""
    present, gone, wrong_hosting = [], [], []
    for entry in targets:
        machine = machines.get(entry.id)
        if machine is None:
            gone.append(entry)
            continue
        present.append(machine)
        if not hosted_as_wanted(entry, machine):
            wrong_hosting.append(machine)
    power_unknown, vm_not_found, on, off = [], [], [], []
    for machine in present:
        if _power_unknown(machine):
            power_unknown.append(machine)
        elif machine.power_state == VM_NOT_FOUND:
            vm_not_found.append(machine)
        elif is_on(machine):
            on.append(machine)
        else:
            off.append(machine)
    return Evidence(
        present=tuple(present),
        gone=tuple(gone),
        wrong_hosting=tuple(wrong_hosting),
        power_unknown=tuple(power_unknown),
        vm_not_found=tuple(vm_not_found),
        on=tuple(on),
        off=tuple(off),
        unregistered=tuple(machine for machine in on if machine.registration_state != REGISTERED),
        doubtful=tuple(machine for machine in on if machine.registration_state == REGISTERED and machine.id in doubted),
    )


def _power_unknown(machine: Machine) -> bool:
    """Machines that have a hosting are power managed: a site that says it does not manage one has not taken notice yet,
    and cannot switch it on."""
    return not power_known(machine) or machine.power_state in NOT_MANAGED


def hosted_as_wanted(target: Wanted, machine: Machine) -> bool:
    """Whether connection and VM are the wanted ones; ids and names compare without case."""
    if machine.hypervisor_connection.casefold() != target.hypervisor_connection.casefold():
        return False
    return not target.hosted_machine_id or machine.hosted_machine_id.casefold() == target.hosted_machine_id.casefold()


def unproven_because(evidence: Evidence, terms: VerificationTerms) -> str:
    """Why the set is not proven, '' when it is. An empty set needs no proof; machines that are gone are left out,
    unless all are."""
    if not evidence.present:
        if evidence.gone:
            return f"all {len(evidence.gone)} machines are gone"
        return ""
    reasons = []
    for affected, what in (
        (evidence.wrong_hosting, "do not have the expected hosting"),
        (evidence.power_unknown, "have a power state that is not known"),
        (evidence.vm_not_found, "have a VM that the hypervisor does not know"),
    ):
        if affected:
            reasons.append(
                f"{len(affected)} of {len(evidence.present)} machines {what} ({shortened(all_names(affected), most=3)})"
            )
    if len(evidence.on) * 100 < terms.powered_on_percent * len(evidence.present):
        reasons.append(
            f"{len(evidence.on)} of {len(evidence.present)} machines are on, {terms.powered_on_percent} % are wanted"
        )
    if evidence.registered * 100 < terms.registered_percent * len(evidence.on):
        names = shortened(all_names((*evidence.unregistered, *evidence.doubtful)), most=3)
        reasons.append(
            f"{evidence.registered} of {len(evidence.on)} machines that are on are registered,"
            f" {terms.registered_percent} % are wanted (not {names})"
        )
    least = min(terms.registered_at_least, len(evidence.present))
    if evidence.registered < least:
        reasons.append(f"{evidence.registered} machines are registered, at least {least} must be to verify anything")
    if reasons and evidence.doubtful:
        reasons.append(
            f"{len(evidence.doubtful)} machines may have died while the site still reports them as registered, up to"
            f" {terms.heartbeat_lag} s after the move"
        )
    return "; ".join(reasons)


def only_lost(evidence: Evidence, terms: VerificationTerms) -> bool:
    """Whether nothing is missing but VMs that the hypervisor does not know, for which no waiting helps."""
    if not evidence.vm_not_found:
        return False
    others = replace(evidence, vm_not_found=())
    return len(evidence.vm_not_found) == len(evidence.present) or not unproven_because(others, terms)


def figures(evidence: Evidence) -> dict[str, int]:
    """The counts of a set."""
    return {
        "machines": len(evidence.present) + len(evidence.gone),
        "on": len(evidence.on),
        "off": len(evidence.off),
        "registered": evidence.registered,
        "registered_percent": percent(evidence.registered, len(evidence.on)),
        "unregistered": len(evidence.unregistered),
        "doubtful": len(evidence.doubtful),
        "maintenance_mode": in_maintenance(evidence.present),
        "wrong_hosting": len(evidence.wrong_hosting),
        "power_unknown": len(evidence.power_unknown),
        "vm_not_found": len(evidence.vm_not_found),
        "gone": len(evidence.gone),
    }
