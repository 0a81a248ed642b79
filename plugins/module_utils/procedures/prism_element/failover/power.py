# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has arrived is switched on, without waiting for anything else."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import failure
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.cards import (
    without_cards,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.failover.work import (
    DEACTIVATED,
    MIGRATED,
    DomainMove,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.prism_element.power_many import (
    apply_power,
    plan_power,
    read_many,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

NONE, ALL, WERE_ON = "none", "all", "were_on"
ON = "powered_on"


def switched_on_from_off(work: DomainMove, vms: list[dict[str, str]]) -> list[dict[str, Any]]:
    """VMs that are off before they move, each with whether it will be switched on all the same."""
    return [
        {**vm, "goes_on": work.params["power_on"] == ALL and vm["name"] not in work.params["leave_off"]} for vm in vms
    ]


def brought_up(work: DomainMove, result: dict[str, Any]) -> dict[str, Any]:
    """The result of a change of side, with `power` in it as pe_vm tells it: None when nothing is to be switched on. A
    VM that does not go on is told there."""
    client = work.peer if result["state"] == MIGRATED else work.client
    if client and work.waits and result["state"] != DEACTIVATED and result["vms"]:
        cardless = without_cards(client, {vm["uuid"] for vm in result["vms"]}, work.had_no_card)
        result = {**result, "without_cards": cardless}
        if cardless:
            work.reporter.warn(
                f"{client.endpoint}: VMs of '{work.name}' have no network card:"
                f" {shortened([repr(vm['name']) for vm in cardless])}"
            )
    stay_off = {vm["uuid"] for vm in result["were_off"] if not vm["goes_on"]}
    uuids = [
        vm["uuid"] for vm in result["vms"] if vm["name"] not in work.params["leave_off"] and vm["uuid"] not in stay_off
    ]
    if work.params["power_on"] == NONE or client is None or not uuids or not work.waits:
        return {**result, "power": None}
    mine = len(work.reporter.timeline)
    try:
        many = read_many(client, uuids)
        plan = plan_power(many, ON)
        power = apply_power(many, plan, ON, work.params, work.deadline, work.reporter, f" of '{work.name}'")
    except OperationError as error:
        # The change of side is done, whatever becomes of single VMs.
        power = failure(error)
    power.pop("diff", None)
    is_recorded = "were_off" in work.result or work.params["power_on"] != WERE_ON or result["state"] != MIGRATED
    if power.get("changed") and not is_recorded:
        work.reporter.warn(
            f"Which VMs of '{work.name}' were off before its migration is not known, so that all of them were switched"
            " on: give the saved_path of the run that ordered it"
        )
    return {
        **result,
        "changed": bool(result["changed"] or power.get("changed")),
        "power": {**power, "timeline": work.reporter.timeline[mine:]},
    }
