# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.contested import contested


def planned(machine_id: str, has_vm: bool, uuid: str = "u1", vm: str = "PC1") -> dict[str, Any]:
    place = {"hosted_machine_id": uuid, "vm_name": vm, "cluster": "cluster-b"}
    return {"id": machine_id, "name": f"CORP\\{machine_id}", "has_vm": has_vm, **place}


def there(machine_id: str, uuid: str) -> dict[str, Any]:
    return {"id": machine_id, "name": f"CORP\\{machine_id}", "hosted_machine_id": uuid}


def in_doubt(machine_id: str, uuid: str) -> dict[str, Any]:
    candidates = [{"uuid": uuid, "name": "PC1", "cluster": "cluster-b"} for uuid in ("u1", "u2")]
    return {**there(machine_id, uuid), "candidates": candidates}


@pytest.mark.parametrize(
    ("here", "elsewhere", "here_loses", "elsewhere_loses"),
    [
        ({"machines": [planned("a", False)]}, {"machines": [planned("b", False, "u2", "PC2")]}, False, False),
        ({"machines": [planned("a", False)]}, {"machines": [planned("b", False, "U1")]}, True, True),
        # Before a failover: known by name and cluster
        ({"machines": [planned("a", False, "")]}, {"machines": [planned("b", False, "", "pc1")]}, True, True),
        ({"machines": [planned("a", True)]}, {"machines": [planned("b", False)]}, False, True),
        ({"machines": [planned("a", True)]}, {"machines": [planned("b", True)]}, True, True),
        # Two inventory hosts of one site
        ({"machines": [planned("a", True)]}, {"machines": [planned("a", True)]}, False, False),
        ({"machines": [planned("a", False)]}, {"excluded": [there("b", "u1")]}, True, False),
        ({"machines": [planned("a", True)]}, {"excluded": [there("b", "u1")]}, False, False),
        ({"machines": [planned("a", False)]}, {"refused": [there("b", "u1"), {"id": "", "name": "x"}]}, True, False),
        ({"machines": [planned("a", False)]}, {"ambiguous": [in_doubt("b", "")]}, True, True),
        ({"machines": [planned("a", True)]}, {"ambiguous": [in_doubt("b", "")]}, False, True),
        ({"machines": [planned("a", True)]}, {"ambiguous": [in_doubt("b", "u1")]}, True, True),
        ({"machines": [planned("a", False)]}, {"skipped": True}, False, False),
    ],
)
def test_one_vm_is_one_machines_over_all_sites(
    here: dict[str, Any], elsewhere: dict[str, Any], here_loses: bool, elsewhere_loses: bool
) -> None:
    hostings = {"here": here, "elsewhere": elsewhere}
    assert [machine["id"] for machine in contested(hostings, "here")] == ["a"] * here_loses
    assert [machine["id"] for machine in contested(hostings, "elsewhere")] == ["b"] * elsewhere_loses


def test_the_rival_is_named() -> None:
    hostings = {"here": {"machines": [planned("a", False)]}, "elsewhere": {"machines": [planned("b", True)]}}
    assert contested(hostings, "here") == [{"id": "a", "reason": "CORP\\b of elsewhere has the same VM"}]
