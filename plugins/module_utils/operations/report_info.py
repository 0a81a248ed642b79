# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what the reports of earlier jobs say: which job, when it ended, and whether it was complete."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import VERSIONS

ARGUMENTS: dict[str, Any] = {"directory": {"type": "path", "required": True}}
RELEASES, MOVES = "image_release_report", "dr_report"


def read(params: Params, reporter: Reporter) -> Result:
    directory = Path(params["directory"])
    try:
        # glob would take a directory that may not be read for an empty one
        paths = sorted(path for path in directory.iterdir() if path.suffix == ".json")
    except OSError as error:
        return {"reports": [], "unreadable": [{"file": str(directory), "reason": _reason(error)}]}
    reports, unreadable = [], []
    for path in paths:
        try:
            if path.is_fifo():
                # Whoever opens it would wait for a writer for ever
                continue
            content = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            unreadable.append({"file": str(path), "reason": _reason(error)})
            continue
        fact = _fact(path, content)
        if fact is None:
            continue
        reason = _why_not_understood(content, fact)
        if reason:
            unreadable.append({"file": str(path), "reason": reason})
        else:
            reports.append(fact)
    return {"reports": sorted(reports, key=lambda each: str(each["finished"])), "unreadable": unreadable}


def _reason(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    return getattr(error, "strerror", None) or "it is no JSON"


def _why_not_understood(content: Mapping[str, Any], fact: Mapping[str, Any]) -> str:
    schema = content["schema"]
    version = schema.get("version")
    if version != VERSIONS[schema["name"]]:
        return f"its version {version!r} is not known here"
    if parse_moment(fact["finished"]) is None:
        return "it does not say when the job ended"
    return ""


def _fact(path: Path, content: Any) -> dict[str, Any] | None:
    """None for another file than the report of a release or a move."""
    if not isinstance(content, dict) or not isinstance(content.get("schema"), dict):
        return None
    name = content["schema"].get("name")
    if name == RELEASES:
        kind = "rollback" if content.get("rollback") else "release"
        own = str(content.get("release") or "")
    elif name == MOVES:
        kind, own = str(content.get("mode") or ""), str(content.get("move") or "")
    else:
        return None
    return {
        "file": str(path),
        "kind": kind,
        "id": own,
        "base_vm": str(content.get("base_vm") or ""),
        "finished": str(content.get("finished") or ""),
        "complete": content.get("complete") is True,
        "check_mode": bool(content.get("check_mode")),
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read, stays=True)
