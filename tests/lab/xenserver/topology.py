# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The XenServer part of a topology: what may stand there, and the defaults."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.schema import mapping, nullable, required
from lab.switches import Switch, flag, one_of, schema, seconds

# Simulated seconds; "durations" of the topology or of one pool override them.
DURATIONS: dict[str, float] = {
    "xapi_task": 3,  # what an asynchronous call takes
    "transfer_end": 1,  # from the last byte of an import until its task has ended
    "garbage_collection": 5,  # from a scan until hidden leaves are deleted
}

# Least privileged first (contract xenserver addition A)
ROLES = ("read-only", "vm-operator", "vm-admin", "vm-power-admin", "pool-operator", "pool-admin")

# One switch per fact that the contract marks unknown or inferred; the default is the seen or likely form.
SWITCHES: dict[str, Switch] = {
    "account_role": Switch("pool-admin", frozenset(ROLES)),  # contract xenserver addition A
    "idle_session_seconds": seconds(86400),  # contract xenserver 6: a session that is over is SESSION_INVALID
    # contract xenserver 4: a file that was cut by its last 512 bytes passes a scan; of one that was cut further nobody
    # has told
    "cut_file": one_of("passes_scan", "fails_scan"),
    # contract xenserver addition C: which text the failure of a scan bears
    "broken_file_text": one_of("uuid", "path"),
    # contract xenserver 5: whether the scan collects its garbage before its answer or a while after it
    "garbage": one_of("later", "at_once"),
    # contract xenserver 6: what becomes of a VBD whose VDI is destroyed
    "vbds_of_destroyed_vdi": one_of("removed", "kept"),
    # contract xenserver 7.1: the handler may send the caller to a host that sees the SR
    "redirect_transfers": flag(False),
    # contract xenserver addition D: whether an export says how long it is
    "export_length": flag(True),
    # contract xenserver addition D: what HTTP says of an import that fails while it is written
    "failed_import": one_of("ok", "error"),
}

SR = {
    "name": required(str),
    "type": {"nfs", "ext", "lvm", "lvmoiscsi"},
    "host": str,  # whose local SR it is; ext and lvm without one are the master's
    "size_mib": int,
    "uuid": str,
    "attached": bool,  # false: its PBDs are not plugged
}

VDI = {
    "name": required(str),
    "sr": required(str),
    "size_mib": int,
    "data_mib": int,
    "uuid": str,
    "age_hours": float,
    "description": str,
    "other_config": mapping(str),
    "encrypted": bool,
}

VM = {
    "name": required(str),
    "memory_mib": int,
    "vcpus": int,
    "power_state": {"Halted", "Running"},
    "template": bool,
    "description": str,
    "other_config": mapping(str),
    "disks": [{"sr": required(str), "size_mib": int, "data_mib": int}],
    "snapshots": [str],  # one after the other
}

# What MCS has made of a provisioning scheme: the newest version last (contract xenserver 1, 2)
SCHEME = {
    "name": required(str),
    "srs": required([str]),
    "size_mib": int,
    "data_mib": int,
    "machines": int,
    "versions": [{"age_hours": float, "data_mib": int}],
}

POOL = {
    "name": required(str),
    "uuid": str,
    "username": str,
    "password": str,
    "hosts": [{"name": required(str), "lost": bool}],  # the first one is the master
    "control_domains": bool,  # whether its hosts have an sshd, and stand in the inventory
    "srs": [SR],
    "vdis": [VDI],
    "vms": [VM],
    "schemes": [SCHEME],
    "behaviour": schema(SWITCHES),
    "durations": dict.fromkeys(DURATIONS, float),
    "inventory_vars": mapping(object),
    "description": nullable(str),
}


def problem_with_references(pool: Mapping[str, Any], _clusters: set[str]) -> str | None:
    """Return the first thing in a pool that refers to nothing, naming the key, or None."""
    hosts = {host["name"] for host in pool.get("hosts", [])}
    names = [sr["name"] for sr in pool.get("srs", [])]
    for number, sr in enumerate(pool.get("srs", [])):
        if "host" in sr and sr["host"] not in hosts:
            return f"srs[{number}].host: no host is called {sr['host']!r}"
    for key in ("vdis", "vms", "schemes"):
        for number, entry in enumerate(pool.get(key, [])):
            used = [*entry.get("srs", []), *(disk["sr"] for disk in entry.get("disks", [])), entry.get("sr", "")]
            for name in used:
                if name and names.count(name) != 1:
                    return f"{key}[{number}]: {names.count(name)} SRs are called {name!r}"
    return None
