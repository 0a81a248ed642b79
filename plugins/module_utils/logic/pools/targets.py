# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an image is called in each XenServer pool, and what became of it there, from the results of tasks that loop over
the storage repositories (SRs) of the pool.

Each image has a wrapper VM of its own on each SR: in a VM of several images each snapshot would be below the one
before, and its path would change when that one goes (contract citrix 9).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.failures import failure, why
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, column, without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.operator_input import is_meant

Loop = Mapping[str, Any]


def part_of_name(text: str) -> str:
    """A text as a part of a name by which Citrix finds a VM or a snapshot (contract xenserver trap 19)."""
    return re.sub(r"[^A-Za-z0-9_-]", "-", text)


def image_name(scheme: str, release: str) -> str:
    """What disk and snapshot of a release are called in every pool."""
    return f"{part_of_name(scheme)}_{part_of_name(release)}"


def targets(storage: Sequence[str], scheme: str, release: str) -> list[dict[str, str]]:
    """{storage, image, wrapper, path} of each SR of a pool; `path` is where Citrix shows the image below a hosting
    unit."""
    image = image_name(scheme, release)
    found = []
    for name in storage:
        wrapper = f"{image}_{part_of_name(name)}"
        path = f"{wrapper}.vm\\{image}.snapshot"
        found.append({"storage": name, "image": image, "wrapper": wrapper, "path": path})
    return found


def outcome(wishes: Sequence[Mapping[str, str]], brought: Loop, wrapped: Loop) -> dict[str, Any]:
    """What became of the image in a pool, as reports take it: `state` is present, made, planned or failed, `images`
    what there is on each SR, each with its own `state`."""
    images = [_image(wish, _result(brought, wish), _result(wrapped, wish)) for wish in wishes]
    states = column(images, "state")
    state = next((each for each in ("failed", "planned", "made") if each in states), "present")
    first: Mapping[str, Any] = images[states.index("failed")] if "failed" in states else {}
    pool = {
        "state": state,
        "message": first.get("message") or "",
        "images": images,
        "transferred_bytes": sum(column(images, "transferred_bytes")),
        "timeline": all_of(all_of((brought, wrapped), "results"), "timeline"),
    }
    if first.get("error"):
        pool["error"] = first["error"]
    return pool


def _result(loop: Loop, wish: Mapping[str, str]) -> Mapping[str, Any]:
    results = loop.get("results") or []
    return next((result for result in results if (result.get("item") or {}).get("storage") == wish["storage"]), {})


def _image(wish: Mapping[str, str], brought: Mapping[str, Any], wrapped: Mapping[str, Any]) -> dict[str, Any]:
    failed = next((result for result in (brought, wrapped) if result.get("failed")), None)
    # In a plan there is no disk yet that a VM could hold
    path = (wrapped.get("snapshot") or {}).get("path") or wish["path"]
    image = {
        "storage": wish["storage"],
        "name": wish["image"],
        "path": path,
        "state": _state(brought, wrapped),
        "message": "",
        "vdi_uuid": brought.get("vdi_uuid") or "",
        "snapshot_uuid": (wrapped.get("snapshot") or {}).get("uuid") or "",
        "transferred_bytes": brought.get("transferred_bytes") or 0,
    }
    if failed:
        return {**image, **failure(failed), "state": "failed"}
    return image


def _state(brought: Mapping[str, Any], wrapped: Mapping[str, Any]) -> str:
    if not (wrapped.get("snapshot") or {}).get("uuid"):
        return "planned"
    if brought.get("changed") or wrapped.get("changed"):
        return "made"
    return "present"


def going_on(wishes: Sequence[Mapping[str, str]], brought: Loop) -> list[dict[str, str]]:
    """The SRs with the disk there, each with its uuid. In a plan it is not there yet."""
    found = []
    for wish in wishes:
        uuid = _result(brought, wish).get("vdi_uuid")
        if uuid:
            found.append({**wish, "vdi_uuid": uuid})
    return found


def catalogs_to_move(
    catalogs: Sequence[Mapping[str, Any]],
    pools: Mapping[str, Mapping[str, Any]],
    known: Sequence[Mapping[str, Any]],
    name: str,
) -> list[dict[str, Any]]:
    """The catalogs of a site as the role catalog_rollout takes them, each with the path of the image in its own pool.
    Those of a pool without the image are held. `known` is what the site says of them, with their hosting units, `name`
    what the image is called."""
    return [{"image": name, **_move(catalog, pools, known)} for catalog in catalogs]


def wishes(catalogs: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """The catalogs of each site as reports take them, which call the pool of a catalog its cluster."""
    by_site = {}
    for site, own in catalogs.items():
        by_site[site] = [{**catalog, "cluster": catalog.get("pool")} for catalog in own]
    return by_site


def _move(
    catalog: Mapping[str, Any], pools: Mapping[str, Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    move = without_keys(catalog, ("pool", "storage"))
    host, pool = catalog["pool"], pools.get(catalog["pool"]) or {}
    image = _image_for(catalog, pool.get("images") or [])
    if image is None or image["state"] == "failed":
        # What to do about it stands with the pool
        move["hold"] = f"{host} does not have the image of this release: {why(image or pool)[0] or 'nobody told why'}"
    if image is None:
        return move
    unit = next((each.get("hosting_unit") for each in known if is_meant(catalog, each)), None)
    if unit:
        move["image"] = f"XDHyp:\\HostingUnits\\{unit}\\{image['path']}"
    return move


def _image_for(catalog: Mapping[str, Any], images: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """On the SR that the catalog names, else on the first one of the pool."""
    wanted = catalog.get("storage")
    return next((image for image in images if not wanted or image["storage"] == wanted), None)
