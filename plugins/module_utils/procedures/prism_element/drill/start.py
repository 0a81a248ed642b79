# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Making one clone ready: away from production first, then on; and watching that it stays so."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.nics import (
    add_card,
    list_vms_with_cards,
    remove_card,
    with_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.send_once import send_once
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import duration
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.waiting import Look, wait_for
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill import card_change
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.failover.drill_plan import Clone
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.network import Found
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.drill.work import DrillWork
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

APPEARS_WITHIN = 60.0


def prepare(work: DrillWork, clone: Clone, network_uuid: str) -> Clone:
    """Away from production first, and on only when that was read back."""
    vm = work.there(clone)
    changed = has_started = False
    change = card_change(vm.cards or (), network_uuid)
    if vm.power_state != "off" and (change.remove or vm.power_state != "on"):
        if change.remove:
            work.reporter.warn(
                f"{work.client.endpoint}: clone '{clone.name}' was {vm.power_state} with a network card that a drill"
                f" must not have; it is switched off. Look whether '{clone.vm}' is well in Active Directory and Citrix."
            )
        work.switch(clone, "OFF")
        changed = True
    if change:
        _set_cards(work, clone, network_uuid)
        changed = True
    vm = work.there(clone)
    if work.params["power_on"] and vm.power_state != "on":
        if card_change(vm.cards or (), network_uuid):
            raise OperationError(
                f"{work.client.endpoint}: the network cards of clone '{clone.name}' changed while it was made ready",
                "It stays off.",
            )
        work.switch(clone, "ON")
        changed = has_started = True
        vm = work.there(clone)
    return replace(clone, power_state=vm.power_state, cards=vm.cards or (), changed=changed, started=has_started)


def _set_cards(work: DrillWork, clone: Clone, network_uuid: str) -> None:
    change = card_change(work.there(clone).cards or (), network_uuid)
    for mac_address in change.remove:
        _remove_card(work, clone, mac_address)
    if not change.add:
        return
    what = f"adding a network card to clone '{clone.name}'"

    def fits() -> bool:
        return not card_change(work.there(clone).cards or (), network_uuid)

    # Sent again it could be a second card; the next run adds it if it has not come by then.
    task_uuid = send_once(
        lambda: add_card(work.client, clone.uuid, network_uuid) or "",
        lambda: "" if fits() else None,
        what=what,
        progress=work.reporter.progress,
        patience=min(APPEARS_WITHIN, work.deadline.left / 4),
        sends=1,
    )
    work.ended(task_uuid, what, fits)


def _remove_card(work: DrillWork, clone: Clone, mac_address: str) -> None:
    def gone() -> bool:
        return all(card.mac_address != mac_address for card in work.there(clone).cards or ())

    task_uuid = remove_card(work.client, clone.uuid, mac_address)
    work.ended(task_uuid, f"removing network card {mac_address} of clone '{clone.name}'", gone)


def watched(work: DrillWork, clones: Sequence[Clone], network_uuid: str) -> list[Clone]:
    """Each clone as it is at the end. Those that were switched on now are looked at until they have stayed on for long
    enough."""
    any_on = any(clone.started and not clone.problem for clone in clones)
    stays_on = work.params["stays_on"] if any_on else 0
    start = time.monotonic()
    fallen: dict[str, Clone] = {}

    def look() -> Look[dict[str, Found]]:
        now = {vm.uuid: vm for vm in list_vms_with_cards(work.client)}
        since = time.monotonic() - start
        for clone in clones:
            if clone.uuid not in fallen and not clone.problem and work.params["power_on"]:
                state = now[clone.uuid].power_state if clone.uuid in now else "gone"
                if state != "on":
                    fallen[clone.uuid] = replace(clone, problem=f"it was on and is {state} after {duration(since)}")
        remaining = stays_on - since
        words = f"{len(clones) - len(fallen)} of {len(clones)} are on" if remaining > 1 else ""
        return Look(now, done=remaining <= 0 or len(fallen) == len(clones), state=words)

    now = wait_for(
        look,
        what=f"clones of drill {work.drill.id}",
        timeout=stays_on + APPEARS_WITHIN,
        progress=work.reporter.progress,
    )
    return [_last_seen(work, fallen.get(clone.uuid, clone), now.get(clone.uuid), network_uuid) for clone in clones]


def _last_seen(work: DrillWork, clone: Clone, vm: Found | None, network_uuid: str) -> Clone:
    if vm is None:
        return replace(clone, power_state="", cards=(), problem=clone.problem or "it is gone")
    vm_now = with_cards(work.client, vm)
    clone = replace(clone, power_state=vm_now.power_state, cards=vm_now.cards or ())
    if card_change(clone.cards, network_uuid) and not clone.problem:
        clone = replace(clone, problem="its network cards are not as the drill wants them")
    return replace(clone, checked=not clone.problem)
