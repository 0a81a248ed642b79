# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which machines are put into maintenance mode and taken out of it again, and the file that remembers which of them
were put in by us."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import shortened
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine, Occupied

FORMAT = 1


@dataclass(frozen=True)
class Saved:
    """A machine that we put into maintenance mode, or that was in it before we came."""

    id: str
    name: str
    catalog: str
    catalog_id: str


@dataclass(frozen=True)
class Notes:
    """What the file holds, both by machine ids: whom a drain put into maintenance mode, and who was in it `already`
    when the first drain came."""

    drained: Mapping[str, Saved] = field(default_factory=dict)
    already: Mapping[str, Saved] = field(default_factory=dict)


def to_drain(machines: Iterable[Machine]) -> list[Machine]:
    """The machines to put into maintenance mode: those that are not in it, and that a delivery group lets users on to.

    Nobody can start a session on a machine without a delivery group, and the vendor's own client switches machines of a
    delivery group only (contract citrix 11.3).
    """
    return [machine for machine in machines if not machine.maintenance_mode and machine.delivery_group]


def to_release(machines: Iterable[Machine], saved: Mapping[str, Saved] | None) -> list[Machine]:
    """The machines to take out of maintenance mode: of all that are in it, or only of those that are saved."""
    return [machine for machine in machines if machine.maintenance_mode and (saved is None or machine.id in saved)]


def drained_by(machines: Iterable[Machine], notes: Notes) -> list[Machine]:
    """The machines that are in maintenance mode because of the drain that wrote these notes."""
    return [machine for machine in machines if machine.maintenance_mode and machine.id in notes.drained]


def likely_drained(machines: Iterable[Machine]) -> list[Machine]:
    """The machines in maintenance mode, when they are half of those that users are let on to or more: an earlier drain,
    of which nothing is known, is likelier then than an administrator who works on single machines."""
    for_users = [machine for machine in machines if machine.delivery_group]
    already = [machine for machine in for_users if machine.maintenance_mode]
    if 2 * len(already) >= len(for_users):
        return already
    return []


def saved_as(machine: Machine) -> Saved:
    """The record of a machine for the file."""
    return Saved(machine.id, machine.name, machine.catalog, machine.catalog_id)


def saved_text(site_id: str, site_name: str, notes: Notes) -> str:
    """The text of the file."""
    body = {
        "format": FORMAT,
        "site": {"id": site_id, "name": site_name},
        "drained": _entries(notes.drained),
        "already": _entries(notes.already),
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def read_saved(text: str, site_id: str | None) -> Notes:
    """What a file holds; `site_id` None when the site cannot be asked for it. Raises ValueError for a file of another
    kind or of another site."""
    body = json.loads(text)
    if not isinstance(body, dict) or body.get("format") != FORMAT or not isinstance(body.get("drained"), list):
        raise ValueError("it is no list of drained machines")
    site = body.get("site") or {}
    if site_id is not None and site.get("id") != site_id:
        raise ValueError(f"it belongs to the site '{site.get('name')}' ({site.get('id')})")
    try:
        return Notes(_machines(body["drained"]), _machines(body.get("already") or []))
    except (KeyError, TypeError) as error:
        raise ValueError(f"an entry of it is not complete ({error})") from None


def words_for(occupied: Sequence[Occupied], most: int = 20) -> str:
    """'CORP\\PC1 (CORP\\anna, Active), CORP\\PC2 (CORP\\bob, Disconnected) and 7 more'"""
    return shortened(list(map(str, occupied)), most)


def _entries(machines: Mapping[str, Saved]) -> list[dict[str, str]]:
    return [asdict(entry) for entry in sorted(machines.values(), key=lambda entry: (entry.name.casefold(), entry.id))]


def _machines(entries: Sequence[Mapping[str, Any]]) -> dict[str, Saved]:
    return {machine.id: machine for machine in map(_saved, entries)}


def _saved(entry: Mapping[str, Any]) -> Saved:
    return Saved(_text(entry["id"]), _text(entry["name"]), _text(entry["catalog"]), _text(entry["catalog_id"]))


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
