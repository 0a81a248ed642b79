# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of image definitions and their versions, in rows of the report of a release, and as the tree of its page.

`definitions` is site -> {message, error?, definitions: [outcome of the role prepared_image_release]}.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import options_of, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import READY
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.role_options import (
    PREPARATION,
    SHARE,
    with_variables,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.rows import ReportRow

VARIABLES = {"order": PREPARATION, "preparation": PREPARATION, "share": SHARE}
SPECS = {"None": "Master", "Mcs": "Prepared image"}

Definitions = Mapping[str, Mapping[str, Any]]


def definition_rows(definitions: Definitions) -> list[ReportRow]:
    rows = []
    for host, site in definitions.items():
        if site["message"]:
            detail, advice = why(site)
            rows.append(ReportRow(host, "prepared images", "failed", detail, False, advice, kind="prepared image"))
        rows += [_row(host, outcome) for outcome in site["definitions"]]
    return rows


def _row(host: str, outcome: Mapping[str, Any]) -> ReportRow:
    task = outcome.get("failed_at") or ""
    if task:
        message, advice = why(outcome)
        advice = with_variables(advice, options_of(outcome), VARIABLES.get(task, {}))
    else:
        message, advice = _where(outcome), ""
    what, phase = f"image definition {outcome['name']}", "share" if task == "share" else "preparation"
    result = _result(outcome)
    return ReportRow(host, what, result, message, not task, advice, kind="prepared image", phase=phase)


def _result(outcome: Mapping[str, Any]) -> str:
    version = outcome.get("version") or {}
    if outcome["state"] == "planned":
        return "version would be prepared"
    if outcome.get("failed_at") == "share":
        return f"version {version.get('number')} is not everywhere"
    if outcome["state"] == "failed":
        return "failed"
    if outcome["changed"]:
        return f"version {version['number']} made or shared"
    return f"version {version['number']} was there"


def _where(outcome: Mapping[str, Any]) -> str:
    version = outcome.get("version") or {}
    has_it = [unit["name"] for unit in version.get("hosting_units") or [] if unit["state"] == READY]
    names = has_it or [outcome["hosting_unit"], *outcome["share_with"]]
    left = [f"version {number} failed and can be deleted" for number in outcome.get("leftovers") or []]
    warned = [f"the site warns: {text}" for text in version.get("warnings") or []]
    return "; ".join([f"in {', '.join(dict.fromkeys(filter(None, names)))}", *warned, *left])


def trees(definitions: Definitions, catalogs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Definition, version, specs, hosting units and the catalogs there, of each site: for the page. `catalogs` bear
    their site, definition and hosting unit."""
    found = []
    for host, site in definitions.items():
        alone = len(site["definitions"]) == 1
        found += [_tree(host, outcome, catalogs, alone) for outcome in site["definitions"]]
    return found


def _tree(host: str, outcome: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]], alone: bool) -> dict[str, Any]:
    version, name = outcome.get("version") or {}, str(outcome["name"])
    own = [each for each in catalogs if each["site"] == host and _is_of(each["definition"], name, alone)]
    units = [_unit(unit, own) for unit in version.get("hosting_units") or []]
    at_home = {unit["name"] for unit in units}
    return {
        "site": host,
        "name": name,
        "settled": outcome["state"] != "failed",
        "result": _result(outcome),
        "version": version,
        "specs": [_spec(spec, version) for spec in version.get("specs") or []],
        "units": units,
        "elsewhere": [each for each in own if each["hosting_unit"] not in at_home],
    }


def _is_of(definition: str, name: str, alone: bool) -> bool:
    if definition:
        return definition.casefold() == name.casefold()
    return alone


def _spec(spec: Mapping[str, Any], version: Mapping[str, Any]) -> dict[str, Any]:
    made_from = ""
    if spec["preparation"] == "None":
        made_from = (version.get("image") or {}).get("name") or ""
    return {
        "kind": SPECS.get(spec["preparation"], spec["preparation"]),
        "id": spec["id"],
        "state": spec["state"],
        "image": made_from,
        "settled": spec["state"] == READY,
    }


def _unit(unit: Mapping[str, Any], catalogs: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "name": unit["name"],
        "primary": unit["primary"],
        "state": unit["state"],
        "settled": unit["state"] == READY,
        "errors": unit["errors"],
        "catalogs": [each for each in catalogs if each["hosting_unit"] == unit["name"]],
    }
