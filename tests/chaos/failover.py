# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Failovers as jobs: every desktop once, on the target, the machine that it was and under control; nothing foreign
touched."""

from __future__ import annotations

from collections import Counter
from typing import Any

from chaos.disturbances import ALL_OF_A_MOVE
from chaos.job import Job, State
from chaos.release import gone, undisturbed_by_itself
from harness.modules import DEMO, topology_of
from lab.running import RunningLab

SOURCE, TARGET = "cluster-a", "cluster-b"
CONNECTIONS = ("AHV-B", "AHV-2")
PROTECTION_DOMAINS = {"PD-W10", "PD-W11"}
VARIABLES = {
    "dr_id": "chaos",
    "dr_source": SOURCE,
    "dr_target": TARGET,
    "dr_failover_way_back": {"type": "HOURLY"},
    "machine_rehost_settle_timeout": 1,
}


def estate() -> dict[str, Any]:
    """The estate of two clusters with nobody at work."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("failover.yml"))
    for site in topology["citrix_sites"]:
        for catalog in site["catalogs"]:
            catalog.pop("sessions", None)
    return undisturbed_by_itself(topology)


def lose_source(lab: RunningLab) -> None:
    """Let the power of the source go."""
    lab.change([{"endpoint": SOURCE, "kind": "lost", "lost": True}])


def planned_problems(before: State, after: State) -> list[str]:
    """What is wrong after a planned failover: the VMs are the same ones, and the source has none of them left."""
    moved = _desktops(before, SOURCE)
    found = problems(before, after)
    if _desktops(after, TARGET) != moved:
        found.append("the VMs on the target are not those that were on the source")
    left = _desktops(after, SOURCE)
    return found + [f"{name} is still on the source" for name in left.values()]


def problems(before: State, after: State) -> list[str]:
    """What is wrong after any failover."""
    old, new = before["endpoints"], after["endpoints"]
    wanted = sorted(_desktops(before, SOURCE).values())
    there = _desktops(after, TARGET)
    found = (
        []
        if sorted(there.values()) == wanted
        else [f"the target has the desktops {sorted(there.values())} and not {wanted}"]
    )
    active = {domain["name"] for domain in new[TARGET]["protection_domains"] if domain["active"]}
    found += [f"{name} is not active on the target" for name in PROTECTION_DOMAINS - active]
    found += [
        f"{vm['name']} is {vm['power_state']}"
        for vm in new[TARGET]["vms"]
        if vm["uuid"] in there and vm["power_state"] != "on"
    ]
    for cluster in (SOURCE, TARGET):
        ours = set(_desktops(before, cluster)) | set(_desktops(after, cluster))
        was, now = (
            {vm["uuid"]: vm["name"] for vm in state[cluster]["vms"] if vm["uuid"] not in ours} for state in (old, new)
        )
        if was != now:
            found.append(f"{cluster}: foreign VMs were {was} and are {now}")
    for site in (name for name, state in new.items() if state["kind"] in ("citrix_daas", "citrix_cvad")):
        found += [f"{site}: {problem}" for problem in _site_problems(old[site], new[site], there)]
    return found


def _site_problems(old: State, new: State, vms: dict[str, str]) -> list[str]:
    found = gone(old, new)
    manual = {catalog["id"] for catalog in new["catalogs"] if catalog["provisioning_type"] == "Manual"}
    taken = Counter(machine["hosted_machine_id"] for machine in new["machines"])
    for machine in new["machines"]:
        name = machine["name"].rpartition("\\")[2]
        if machine["catalog_id"] not in manual:
            continue
        if (
            vms.get(machine["hosted_machine_id"], "").casefold() != name.casefold()
            or taken[machine["hosted_machine_id"]] != 1
        ):
            found.append(f"{name} is the VM {machine['hosted_machine_id']}")
        if machine["hypervisor"] not in CONNECTIONS:
            found.append(f"{name} is on {machine['hypervisor']}")
        if machine["in_maintenance_mode"]:
            found.append(f"{name} is in maintenance mode")
        if (machine["power_state"], machine["registration_state"]) != ("On", "Registered"):
            found.append(f"{name} is {machine['power_state']} and {machine['registration_state']}")
    foreign = {
        machine["id"]: (machine["hosted_machine_id"], machine["hypervisor"])
        for machine in old["machines"]
        if machine["catalog_id"] not in manual
    }
    return found + [
        f"the hosting of {machine['name']} was changed"
        for machine in new["machines"]
        if machine["id"] in foreign and (machine["hosted_machine_id"], machine["hypervisor"]) != foreign[machine["id"]]
    ]


def drained(before: State, after: State) -> list[str]:
    """The desktops that are in maintenance mode and were not before."""
    names = []
    for site, state in after["endpoints"].items():
        if state["kind"] not in ("citrix_daas", "citrix_cvad"):
            continue
        before_that = {
            machine["id"] for machine in before["endpoints"][site]["machines"] if machine["in_maintenance_mode"]
        }
        for machine in state["machines"]:
            if machine["in_maintenance_mode"] and machine["id"] not in before_that:
                names.append(machine["name"])
    return names


def _desktops(state: State, cluster: str) -> dict[str, str]:
    """uuid -> name of the protected desktops on a cluster: members of the protection domains where they are active."""
    found = state["endpoints"][cluster]
    members = {
        member["vm_uuid"] for domain in found["protection_domains"] if domain["active"] for member in domain["vms"]
    }
    return {vm["uuid"]: vm["name"] for vm in found["vms"] if vm["uuid"] in members}


PLANNED = Job(
    name="planned failover",
    playbook="euc.nutanix_citrix.dr_failover",
    variables={**VARIABLES, "dr_mode": "planned"},
    estate=estate,
    problems=planned_problems,
    deeds={
        "/migrate": "migrations",
        "/set_power_state/": "VMs powered",
        "$moveItems": "zone moves",
        "/schedules": "schedules added",
    },
    once=("migrations", "schedules added"),
    disturbances=ALL_OF_A_MOVE,
    in_need=drained,
    another_id={"dr_id": "chaos-again"},
)
UNPLANNED = Job(
    name="unplanned failover",
    playbook="euc.nutanix_citrix.dr_failover",
    variables={**VARIABLES, "dr_mode": "unplanned"},
    estate=estate,
    prepare=lose_source,
    problems=problems,
    deeds={
        "/activate": "activations",
        "/set_power_state/": "VMs powered",
        "$moveItems": "zone moves",
        "/schedules": "schedules added",
    },
    once=("activations", "schedules added"),
    disturbances=ALL_OF_A_MOVE,
    in_need=drained,
    another_id={"dr_id": "chaos-again"},
)
