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
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bench.cost import measured
from bench.lab import ROOT, running_lab

PLAYBOOK = "euc.nutanix_citrix.dr_failover"
LONGEST_SHARE = 1.2


def main() -> int:
    """Run the command line; 0 when both failovers succeeded and nobody waited longer than the aim allows."""
    parser = argparse.ArgumentParser(prog="bench.failover", description=__doc__)
    parser.add_argument("--domains", type=int, default=20)
    parser.add_argument("--vms", type=int, default=20, help="in each protection domain")
    parser.add_argument("--minutes", type=float, default=3.0, help="that the cluster takes for one migration")
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
    alone = max(_away(arguments, 1).values())
    away = _away(arguments, arguments.domains)
    print(
        f"{arguments.domains} protection domains of {arguments.vms} VMs, {arguments.minutes:g} minutes each,"
        f" {arguments.time_scale:g} times as fast"
    )
    print(f"  alone              {alone:8.1f} s from the order to the last VM being on")
    print(
        f"  among the others   {statistics.median(away.values()):8.1f} s in the middle, {max(away.values()):.1f} s at"
        " most"
    )
    print(f"  share of its path  {max(away.values()) / alone:8.2f} (aim: {LONGEST_SHARE})")
    return 0 if max(away.values()) <= LONGEST_SHARE * alone else 1


def estate(arguments: argparse.Namespace, domains: int) -> dict[str, Any]:
    """Two clusters, of which the first has all the VMs."""
    names = [f"PD-{number:02d}" for number in range(1, domains + 1)]
    schedule = {"type": "DAILY", "remote": {"SITE-B": 2}, "first_after": 86400}
    return {
        "inventory_vars": {"dr_source": "cluster-a", "dr_target": "cluster-b", "dr_protection_domains": names},
        "prism_elements": [
            {
                "name": "cluster-a",
                "vms": [
                    {"name": f"{name}-{{n:03d}}", "count": arguments.vms, "power_state": "on", "disk_gib": 1}
                    for name in names
                ],
                "remote_sites": [{"name": "SITE-B", "cluster": "cluster-b", "bandwidth_mbps": 10000}],
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
                "remote_sites": [{"name": "SITE-A", "cluster": "cluster-a", "bandwidth_mbps": 10000}],
            },
        ],
        "durations": {"migrate": arguments.minutes * 60},
    }


def _away(arguments: argparse.Namespace, domains: int) -> dict[str, float]:
    """By protection domain, the seconds from the first order of the run to its own VMs being on."""
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
        cost = measured(command, directory, settings, directory / "run.log")
    report = json.loads((directory / "dr_failover_bench.json").read_text(encoding="utf-8"))
    if cost.status != 0 or not report["complete"]:
        raise SystemExit(f"The failover of {domains} protection domains failed, see {directory / 'run.log'}")
    begun = min(_moment(piece["started"]) for result in report["failovers"].values() for piece in result["timeline"])
    return {
        name: max(_moment(piece["finished"]) for piece in result["timeline"]) - begun
        for name, result in report["failovers"].items()
    }


def _moment(text: str) -> float:
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


if __name__ == "__main__":
    raise SystemExit(main())
