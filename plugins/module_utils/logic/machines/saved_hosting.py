# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The hosting that machines had before a change, in a file that takes it back.

What was saved first stays: a run after one that died sees half of the machines changed already, and must not take that
for the state before. But a machine that has neither the saved hosting nor the one that it was to get has been moved
since, by another move with the same file: what it has now is what comes back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import by_key
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import Entry
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, hosting_of

KIND = "citrix_machine_hosting"
HOSTING = ("hosted_machine_id", "hypervisor_connection")
KEYS = ("id", "name", *HOSTING)


def with_machines(
    saved: Mapping[str, Any] | None,
    machines: Iterable[Machine],
    targets: Mapping[str, tuple[str, str]],
    site_id: str,
    site_name: str,
) -> dict[str, Any]:
    """The saved hosting with these machines as they are now, except those that are in it already and not moved by
    anybody else since.

    `targets` is the (id, connection) that each is about to get, by machine ids. Raises ValueError for a file of another
    site.
    """
    if saved is not None:
        check_site(saved, site_id)
    by_id = by_key((saved or {}).get("machines", []), "id")
    for machine in machines:
        before = by_id.get(machine.id)
        entry = dict(before) if before and _of_this_move(before, machine) else hosting_of(machine)
        by_id[machine.id] = {**entry, "changed_to": dict(zip(HOSTING, targets.get(machine.id, ("", "")), strict=True))}
    return {"kind": KIND, "site": {"id": site_id, "name": site_name}, "machines": list(by_id.values())}


def _of_this_move(entry: Mapping[str, Any], machine: Machine) -> bool:
    """Whether the machine has the saved hosting, the one that it was to get, or half of each; of an old file nobody
    knows the latter."""
    target = entry.get("changed_to")
    if target is None:
        return True
    now = dict(zip(HOSTING, (machine.hosted_machine_id, machine.hypervisor_connection), strict=True))
    return all(now[key].casefold() in (entry[key].casefold(), target[key].casefold()) for key in HOSTING)


def moved_since(saved: Mapping[str, Any], machines: Iterable[Machine]) -> frozenset[str]:
    """The ids of the machines that somebody else gave another hosting since."""
    by_id = by_key(saved["machines"], "id")
    moved = set()
    for machine in machines:
        if machine.id in by_id and not _of_this_move(by_id[machine.id], machine):
            moved.add(machine.id)
    return frozenset(moved)


def parse(text: str) -> dict[str, Any]:
    """The saved hosting in a file's text. Raises ValueError."""
    saved = json.loads(text)
    if (
        not isinstance(saved, dict)
        or saved.get("kind") != KIND
        or not isinstance(saved.get("machines"), list)
        or not isinstance(saved.get("site"), dict)
    ):
        raise ValueError("it was not written by save_path")
    if not all(map(_is_whole, saved["machines"])):
        raise ValueError("one of its machines lacks " + ", ".join(KEYS))
    return saved


def _is_whole(entry: Any) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in KEYS)


def render(saved: Mapping[str, Any]) -> str:
    return json.dumps(saved, indent=1, ensure_ascii=False) + "\n"


def check_site(saved: Mapping[str, Any], site_id: str) -> None:
    """Raises ValueError when the hosting of another site was saved."""
    if str(saved["site"].get("id")).casefold() != site_id.casefold():
        raise ValueError(
            f"it holds machines of site '{saved['site'].get('name')}' ({saved['site'].get('id')}) and not of this one"
        )


def entries(saved: Mapping[str, Any]) -> list[Entry]:
    """What the file gives back to each machine."""
    return [
        Entry(entry["name"], entry["hosted_machine_id"], entry["hypervisor_connection"], entry["id"])
        for entry in saved["machines"]
    ]


def catalog_ids(saved: Mapping[str, Any]) -> frozenset[str]:
    """The catalogs of the machines, as far as they are known."""
    return frozenset(str(entry["catalog_id"]) for entry in saved["machines"] if entry.get("catalog_id"))
