# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Restarting the machines of catalogs so that they take up the image that the catalog has already (contract citrix
8.5).

$RebootMachines answers at once and is no job; what comes of it is seen from the machines.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.machines import read_machines
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import effect_unknown, send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.restarts import (
    RestartStep,
    is_behind,
    plan_restart,
    restarts,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import RebootPolicy
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    OperationError,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment


@dataclass(frozen=True)
class RestartOutcome:
    """One catalog's result. `action` is unchanged, planned, restarted, adopted, failed or window_over; `behind` how
    many machines had the image before."""

    step: RestartStep
    action: str
    changed: bool = False
    restarted: int = 0
    seconds: float = 0.0
    started: str = ""
    finished: str = ""
    msg: str = ""


@dataclass
class CatalogRestart:
    """One catalog on its way through its restarts."""

    site: CitrixSite
    reporter: Reporter
    step: RestartStep
    policy: RebootPolicy
    wait: bool
    timeout: float
    everything: bool = False
    _ordered: bool = field(default=False, init=False)

    def carry_out(self) -> RestartOutcome:
        start, start_clock = datetime.now(timezone.utc), time.monotonic()
        try:
            outcome = self._restart()
        except OperationError as error:
            outcome = RestartOutcome(self.step, "failed", changed=self._ordered, msg=str(error))
        finished = datetime.now(timezone.utc)
        return replace(
            outcome,
            seconds=time.monotonic() - start_clock,
            started=iso_milliseconds(start),
            finished=iso_milliseconds(finished),
        )

    def _restart(self) -> RestartOutcome:
        if self.step.action == "adopt":
            if not self.wait:
                return RestartOutcome(self.step, "adopted", msg="Restarts are under way; not waited for.")
            self._watch()
            remaining = plan_restart(self.step.catalog, None, self._machines(), self.everything)
            if remaining.action not in ("restart", "restart singly"):
                self.step = replace(self.step, left=remaining.left, reason=remaining.reason)
                return self._done("adopted")
            # Those that the restarts under way passed by
            self.step = remaining
        if self.step.action == "restart":
            self._order(
                f"/MachineCatalogs/{segment(self.step.catalog.id)}/$RebootMachines",
                self.step.behind,
                self.policy.request(),
            )
        else:
            for machine_id in self.step.behind:
                self._order(f"/Machines/{segment(machine_id)}/$reboot", (machine_id,))
        if not self.wait:
            return RestartOutcome(
                self.step, "restarted", changed=True, msg=self.step.reason or "Ordered; not waited for."
            )
        self._watch()
        return self._done("restarted")

    def _done(self, action: str) -> RestartOutcome:
        """Fails when machines that had to restart are on and still behind."""
        machines = [machine for machine in self._machines() if machine.name not in self.step.left]
        remaining = [machine.name for machine in machines if machine.id in self.step.behind and is_behind(machine)]
        if remaining:
            raise OperationError(
                f"{len(remaining)} of {len(self.step.behind)} machines did not restart"
                f" ({', '.join(sorted(remaining)[:3])})",
                "Look at their power state and hosting in the console, then run again.",
            )
        return RestartOutcome(
            self.step, action, changed=self._ordered, restarted=len(self.step.behind), msg=self.step.reason
        )

    def _order(self, path: str, machine_ids: Sequence[str], payload: Any = None) -> None:
        def send() -> bool:
            with effect_unknown():
                self.site.request("POST", path, params=None if payload else {"async": True}, payload=payload)
            return True

        def began() -> bool | None:
            now = {machine.id: machine for machine in self._machines()}
            movers = [
                machine_id
                for machine_id in machine_ids
                if machine_id not in now or restarts(now[machine_id]) or not is_behind(now[machine_id])
            ]
            if movers:
                return True
            return None

        what = f"Restart of {self.step.catalog.full_name}"
        self._ordered = send_once(send, began, what=what, progress=self.reporter.progress)

    def _watch(self) -> None:
        """Wait until the machines that were behind have restarted, or nothing restarts any more."""

        def look() -> Look[None]:
            machines = self._machines()
            behind = [
                machine
                for machine in machines
                if machine.id in self.step.behind and machine.image_out_of_date and not _is_off(machine)
            ]
            state = f"{len(self.step.behind) - len(behind)} of {len(self.step.behind)} machines restarted"
            return Look(
                None,
                done=not behind or not (self._ordered or any(restarts(machine) for machine in machines)),
                state=state,
            )

        wait_for(
            look,
            what=f"Restart of {self.step.catalog.full_name}",
            timeout=self.timeout,
            progress=self.reporter.progress,
        )

    def _machines(self) -> list[Machine]:
        return read_machines(self.site, self.step.catalog.id)


def _is_off(machine: Machine) -> bool:
    """Off, and not in the middle of its restart: it takes the image when somebody starts it."""
    return machine.power_state in ("Off", "Suspended") and not restarts(machine)


def outcome_facts(outcome: RestartOutcome, impact: Any) -> dict[str, Any]:
    """An outcome as the module returns it."""
    catalog = outcome.step.catalog
    return {
        "id": catalog.id,
        "name": catalog.name,
        "folder": "/".join(catalog.folder),
        "full_name": catalog.full_name,
        "image": catalog.image_name or None,
        "machines_take_image": catalog.machines_take_image,
        "action": outcome.action,
        "changed": outcome.changed,
        "behind": len(outcome.step.behind) + len(outcome.step.left),
        "left": list(outcome.step.left),
        "restarted": outcome.restarted,
        "impact": impact,
        "seconds": round(outcome.seconds, 1),
        "started": outcome.started or None,
        "finished": outcome.finished or None,
        "msg": outcome.msg or None,
    }


def failures(outcomes: Sequence[RestartOutcome]) -> list[dict[str, str]]:
    """{id, name, reason} of each catalog that failed or came too late."""
    return [
        {"id": each.step.catalog.id, "name": each.step.catalog.full_name, "reason": each.msg}
        for each in outcomes
        if each.action in ("failed", "window_over")
    ]
