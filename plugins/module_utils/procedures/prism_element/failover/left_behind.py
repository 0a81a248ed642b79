# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a migration that failed leaves on the source: told, and put back where nothing of it has left."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.power import PowerChange
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.vms import Vm, list_vms
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    DomainMove,
    names_in_order,
    shown,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import (
    AnswerLost,
    OperationError,
    StillRunning,
    Unreachable,
)

# However little is left of the time for the migration.
RETURNS_WITHIN = 600.0


def left_behind(work: DomainMove, error: OperationError) -> OperationError:
    """The error of a migration, with what it left: VMs that were on are switched on again, provided that the protection
    domain is seen on this side only and nothing is under way. Where that is not sure, the migration may yet go on."""
    if isinstance(error, (AnswerLost, StillRunning, Unreachable)):
        return error
    try:
        off = [vm for vm in list_vms(work.client) if vm.uuid in work.were_on and vm.power_state == "off"]
        at_home = _at_home(work)
    except OperationError:
        return error
    again, failures = _switched_on(work, off) if at_home else ([], [])
    off = [vm for vm in off if vm not in again]
    if at_home and not off:
        work.pair.power_record.close(work.name)
    details: dict[str, Any] = {"at_home": at_home, "left_off": shown(off), "switched_on_again": shown(again)}
    if again:
        details["changed"] = True
    sentences = [error.message]
    if again:
        sentences.append(f"its VMs that were shut down for it are on again: {_names(again)}")
    if off:
        sentences.append(f"these of its VMs are switched off on {work.client.endpoint}: {_names(off)}")
    if failures:
        sentences.append(f"switching them on failed: {shortened(failures)}")
    return error.replace(message="; ".join(sentences), **details)


def _at_home(work: DomainMove) -> bool:
    """Whether the protection domain is active here as before, and nothing of it is on the other side."""
    here, there = work.look(), work.pair.there(work.name)
    if there is None or work.peer is None or not here.side.active or here.side.direction:
        return False
    if there.side.active or there.side.direction:
        return False
    members = {member.vm_uuid for member in here.members}
    return not any(vm.uuid in members for vm in list_vms(work.peer))


def _switched_on(work: DomainMove, off: list[Vm]) -> tuple[list[Vm], list[str]]:
    """Those that are on again, and why others are not."""
    if not off:
        return [], []
    work.reporter.progress(f"'{work.name}' stays on {work.client.endpoint}: its VMs are switched on again")
    change = PowerChange(work.client, off, "on")
    try:
        with work.reporter.phase("power"):
            change.order("ON")
            change.wait(
                f"switching {len(off)} VMs of '{work.name}' on",
                max(RETURNS_WITHIN, work.deadline.left),
                work.reporter.progress,
            )
    except OperationError as late:
        return [], [late.message]
    return [vm for vm in off if vm.uuid not in change.failures], list(change.failures.values())


def _names(vms: list[Vm]) -> str:
    return names_in_order(vm.name for vm in vms)
