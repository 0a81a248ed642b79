# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release an image to many clusters and catalogs in the lab, twice, and say what it took.

Run from the repository: ``make bench``, or ``PYTHONPATH=tests python -m bench --time-scale 1`` for the true time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.calls import Calls, count_calls
from bench.cost import Cost, measured
from bench.critical_path import Durations, critical_path
from bench.estate import SITES, SLOWER, measured_topology, under_prism_centrals
from bench.lab import running_lab
from bench.shortening import Shortened
from bench.shown import figures, show_calls, show_cost

PLAYBOOK = "euc.nutanix_citrix.image_release"
ROOT = Path(__file__).parents[1]


def main() -> int:
    """Run the command line; 0 when both runs succeeded and the second wrote nothing."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--clusters", type=int, default=50)
    parser.add_argument("--catalogs", type=int, default=50)
    parser.add_argument(
        "--time-scale",
        type=float,
        default=20,
        help="how much faster than real time the estate works; 1 is the true time",
    )
    parser.add_argument(
        "--shorten",
        action="store_true",
        help="true time, but skip the middle of the two long waits and add it to the wall clock",
    )
    parser.add_argument(
        "--crowd",
        action="store_true",
        help="put 1,500 images and 200 VMs around on each cluster, and 300 catalogs on the sites",
    )
    parser.add_argument(
        "--centrals",
        type=int,
        default=0,
        help="release by recovery points instead, the clusters under so many Prism Centrals",
    )
    parser.add_argument(
        "--uneven",
        action="store_true",
        help="the link to the last cluster is 20 times slower; what does that do to the others?",
    )
    parser.add_argument("--forks", type=int, help="default: as many as there are clusters and sites")
    parser.add_argument(
        "--second-runs", type=int, default=1, help="how often the release is repeated; the median counts"
    )
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".bench", help="where the lab's files, the output and figures.json go"
    )
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    durations = Durations()
    slowest = SLOWER if arguments.uneven else 1
    if arguments.shorten:
        arguments.time_scale = 1.0
    topology = arguments.directory.resolve() / "topology.yml"
    topology.write_text(yaml.safe_dump(_estate(arguments, durations)))
    with running_lab(topology, arguments.time_scale, arguments.directory) as lab:
        kinds = {endpoint["name"]: endpoint["kind"] for endpoint in lab["endpoints"]}
        requests.post(
            f"{lab['control_url']}/lab/faults", json=[{"then": {"delay": durations.call}}], timeout=60
        ).raise_for_status()
        runs = []
        for number in range(1 + arguments.second_runs):
            requests.delete(f"{lab['control_url']}/lab/requests", timeout=60).raise_for_status()
            shortened = Shortened(
                lab["control_url"],
                _long_waits(durations, arguments.centrals) if arguments.shorten and number == 0 else {},
            )
            shortened.start()
            forks = arguments.forks or arguments.clusters + SITES + arguments.centrals
            cost = _release(lab, arguments.directory, forks, f"run-{number + 1}.log")
            cost = replace(cost, skipped=shortened.end())
            calls = count_calls(requests.get(f"{lab['control_url']}/lab/requests", timeout=300).json(), kinds)
            runs.append((cost, calls))
            if number == 0:
                slow = replace(durations, replicate=durations.replicate * slowest)
                _show_release(cost, calls, arguments, critical_path(slow, bool(arguments.centrals)))
                _show_catalogs(arguments, durations)
            else:
                _show_repetition(cost, calls)
    (arguments.directory / "figures.json").write_text(
        json.dumps([figures(cost, calls) for cost, calls in runs], indent=2)
    )
    return (
        0
        if all(cost.status == 0 for cost, _calls in runs) and not any(calls.writes for _cost, calls in runs[1:])
        else 1
    )


def _estate(arguments: argparse.Namespace, durations: Durations) -> dict[str, Any]:
    estate = measured_topology(arguments.clusters, arguments.catalogs, durations, arguments.crowd, arguments.uneven)
    return under_prism_centrals(estate, arguments.centrals, durations) if arguments.centrals else estate


def _long_waits(durations: Durations, centrals: int) -> dict[str, float]:
    order = "/$actions/replicate" if centrals else "/oob_schedules"
    return {order: durations.replicate, "/$UpdateProvisioningScheme": durations.publish}


def _release(lab: dict[str, Any], directory: Path, forks: int, log: str) -> Cost:
    variables = {
        "image_release_id": "bench-1",
        "image_release_concurrency": 50,
        "image_release_report_path": str(directory / "report.json"),
    }
    command = [
        str(Path(sys.executable).with_name("ansible-playbook")),
        "-i",
        lab["inventory_path"],
        PLAYBOOK,
        "-e",
        json.dumps(variables),
    ]
    settings = {"ANSIBLE_FORKS": str(forks), "ANSIBLE_HOME": str(directory / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
    return measured(command, directory, settings, directory / log)


def _show_release(cost: Cost, calls: Calls, arguments: argparse.Namespace, path: float) -> None:
    scale = arguments.time_scale
    wall = cost.wall + cost.skipped
    own = wall - path / scale
    print(
        f"release to {arguments.clusters} clusters and {arguments.catalogs} catalogs, time scale"
        f" {scale:g}{', in a crowd' if arguments.crowd else ''}"
    )
    print(f"  exit status        {cost.status}")
    print(f"  critical path      {path:8.1f} s unscaled, {path / scale:.1f} s at this scale")
    skipped = f" ({cost.wall:.1f} s measured and {cost.skipped:.0f} s of waiting skipped)" if cost.skipped else ""
    print(
        f"  wall clock         {wall:8.1f} s{skipped}, {wall * scale / path:.3f} times the critical path at this scale"
    )
    if scale != 1:
        print(
            f"  projected          {path + own:8.1f} s unscaled = critical path + {own:.1f} s of our own,"
            f" {(path + own) / path:.3f} times the critical path"
        )
    show_cost(cost)
    show_calls(calls)
    print(f"  per cluster        {calls.of('prism_element') / arguments.clusters:8.1f} calls")
    print(f"  per catalog        {calls.of('citrix') / max(1, arguments.catalogs):8.1f} calls", flush=True)


def _show_catalogs(arguments: argparse.Namespace, durations: Durations) -> None:
    """Each catalog against its own critical path. What the modules measured as work is not taken for it: a late look
    would count as work."""
    report = json.loads((arguments.directory / "report.json").read_text())
    slow = f"cluster-{arguments.clusters:03d}" if arguments.uneven else ""
    cluster_of = {
        (site, entry["name"]): entry["cluster"] for site, entries in report["wanted"].items() for entry in entries
    }
    ratios: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
    for path in report["own_paths"]:
        is_slow = cluster_of[path["where"], path["what"].rpartition("/")[2]] == slow
        slower = replace(durations, replicate=durations.replicate * (SLOWER if is_slow else 1))
        own = critical_path(slower, bool(arguments.centrals))
        projected = own + path["seconds"] - own / arguments.time_scale
        ratios[is_slow].append((path["seconds"] * arguments.time_scale / own, projected / own))
    for is_slow, found in ratios.items():
        if found:
            of = "of the slow cluster" if is_slow else "of all other clusters" if arguments.uneven else ""
            at_scale, worst = (max(each) for each in zip(*found, strict=True))
            print(
                f"  {len(found)} catalogs {of}: at most {at_scale:.3f} times their own critical path at this scale,"
                f" {worst:.3f} projected"
            )


def _show_repetition(cost: Cost, calls: Calls) -> None:
    print("the same release again")
    print(f"  exit status        {cost.status}")
    print(f"  wall clock         {cost.wall:8.1f} s")
    show_cost(cost)
    show_calls(calls)


if __name__ == "__main__":
    raise SystemExit(main())
