# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a catalog back to the release that made its image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import without_keys
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.text import folded, right_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_image import cannot_testify
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    ClusterAddresses,
    cluster_of_unit,
    identities_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.retention import parts_of
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import is_marked
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import told_by_name

Facts = Mapping[str, Any]


def ancestries(
    sites: Mapping[str, Facts], places: Mapping[str, Facts], prefix: str, pools: Mapping[str, Facts] | None = None
) -> list[dict[str, Any]]:
    """For each catalog with an image: the image, the release and golden VM that its name tells, and what proves
    them.

    `sites`: host -> {catalogs: as citrix_catalog_info returns them, hosting_units?: as citrix_hosting_unit_info does,
    out_of_date: the catalog id of each machine whose image is out of date}; `places`: host of a cluster -> {snapshots:
    as pe_vm_snapshot_info returns them, cluster?: as pe_cluster_info does, address?, port?}, or of a Prism Central ->
    {templates: as pc_template_info returns them, address?, port?}; `pools`: host of a XenServer pool -> {wrappers: as
    xen_vm_wrapper_info returns them, cluster: {name}, endpoint: {addresses}, address?, port?}. An image testifies for a
    catalog only at the place that the catalog's hosting unit stands for. Where that is not certain, one of any place
    may be meant: then all must be proven, or nothing is.
    """
    pools = pools or {}
    identities = identities_of({**places, **pools})
    lineages = []
    for host, site in sites.items():
        behind = Counter(site.get("out_of_date") or [])
        for catalog in site.get("catalogs") or []:
            version, image = catalog.get("image_version"), catalog.get("master_image")
            if not version and not image:
                continue
            who = _who(host, catalog, behind[catalog["id"]])
            if version:
                lineages.append(_of_version(who, version, image or {}))
                continue
            home = _home(site, catalog, identities)
            in_pools = _in_pools(pools, image)
            if home in pools or (home is None and in_pools):
                lineages.append(_of_pool(who, home, image, in_pools))
            else:
                lineages.append(_of_cluster(who, home, image["name"], _copies(places, image["name"]), prefix))
    return sorted(lineages, key=lambda each: (each["site"], each["catalog"].casefold()))


def _who(host: str, catalog: Facts, behind: int) -> dict[str, Any]:
    """The catalog and its machines, of which so many have not taken the image yet."""
    total, takes_image = catalog.get("total_count") or 0, catalog.get("machines_take_image")
    return {
        "site": host,
        "catalog": catalog["full_name"],
        "name": catalog["name"],
        "hosting_unit": catalog.get("hosting_unit"),
        "machines": total,
        "machines_take_image": takes_image,
        "machines_up_to_date": total - behind if takes_image else None,
        "note": catalog.get("note") or "",
    }


def _of_version(who: dict[str, Any], version: Facts, source: Facts) -> dict[str, Any]:
    """A catalog on a prepared image: its release stands in the description of the version, and the site is its only
    witness."""
    marked = is_marked(version["description"])
    doubt = "the description of the version does not bear the mark of the collection"
    return {
        **who,
        "cluster": None,
        "image_version": {
            "id": version["id"],
            "number": version["number"],
            "definition": version["definition"]["name"],
            "made_from": source.get("name"),
        },
        "image": version["name"],
        "release": version["release"] or None,
        "base_vm": None,
        "protection_domain_snapshots": [],
        "recovery_points": [],
        "source_disks": [],
        "marked": marked,
        "doubts": [] if marked else [doubt],
        "clusters": [],
    }


def _in_pools(pools: Mapping[str, Facts], image: Facts) -> list[dict[str, Any]]:
    """The images of ours that stand where the path of a master image leads, in whichever pool: below its hosting unit
    it names VM and snapshot."""
    path = str(image.get("path") or "").casefold()
    copies = []
    for host, facts in pools.items():
        for wrapper in facts.get("wrappers") or []:
            for snapshot in wrapper["snapshots"]:
                if path.endswith(f"\\{snapshot['path'].casefold()}"):
                    made = {"created": snapshot["taken"], "taken_from": wrapper["name"]}
                    copies.append({**_copy(host, snapshot), **made, **_marks(snapshot)})
    return copies


def _marks(snapshot: Facts) -> dict[str, Any]:
    scheme, release = parts_of(snapshot["name"], snapshot["release"])
    doubt = "" if snapshot["release"] else "is of a disk that bears no release"
    return {"scheme": scheme, "release": release, "source_vdi_uuid": snapshot["source_vdi_uuid"], "doubt": doubt}


def _copies(places: Mapping[str, Facts], name: str) -> list[dict[str, Any]]:
    """The images of this name, wherever they are."""
    copies = []
    for place, answer in places.items():
        copies += [_copy(place, image) for image in _images_at(answer) if image["name"] == name]
    return copies


def _of_cluster(
    who: dict[str, Any], home: str | None, image: str, copies: list[dict[str, Any]], prefix: str
) -> dict[str, Any]:
    """A catalog of Nutanix clusters: its release stands in the name of the image."""
    told = told_by_name(image, prefix)
    is_ours = told["release"] is not None
    doubts = _doubts(copies, home) if is_ours else []
    witnesses = [] if doubts else _witnesses(copies, home)
    return {
        **who,
        "cluster": home,
        "image_version": None,
        "image": image,
        **told,
        "protection_domain_snapshots": _origins(witnesses, "protection_domain_snapshot_id"),
        "recovery_points": _origins(witnesses, "recovery_point_id"),
        "source_disks": [],
        "marked": is_ours and not doubts,
        "doubts": doubts,
        "clusters": copies,
    }


