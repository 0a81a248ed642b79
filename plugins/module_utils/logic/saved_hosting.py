# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosting that machines had before a change, in a file that takes it back.

What was saved first stays: a run after one that died sees half of the machines changed already, and must not take that for the state before.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rehosting import Entry

KIND = "citrix_machine_hosting"
KEYS = ("id", "name", "hosted_machine_id", "hypervisor_connection")


def with_machines(saved: Mapping[str, Any] | None, machines: Iterable[Machine], site_id: str, site_name: str) -> dict[str, Any]:
    """The saved hosting with these machines as they are now, except those that are in it already. Raises ValueError for a file of another site."""
    kept = list((saved or {}).get("machines", []))
    if saved is not None:
        check_site(saved, site_id)
    known = {entry["id"] for entry in kept}
    new = [_entry(machine) for machine in machines if machine.id not in known]
    return {"kind": KIND, "site": {"id": site_id, "name": site_name}, "machines": [*kept, *new]}


def parse(text: str) -> dict[str, Any]:
    """The saved hosting in a file's text. Raises ValueError."""
    saved = json.loads(text)
    if not isinstance(saved, dict) or saved.get("kind") != KIND or not isinstance(saved.get("machines"), list) or not isinstance(saved.get("site"), dict):
        raise ValueError("it was not written by save_path")
    if not all(isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in KEYS) for entry in saved["machines"]):
        raise ValueError("one of its machines lacks " + ", ".join(KEYS))
    return saved


def render(saved: Mapping[str, Any]) -> str:
    return json.dumps(saved, indent=1, ensure_ascii=False) + "\n"


def check_site(saved: Mapping[str, Any], site_id: str) -> None:
    """Raises ValueError when the hosting of another site was saved."""
    if str(saved["site"].get("id")).casefold() != site_id.casefold():
        raise ValueError(f"it holds machines of site '{saved['site'].get('name')}' ({saved['site'].get('id')}) and not of this one")


def entries(saved: Mapping[str, Any]) -> list[Entry]:
    """What the file gives back to each machine."""
    return [Entry(entry["name"], entry["hosted_machine_id"], entry["hypervisor_connection"], entry["id"]) for entry in saved["machines"]]


def catalog_ids(saved: Mapping[str, Any]) -> frozenset[str]:
    """The catalogs of the machines, as far as they are known."""
    return frozenset(str(entry["catalog_id"]) for entry in saved["machines"] if entry.get("catalog_id"))


def _entry(machine: Machine) -> dict[str, str]:
    return {
        "id": machine.id,
        "name": machine.name,
        "catalog": machine.catalog,
        "catalog_id": machine.catalog_id,
        "hosted_machine_id": machine.hosted_machine_id,
        "hypervisor_connection": machine.hypervisor_connection,
    }
