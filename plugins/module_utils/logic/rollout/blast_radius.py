# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whom a new image or a restart concerns, told before anything is done: machines, sessions and delivery groups.

Plain data, because plan, preflight and report pass it on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, out_of_date

NO_GROUP = "no delivery group"
RUNNING = ("On", "TurningOn", "Resuming")


def population(machines: Sequence[Machine]) -> dict[str, Any]:
    """The machines of a catalog counted: {machines, on, sessions, out_of_date, delivery_groups}; each group as {id,
    name, machines, on, sessions}."""
    groups: dict[str, list[Machine]] = {}
    for machine in machines:
        groups.setdefault(machine.delivery_group_id or machine.delivery_group, []).append(machine)
    counted = [
        {"id": members[0].delivery_group_id, "name": members[0].delivery_group, **_counts(members)}
        for members in groups.values()
    ]
    return {
        **_counts(machines),
        "out_of_date": out_of_date(machines),
        "delivery_groups": sorted(counted, key=lambda group: group["name"].casefold()),
    }


def _counts(machines: Sequence[Machine]) -> dict[str, int]:
    on = [machine for machine in machines if machine.power_state in RUNNING]
    return {"machines": len(machines), "on": len(on), "sessions": sum(machine.sessions for machine in on)}


def impact(people: Mapping[str, Any], takes_image: bool | None, restarts: bool) -> dict[str, Any]:
    """What an image does to a catalog: {machines, restart, sessions, at_next_start, keep_image, delivery_groups}.

    Each delivery group is {name, machines, restart, sessions}.
    `restart` is the most that may restart, and `sessions` those that end with it: a site restarts whatever is on, also
    where it brings no new image.
    """
    machines, ended = people["machines"], _ended(people, restarts)
    groups = []
    for group in people["delivery_groups"]:
        groups.append({"name": group["name"], "machines": group["machines"], **_ended(group, restarts)})
    return {
        "machines": machines,
        **ended,
        "at_next_start": machines - ended["restart"] if takes_image else 0,
        "keep_image": 0 if takes_image else machines,
        "delivery_groups": groups,
    }


def _ended(people: Mapping[str, Any], restarts: bool) -> dict[str, int]:
    if restarts:
        return {"restart": people["on"], "sessions": people["sessions"]}
    return {"restart": 0, "sessions": 0}


def together(impacts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """The impacts of several catalogs as one."""
    summed: dict[str, Any] = dict.fromkeys(("machines", "restart", "sessions", "at_next_start", "keep_image"), 0)
    groups: dict[str, dict[str, Any]] = {}
    for each in impacts:
        for name in summed:
            summed[name] += each[name]
        for group in each["delivery_groups"]:
            total = groups.setdefault(
                group["name"], {"name": group["name"], "machines": 0, "restart": 0, "sessions": 0}
            )
            for name in ("machines", "restart", "sessions"):
                total[name] += group[name]
    return {**summed, "delivery_groups": sorted(groups.values(), key=lambda group: group["name"].casefold())}


def sentence(counts: Mapping[str, Any]) -> str:
    """'20 machines: at most 18 restart and end 12 sessions, 2 take the image at their next start; of W11 (20 machines,
    12 sessions)'."""
    if not counts["machines"]:
        return "no machines"
    deeds = []
    if counts["restart"]:
        deeds.append(f"at most {counts['restart']} restart and end {counts['sessions']} sessions")
    if counts["at_next_start"]:
        deeds.append(f"{counts['at_next_start']} take the image at their next start")
    if counts["keep_image"]:
        deeds.append(f"{counts['keep_image']} keep the image that they have")
    return f"{counts['machines']} machines: {', '.join(deeds)}; of {groups_told(counts['delivery_groups'])}"


def groups_told(groups: Iterable[Mapping[str, Any]]) -> str:
    """'W11 (20 machines, 12 sessions)' for each delivery group."""
    return ", ".join(
        f"{group['name'] or NO_GROUP} ({group['machines']} machines, {group['sessions']} sessions)" for group in groups
    )