def _witnesses(copies: Sequence[Facts], home: str | None) -> list[Facts]:
    """The copies that may be what the catalog is on."""
    return [copy for copy in copies if home in (None, copy["cluster"])]


def _of_pool(who: dict[str, Any], home: str | None, image: Facts, copies: list[dict[str, Any]]) -> dict[str, Any]:
    """A catalog of a XenServer pool: its release stands in the marks of the disk that the image is of."""
    witnesses = _witnesses(copies, home)
    doubts = _doubts(copies, home) if witnesses else []
    releases = {(copy["scheme"], copy["release"]) for copy in witnesses}
    if len(releases) > 1:
        doubts.append("pools have images of different releases at this path")
    scheme, release = next(iter(releases)) if len(releases) == 1 else (None, None)
    return {
        **who,
        "cluster": home,
        "image_version": None,
        "image": image["name"],
        "release": release,
        "base_vm": scheme,
        "protection_domain_snapshots": [],
        "recovery_points": [],
        "source_disks": [] if doubts else _origins(witnesses, "source_vdi_uuid"),
        "marked": bool(witnesses) and not doubts,
        "doubts": doubts,
        "clusters": [without_keys(copy, ("scheme", "release")) for copy in copies],
    }


def _images_at(place: Facts) -> list[Facts]:
    """The images of a cluster or of a Prism Central. A version that is called as its template is the template."""
    images: list[Facts] = list(place.get("snapshots") or [])
    for template in place.get("templates") or []:
        others = [version for version in template["versions"] if version["name"] != template["name"]]
        images += [{**each, "uuid": each["ext_id"]} for each in (template, *others)]
    return images


def _origins(copies: Sequence[Facts], kind: str) -> list[str]:
    return sorted({copy[kind] for copy in copies if copy[kind]})


def _home(site: Facts, catalog: Facts, identities: Sequence[ClusterAddresses]) -> str | None:
    """The one cluster or Prism Central that the catalog's hosting unit stands for, None when that cannot be told."""
    name = catalog.get("hosting_unit") or ""
    unit = next((unit for unit in site.get("hosting_units") or [] if unit["name"].casefold() == name.casefold()), None)
    hosts = cluster_of_unit(unit, identities) if unit else []
    if len(hosts) == 1:
        return hosts[0]
    return None


def _doubts(copies: Sequence[Facts], home: str | None) -> list[str]:
    """Why the image is not proven to be the release's, in sentences."""
    candidates = _witnesses(copies, home)
    if not candidates:
        return [f"{home or 'no cluster that was asked'} has no image of this name"]
    return [f"on {copy['cluster']} it {copy['doubt']}" for copy in candidates if copy["doubt"]]


def chosen(lineages: Sequence[dict[str, Any]], wishes: Sequence[str]) -> list[dict[str, Any]]:
    """Those of the catalogs that are wanted by name or full name, whole and without case, on whatever site. Raises
    Refusal for one that nobody has."""
    names = [(each, folded((each["catalog"], each["name"]))) for each in lineages]
    for name in wishes:
        if not any(name.casefold() in own for _each, own in names):
            near = right_name(name, (each["catalog"] for each in lineages))
            raise Refusal(f"no site that was asked has a catalog '{name}' with an image", near)
    wanted = folded(wishes)
    return [each for each, own in names if own & wanted]


def rows(lineages: Iterable[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Lines of the table."""
    return [(each["site"], each["catalog"], each["image"], *_cells(each)) for each in lineages]


def _cells(each: Facts) -> tuple[str, ...]:
    return _release(each), each["base_vm"] or "", _made_from(each), _where(each), _told(each)


def _made_from(each: Facts) -> str:
    origins = [*each["protection_domain_snapshots"], *each["recovery_points"], *each["source_disks"]]
    source = (each["image_version"] or {}).get("made_from")
    return "; ".join([", ".join(origins) or source or "", *each["doubts"]]).strip("; ")


def _where(each: Facts) -> str:
    """A prepared image is where the catalog is."""
    if each["image_version"]:
        return each["hosting_unit"] or ""
    return each["cluster"] or ", ".join(copy["cluster"] for copy in each["clusters"]) or "none has it"


def _told(each: Facts) -> str:
    """A site calls machines up to date that never take a new image; of those nobody knows."""
    if each["machines_up_to_date"] is None:
        return cannot_testify(each["machines_take_image"], each["machines"]) or "no machines"
    return f"{each['machines_up_to_date']} of {each['machines']}"


def _release(each: Facts) -> str:
    if not each["release"]:
        return "not ours"
    if each["marked"]:
        return str(each["release"])
    return f"not verified as {each['release']}"


def _copy(cluster: str, snapshot: Facts) -> dict[str, Any]:
    lineage = snapshot.get("lineage") or {}
    return {
        "cluster": cluster,
        "uuid": snapshot["uuid"],
        "created": snapshot.get("created"),
        "taken_from": snapshot.get("source_vm_name"),
        "protection_domain_snapshot_id": lineage.get("protection_domain_snapshot_id"),
        "recovery_point_id": lineage.get("recovery_point_id"),
        "source_vdi_uuid": None,
        "doubt": lineage.get("doubt", "shows no lineage"),
    }
