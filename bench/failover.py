# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fail one protection domain over in the lab and then many at once, and say how much longer a desktop is away because
of the others.

Run from the repository: ``make bench-failover``, or ``PYTHONPATH=tests python -m bench.failover --domains 20``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import threading
import time
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.cost import measured
from bench.lab import ROOT, running_lab

PLAYBOOK = "euc.nutanix_citrix.dr_failover"
LONGEST_SHARE = 1.2
LINK_MBPS = 10000
# Of the disks of a protection domain a twentieth is still to be sent when it is ordered to migrate (docs/lab.md)
LAST_DATA = 20
SECONDS_BETWEEN_LOOKS = 0.5


def main() -> int:
    """Run the command line; 0 when both failovers succeeded and nobody waited longer than the aim allows."""
    parser = argparse.ArgumentParser(prog="bench.failover", description=__doc__)
    parser.add_argument("--domains", type=int, default=20)
    parser.add_argument("--vms", type=int, default=20, help="in each protection domain")
    parser.add_argument("--minutes", type=float, default=3.0, help="that the cluster takes for one migration")
    parser.add_argument(
        "--spread",
        type=float,
        default=0.0,
        help="minutes between the first and the last to arrive, because one after the other sends its last data",
    )
    parser.add_argument(
        "--time-scale", type=float, default=1.0, help="how much faster than real time the clusters work"
    )
    parser.add_argument(
        "--directory",
        type=Path,
        default=ROOT / ".bench" / "failover",
        help="where the lab's files, the output and the reports go",
    )
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    (alone,) = _failed_over(arguments, 1)
    among = _failed_over(arguments, arguments.domains)
    tail = max(alone.away) - alone.arrived
    shares = [away / (domain.arrived + tail) for domain in among for away in domain.away]
    away = [seconds for domain in among for seconds in domain.away]
    print(
        f"{arguments.domains} protection domains of {arguments.vms} desktops, {arguments.minutes:g} minutes each,"
        f" {arguments.spread:g} minutes between the first and the last, {arguments.time_scale:g} times as fast"
    )
    print(
        f"  alone              {max(alone.away):8.1f} s from the order to the last desktop being back,"
        f" {tail:.1f} s of them after the arrival of its VMs"
    )
    print(f"  among the others   {statistics.median(away):8.1f} s in the middle, {max(away):.1f} s at most")
    print(
        f"  share of its path  {statistics.median(shares):8.2f} in the middle, {max(shares):.2f} at most"
        f" (aim: {LONGEST_SHARE})"
    )
    return 0 if max(shares) <= LONGEST_SHARE else 1


class Domain:
    """Seconds from the first order of the run: until the VMs of a protection domain were registered on the target, and
    until each of its desktops was back. Back is registered, on its new connection and open for users."""

    def __init__(self) -> None:
        self.arrived = 0.0
        self.away: list[float] = []


def estate(arguments: argparse.Namespace, domains: int) -> dict[str, Any]:
    """Two clusters, of which the first has all the VMs, and a site with a catalog for each protection domain."""
    names = [f"PD-{number:02d}" for number in range(1, domains + 1)]
    schedule = {"type": "DAILY", "remote": {"SITE-B": 2}, "first_after": 86400}
    seconds = arguments.spread * 60 / max(1, arguments.domains - 1)
    disk_gib = max(1, round(seconds * LINK_MBPS * 1e6 / 8 / 2**30 * LAST_DATA / arguments.vms))
    return {
        "inventory_vars": {"dr_source": "cluster-a", "dr_target": "cluster-b", "dr_protection_domains": names},
        "prism_elements": [
            {
                "name": "cluster-a",
                "vms": [
                    {"name": f"{name}-{{n:03d}}", "count": arguments.vms, "power_state": "on", "disk_gib": disk_gib}
                    for name in names
                ],
                "remote_sites": [{"name": "SITE-B", "cluster": "cluster-b", "bandwidth_mbps": LINK_MBPS}],
                "protection_domains": [
                    {
                        "name": name,
                        "vms": [f"{name}-{number:03d}" for number in range(1, arguments.vms + 1)],
                        "schedules": [schedule],
                    }
                    for name in names
                ],
            },
            {
                "name": "cluster-b",
                "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": LINK_MBPS}],
            },
        ],
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "hypervisors": [{"name": "AHV-A", "cluster": "cluster-a"}, {"name": "AHV-B", "cluster": "cluster-b"}],
                "catalogs": [
                    {
                        "name": name,
                        "provisioning_type": "Manual",
                        "persistent": True,
                        "hypervisor": "AHV-A",
                        "machines": arguments.vms,
                        "machine_prefix": f"{name}-",
                    }
                    for name in names
                ],
                "inventory_vars": {"dr_connections": {"cluster-a": "AHV-A", "cluster-b": "AHV-B"}},
            }
        ],
        "durations": {"migrate": arguments.minutes * 60},
    }


def _failed_over(arguments: argparse.Namespace, domains: int) -> list[Domain]:
    directory = arguments.directory / str(domains)
    directory.mkdir(parents=True, exist_ok=True)
    topology = directory / "topology.yml"
    topology.write_text(yaml.safe_dump(estate(arguments, domains)))
    with running_lab(topology, arguments.time_scale, directory) as lab:
        command = [
            str(Path(sys.executable).with_name("ansible-playbook")),
            "-i",
            lab["inventory_path"],
            PLAYBOOK,
            "-e",
            "dr_id=bench",
        ]
        settings = {"ANSIBLE_HOME": str(directory / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
        watch = Watch(lab["control_url"])
        watch.start()
        cost = measured(command, directory, settings, directory / "run.log")
        watch.end()
        orders = [
            entry["started"]
            for entry in requests.get(f"{lab['control_url']}/lab/requests", timeout=300).json()
            if entry["path"].endswith("/migrate")
        ]
    report = json.loads((directory / "dr_failover_bench.json").read_text(encoding="utf-8"))
    if cost.status != 0 or not report["complete"]:
        raise SystemExit(f"The failover of {domains} protection domains failed, see {directory / 'run.log'}")
    return watch.domains(min(orders))


class Watch(threading.Thread):
    """Looks at the lab itself, so that nothing depends on what the controller believes."""

    def __init__(self, control_url: str) -> None:
        super().__init__(daemon=True)
        self._url = f"{control_url}/lab/state"
        self._over = threading.Event()
        self._arrived: dict[str, float] = {}
        self._back: dict[str, float] = {}

    def run(self) -> None:
        while not self._over.wait(SECONDS_BETWEEN_LOOKS):
            endpoints = requests.get(self._url, timeout=300).json()["endpoints"]
            now = time.time()
            for domain in endpoints["cluster-b"]["protection_domains"]:
                if domain["active"]:
                    self._arrived.setdefault(domain["name"], now)
            for machine in endpoints["daas"]["machines"]:
                if (
                    machine["hypervisor"] == "AHV-B"
                    and machine["registration_state"] == "Registered"
                    and not machine["in_maintenance_mode"]
                ):
                    self._back.setdefault(machine["name"].rpartition("\\")[2], now)

    def end(self) -> None:
        self._over.set()
        self.join()

    def domains(self, ordered: float) -> list[Domain]:
        found: dict[str, Domain] = {}
        for name, moment in self._arrived.items():
            found.setdefault(name, Domain()).arrived = moment - ordered
        for machine, moment in self._back.items():
            found[machine.rpartition("-")[0]].away.append(moment - ordered)
        return list(found.values())


if __name__ == "__main__":
    raise SystemExit(main())
