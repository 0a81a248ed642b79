# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A drill of several protection domains: whether their plans fit together, and what became of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import (
    all_of,
    column,
    repeated,
    without_keys,
)

# The diff is shown by the task itself.
NOT_FOR_REPORTS = ("diff", "invocation")


def unfit_names(plans: Iterable[Mapping[str, Any]], left_out: Sequence[str]) -> str:
    """Why the names of the VMs do not fit, '' when they do. `plans` are results of pe_protection_domain_drill in check
    mode, `left_out` the names that the operator wants left out."""
    plans = list(plans)
    twice = repeated(column(all_of(plans, "clones"), "vm"))
    if twice:
        return (
            "Several protection domains hold VMs of the same names, whose clones could not be told apart:"
            f" {', '.join(twice)}. Drill the protection domains one after the other, or leave these VMs out with"
            " dr_drill_exclude. Nothing was changed."
        )
    excluded = all_of(plans, "excluded")
    nowhere = [name for name in left_out if name not in excluded]
    if nowhere:
        return f"dr_drill_exclude names VMs that no snapshot holds: {', '.join(nowhere)}. Nothing was changed."
    return ""


def by_domain(
    domains: Sequence[str], made: Sequence[Mapping[str, Any]], removed: Sequence[Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Protection domain -> what became of it, from the results of bringing the clones up and of removing them, one for
    each of `domains` or none at all."""
    outcomes = {}
    for number, domain in enumerate(domains):
        up = made[number] if number < len(made) else {}
        down = removed[number] if number < len(removed) else {}
        outcomes[domain] = without_keys(up or down, NOT_FOR_REPORTS) | {
            "removed": _removed(up, down),
            "failures": [*(up.get("failures") or []), *_not_removed(domain, down, after_work=bool(up))],
            "timeline": all_of((up, down), "timeline"),
            **({"state": "absent"} if down and not up else {}),
        }
    return outcomes


def _removed(made: Mapping[str, Any], removal: Mapping[str, Any]) -> list[Any]:
    """In a plan also the clones that are still to be made, which have no uuid yet: the removal cannot know of them."""
    if not removal or removal.get("skipped"):
        return []
    return [*(removal.get("removed") or []), *(clone for clone in made.get("clones") or [] if not clone["uuid"])]


def _not_removed(domain: str, removal: Mapping[str, Any], *, after_work: bool) -> list[Any]:
    """The clones that are still there. After a removal that failed as a whole nobody knows which; where it was the only
    work, its own failure says so."""
    whole = removal.get("failed") and after_work and not removal.get("failures")
    if whole:
        return [{"id": "", "name": domain, "reason": removal["msg"]}]
    return removal.get("failures") or []
