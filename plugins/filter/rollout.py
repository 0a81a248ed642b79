# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decisions of a roll-out for the role catalog_rollout; what they mean stands in logic/rollout."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout import (
    baseline,
    notices,
    starts,
    wave_outcome,
    waves,
)


def rollout_waves(catalogs: Sequence[Mapping[str, Any]], *waves_or_text: Any, **terms: Any) -> dict[str, Any]:
    try:
        return {"waves": waves.plan_waves(catalogs, *waves_or_text, **terms), "message": ""}
    except Refusal as error:
        return {"waves": [], "message": str(error)}


def release_earlier_catalogs(path: str, site: str, release: str, image: str) -> list[dict[str, Any]]:
    text = ""
    if path:
        with suppress(OSError, UnicodeDecodeError):
            text = Path(path).read_text(encoding="utf-8")
    return baseline.earlier_catalogs(text, site, release, image)


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "rollout_waves": rollout_waves,
            "rollout_hold": lambda sites, number, waves, policy: notices.hold(number, waves, sites, policy),
            "rollout_outcome": wave_outcome.wave_outcome,
            "rollout_take_back": lambda sites, name, site: wave_outcome.take_back(name, sites, site),
            "release_earlier_catalogs": release_earlier_catalogs,
            "release_start_terms": starts.start_terms,
            "catalog_selectors": waves.selectors,
            "rollout_have_image": waves.have_image,
            "rollout_left_behind": waves.left_behind,
            "rollout_cannot_wait": notices.cannot_wait,
            "rollout_notice": notices.notice,
            "rollout_refusal": notices.refusal,
            "rollout_heard": notices.heard,
            "rollout_with_wave": notices.with_wave,
            "rollout_baseline": baseline.baseline,
            "rollout_summary": wave_outcome.summary,
        }
