# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that keeps where machines were hosted before."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import AlreadyThere, write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.rehosting import (
    HostingChange,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.machines.saved_hosting import (
    check_site,
    moved_since,
    parse,
    render,
    with_machines,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.machine import Machine
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError


def save(site: CitrixSite, path: Path, moves: Sequence[HostingChange]) -> None:
    before = read_saved(path, site)
    targets = {move.machine.id: (move.uuid, move.connection) for move in moves}
    saved = with_machines(before, [move.machine for move in moves], targets, site.id, site.name)
    try:
        write_report(path, render(saved), "nothing was changed.", "hosting before the change", new=before is None)
    except AlreadyThere:
        save(site, path, moves)


def read_saved(path: Path, site: CitrixSite) -> dict[str, Any] | None:
    """The hosting saved in a file, None when there is no such file."""
    try:
        saved = parse(path.read_text(encoding="utf-8"))
        check_site(saved, site.id)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise OperationError(
            f"The saved hosting {path} cannot be used: {error}", "Nothing was changed. Give another file."
        ) from None
    return saved


def connections_before(path: Path, site: CitrixSite, machines: Sequence[Machine]) -> dict[str, str]:
    """Machine id -> the connection that it had before the move that saved it, unless somebody has moved it since."""
    saved = read_saved(path, site)
    if saved is None:
        return {}
    moved = moved_since(saved, machines)
    return {entry["id"]: entry["hypervisor_connection"] for entry in saved["machines"] if entry["id"] not in moved}
