# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects as XAPI tells them (contract xenserver 6)."""

from __future__ import annotations

import time
from typing import Any
from xmlrpc.client import DateTime

from lab.xenserver.schemas import CLASSES
from lab.xenserver.state.database import NULL
from lab.xenserver.state.pool import Pool

# Sets that other objects imply: the class and the field that refers back
IMPLIED = {
    ("VDI", "VBDs"): ("VBD", "VDI"),
    ("VDI", "snapshots"): ("VDI", "snapshot_of"),
    ("VM", "VBDs"): ("VBD", "VM"),
    ("VM", "snapshots"): ("VM", "snapshot_of"),
    ("VM", "children"): ("VM", "parent"),
    ("SR", "VDIs"): ("VDI", "SR"),
    ("SR", "PBDs"): ("PBD", "SR"),
    ("host", "PBDs"): ("PBD", "host"),
    ("host", "resident_VMs"): ("VM", "resident_on"),
}


def record_of(pool: Pool, kind: str, ref: str) -> dict[str, Any]:
    """Return all fields of an object."""
    pool.database.get(kind, ref)
    return {name: field_of(pool, kind, ref, name) for name in CLASSES[kind]}


def field_of(pool: Pool, kind: str, ref: str, name: str) -> Any:
    """Return one field in the form of the wire."""
    return on_wire(_value(pool, kind, ref, name), CLASSES[kind][name].type)


def on_wire(value: Any, kind: str) -> Any:
    """Numbers of 64 bits travel as strings (contract xenserver 6, trap 15)."""
    if kind == "int":
        return str(value)
    if kind == "datetime":
        return DateTime(time.strftime("%Y%m%dT%H:%M:%SZ", time.gmtime(value)))
    return value


def _value(pool: Pool, kind: str, ref: str, name: str) -> Any:
    record = pool.database.get(kind, ref)
    if (kind, name) in IMPLIED:
        return pool.database.having(*IMPLIED[kind, name], ref)
    if (kind, name) == ("host", "address"):
        return pool.places[record["name_label"]].address
    if kind == "SR" and name == "physical_utilisation":
        return pool.storage.volumes[ref].used if pool.storage.volumes[ref].directory.is_dir() else 0
    if kind == "SR" and name == "virtual_allocation":
        return sum(pool.database.get("VDI", vdi)["virtual_size"] for vdi in pool.database.having("VDI", "SR", ref))
    if kind == "VDI" and name == "parent":
        parent = record["sm_config"].get("vhd-parent")
        found = pool.database.having("VDI", "uuid", parent) if parent else []
        return found[0] if found else NULL
    return record[name]
