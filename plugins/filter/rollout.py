# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decisions of a roll-out for the role catalog_rollout; what they mean stands in logic/rollout/waves.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import starts as release_starts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import waves as rollout


def rollout_waves(catalogs: Sequence[Mapping[str, Any]], *given: Any, **terms: Any) -> dict[str, Any]:
    try:
        return {"waves": rollout.plan_waves(catalogs, *given, **terms), "message": ""}
    except Refusal as error:
        return {"waves": [], "message": str(error)}


def release_earlier_catalogs(path: str, site: str, release: str, image: str) -> list[dict[str, Any]]:
    try:
        text = Path(path).read_text(encoding="utf-8") if path else ""
    except (OSError, UnicodeDecodeError):
        text = ""
    return rollout.earlier_catalogs(text, site, release, image)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "rollout_waves": rollout_waves,
            "rollout_hold": lambda sites, number, names, policy: rollout.hold(number, names, sites, policy),
            "rollout_outcome": rollout.wave_outcome,
            "rollout_take_back": lambda sites, name, site: rollout.take_back(name, sites, site),
            "release_earlier_catalogs": release_earlier_catalogs,
            "release_start_terms": release_starts.start_terms,
            "catalog_selectors": rollout.selectors,
            "rollout_have_image": rollout.have_image,
            "rollout_left_behind": rollout.left_behind,
            "rollout_cannot_wait": rollout.cannot_wait,
            "rollout_notice": rollout.notice,
            "rollout_refusal": rollout.refusal,
            "rollout_heard": rollout.heard,
            "rollout_with_wave": rollout.with_wave,
            "rollout_baseline": rollout.baseline,
            "rollout_summary": rollout.summary,
        }
