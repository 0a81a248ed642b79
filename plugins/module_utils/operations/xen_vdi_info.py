# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read virtual disks of a XenServer pool, and which of them holds the image of a provisioning scheme."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from pathlib import PurePosixPath
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.xenserver.client import (
    CONNECTION_ARGUMENTS,
    XenServer,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.base_disks import (
    Choice,
    DiskFile,
    Standing,
    choose,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.xenserver.overview import (
    DiskOverview,
    read_disks,
    shown_disk,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS: dict[str, Any] = {
    **CONNECTION_ARGUMENTS,
    "scheme": {"type": "str"},
    "name": {"type": "str"},
    "uuid": {"type": "str"},
    "storage_repositories": {"type": "list", "elements": "str", "default": []},
    "files": {"type": "list", "elements": "str", "default": []},
}


def read(params: Params, reporter: Reporter) -> Result:
    with XenServer.connect(params) as client:
        overview = read_disks(client)
    found = _on_wanted_storage(overview, params["storage_repositories"], overview.standings(_files(params["files"])))
    choice = Choice((), (), ())
    if params["scheme"]:
        choice = choose(params["scheme"], found, time.time())
        found = list(choice.candidates)
        for text in choice.warnings:
            reporter.warn(f"{overview.endpoint}: {text}")
    elif params["name"] or params["uuid"]:
        found = [entry for entry in found if params["name"] == entry.disk.name or params["uuid"] == entry.disk.uuid]
    ranked = sorted(found, key=lambda entry: (not entry.chosen, -(entry.modified or 0.0), entry.disk.uuid))
    return {
        "vdis": [_shown(entry, overview) for entry in ranked],
        "chosen": [entry.disk.uuid for entry in ranked if entry.chosen],
        "doubts": list(choice.doubts),
    }


def _on_wanted_storage(
    overview: DiskOverview, named: Iterable[str], standings: Mapping[str, Standing]
) -> list[Standing]:
    wanted = {overview.repository(name).ref for name in named}
    return [entry for entry in standings.values() if not wanted or entry.disk.sr in wanted]


def _files(lines: Iterable[str]) -> list[DiskFile]:
    """Of files that find saw in the control domain those that a scan would see as well."""
    told = [line.strip().partition(" ") for line in lines if line.strip()]
    try:
        paths = [(PurePosixPath(path), float(modified)) for modified, _space, path in told]
    except ValueError:
        raise OperationError(
            "files holds a line that does not begin with a moment", "Give what find -printf '%T@ %p\\n' wrote."
        ) from None
    return [DiskFile(path.stem, modified) for path, modified in paths if _is_scanned(path)]


def _is_scanned(path: PurePosixPath) -> bool:
    return path.suffix == ".vhd" and not path.name.startswith(".")


def _shown(standing: Standing, overview: DiskOverview) -> dict[str, Any]:
    modified = standing.modified
    moment = None
    if modified is not None:
        moment = datetime.fromtimestamp(modified, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {**shown_disk(standing, overview.storage), "chosen": standing.chosen, "modified": moment}


OPERATION = Reading(arguments=ARGUMENTS, mutually_exclusive=(("scheme", "name", "uuid"),), read=read)
