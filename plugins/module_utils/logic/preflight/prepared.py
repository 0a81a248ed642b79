# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a Citrix site can release the prepared images that are wanted of it, by the plan of the role that would do
it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, Facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.features import (
    PREPARED_IMAGES,
    SHARING,
    Feature,
    refusal_without,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.reach import obstacles
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Selector,
    find_catalog,
    known_by_name,
)


def check(rows: Rows, facts: Facts, _estate: Estate) -> None:
    """Gate, definitions with their hosting units, images and profiles, accounts, catalogs."""
    outcomes = facts.get("prepared")
    if not outcomes:
        return
    is_shared = any(outcome["share_with"] for outcome in outcomes)
    features = (PREPARED_IMAGES, SHARING) if is_shared else (PREPARED_IMAGES,)
    if not all(_knows(rows, facts, feature) for feature in features):
        return
    for outcome in outcomes:
        what = f"image definition {outcome['name']}"
        if outcome["state"] == "failed":
            rows.stop(what, *why(outcome))
            continue
        version = outcome.get("version") or {}
        ready = f"version {version.get('number')} is ready" if version.get("ready") else "can be prepared"
        rows.ok(what, f"{ready} in {outcome['hosting_unit']}{_shared(outcome['share_with'])}")
        _check_accounts(rows, outcome, facts.get("hosting_units") or [])
    _check_catalogs(rows, facts)


def _knows(rows: Rows, facts: Facts, feature: Feature) -> bool:
    site = facts.get("site") or {}
    product = site.get("product_version") or ""
    refusal = refusal_without(feature, site.get("is_cloud") is False, site.get("api_version"), product)
    if refusal:
        rows.stop(feature.name, refusal.message, refusal.advice)
    return refusal is None


def _shared(names: Sequence[str]) -> str:
    if names:
        return f" and shared with {', '.join(names)}"
    return ""


def _check_accounts(rows: Rows, outcome: Mapping[str, Any], units: Sequence[Mapping[str, Any]]) -> None:
    """Another account is only found out by sharing where the site does not tell it."""
    names = folded((outcome["hosting_unit"], *outcome["share_with"]))
    own = [unit for unit in units if unit["name"].casefold() in names]
    connections = {unit["connection"]["name"] for unit in own}
    if outcome["share_with"] and len(connections) > 1 and not all(unit.get("account") for unit in own):
        rows.warn(
            f"accounts of {outcome['name']}",
            f"the site does not tell the account of {', '.join(sorted(connections))}",
            "An image is shared within one account: make sure that it is the same (AWS: iam:GetAccountSummary)",
        )


def _check_catalogs(rows: Rows, facts: Facts) -> None:
    catalogs = facts.get("catalogs")
    if catalogs is None:
        return
    records = [known_by_name(catalog) for catalog in catalogs]
    wishes = facts.get("prepared_catalogs") or []
    refusals = obstacles(wishes, facts.get("prepared_wishes") or [], facts["prepared"], catalogs)
    for wish in wishes:
        selector = Selector(name=wish.get("name") or "", folder=wish.get("folder"), id=wish.get("id") or "")
        try:
            name = find_catalog(selector, records).full_name
        except Refusal as error:
            rows.stop(f"catalog {wish.get('name') or wish.get('id')}", error.message, error.advice)
            continue
        if name in refusals:
            rows.stop(f"catalog {name}", refusals[name].message, refusals[name].advice)
        else:
            rows.ok(f"catalog {name}", "is there")
