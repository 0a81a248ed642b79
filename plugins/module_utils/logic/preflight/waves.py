# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a catalog's machines will ever have the image, and can open the gate of their wave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import cannot_testify
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.waves import plan_waves
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.reboot_policy import AT_NEXT_SHUTDOWN

Wave: TypeAlias = Mapping[str, Any]


def planned(rows: Rows, facts: Facts) -> dict[str, Wave]:
    """The waves of the roll-out by name, in their order; empty when they are wrong."""
    waves, reboot = facts.get("waves") or [{"name": "all"}], facts.get("reboot") or {}
    try:
        return {wave["name"]: wave for wave in plan_waves(facts.get("wanted") or [], waves, reboot=reboot)}
    except (TypeError, ValueError, Refusal) as error:
        rows.stop("waves", str(error), "Correct catalog_rollout_waves and the waves of the catalogs")
        return {}


def of(entry: Facts, waves: Mapping[str, Wave]) -> Wave | None:
    """The wave that the operator put a catalog into, or else the last one."""
    return waves.get(entry.get("wave") or next(reversed(list(waves)), ""))


def restarts(wave: Wave | None) -> bool:
    """Whether the wave restarts its machines by itself."""
    return wave is not None and int(wave["reboot"].get("within_minutes", AT_NEXT_SHUTDOWN)) != AT_NEXT_SHUTDOWN


def check_machines(rows: Rows, what: str, catalog: Facts, wave: Wave | None) -> None:
    """What the site says of the catalog's machines, beside what the wave asks of them."""
    for warning in catalog.get("warnings") or []:
        rows.warn(what, f"the site warns: {warning}", "Look at it in Citrix Studio")
    for group in (catalog.get("machines") or {}).get("delivery_groups", []):
        if group.get("in_maintenance_mode"):
            closed = f"its delivery group '{group['name']}' is in maintenance mode, so users cannot start its desktops"
            rows.warn(what, closed, "End the maintenance mode in time")
    if "machines_take_image" in catalog:
        _testimony(rows, what, catalog, wave)


def _testimony(rows: Rows, what: str, catalog: Facts, wave: Wave | None) -> None:
    total = catalog.get("total_count") or 0
    remark = cannot_testify(catalog["machines_take_image"], total) or ("" if total else "it has no machines")
    gated = wave is not None and wave["gate"] is not None and wave["gate"]["registered_at_least"] > 0
    if remark and wave is not None and gated:
        advice = "Put it into a wave without gate, or give that gate registered_at_least: 0"
        rows.stop(what, f"{remark}, so that nothing can open the gate of wave '{wave['name']}'", advice)
    elif remark and total:
        rows.warn(what, remark, "Make its machines anew, or update them another way")
    elif wave is not None and gated and not restarts(wave):
        late = (
            f"its machines take the image at their next shutdown; the gate of wave '{wave['name']}' stays closed until"
            " one did"
        )
        rows.warn(what, late, "Give the wave a reboot policy with within_minutes")
