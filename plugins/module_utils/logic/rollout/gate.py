# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a catalog that was moved to an image is well: decided from its image and its machines (contract citrix
11.2)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import (
    cannot_testify,
    has_image,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import (
    NO_FAULT,
    Machine,
    in_maintenance,
    out_of_date,
)

# A machine that is full has registered; a state that nobody knows yet counts as a fault
HARMLESS = (*NO_FAULT, "MaxCapacity")
DOWN = ("Off", "Suspended")
# Maintenance mode that the site itself switches on, after too many failed registrations
GIVEN_UP = "MaxFailedRegistrations"


@dataclass(frozen=True)
class GateTerms:
    """What opens a gate: percentages of the machines that are on, a least number of machines that prove it, a greatest
    number of newly faulty ones."""

    registered_percent: int = 90
    registered_at_least: int = 1
    out_of_date_percent: int = 0
    new_faults: int = 0

    def __post_init__(self) -> None:
        for name, value in (
            ("registered_percent", self.registered_percent),
            ("out_of_date_percent", self.out_of_date_percent),
        ):
            if not 0 <= value <= 100:
                raise Refusal(f"{name} is {value}", "Give a percentage from 0 to 100.")
        for name, value in (("registered_at_least", self.registered_at_least), ("new_faults", self.new_faults)):
            if value < 0:
                raise Refusal(f"{name} is {value}", "Give a number of machines, 0 or more.")


@dataclass(frozen=True)
class Figures:
    """Machines of one catalog. `on` leaves out those in maintenance mode, `registered` and `out_of_date` count among
    `on`, the rest are names.

    `proven` testify for the image: on, registered, and on the image as far as the site can know. `doubtful` are
    registered, perhaps only because nobody has
    noticed yet that they did not come back; they count as not registered.
    """

    machines: int
    maintenance_mode: int
    on: int
    registered: int
    proven: int
    out_of_date: int
    doubtful: tuple[str, ...]
    faulty: tuple[str, ...]
    new_faults: tuple[str, ...]


def restarts_since(
    catalog: Catalog, now: datetime, patience: float, ordered: datetime | None = None
) -> datetime | None:
    """From when on machines may have restarted to take the catalog's image up; None when that is too long ago to
    matter.

    By the site's clock it is when the catalog got its image. An image older than `patience` seconds, by our own clock,
    is no news, unless restarts were
    `ordered` since.
    """
    moment = parse_moment(catalog.image_date) if catalog.machines_take_image else None
    if moment is not None and (now - moment).total_seconds() < patience:
        return moment
    return ordered


def doubtful(machines: Iterable[Machine], since: datetime | None) -> list[Machine]:
    """Machines of which registration alone proves nothing: an agent that died stays registered for minutes, its
    heartbeat has to be missed first.

    The contract knows no time of registration (contract citrix 11.2). One that deregistered or was connected to after
    the restarts began, and is registered now, came back. One that has not restarted yet is as it was.
    """
    if since is None:
        return []
    return [machine for machine in machines if _is_doubtful(machine, since)]


def _is_doubtful(machine: Machine, since: datetime) -> bool:
    if machine.registration_state != "Registered" or machine.image_out_of_date:
        return False
    return not _after(machine.last_deregistration, since) and not _after(machine.last_connection, since)


def _after(text: str, since: datetime) -> bool:
    moment = parse_moment(text)
    return moment is not None and moment >= since


def figures(
    machines: Sequence[Machine],
    baseline: Collection[str],
    doubted: Collection[str] = (),
    takes_image: bool | None = True,
) -> Figures:
    """Count. `baseline` are the names of the machines that were faulty before, `doubted` the ids of those whose
    registration proves nothing.

    A machine on its way down or up counts as on and not registered, so that a gate does not open in the middle of a
    restart. Machines that are off take the image when they start and say nothing. Maintenance mode takes a machine out,
    unless the site switched it on because the machine did not register. Machines that keep the image they were made
    from (`takes_image` is not True) testify for no other, whatever the site says of them.
    """
    names = folded(baseline)
    on = [machine for machine in machines if _is_on(machine)]
    registered = [machine for machine in on if machine.registration_state == "Registered" and machine.id not in doubted]
    faulty = sorted(machine.name for machine in machines if _is_faulty(machine))
    return Figures(
        machines=len(machines),
        maintenance_mode=in_maintenance(machines),
        on=len(on),
        registered=len(registered),
        proven=len(registered) - out_of_date(registered) if takes_image else 0,
        out_of_date=out_of_date(on),
        doubtful=tuple(sorted(machine.name for machine in on if machine.id in doubted)),
        faulty=tuple(faulty),
        new_faults=tuple(name for name in faulty if name.casefold() not in names),
    )


def _is_on(machine: Machine) -> bool:
    if machine.maintenance_mode:
        return False
    return machine.power_state not in DOWN or machine.scheduled_reboot == "InProgress"


def _is_faulty(machine: Machine) -> bool:
    if machine.maintenance_mode:
        return machine.maintenance_reason == GIVEN_UP
    return machine.fault_state not in HARMLESS


def closed_because(catalog: Catalog, image: str | None, figures: Figures, terms: GateTerms) -> str:
    """Why the gate of a catalog is closed, '' when it is open. `image` is a name or path, None when it does not
    matter."""
    reasons = []
    if image is not None and not has_image(catalog, image):
        reasons.append(f"its image is '{catalog.image_name or 'none'}' and not '{image}'")
    unheard = ""
    if figures.doubtful:
        unheard = f" ({len(figures.doubtful)} more may be so only because their end was not noticed yet)"
    if figures.registered * 100 < terms.registered_percent * figures.on:
        reasons.append(
            f"{figures.registered} of {figures.on} machines that are on are registered{unheard},"
            f" {terms.registered_percent} % are wanted"
        )
    silence = _unproven(catalog, image, figures, terms)
    if silence:
        reasons.append(silence)
    if figures.out_of_date * 100 > terms.out_of_date_percent * figures.on:
        reasons.append(
            f"{figures.out_of_date} of {figures.on} machines that are on still have the image before,"
            f" {terms.out_of_date_percent} % may"
        )
    if len(figures.new_faults) > terms.new_faults:
        reasons.append(
            f"{len(figures.new_faults)} machines are faulty that were not before"
            f" ({shortened(figures.new_faults, most=3)})"
        )
    return "; ".join(reasons)


def _unproven(catalog: Catalog, image: str | None, figures: Figures, terms: GateTerms) -> str:
    """Why the machines prove too little, '' when they prove enough or need not prove anything. Evidence of nothing is
    no proof."""
    if not terms.registered_at_least:
        return ""
    at_work = figures.machines - figures.maintenance_mode
    least = max(1, min(terms.registered_at_least, at_work))
    witnesses = _witnesses(image, figures)
    if witnesses >= least:
        return ""
    if not figures.machines:
        return "it has no machine that could verify the image"
    if not at_work:
        return f"all of its {figures.machines} machines are in maintenance mode and verify nothing"
    if image is not None and not catalog.machines_take_image:
        return f"{cannot_testify(catalog.machines_take_image, figures.machines)}, so that none can prove this one"
    where = "" if image is None else " on the image"
    return f"{witnesses} machines are registered{where}, at least {least} must be to verify anything"


def can_never_open(catalog: Catalog, image: str | None, figures: Figures, terms: GateTerms) -> bool:
    """Whether waiting for the gate is in vain: nobody there will ever testify."""
    return terms.registered_at_least > 0 and (
        not figures.machines or (image is not None and not catalog.machines_take_image)
    )


def anybody_testifies(image: str | None, figures: Figures) -> bool:
    """Whether any machine speaks for the image, or, when none is asked about, for the catalog."""
    return _witnesses(image, figures) > 0


def _witnesses(image: str | None, figures: Figures) -> int:
    if image is None:
        return figures.registered
    return figures.proven


def percent(part: int, whole: int) -> int:
    """Rounded down; of nothing it is 100."""
    if whole:
        return part * 100 // whole
    return 100
