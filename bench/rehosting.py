# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Re-host thousands of machines in the lab, twice, and say what it took.

Run from the repository: ``make bench-rehosting``, or ``PYTHONPATH=tests python -m bench.rehosting --machines 1000``.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.calls import Calls, count_calls
from bench.cost import Cost, measured
from bench.lab import ROOT, running_lab
from bench.shown import figures, show_calls, show_cost

PLAYBOOK = "euc.nutanix_citrix.machine_rehost"
TOKEN_SECONDS = 70.0


def main() -> int:
    """Run the command line; 0 when both runs succeeded and the second changed nothing."""
    parser = argparse.ArgumentParser(prog="bench.rehosting", description=__doc__)
    parser.add_argument("--machines", type=int, default=5000)
    parser.add_argument("--catalogs", type=int, default=6)
    parser.add_argument("--others", type=int, default=0, help="so many machines of other catalogs on the same site")
    parser.add_argument(
        "--others-there",
        action="store_true",
        help="these are on the connection that the machines go to, and not on the old one",
    )
    parser.add_argument("--call", type=float, default=0.6, help="seconds that every Citrix call takes")
    parser.add_argument(
        "--refused", type=float, default=0.02, help="share of the Citrix calls that are answered with 429"
    )
    parser.add_argument("--single", action="store_true", help="the site has no $batch")
    parser.add_argument(
        "--directory",
        type=Path,
        default=ROOT / ".bench" / "rehosting",
        help="where the lab's files, the output and figures.json go",
    )
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    for saved in arguments.directory.glob("machine_rehost_*.json"):
        saved.unlink()
    topology = arguments.directory / "topology.yml"
    topology.write_text(yaml.safe_dump(estate(arguments)))
    with running_lab(topology, 1.0, arguments.directory) as lab:
        kinds = {endpoint["name"]: endpoint["kind"] for endpoint in lab["endpoints"]}
        requests.post(f"{lab['control_url']}/lab/faults", json=_rules(arguments), timeout=60).raise_for_status()
        runs = [_run(lab, arguments, kinds, number) for number in (1, 2)]
    (arguments.directory / "figures.json").write_text(
        json.dumps([figures(cost, calls) for cost, calls in runs], indent=2)
    )
    return 0 if all(cost.status == 0 for cost, _calls in runs) else 1


def estate(arguments: argparse.Namespace) -> dict[str, Any]:
    """One cluster that has all the VMs, and a site whose machines still look for them on another one."""
    machines, catalogs, others = arguments.machines, arguments.catalogs, arguments.others
    shares = [machines // catalogs + (number < machines % catalogs) for number in range(catalogs)]
    manual = {"provisioning_type": "Manual", "persistent": True, "hypervisor": "AHV-A"}
    moving = [
        {"name": f"W11-{number}", "machines": share, "machine_prefix": f"W11-{number}-{{n:05d}}", **manual}
        for number, share in enumerate(shares)
    ]
    where = "AHV-B" if arguments.others_there else "AHV-A"
    staying = (
        [{"name": "Others", "machines": others, "machine_prefix": "OTH-{n:06d}", **manual, "hypervisor": where}]
        if others
        else []
    )
    return {
        "inventory_vars": {"machine_rehost_clusters": ["cluster-b"]},
        "prism_elements": [
            {"name": "cluster-a"},
            {
                "name": "cluster-b",
                "vms": [
                    {"name": f"W11-{number}-{{n:05d}}", "count": share, "power_state": "on", "disk_gib": 40}
                    for number, share in enumerate(shares)
                ],
            },
        ],
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "token_seconds": TOKEN_SECONDS,
                "zones": [{"name": "A", "primary": True}, {"name": "B"}],
                "hypervisors": [
                    {"name": "AHV-A", "cluster": "cluster-a", "zone": "A"},
                    {"name": "AHV-B", "cluster": "cluster-b", "zone": "B"},
                ],
                "catalogs": moving + staying,
                "inventory_vars": {
                    "dr_connections": {"cluster-b": "AHV-B"},
                    "machine_rehost_catalogs": [{"name": catalog["name"]} for catalog in moving],
                },
            }
        ],
    }


def _rules(arguments: argparse.Namespace) -> list[dict[str, Any]]:
    """The first rule that fires decides, so each says how long the call takes."""
    refusal = {"status": 429, "body": {"parameters": [{"name": "retryDelay", "value": "2"}]}, "delay": arguments.call}
    without_batch = (
        [{"endpoint": "daas", "path": r"batch", "then": {"status": 404, "delay": arguments.call}}]
        if arguments.single
        else []
    )
    return [
        *without_batch,
        {"endpoint": "daas", "path": r"(?i)^(?!.*token)", "share": arguments.refused, "then": refusal},
        {"endpoint": "daas", "then": {"delay": arguments.call}},
    ]


def _run(lab: dict[str, Any], arguments: argparse.Namespace, kinds: dict[str, str], number: int) -> tuple[Cost, Calls]:
    requests.delete(f"{lab['control_url']}/lab/requests", timeout=60).raise_for_status()
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "-i",
        lab["inventory_path"],
        PLAYBOOK,
        "-e",
        "dr_id=bench",
    ]
    settings = {"ANSIBLE_HOME": str(arguments.directory / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
    cost = measured(command, arguments.directory, settings, arguments.directory / f"run-{number}.log")
    calls = count_calls(requests.get(f"{lab['control_url']}/lab/requests", timeout=300).json(), kinds)
    title = (
        f"{arguments.machines} machines in {arguments.catalogs} catalogs among {arguments.others} others,"
        f" {arguments.call:g} s per call"
    )
    print(f"{title}{', no $batch' if arguments.single else ''}" if number == 1 else "the same again")
    print(f"  exit status        {cost.status}")
    print(f"  wall clock         {cost.wall:8.1f} s")
    show_cost(cost)
    show_calls(calls)
    return cost, calls


if __name__ == "__main__":
    raise SystemExit(main())
