# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring an image from one XenServer pool to others by rsync in the lab, again, and another image that has most in
common with it; say what it took.

Run from the repository: ``make bench-image-sync``, or ``PYTHONPATH=tests python -m bench.image_sync --pools 3``.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import uuid
from pathlib import Path
from typing import Any

import requests
import yaml

from bench.cost import Cost, measured
from bench.lab import ROOT, running_lab
from bench.shown import show_cost
from lab.xenserver.state import vhd

SOURCE = "east-1-dom0"
MIB = 1024 * 1024


def main() -> int:
    """Run the command line; 0 when all runs succeeded and the second moved nothing."""
    parser = argparse.ArgumentParser(prog="bench.image_sync", description=__doc__)
    parser.add_argument("--pools", type=int, default=20, help="that get the image")
    parser.add_argument("--nominal", type=int, default=40, help="size of the disk in GiB")
    parser.add_argument("--data", type=int, default=8192, help="MiB of data on it")
    parser.add_argument("--new", type=int, default=256, help="MiB that the next image has and this one has not")
    parser.add_argument("--bandwidth", type=int, default=12800, help="KiB per second to each pool")
    parser.add_argument(
        "--directory", type=Path, default=ROOT / ".bench" / "image_sync", help="where output and figures.json go"
    )
    arguments = parser.parse_args()
    arguments.directory.mkdir(parents=True, exist_ok=True)
    topology, book = (arguments.directory.resolve() / name for name in ("topology.yml", "play.yml"))
    topology.write_text(yaml.safe_dump(estate(arguments)), encoding="utf-8")
    book.write_text(yaml.safe_dump(play()), encoding="utf-8")
    with running_lab(topology, 60, arguments.directory) as lab:
        east = requests.get(f"{lab['control_url']}/lab/state", timeout=60).json()["endpoints"]["east"]
        first = east["schemes"]["W11"]["NFS"]
        images = [("first", first), ("again", first), ("next", next_image(east, first, arguments.new))]
        figures = {name: _run(lab, arguments, book, name, image, east) for name, image in images}
    (arguments.directory / "figures.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0 if not any(one["status"] for one in figures.values()) and not figures["again"]["moved"] else 1


def estate(arguments: argparse.Namespace) -> dict[str, Any]:
    """One pool with the image, and so many without."""
    scheme = {"name": "W11", "srs": ["NFS"], "size_mib": arguments.nominal * 1024, "data_mib": arguments.data}
    names = [f"pool-{number:02d}" for number in range(1, arguments.pools + 1)]
    pools: list[dict[str, Any]] = [{"name": "east", "schemes": [scheme]}, *({"name": name} for name in names)]
    return {"xenserver_pools": [{**pool, "srs": [{"name": "NFS"}], "control_domains": True} for pool in pools]}


def play() -> list[dict[str, Any]]:
    """One task for each pool."""
    of_source = f"hostvars['{SOURCE}']"
    task = {
        "storage_repository": "NFS",
        "name": "{{ image }}",
        "sr_directory": "{{ hostvars[inventory_hostname ~ '-1-dom0'].xenserver_sr_directory }}",
        "source": {
            "vdi_uuid": "{{ image }}",
            "storage_repository_uuid": "{{ sr }}",
            "sr_directory": f"{{{{ {of_source}.xenserver_sr_directory }}}}",
        },
        "peer": {
            "address": "127.0.0.1",
            "port": f"{{{{ {of_source}.ansible_port }}}}",
            "user": f"{{{{ {of_source}.ansible_user }}}}",
            "private_key_path": f"{{{{ {of_source}.xenserver_dom0_key }}}}",
            "known_hosts_path": f"{{{{ {of_source}.xenserver_dom0_known_hosts }}}}",
        },
        "bandwidth_kib": "{{ bandwidth }}",
    }
    return [
        {
            "hosts": "xenserver_pools:!east",
            "gather_facts": False,
            "tasks": [
                {
                    "euc.nutanix_citrix.xen_vdi_sync": task,
                    "delegate_to": "{{ inventory_hostname }}-1-dom0",
                    "register": "synced",
                },
                {"ansible.builtin.debug": {"msg": "moved={{ synced.transferred_bytes }}"}},
            ],
        }
    ]


def next_image(east: dict[str, Any], first: str, new_mib: int) -> str:
    """An image with blocks of its own in the middle of those of the first one, so that all behind them has moved."""
    directory = Path(east["srs"]["NFS"]["directory"])
    data = vhd.chain_of(directory / f"{first}.vhd")[-1]
    blocks = list(vhd.blocks_of(data).values())
    middle = len(blocks) // 2
    blocks[middle:middle] = [os.urandom(vhd.BLOCK) for _number in range(new_mib * MIB // vhd.BLOCK)]
    image = str(uuid.uuid4())
    vhd.write(directory / f"{image}.vhd", data.size, dict(enumerate(blocks)), data.timestamp + vhd.EPOCH)
    return image


def _run(
    lab: dict[str, Any], arguments: argparse.Namespace, book: Path, name: str, image: str, east: dict[str, Any]
) -> dict[str, Any]:
    variables = {"image": image, "sr": east["srs"]["NFS"]["uuid"], "bandwidth": arguments.bandwidth}
    ansible = str(Path(sys.executable).with_name("ansible-playbook"))
    forks = ["--forks", str(arguments.pools)]
    command = [ansible, "-i", lab["inventory_path"], str(book), *forks, "-e", json.dumps(variables)]
    settings = {"ANSIBLE_HOME": str(arguments.directory.resolve() / "ansible_home"), "ANSIBLE_NOCOLOR": "true"}
    log = arguments.directory / f"{name}.log"
    cost = measured(command, arguments.directory, settings, log)
    moved = [int(text) for text in re.findall(r"moved=(\d+)", log.read_text(encoding="utf-8"))]
    _show(name, arguments, cost, moved)
    return {"status": cost.status, "wall": cost.wall, "moved": sum(moved), "peak_mib": cost.peak_mib}


def _show(name: str, arguments: argparse.Namespace, cost: Cost, moved: list[int]) -> None:
    print(f"{name} image to {arguments.pools} pools, {arguments.bandwidth} KiB/s to each")
    bound = max(moved, default=0) / arguments.bandwidth / 1024
    print(f"  exit status        {cost.status}")
    print(
        f"  on the wire        {sum(moved) / MIB:8.1f} MiB, {max(moved, default=0) / MIB:.1f} MiB to each pool at most"
    )
    print(f"  bandwidth bound    {bound:8.1f} s")
    print(f"  wall clock         {cost.wall:8.1f} s")
    show_cost(cost)


if __name__ == "__main__":
    raise SystemExit(main())
