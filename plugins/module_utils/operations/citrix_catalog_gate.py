# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Look whether catalogs and their machines are well after they were moved to an image. Reads only."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    read_catalog,
    read_catalogs,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import WAIT_ARGUMENTS, Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.gate import (
    Figures,
    GateTerms,
    anybody_testifies,
    can_never_open,
    closed_because,
    doubtful,
    figures,
    percent,
    restarts_since,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.window import window_end
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, summarise
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError, StillRunning

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    **WAIT_ARGUMENTS,
    "catalogs": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {**SELECTOR_ARGUMENTS, "image": {"type": "str"}},
        **SELECTOR_RULES,
    },
    "image": {"type": "str"},
    "registered_percent": {"type": "int", "default": GateTerms.registered_percent},
    "registered_at_least": {"type": "int", "default": GateTerms.registered_at_least},
    "out_of_date_percent": {"type": "int", "default": GateTerms.out_of_date_percent},
    "new_faults": {"type": "int", "default": GateTerms.new_faults},
    "heartbeat_seconds": {"type": "int", "default": 600},
    "restarted_after": {"type": "str"},
    "baseline": {"type": "list", "elements": "str", "default": []},
    "fail_when_closed": {"type": "bool", "default": True},
}
READ_AT_ONCE = 8
ADVICE = (
    "Nothing was changed. Look at these machines; then look again, or take the image back with citrix_catalog_rollback."
)
NOBODY = (
    "Leave catalogs of which no machine can prove anything out of the gate, or accept that with registered_at_least: 0."
)


@dataclass(frozen=True)
class Gate:
    """A catalog as last looked at, and why its gate is closed ('' when it is open). `hopeless`: waiting will not open
    it."""

    catalog: Catalog
    machines: list[Machine]
    seen: Figures
    closed_because: str
    hopeless: bool
    unproven: bool

    @property
    def reason(self) -> str:
        """Which catalog it is, and why it is closed."""
        return f"{self.catalog.full_name}: {self.closed_because}"


def read(params: Params, reporter: Reporter) -> Result:
    watch = _Watch(CitrixSite.connect(params), params)
    waited = ""
    if params["wait"]:
        try:
            wait_for(watch.look, what="Gate", timeout=params["wait_timeout"], progress=reporter.progress)
        except StillRunning:
            waited = f" within {duration(params['wait_timeout'])}"
    else:
        watch.look()
    closed = watch.closed
    result: dict[str, Any] = {
        "open": not closed,
        "catalogs": list(map(_facts, watch.gates)),
        "unproven": [gate.catalog.full_name for gate in watch.gates if gate.unproven],
        "faulty": sorted({name for gate in watch.gates for name in gate.seen.faulty}),
    }
    if closed and params["fail_when_closed"]:
        reasons = "; ".join(gate.reason for gate in closed)
        raise OperationError(
            f"{watch.site.endpoint}: {len(closed)} of {len(watch.gates)} gates did not open{waited}. {reasons}",
            NOBODY if watch.hopeless else ADVICE,
            **result,
        )
    return result


class _Watch:
    """Looks at catalogs again and again; one whose gate was seen open is not looked at any more."""

    def __init__(self, site: CitrixSite, params: Mapping[str, Any]) -> None:
        self.site = site
        self.gates: list[Gate] = []
        self._baseline = params["baseline"]
        self._heartbeat = params["heartbeat_seconds"]
        self._patience = params["wait_timeout"] + self._heartbeat
        self._ordered = _moment(params["restarted_after"])
        self._registered_since: dict[str, float] = {}
        self._seen_away: set[str] = set()
        self._terms = GateTerms(
            params["registered_percent"],
            params["registered_at_least"],
            params["out_of_date_percent"],
            params["new_faults"],
        )
        catalogs = read_catalogs(site)
        try:
            self._images: dict[str, str | None] = {
                find_catalog(selector_of(entry), catalogs).id: entry["image"] or params["image"]
                for entry in params["catalogs"]
            }
        except Refusal as error:
            raise error.at(site.endpoint) from None

    @property
    def closed(self) -> list[Gate]:
        return [gate for gate in self.gates if gate.closed_because]

    @property
    def hopeless(self) -> bool:
        """Waiting opens none of those that are closed."""
        return all(gate.hopeless for gate in self.closed)

    def look(self) -> Look[None]:
        opened = {gate.catalog.id: gate for gate in self.gates if not gate.closed_because}
        with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
            self.gates = list(
                pool.map(lambda catalog_id: opened.get(catalog_id) or self._look_at(catalog_id), self._images)
            )
        closed = self.closed
        state = f"{len(self.gates) - len(closed)} of {len(self.gates)} catalogs open"
        if closed:
            state += f"; {closed[0].reason}"
        return Look(None, done=self.hopeless, state=state)

    def _look_at(self, catalog_id: str) -> Gate:
        catalog, image = read_catalog(self.site, catalog_id), self._images[catalog_id]
        machines = read_machines(self.site, catalog_id)
        since = restarts_since(catalog, datetime.now(timezone.utc), self._patience, self._ordered)
        counts = figures(machines, self._baseline, self._doubted(machines, since), catalog.machines_take_image)
        reason = closed_because(catalog, image, counts, self._terms)
        return Gate(
            catalog,
            machines,
            counts,
            reason,
            can_never_open(catalog, image, counts, self._terms),
            not anybody_testifies(image, counts),
        )

    def _doubted(self, machines: Sequence[Machine], since: datetime | None) -> set[str]:
        """Ids of machines that may be gone without the site having noticed: we have not seen them away, nor registered
        for as long as that may take."""
        now = time.monotonic()
        for machine in machines:
            if machine.registration_state != "Registered":
                self._registered_since.pop(machine.id, None)
                self._seen_away.add(machine.id)
            elif not machine.image_out_of_date:
                self._registered_since.setdefault(machine.id, now)
        doubted = {machine.id for machine in doubtful(machines, since)} - self._seen_away
        return {each for each in doubted if now - self._registered_since[each] < self._heartbeat}


def _moment(text: str | None) -> datetime | None:
    try:
        return window_end(text or "")
    except Refusal as error:
        raise error.at("restarted_after") from None


def _facts(gate: Gate) -> dict[str, Any]:
    counts = gate.seen
    return {
        "id": gate.catalog.id,
        "name": gate.catalog.name,
        "folder": "/".join(gate.catalog.folder),
        "full_name": gate.catalog.full_name,
        "image": gate.catalog.image_name or None,
        "open": not gate.closed_because,
        "reason": gate.closed_because,
        "machines_take_image": gate.catalog.machines_take_image,
        "machines": counts.machines,
        "maintenance_mode": counts.maintenance_mode,
        "on": counts.on,
        "registered": counts.registered,
        "proven": counts.proven,
        "doubtful": list(counts.doubtful),
        "registered_percent": percent(counts.registered, counts.on),
        "out_of_date": counts.out_of_date,
        "out_of_date_percent": percent(counts.out_of_date, counts.on) if counts.on else 0,
        "faulty": list(counts.faulty),
        "new_faults": list(counts.new_faults),
        "summary": summarise(gate.machines),
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
