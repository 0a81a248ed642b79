# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a pool from outside, as POST /lab/objects orders them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from lab.changes import Changes, the_only
from lab.schema import required
from lab.xenserver.state import vhd
from lab.xenserver.state.pool import Pool
from lab.xenserver.topology import DURATIONS, SCHEME, SWITCHES, VDI, VM

CHANGES: Changes[Pool] = Changes("a XenServer pool", SWITCHES, DURATIONS)


@CHANGES.kind("vdi", VDI)
def add_disk(pool: Pool, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make a VDI with data of its own."""
    return {"uuid": pool.add_disk(payload)}


@CHANGES.kind("vm", VM)
def add_vm(pool: Pool, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Make a VM with its disks."""
    return {"uuid": pool.add_vm(payload)}


@CHANGES.kind("vm_power", {"name": required(str), "state": required({"Halted", "Running"})})
def set_power(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Start or halt a VM."""
    vm = the_only(pool.database.having("VM", "name_label", payload["name"]), "VMs", payload["name"])
    pool.machines.set_power(vm, payload["state"], pool.hosts[pool.master])


@CHANGES.kind("scheme", SCHEME)
def publish(pool: Pool, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let MCS publish a further version of a provisioning scheme, with machines on it; ``versions`` does not count."""
    made = pool.schemes.publish(payload, pool.srs, payload.get("data_mib", 4), 0.0, payload.get("machines", 2) > 0)
    return {"vdis": made}


@CHANGES.kind("file", {"sr": required(str), "name": required(str), "text": str, "size_mib": int, "hidden": bool})
def put_file(pool: Pool, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Put a file into the directory of an SR: a VHD with data, or a text that is none."""
    path = _file(pool, payload)
    if "text" in payload:
        path.write_text(payload["text"], encoding="utf-8")
    else:
        blocks = pool.some_blocks(2)
        vhd.write(
            path, payload.get("size_mib", 8) * vhd.MIB, blocks, pool.clock.epoch, hidden=payload.get("hidden", False)
        )
    return {"path": str(path)}


@CHANGES.kind("cut_file", {"sr": required(str), "name": required(str), "by": required(int)})
def cut_file(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Cut the end of a file off."""
    path = _file(pool, payload)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - payload["by"])


@CHANGES.kind("remove_file", {"sr": required(str), "name": required(str)})
def remove_file(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Delete a file of an SR."""
    _file(pool, payload).unlink()


@CHANGES.kind("garbage_collection", {"sr": required(str)})
def collect_garbage(pool: Pool, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Let the garbage collector run now."""
    return {"deleted": pool.storage.collect_garbage(pool.srs[payload["sr"]])}


@CHANGES.kind("master", {"host": required(str)})
def designate(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Make another host the master."""
    pool.designate(the_only([name for name in pool.hosts if name == payload["host"]], "hosts", payload["host"]))


@CHANGES.kind("host_lost", {"host": required(str), "lost": required(bool)})
def lose_host(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Let a host lose its power, or come back."""
    pool.places[payload["host"]].reachable = not payload["lost"]


@CHANGES.kind("pbd", {"sr": required(str), "host": required(str), "attached": required(bool)})
def plug(pool: Pool, payload: Mapping[str, Any]) -> None:
    """Plug or unplug the SR of a host."""
    host, sr = pool.hosts[payload["host"]], pool.srs[payload["sr"]]
    for _ref, pbd in pool.database.items("PBD"):
        if (pbd["host"], pbd["SR"]) == (host, sr):
            pbd["currently_attached"] = payload["attached"]


def _file(pool: Pool, payload: Mapping[str, Any]) -> Path:
    if payload["sr"] not in pool.srs:
        raise ValueError(f"no SR is called {payload['sr']!r}")
    return pool.storage.volumes[pool.srs[payload["sr"]]].directory / Path(payload["name"]).name
