# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The decisions of a roll-out for the role catalog_rollout; what they mean stands in logic/rollout.py."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic import rollout


def rollout_waves(catalogs: Sequence[Mapping[str, Any]], *given: Any, **terms: Any) -> list[dict[str, Any]]:
    try:
        return rollout.plan_waves(catalogs, *given, **terms)
    except ValueError as error:
        raise AnsibleFilterError(str(error)) from None


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return {
            "rollout_waves": rollout_waves,
            "rollout_hold": lambda sites, number, names, policy: rollout.hold(number, names, sites, policy),
            "rollout_outcome": rollout.wave_outcome,
            "rollout_take_back": lambda sites, name, site: rollout.take_back(name, sites, site),
            "rollout_summary": rollout.summary,
        }
