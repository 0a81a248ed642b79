# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes to a Prism Central from outside, as POST /lab/objects orders them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lab.changes import Changes, the_only
from lab.prism_central.state.central import Central
from lab.prism_central.topology import CATEGORY, DURATIONS, POLICY, SWITCHES, minors_of
from lab.schema import required

Payload = Mapping[str, Any]
CHANGES: Changes[Central] = Changes("A Prism Central", SWITCHES, DURATIONS)


@CHANGES.kind("category", CATEGORY)
def _add_category(central: Central, payload: Payload) -> dict[str, Any]:
    category = central.categories.add(payload["key"], payload["value"], payload.get("description"))
    for name in payload.get("vms", []):
        central.categories.associate(_vm(central, name), [category.ext_id])
    return {"ext_id": category.ext_id}


@CHANGES.kind("policy", POLICY)
def _add_policy(central: Central, payload: Payload) -> dict[str, Any]:
    return {"ext_id": central.policies.add_from(payload).ext_id}


@CHANGES.kind("recovery_point", {"vm": required(str), "name": required(str)})
def _make_recovery_point(central: Central, payload: Payload) -> dict[str, Any]:
    """Somebody else makes one right now."""
    vm = _vm(central, payload["vm"])
    return {"ext_id": central.recovery_points.make(payload["name"], "CRASH_CONSISTENT", None, [vm]).ext_id}


@CHANGES.kind("delete_recovery_point", {"ext_id": required(str)})
def _drop_recovery_point(central: Central, payload: Payload) -> None:
    point = central.recovery_points.get(payload["ext_id"])
    if point is None:
        raise ValueError(f"there is no recovery point {payload['ext_id']!r}")
    central.recovery_points.drop(point)


@CHANGES.kind("upgrade", {"version": required(str)})
def _upgrade(central: Central, payload: Payload) -> None:
    central.version = payload["version"]
    central.minors = minors_of(central.version)


@CHANGES.kind("reachable", {"reachable": required(bool)})
def _set_reachable(central: Central, payload: Payload) -> None:
    central.place.reachable = payload["reachable"]


def _vm(central: Central, wanted: str) -> str:
    """Find a VM by its uuid, or by its name when no other has it."""
    found = [vm.uuid for _cluster, vm in central.registry.vms() if wanted in (vm.uuid, vm.name)]
    uuid: str = the_only(found, f"VMs of {central.name}", wanted)
    return uuid
