# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Switching maintenance mode, of many machines at once."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import (
    Params,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.maintenance import (
    to_drain,
    to_release,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.machine_changes import (
    MachineChange,
    MachineWriter,
    Settled,
)


def switch(site: CitrixSite, params: Params, reporter: Reporter, machines: Sequence[Machine], on: bool) -> Settled:
    def plan(now: Sequence[Machine]) -> list[MachineChange]:
        changing = to_drain(now) if on else to_release(now, None)
        return [MachineChange(machine.id, machine.name, {"InMaintenanceMode": on}) for machine in changing]

    what = f"Switching maintenance mode {'on' if on else 'off'}"
    return MachineWriter(site, params, what=what, progress=reporter.progress).settle(machines, plan)
