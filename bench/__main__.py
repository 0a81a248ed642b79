# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Release an image to many clusters and catalogs in the lab, twice, and say what it took.

Run from the repository: ``make bench``, or ``PYTHONPATH=tests python -m bench --time-scale 1`` for the true time.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.calls import Calls, count_calls
from bench.cost import Cost, measured
from bench.critical_path import Durations, critical_path
from bench.estate import measured_topology
from bench.shortening import Shortened

PLAYBOOK = "euc.nutanix_citrix.image_release"
ROOT = Path(__file__).parents[1]
START_SECONDS = 120


def main() -> int:
    """Run the command line; 0 when both runs succeeded and the second wrote nothing."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--clusters", type=int, default=50)
    parser.add_argument("--catalogs", type=int, default=50)
    parser.add_argument("--time-scale", type=float, default=20, help="how much faster than real time the estate works; 1 is the true time")
    parser.add_argument("--shorten", action="store_true", help="true time, but skip the middle of the two long waits and add it to the wall clock")
    parser.add_argument("--crowd", action="store_true", help="put 1,500 images and 200 VMs around on each cluster, and 300 catalogs on the sites")
    parser.add_argument("--forks", type=int, help="default: as many as there are clusters")
    parser.add_argument("--second-runs", type=int, default=1, help="how often the release is repeated; the median counts")
    parser.add_argument("--directory", type=Path, default=ROOT / ".bench", help="where the lab's files, the output and figures.json go")
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    durations = Durations()
    if arguments.shorten:
        arguments.time_scale = 1.0
    topology = arguments.directory / "topology.yml"
    topology.write_text(yaml.safe_dump(measured_topology(arguments.clusters, arguments.catalogs, durations, arguments.crowd)))
    with _lab(topology, arguments.time_scale, arguments.directory) as lab:
        kinds = {endpoint["name"]: endpoint["kind"] for endpoint in lab["endpoints"]}
        requests.post(f"{lab['control_url']}/lab/faults", json=[{"then": {"delay": durations.call}}], timeout=60).raise_for_status()
        runs = []
        for number in range(1 + arguments.second_runs):
            requests.delete(f"{lab['control_url']}/lab/requests", timeout=60).raise_for_status()
            shortened = Shortened(lab["control_url"], _long_waits(durations) if arguments.shorten and number == 0 else {})
            shortened.start()
            cost = _release(lab, arguments.directory, arguments.forks or arguments.clusters, f"run-{number + 1}.log")
            cost = replace(cost, skipped=shortened.end())
            calls = count_calls(requests.get(f"{lab['control_url']}/lab/requests", timeout=300).json(), kinds)
            runs.append((cost, calls))
            if number == 0:
                _show_release(cost, calls, arguments, critical_path(durations))
            else:
                _show_repetition(cost, calls)
    (arguments.directory / "figures.json").write_text(json.dumps([_figures(cost, calls) for cost, calls in runs], indent=2))
    return 0 if all(cost.status == 0 for cost, _calls in runs) and not any(calls.writes for _cost, calls in runs[1:]) else 1


@contextlib.contextmanager
def _lab(topology: Path, time_scale: float, directory: Path) -> Iterator[dict[str, Any]]:
    """Run a lab in a process of its own, so that its work is not counted as the controller's."""
    described = directory / "lab.json"
    described.unlink(missing_ok=True)
    command = [sys.executable, "-m", "lab", "up", "--topology", str(topology), "--time-scale", str(time_scale), "--directory", str(directory)]
    with (directory / "lab.log").open("w") as log, subprocess.Popen(command, cwd=ROOT / "tests", stdout=log, stderr=log) as process:
        try:
            yield _description(process, described)
        finally:
            process.terminate()


def _description(process: subprocess.Popen[bytes], described: Path) -> dict[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(FileNotFoundError, json.JSONDecodeError, requests.ConnectionError):
            url = json.loads(described.read_text())["control_url"]
            answer = requests.get(f"{url}/lab/endpoints", timeout=5)
            description: dict[str, Any] = answer.json()
            return description
        time.sleep(0.1)
    sys.exit(f"The lab did not start, see {described.with_name('lab.log')}")


def _long_waits(durations: Durations) -> dict[str, float]:
    return {"/oob_schedules": durations.replicate, "/$UpdateProvisioningScheme": durations.publish}


def _release(lab: dict[str, Any], directory: Path, forks: int, log: str) -> Cost:
    variables = {"image_release_id": "bench-1", "image_release_concurrency": 50, "image_release_report_path": str(directory / "report.json")}
    command = [str(Path(sys.executable).with_name("ansible-playbook")), "-i", lab["inventory_path"], PLAYBOOK, "-e", json.dumps(variables)]
    settings = {"ANSIBLE_FORKS": str(forks), "ANSIBLE_HOME": str(directory / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
    return measured(command, directory, settings, directory / log)


def _show_release(cost: Cost, calls: Calls, arguments: argparse.Namespace, path: float) -> None:
    scale = arguments.time_scale
    wall = cost.wall + cost.skipped
    own = wall - path / scale
    print(f"release to {arguments.clusters} clusters and {arguments.catalogs} catalogs, time scale {scale:g}{', in a crowd' if arguments.crowd else ''}")
    print(f"  exit status        {cost.status}")
    print(f"  critical path      {path:8.1f} s unscaled, {path / scale:.1f} s at this scale")
    skipped = f" ({cost.wall:.1f} s measured and {cost.skipped:.0f} s of waiting skipped)" if cost.skipped else ""
    print(f"  wall clock         {wall:8.1f} s{skipped}, {wall * scale / path:.3f} times the critical path at this scale")
    if scale != 1:
        print(f"  projected          {path + own:8.1f} s unscaled = critical path + {own:.1f} s of our own, {(path + own) / path:.3f} times the critical path")
    _show_cost(cost)
    _show_calls(calls)
    print(f"  per cluster        {calls.of('prism_element') / arguments.clusters:8.1f} calls")
    print(f"  per catalog        {calls.of('citrix') / max(1, arguments.catalogs):8.1f} calls", flush=True)


def _show_repetition(cost: Cost, calls: Calls) -> None:
    print("the same release again")
    print(f"  exit status        {cost.status}")
    print(f"  wall clock         {cost.wall:8.1f} s")
    _show_cost(cost)
    _show_calls(calls)


def _show_cost(cost: Cost) -> None:
    print(f"  controller CPU     {cost.cpu:8.1f} s ({cost.cpu_user:.1f} user, {cost.cpu_system:.1f} system)")
    print(f"  controller memory  {cost.peak_mib:8.0f} MiB at most, {cost.processes} processes at most")


def _show_calls(calls: Calls) -> None:
    print(f"  calls              {calls.total:8d}, {calls.writes} of them writes, {calls.retries} repeated, {calls.violations} unknown to the contract")
    for (kind, method, path), count in sorted(calls.by_kind.items()):
        print(f"    {count:7d}  {kind:<14} {method:<6} {path}")


def _figures(cost: Cost, calls: Calls) -> dict[str, Any]:
    by_kind = {" ".join(key): count for key, count in sorted(calls.by_kind.items())}
    return {**vars(cost), "calls": calls.total, "writes": calls.writes, "retries": calls.retries, "violations": calls.violations, "by_kind": by_kind}


if __name__ == "__main__":
    raise SystemExit(main())
