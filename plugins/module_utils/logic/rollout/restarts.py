# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which catalogs have to restart so that their machines take up the image that the catalog has already: decided from
what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_ids
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    cannot_testify,
    has_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.blast_radius import RUNNING
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine

# ScheduledReboot of a machine that restarts without anybody ordering it again; Natural waits for a shutdown that nobody
# orders (contract citrix 8.5)
UNDER_WAY = ("Pending", "Draining", "InProgress")


@dataclass(frozen=True)
class RestartStep:
    """What to do with a catalog. `behind` are the machines to restart that are on and still have the image before, by
    id, `left` the names of those that are not restarted because somebody works on them; `reason` is why nothing is
    done."""

    catalog: Catalog
    action: Literal["unchanged", "restart", "restart singly", "adopt", "refuse"]
    behind: tuple[str, ...] = ()
    left: tuple[str, ...] = ()
    reason: str = ""


def plan_restart(
    catalog: Catalog, image: str | None, machines: Sequence[Machine], everything: bool = False
) -> RestartStep:
    """Restart a catalog of which machines are behind, unless restarts are under way already; those are waited for.

    A site restarts whole catalogs, with a warning. Where some running machines have the image already, that would end
    sessions for nothing: then the idle ones that are behind restart singly, unless `everything` is to restart. `image`
    is the one the catalog must have, None for any.
    """
    if image is not None and not has_image(catalog, image):
        return RestartStep(
            catalog,
            "refuse",
            reason=f"its image is '{catalog.image_name or 'none'}' and not '{image}'",
        )
    if not catalog.machines_take_image:
        return RestartStep(catalog, "unchanged", reason=cannot_testify(catalog.machines_take_image, len(machines)))
    behind = [machine for machine in machines if is_behind(machine)]
    idle, in_use = [], []
    for machine in behind:
        if machine.sessions:
            in_use.append(machine.name)
        else:
            idle.append(machine.id)
    ids = tuple(all_ids(behind))
    if any(map(restarts, machines)):
        return RestartStep(catalog, "adopt", ids)
    if everything or all(is_behind(machine) for machine in machines if machine.power_state in RUNNING):
        return RestartStep(catalog, "restart" if behind else "unchanged", ids)
    reason = ""
    if in_use:
        names = shortened(in_use, most=3)
        reason = f"{len(in_use)} machines with sessions still have the image before and are not restarted ({names})"
    return RestartStep(catalog, "restart singly" if idle else "unchanged", tuple(idle), tuple(in_use), reason)


def is_behind(machine: Machine) -> bool:
    return machine.image_out_of_date and machine.power_state in RUNNING


def restarts(machine: Machine) -> bool:
    """Whether a restart of it is ordered or at work, and it has the image before."""
    return machine.image_out_of_date and (machine.scheduled_reboot in UNDER_WAY or machine.power_state == "TurningOff")
