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
    return [
        {
            "storage": name,
            "image": image,
            "wrapper": f"{image}_{part_of_name(name)}",
            "path": f"{image}_{part_of_name(name)}.vm\\{image}.snapshot",
        }
        for name in storage
    ]


def outcome(wishes: Sequence[Mapping[str, str]], brought: Loop, wrapped: Loop) -> dict[str, Any]:
    """What became of the image in a pool, as reports take it: `state` is present, made, planned or failed, `images`
    what there is on each SR, each with its own `state`."""
    images = [_image(wish, _result(brought, wish), _result(wrapped, wish)) for wish in wishes]
    failures = [image for image in images if image["state"] == "failed"]
    states = [image["state"] for image in images]
    state = next((each for each in ("failed", "planned", "made") if each in states), "present")
    first = failures[0] if failures else {}
    steps = [step for loop in (brought, wrapped) for result in loop.get("results") or [] for step in _steps(result)]
    return {
        "state": state,
        "message": first.get("message") or "",
        **({"error": first["error"]} if first.get("error") else {}),
        "images": images,
        "transferred_bytes": sum(image["transferred_bytes"] for image in images),
        "timeline": steps,
    }


def _steps(result: Mapping[str, Any]) -> list[Any]:
    return list(result.get("timeline") or [])


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
    found = [(wish, _result(brought, wish)) for wish in wishes]
    return [{**wish, "vdi_uuid": result["vdi_uuid"]} for wish, result in found if result.get("vdi_uuid")]


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
    return {site: [{**catalog, "cluster": catalog.get("pool")} for catalog in own] for site, own in catalogs.items()}


def _move(
    catalog: Mapping[str, Any], pools: Mapping[str, Mapping[str, Any]], known: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    move = {key: value for key, value in catalog.items() if key not in ("pool", "storage")}
    host, pool = catalog["pool"], pools.get(catalog["pool"]) or {}
    image = _image_for(catalog, pool.get("images") or [])
    if image is None or image["state"] == "failed":
        # What to do about it stands with the pool
        move["hold"] = f"{host} does not have the image of this release: {why(image or pool)[0] or 'nobody told why'}"
    if image is None:
        return move
    unit = next((each.get("hosting_unit") for each in known if is_meant(catalog, each)), None)
    return {**move, **({"image": f"XDHyp:\\HostingUnits\\{unit}\\{image['path']}"} if unit else {})}


def _image_for(catalog: Mapping[str, Any], images: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """On the SR that the catalog names, else on the first one of the pool."""
    wanted = catalog.get("storage")
    return next((image for image in images if not wanted or image["storage"] == wanted), None)
