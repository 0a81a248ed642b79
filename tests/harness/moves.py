# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Results of a move of desktops, as the modules return them, for the tests of its report."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_milliseconds

BEGAN = datetime(2026, 11, 20, 23, 33, tzinfo=timezone.utc)
WAYS = {"source": "cluster-a", "target": "cluster-b"}


def at(seconds: float) -> str:
    return iso_milliseconds(BEGAN + timedelta(seconds=seconds))


def took(phase: str, first: float, last: float, failed: bool = False) -> list[dict[str, Any]]:
    return [{"phase": phase, "started": at(first), "finished": at(last), "failed": failed}]


def failed_over(state: str = "activated", vms: int = 2, **given: Any) -> dict[str, Any]:
    return {
        "changed": True,
        "name": "PD-W11",
        "state": state,
        "active": state == "activated",
        "vms": [{"name": f"W11-{number}", "uuid": f"vm-{number}"} for number in range(vms)],
        "missing_vms": [],
        "data_age_seconds": 1560 if state == "activated" else None,
        "snapshot": {"id": "cluster-a:7", "created": at(-1560)} if state == "activated" else None,
        "protected_by": ["CLUSTER-A"],
        "timeline": took(state.removesuffix("d"), 10, 70),
        **given,
    }


def powered(vms: int = 2, **given: Any) -> dict[str, Any]:
    listed = [{"name": f"W11-{number}", "uuid": f"vm-{number}", "power_state": "on"} for number in range(vms)]
    return {"changed": True, "vms": listed, "timeline": took("power", 71, 90), **given}


def hosted(number: int, action: str = "changed", catalog: str = "W11", **given: Any) -> dict[str, Any]:
    """A machine among those that are where they should be."""
    name = f"{catalog}-{number}"
    hosting = {
        "vm_name": name,
        "cluster": "cluster-b",
        "hosted_machine_id": f"vm-{number}",
        "hypervisor_connection": "AHV-B",
    }
    return {
        "id": f"id-{name}",
        "name": f"CORP\\{name}",
        "catalog": catalog,
        "catalog_id": f"id-of-{catalog}",
        **hosting,
        "action": action,
        **given,
    }


def stuck(name: str, reason: str = "", catalog: str = "W11", **given: Any) -> dict[str, Any]:
    """A machine on one of the other lists."""
    told = {"id": f"id-{name}", "name": f"CORP\\{name}", "catalog": catalog, "catalog_id": f"id-of-{catalog}"}
    return {**told, "hosted_machine_id": f"old-{name}", "hypervisor_connection": "AHV-A", "reason": reason, **given}


def hosting(*machines: dict[str, Any], **lists: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        kind: [] for kind in ("ambiguous", "missing", "unexpected", "refused", "excluded", "unmanaged", "vanished")
    }
    return {
        "changed": True,
        "complete": True,
        "machines": list(machines),
        **empty,
        "timeline": took("re-host", 91, 150),
        **lists,
    }


def proof(proven: bool = True, **lists: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {
        kind: [] for kind in ("wrong_hosting", "power_unknown", "vm_not_found", "unregistered", "off", "gone")
    }
    return {
        "changed": False,
        "proven": proven,
        "reason": "",
        "counts": {},
        **empty,
        "timeline": took("proof", 200, 400),
        **lists,
    }


def site(*machines: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return {"message": "", "hosting": hosting(*machines), "proof": proof(), **parts}
