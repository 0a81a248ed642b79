# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prove that re-hosted machines are back under control. Reads only."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machine_watch import read_by_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, Standstill, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.verification import (
    REGISTERED,
    Evidence,
    VerificationTerms,
    Wanted,
    doubtful,
    evidence,
    figures,
    only_lost,
    unproven_because,
    wanted_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    NothingUnderWay,
    OperationError,
    StillRunning,
)

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "machines": {"type": "list", "elements": "dict", "required": True},
    "registered_percent": {"type": "int", "default": VerificationTerms.registered_percent},
    "registered_at_least": {"type": "int", "default": VerificationTerms.registered_at_least},
    "powered_on_percent": {"type": "int", "default": VerificationTerms.powered_on_percent},
    "heartbeat_lag": {"type": "int", "default": VerificationTerms.heartbeat_lag},
    "fail": {"type": "bool", "default": True},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 1800},
}
MOST_NAMED = 20
# A site that has just been told of another VM may not have looked for it yet.
LOST_FOR_SURE_AFTER = 60.0
ADVICE = "Nothing was changed. Look at these machines, then run the same task again; it goes on from what it finds."
_NO_MACHINES = evidence((), {})


def read(params: Params, reporter: Reporter) -> Result:
    terms, machines = _terms_and_machines(params, reporter.check)
    fails, waits = params["fail"] and not reporter.check, params["wait"] and not reporter.check
    if not machines:
        result = {**_result(_NO_MACHINES, [], 0.0), "proven": False, "reason": "no machines were given"}
        if fails:
            raise OperationError(
                "Nothing is verified, because no machines were given",
                "Give the machines to verify, or leave the task out.",
                **result,
            )
        return result
    watch = _Watch(CitrixSite.connect(params), machines, terms, params["wait_timeout"])
    seconds = 0.0
    if waits:
        seconds = _wait(watch, params["wait_timeout"], reporter)
    else:
        watch.look()
    result = {
        **_result(watch.seen, machines, seconds),
        "proven": not watch.reason,
        "reason": watch.reason,
    }
    if watch.seen.gone:
        reporter.warn(
            f"{watch.site.endpoint}: {len(watch.seen.gone)} machines are gone from the site and verify nothing:"
            f" {', '.join(result['gone'][:MOST_NAMED])}"
        )
    if watch.reason and fails:
        waited = ""
        if seconds >= params["wait_timeout"] > 0:
            waited = f" within {duration(params['wait_timeout'])}"
        elif waits:
            waited = f" after {duration(seconds)}"
        raise OperationError(
            f"{watch.site.endpoint}: {len(machines)} machines are not verified{waited}: {watch.reason}",
            ADVICE,
            **result,
        )
    return result


class _Watch:
    """Looks at the machines until they are proven. A catalog of which every machine was seen well is not looked at any
    more."""

    def __init__(self, site: CitrixSite, targets: Sequence[Wanted], terms: VerificationTerms, timeout: float) -> None:
        self.site = site
        self.seen = _NO_MACHINES
        self.reason = ""
        self._wanted = targets
        self._terms = terms
        self._machines: dict[str, Machine] = {}
        self._gone: set[str] = set()
        self._seen_down: set[str] = set()
        self._first_look: datetime | None = None
        self._open = set(by_catalog(targets))
        self._lost = Standstill("Proof", ADVICE)
        self._grace = min(LOST_FOR_SURE_AFTER, timeout / 4)

    def look_while_it_helps(self) -> Look[None]:
        """A look that raises NothingUnderWay when only VMs are missing that the hypervisor does not know."""
        look = self.look()
        self._lost.note(self.reason if only_lost(self.seen, self._terms) else "", self._grace)
        return look

    def look(self) -> Look[None]:
        groups = by_catalog(self._wanted)
        catalog_of = {entry.id: catalog_id for catalog_id in self._open for entry in groups[catalog_id]}
        for machine_id in self._gone:
            catalog_of.pop(machine_id, None)
        read = read_by_ids(self.site, catalog_of)
        for machine_id in catalog_of.keys() - read.keys():
            self._gone.add(machine_id)
            self._machines.pop(machine_id, None)
        self._machines |= read
        doubted = self._doubted()
        self._open = {each for each in self._open if not evidence(groups[each], self._machines, doubted).complete}
        self.seen = evidence(self._wanted, self._machines, doubted)
        self.reason = unproven_because(self.seen, self._terms)
        return Look(None, done=not self.reason or not self.seen.present, state=self.reason)

    def _doubted(self) -> set[str]:
        """The ids of machines that may have died while the site still reports them as registered. Asks the site for the
        time only when that matters."""
        for entry in self._wanted:
            if entry.id in self._machines and self._machines[entry.id].registration_state != REGISTERED:
                self._seen_down.add(entry.id)
        unproven = [entry for entry in self._wanted if entry.id not in self._seen_down]
        if not doubtful(unproven, self._machines, self._terms.heartbeat_lag, None, self._first_look):
            return set()
        now = self.site.now()
        self._first_look = self._first_look or now
        return doubtful(unproven, self._machines, self._terms.heartbeat_lag, now, self._first_look)


