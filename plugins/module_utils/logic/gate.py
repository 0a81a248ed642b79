# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a catalog that was moved to an image is well: decided from its image and its machines (citrix_orchestration 11.2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalog_image import has_image
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalogs import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines import NO_FAULT, Machine

# A machine that is full has registered; a state that nobody knows yet counts as a fault
HARMLESS = (*NO_FAULT, "MaxCapacity")
DOWN = ("Off", "Suspended")
# Maintenance mode that the site itself switches on, after too many failed registrations
GIVEN_UP = "MaxFailedRegistrations"


@dataclass(frozen=True)
class Terms:
    """What opens a gate: percentages of the machines that are on, a least number of registered machines, a greatest number of newly faulty ones."""

    registered_percent: int = 90
    registered_at_least: int = 1
    out_of_date_percent: int = 0
    new_faults: int = 0

    def __post_init__(self) -> None:
        for name, value in (("registered_percent", self.registered_percent), ("out_of_date_percent", self.out_of_date_percent)):
            if not 0 <= value <= 100:
                raise ValueError(f"{name} is a percentage from 0 to 100, not {value}")
        for name, value in (("registered_at_least", self.registered_at_least), ("new_faults", self.new_faults)):
            if value < 0:
                raise ValueError(f"{name} is a number of machines and not negative, not {value}")


@dataclass(frozen=True)
class Figures:
    """Machines of one catalog. `on` leaves out those in maintenance mode, `registered` and `out_of_date` count among `on`, `faulty` are names."""

    machines: int
    maintenance_mode: int
    on: int
    registered: int
    out_of_date: int
    faulty: tuple[str, ...]
    new_faults: tuple[str, ...]


def figures(machines: Sequence[Machine], baseline: Collection[str]) -> Figures:
    """Count. `baseline` are the names of the machines that were faulty before.

    A machine on its way down or up counts as on and not registered, so that a gate does not open in the middle of a restart. Machines that are off take the
    image when they start and say nothing. Maintenance mode takes a machine out, unless the site switched it on because the machine did not register.
    """
    known = {name.casefold() for name in baseline}
    at_work = [machine for machine in machines if not machine.maintenance_mode]
    on = [machine for machine in at_work if machine.power_state not in DOWN or machine.scheduled_reboot == "InProgress"]
    given_up = [machine for machine in machines if machine.maintenance_mode and machine.maintenance_reason == GIVEN_UP]
    faulty = sorted(machine.name for machine in [*(machine for machine in at_work if machine.fault_state not in HARMLESS), *given_up])
    return Figures(
        machines=len(machines),
        maintenance_mode=len(machines) - len(at_work),
        on=len(on),
        registered=sum(machine.registration_state == "Registered" for machine in on),
        out_of_date=sum(machine.image_out_of_date for machine in on),
        faulty=tuple(faulty),
        new_faults=tuple(name for name in faulty if name.casefold() not in known),
    )


def closed_because(catalog: Catalog, image: str | None, seen: Figures, terms: Terms) -> str:
    """Why the gate of a catalog is closed, '' when it is open. `image` is a name or path, None when it does not matter."""
    reasons = []
    if image is not None and not has_image(catalog, image):
        reasons.append(f"its image is '{catalog.master_image.name if catalog.master_image else 'none'}' and not '{image}'")
    if seen.registered * 100 < terms.registered_percent * seen.on:
        reasons.append(f"{seen.registered} of {seen.on} machines that are on are registered, {terms.registered_percent} % are wanted")
    least = min(terms.registered_at_least, seen.machines - seen.maintenance_mode)
    if seen.registered < least:
        reasons.append(f"{seen.registered} machines are registered, at least {least} must be to prove anything")
    if seen.out_of_date * 100 > terms.out_of_date_percent * seen.on:
        reasons.append(f"{seen.out_of_date} of {seen.on} machines that are on still have the image before, {terms.out_of_date_percent} % may")
    if len(seen.new_faults) > terms.new_faults:
        reasons.append(f"{len(seen.new_faults)} machines are faulty that were not before ({shortened(seen.new_faults)})")
    return "; ".join(reasons)


def percent(part: int, whole: int) -> int:
    """Rounded down; of nothing it is 100."""
    return part * 100 // whole if whole else 100


def shortened(names: Sequence[str], most: int = 3) -> str:
    """'A, B, C and 7 more'"""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
