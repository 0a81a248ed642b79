# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether catalogs can be on a version that is still to be made: told before it is made, because to prepare it takes
long, and a plan must not promise what cannot be (contract citrix 13.7, addition A)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import by_key
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import quoted
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.assignments import ONLY_CLEAN_ON_BOOT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    Selector,
    find_catalog,
    known_by_name,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import READY

Facts = Mapping[str, Any]


def out_of_reach(
    wishes: Sequence[Facts],
    definitions: Sequence[Facts],
    outcomes: Sequence[Facts],
    catalogs: Sequence[Facts],
    site: str,
) -> list[str]:
    """Sentences for catalogs of one `site` that can never be on the version of their definition. `wishes` are those of
    the operator, `catalogs` what the site said of them."""
    refusals = obstacles(wishes, definitions, outcomes, catalogs)
    return [f"{site}: catalog {name}: {refusal}" for name, refusal in refusals.items()]


def obstacles(
    wishes: Sequence[Facts], definitions: Sequence[Facts], outcomes: Sequence[Facts], catalogs: Sequence[Facts]
) -> dict[str, Refusal]:
    """The same by full name. A catalog that the site did not show is not judged, nor one of a definition that cannot
    be planned."""
    by_id = by_key(catalogs, "id")
    records = [known_by_name(catalog) for catalog in catalogs]
    planned = {_key(outcome["name"]): outcome for outcome in outcomes if outcome["state"] != "failed"}
    refusals = {}
    for wish in wishes:
        selector = Selector(name=wish.get("name") or "", folder=wish.get("folder"), id=wish.get("id") or "")
        definition = _definition(wish, definitions)
        outcome = planned.get(_key(definition.get("name")))
        try:
            catalog = by_id[find_catalog(selector, records).id]
        except Refusal:
            continue
        refusal = (_of_place(catalog, outcome) or _of_kind(catalog, definition, outcome)) if outcome else None
        if refusal:
            refusals[str(catalog["full_name"])] = refusal
    return refusals


def _definition(wish: Facts, definitions: Sequence[Facts]) -> Facts:
    """One that names no definition is of the first, as in the release."""
    wanted = _key(wish.get("definition"))
    return next((each for each in definitions if _key(each.get("name")) == wanted or not wanted), {})


def _of_place(catalog: Facts, outcome: Facts) -> Refusal | None:
    shares = (outcome.get("version") or {}).get("hosting_units") or []
    names = [
        outcome["hosting_unit"],
        *outcome["share_with"],
        *(share["name"] for share in shares if share["state"] == READY),
    ]
    unit = catalog.get("hosting_unit") or ""
    # A hosting unit that is given by its id may be any
    if not unit or any(_is_id(name) for name in names) or _key(unit) in map(_key, names):
        return None
    return Refusal(
        f"it is in hosting unit {unit}, where {outcome['name']} would not be, but in {quoted(dict.fromkeys(names))}",
        f"Add {unit} to share_with of this image definition, or give the catalog another definition.",
    )


def _of_kind(catalog: Facts, definition: Facts, outcome: Facts) -> Refusal | None:
    name, made = outcome["name"], outcome.get("definition") or {}
    session_support = made.get("session_support") or definition.get("session_support") or ""
    own = catalog.get("session_support") or ""
    if session_support and own and session_support != own:
        return Refusal(
            f"{name} is for {session_support}, and the catalog is for {own}", "Give the catalog another definition."
        )
    profile = _has_profile(definition, outcome)
    if profile != bool(catalog.get("machine_profile")):
        has, lacks = (name, "the catalog") if profile else ("the catalog", name)
        return Refusal(
            f"{has} has a machine profile and {lacks} has none",
            "Give the catalog a machine profile, or the image definition a machine_profile that fits.",
        )
    if catalog.get("machines_take_image") is False and str(catalog.get("plugin") or "").startswith(ONLY_CLEAN_ON_BOOT):
        return Refusal(
            "its machines keep their disks, and on this kind of connection only those that are made anew at each start"
            " can be on a prepared image",
            "Leave it out.",
        )
    return None


def _has_profile(definition: Facts, outcome: Facts) -> bool:
    """Whether the version has a machine profile, or will have one: a version that is there counts, not the wish."""
    specs = (outcome.get("version") or {}).get("specs") or []
    prepared = [spec for spec in specs if spec["preparation"] == "Mcs"]
    return any(bool(each.get("machine_profile")) for each in prepared or [definition])


def _key(name: Any) -> str:
    return str(name or "").casefold()


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