def by_catalog(targets: Iterable[Wanted]) -> dict[str, list[Wanted]]:
    """The machines by the ids of their catalogs."""
    groups: dict[str, list[Wanted]] = {}
    for entry in targets:
        groups.setdefault(entry.catalog_id, []).append(entry)
    return groups


def _terms_and_machines(params: Params, check: bool) -> tuple[VerificationTerms, list[Wanted]]:
    terms = VerificationTerms(
        params["registered_percent"],
        params["registered_at_least"],
        params["powered_on_percent"],
        params["heartbeat_lag"],
    )
    targets = list({entry.id: entry for entry in map(wanted_of, params["machines"])}.values())
    nameless = [entry.name for entry in targets if not entry.hosted_machine_id]
    if nameless and not check:
        raise OperationError(
            f"machines lacks hosted_machine_id of {', '.join(nameless[:MOST_NAMED])}",
            "Only in check mode may it be unknown.",
        )
    return terms, targets


def _wait(watch: _Watch, timeout: float, reporter: Reporter) -> float:
    """Look until the machines are proven, or cannot be, or the time is over; how many seconds that took."""
    start = time.monotonic()
    with reporter.phase("proof"), suppress(StillRunning, NothingUnderWay):
        wait_for(watch.look_while_it_helps, what="Proof", timeout=timeout, progress=reporter.progress)
    return time.monotonic() - start


def _result(evidence_now: Evidence, targets: Sequence[Wanted], seconds: float) -> dict[str, Any]:
    now = {machine.id: machine for machine in evidence_now.present}
    wrong = {machine.id for machine in evidence_now.wrong_hosting}
    catalogs = []
    for catalog_id, entries in by_catalog(targets).items():
        catalogs.append({"id": catalog_id, "name": entries[0].catalog, **figures(evidence(entries, now))})
    return {
        "catalogs": sorted(catalogs, key=lambda catalog: (str(catalog["name"]).casefold(), catalog["id"])),
        "counts": figures(evidence_now),
        "wrong_hosting": [_difference(entry, now[entry.id]) for entry in targets if entry.id in wrong],
        "power_unknown": _names(evidence_now.power_unknown),
        "vm_not_found": _names(evidence_now.vm_not_found),
        "unregistered": _names(evidence_now.unregistered),
        "doubtful": _names(evidence_now.doubtful),
        "off": _names(evidence_now.off),
        "gone": _names(evidence_now.gone),
        "in_maintenance": _names(machine for machine in evidence_now.present if machine.maintenance_mode),
        "seconds": round(seconds, 1),
    }


def _difference(target: Wanted, machine: Machine) -> dict[str, str]:
    return {
        "name": machine.name,
        "hosted_machine_id": machine.hosted_machine_id,
        "hypervisor_connection": machine.hypervisor_connection,
        "wanted_hosted_machine_id": target.hosted_machine_id,
        "wanted_hypervisor_connection": target.hypervisor_connection,
    }


def _names(machines: Iterable[Machine | Wanted]) -> list[str]:
    return sorted(machine.name for machine in machines)


OPERATION = Reading(arguments=ARGUMENTS, read=read)
