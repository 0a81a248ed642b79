# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of targets, for the role image_portability; what it means stands in logic/portability."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability import (
    outcomes,
    presence,
    sight,
    stages,
    wiring,
)


def plan(image: str, release: str, workflow: str, platform: str = "") -> dict[str, Any]:
    return {
        **stages.names_of(image, release, platform),
        "stages": stages.stages_of(workflow),
        "provisioning_type": stages.provisioning_type(workflow),
    }


def earlier_file(path: str, image: str, release: str, target: str = "") -> dict[str, Any]:
    try:
        report = json.loads(Path(path).expanduser().read_text(encoding="utf-8"))
        if (report["name"], report["release"]) != (image, release):
            return {}
        written = report["targets"][target]["stages"] if target else [report["export"]]
        return dict(written[-1].get("file") or {})
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError):
        return {}


def room(directory: str) -> int:
    """The free bytes of a directory of the controller, which may not be there yet."""
    path = Path(directory).expanduser().absolute()
    existing = next(each for each in (path, *path.parents) if each.is_dir())
    return shutil.disk_usage(existing).free


def file_of(answer: Mapping[str, Any], job_state: str = "", known: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return presence.file(answer, job_state, known)


def outcome(result: Mapping[str, Any], stage: str, standing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return outcomes.outcome(stage, result, standing)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "portability_plan": plan,
            "portability_sight": sight.sight,
            "portability_file": file_of,
            "portability_disk": presence.disk,
            "portability_outcome": outcome,
            "portability_target": sight.target_outcome,
            "portability_source": wiring.file_in_share,
            "portability_platform": wiring.on_platform,
            "portability_prepare": wiring.prepare_options,
            "portability_publish": wiring.publish_options,
            "portability_catalogs": outcomes.catalogs_to_move,
            "portability_room": room,
            "portability_earlier_file": earlier_file,
        }
