# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``python -m lab up`` runs a lab, ``python -m lab topology`` prints a generated topology."""

from __future__ import annotations

import argparse
import asyncio
import signal
from pathlib import Path

import yaml

from lab.estate_source import write_source
from lab.generate import generated_topology
from lab.running import RunningLab
from lab.topology import BadTopology

DEMO = Path(__file__).parent / "topologies" / "demo.yml"


def main() -> int:
    """Run the command line; return the exit status."""
    parser = argparse.ArgumentParser(prog="lab", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="run a lab until it is interrupted")
    up.add_argument("--topology", type=Path, default=DEMO, help="topology file (default: the demo)")
    up.add_argument("--time-scale", type=float, help="how much faster than real time (default: as the topology says)")
    up.add_argument(
        "--directory",
        type=Path,
        default=Path(".lab"),
        help="where inventory.yml, ca.pem and lab.json go (default: .lab)",
    )
    up.add_argument(
        "--control-port", type=int, default=0, help="port of the control interface on 127.0.0.1 (default: a free one)"
    )
    up.add_argument(
        "--one-address",
        action="store_true",
        help="put everything on 127.0.0.1, as on systems without further loopback addresses",
    )
    topology = commands.add_parser("topology", help="print a generated topology")
    topology.add_argument("--clusters", type=int, default=3)
    topology.add_argument("--catalogs", type=int, default=4, help="over both sites")
    topology.add_argument("--machines", type=int, default=80, help="over all catalogs")
    arguments = parser.parse_args()
    if arguments.command == "topology":
        print(
            yaml.safe_dump(
                generated_topology(arguments.clusters, arguments.catalogs, arguments.machines), sort_keys=False
            ),
            end="",
        )
        return 0
    try:
        lab = RunningLab(
            arguments.topology, arguments.directory, arguments.time_scale, arguments.control_port, arguments.one_address
        )
    except BadTopology as error:
        parser.exit(2, f"{arguments.topology}: {error}\n")
    write_source(lab, arguments.directory / "estate", lab.estate.topology["inventory_vars"])
    asyncio.run(_up(lab))
    return 0


async def _up(lab: RunningLab) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, lab.stop)
    await lab.run(lambda: _print_endpoints(lab))


def _print_endpoints(lab: RunningLab) -> None:
    for endpoint in lab.endpoints:
        print(f"{endpoint['name']:<24} {endpoint['kind']:<14} {endpoint['url']}")
    print(f"{'control interface':<24} {'':<14} {lab.control_url}/lab/endpoints")
    print(f"{'inventory':<24} {'':<14} {lab.inventory_path}")
    print(f"{'one that writes itself':<24} {'':<14} {lab.directory / 'estate'}")
    print(f"time runs {lab.estate.clock.scale:g} times faster; Ctrl-C stops the lab", flush=True)


if __name__ == "__main__":
    raise SystemExit(main())
