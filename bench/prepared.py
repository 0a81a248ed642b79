# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release a prepared image to many hosting units and catalogs in the lab, twice, and say what it took.

Run from the repository: ``make bench-prepared``, or ``PYTHONPATH=tests python -m bench.prepared --units 5``.
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

PLAYBOOK = "euc.nutanix_citrix.prepared_image_release"
# Simulated seconds: to prepare, to share, until each hosting unit has it, and to move one catalog
DURATIONS = {"image_preparation": 1200, "image_share": 600, "image_share_settling": 30, "publish": 300}


def main() -> int:
    """Run the command line; 0 when both runs succeeded and the second wrote nothing."""
    parser = argparse.ArgumentParser(prog="bench.prepared", description=__doc__)
    parser.add_argument("--units", type=int, default=50, help="hosting units, of one connection")
    parser.add_argument("--catalogs", type=int, default=200)
    parser.add_argument("--time-scale", type=float, default=20, help="how much faster than real time the estate works")
    parser.add_argument("--call", type=float, default=0.2, help="seconds that every Citrix call takes")
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".bench" / "prepared", help="where output and figures.json go"
    )
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    topology = arguments.directory.resolve() / "topology.yml"
    topology.write_text(yaml.safe_dump(estate(arguments.units, arguments.catalogs)), encoding="utf-8")
    with running_lab(topology, arguments.time_scale, arguments.directory) as lab:
        kinds = {endpoint["name"]: endpoint["kind"] for endpoint in lab["endpoints"]}
        delay = [{"endpoint": "daas", "then": {"delay": arguments.call}}]
        requests.post(f"{lab['control_url']}/lab/faults", json=delay, timeout=60).raise_for_status()
        runs = [_run(lab, arguments, kinds, number) for number in (1, 2)]
    (arguments.directory / "figures.json").write_text(
        json.dumps([figures(cost, calls) for cost, calls in runs], indent=2), encoding="utf-8"
    )
    return 0 if all(cost.status == 0 for cost, _calls in runs) and not runs[1][1].writes else 1


def estate(units: int, catalogs: int) -> dict[str, Any]:
    """WorkSpaces Core with so many hosting units and catalogs, spread evenly."""
    names = [f"unit-{number:02d}" for number in range(1, units + 1)]
    places = [(f"W11-{number:03d}", names[number % units]) for number in range(catalogs)]
    definition = {
        "name": "W11",
        "session_support": "SingleSession",
        "hypervisor_connection": "aws",
        "hosting_unit": names[0],
        "share_with": names[1:],
        "image": "new",
        "machine_profile": f"XDHyp:\\HostingUnits\\{names[0]}\\profile.template",
    }
    common = {"image": "old", "machine_profile": "profile", "machines": 1}
    return {
        "prism_elements": [
            {
                "name": "cloud",
                "vms": [{"name": "Gold"}],
                "snapshots": [{"name": name, "vm": "Gold"} for name in ("old", "new", "profile")],
            }
        ],
        "citrix_sites": [
            {
                "name": "daas",
                "kind": "daas",
                "durations": DURATIONS,
                "hypervisors": [
                    {
                        "name": "aws",
                        "cluster": "cloud",
                        "connection_type": "AmazonWorkSpacesCore",
                        "plugin": "AmazonWorkSpacesCoreMachineManagerFactory",
                        "region": "eu-central-1",
                        "hosting_units": [{"name": name} for name in names],
                    }
                ],
                "catalogs": [
                    {"name": name, "hosting_unit": unit, "machine_prefix": f"{name}-", **common}
                    for name, unit in places
                ],
                "inventory_vars": {
                    "prepared_image_release_id": "bench-1",
                    "prepared_image_release_definitions": [definition],
                    "prepared_image_release_catalogs": [{"name": name} for name, _unit in places],
                    "catalog_rollout_concurrency": 200,
                },
            }
        ],
    }


def _run(lab: dict[str, Any], arguments: argparse.Namespace, kinds: dict[str, str], number: int) -> tuple[Cost, Calls]:
    requests.delete(f"{lab['control_url']}/lab/requests", timeout=60).raise_for_status()
    playbook = str(Path(sys.executable).with_name("ansible-playbook"))
    command = [playbook, "-i", lab["inventory_path"], PLAYBOOK]
    settings = {"ANSIBLE_HOME": str(arguments.directory / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
    cost = measured(command, arguments.directory, settings, arguments.directory / f"run-{number}.log")
    calls = count_calls(requests.get(f"{lab['control_url']}/lab/requests", timeout=300).json(), kinds)
    path = sum(DURATIONS.values()) if number == 1 else 0
    title = (
        f"1 definition, {arguments.units} hosting units, {arguments.catalogs} catalogs, {arguments.call:g} s per call"
    )
    print(title if number == 1 else "the same release again")
    print(f"  exit status        {cost.status}")
    if path:
        own = cost.wall - path / arguments.time_scale
        print(f"  critical path      {path:8.1f} s unscaled, {path / arguments.time_scale:.1f} s at this scale")
        print(f"  projected          {path + own:8.1f} s, {(path + own) / path:.3f} times the critical path")
    print(f"  wall clock         {cost.wall:8.1f} s")
    show_cost(cost)
    show_calls(calls)
    print(f"  per catalog        {calls.of('citrix') / max(1, arguments.catalogs):8.1f} calls", flush=True)
    return cost, calls


if __name__ == "__main__":
    raise SystemExit(main())
