# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates in a release: which catalogs need one, on which Prism Central, on which cluster it is made, and what is
there already.

A catalog needs an AHV snapshot on a cluster or a template on a Prism Central, as the plug-in of its hosting connection
says (contract citrix 9). `needs` is site -> its catalogs that need a template.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.lookup import all_of, column
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.cluster_addresses import (
    cluster_of_unit,
    identities_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import (
    CENTRAL_PLUGINS,
    FOLDER_PLUGIN,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import is_proven, same_for_citrix

Facts = Mapping[str, Any]
TOLD = ("id", "name", "full_name", "folder", "hosting_unit", "cluster_uuid")


def central_needs(answers: Mapping[str, Facts], centrals: Mapping[str, Facts]) -> dict[str, list[dict[str, Any]]]:
    """Site -> its catalogs that need a template, each with `plugin` and `centrals`, the inventory hosts that its
    connection may lead to by the addresses: one, unless something is wrong; and `silent`, those that did not tell what
    their address resolves to, because they gave no answer or have no part in this run.

    `answers` is site -> {catalogs: as citrix_catalog_info returns them, with connections}, `centrals` inventory host ->
    {address, port, endpoint}.
    """
    identities = identities_of(centrals)
    silent = [host for host, facts in centrals.items() if not facts.get("endpoint")]
    needs: dict[str, list[dict[str, Any]]] = {}
    for site, answer in answers.items():
        needs[site] = []
        for catalog in answer.get("catalogs") or []:
            if _plugin(catalog) in CENTRAL_PLUGINS:
                needs[site].append({**_need(catalog, identities), "silent": silent})
    return needs


def _plugin(catalog: Facts) -> str:
    return str((catalog.get("connection") or {}).get("plugin") or "")


def _need(catalog: Facts, identities: Sequence[Any]) -> dict[str, Any]:
    connection = catalog["connection"]
    return {
        **{key: catalog.get(key) for key in TOLD},
        "plugin": connection["plugin"],
        "connection": connection["name"],
        "addresses": list(map(str, connection["addresses"])),
        "centrals": cluster_of_unit({"connection": connection}, identities),
    }


def unserved(needs: Mapping[str, Sequence[Facts]], template: str = "") -> list[str]:
    """Sentences about catalogs that cannot get what they need. `template` is the name of the one that lives long, ''
    where each release makes its own. Where the connection may lead to a Prism Central that is silent, the catalog is
    not touched, and the others go on."""
    sentences = []
    for site, rows in needs.items():
        for need in rows:
            why = _obstacle(need, template)
            if why:
                sentences.append(f"{site}: the catalog '{need['full_name']}' needs a template, and {why}.")
    return sentences


def _obstacle(need: Facts, template: str) -> str:
    where = f"its connection '{need['connection']}' ({', '.join(need['addresses']) or 'without addresses'})"
    if not need["centrals"] and need["silent"]:
        return ""
    if not need["centrals"]:
        return f"{where} leads to no host of the group prism_centrals, as far as nutanix_host of these tells"
    if len(need["centrals"]) > 1:
        return f"{where} may lead to any of {', '.join(need['centrals'])}"
    if template and need["plugin"] != FOLDER_PLUGIN:
        return f"its plug-in {need['plugin']} shows no versions of one: leave out image_release_template_name"
    return ""


def found(templates: Sequence[Facts], image: str, long_lived: str = "") -> dict[str, Any]:
    """What a Prism Central has of the release: {state, ext_id, snapshot_id, message}; of one that is present also its
    witness {vm_uuid, created, asks}: what it was made of, when, and which clusters can tell of that. `templates` are
    all of it, as pc_template_info returns them; `ext_id` is the template that gets the version where one is
    `long_lived`."""
    if not long_lived:
        return _found_among(templates, "template", image)
    holders = [template for template in templates if template["name"] == long_lived]
    if len(holders) != 1:
        number = f"there are {len(holders)} templates" if holders else "there is no template"
        return _failed(f"{number} called '{long_lived}'", "Correct image_release_template_name, or make it.")
    return {**_found_among(holders[0]["versions"], f"version of '{long_lived}'", image), "ext_id": holders[0]["ext_id"]}


def _found_among(candidates: Sequence[Facts], kind: str, image: str) -> dict[str, Any]:
    namesakes = [each for each in candidates if each["name"] == image]
    rivals = [each for each in candidates if each["name"] == image or same_for_citrix(each["name"], image)]
    ids = ", ".join(f"'{each['name']}' ({each['ext_id']})" for each in rivals)
    if len(rivals) > 1 or len(rivals) != len(namesakes):
        return _failed(f"there is already a {kind} {ids}, and Citrix cannot tell them apart from '{image}'")
    if not rivals:
        return {"state": "missing", "ext_id": "", "snapshot_id": "", "message": ""}
    if not is_proven(rivals[0]):
        doubt = (rivals[0].get("lineage") or {}).get("doubt") or "is none of the collection"
        return _failed(f"the {kind} {ids} {doubt}", "Rename or remove it, or use another release id.")
    (template,) = rivals
    return {
        "state": "present",
        "ext_id": template["ext_id"],
        "snapshot_id": template["lineage"]["recovery_point_id"] or "",
        "message": "",
        "witness": {
            "vm_uuid": template.get("source_vm_uuid") or "",
            "created": template.get("created") or "",
            "asks": _places_of(template),
        },
    }


def _places_of(template: Facts) -> list[str]:
    return all_of(template.get("versions") or [template], "cluster_uuids")


def witnessed(template: Facts, vms: Sequence[Facts]) -> dict[str, Any]:
    """`template` as `found` returned it. `vms` is the temporary VM that it was made of, as far as its Prism Central has
    it: while that is there the template does not count before the cluster of the VM has told (`true_copy`)."""
    if not vms:
        return dict(template)
    (vm,) = vms
    message = (
        f"the temporary VM '{vm['name']}' ({vm['uuid']}) that it was made of is still there, and its cluster"
        f" {vm['cluster_uuid']} did not tell whether somebody has switched it on before"
    )
    advice = "Run the same command again when the cluster answers, without leaving it out."
    error = {"message": message, "advice": advice}
    witness = {**template["witness"], "asks": [vm["cluster_uuid"]]}
    return {**template, "state": "failed", "witness": witness, "message": f"{message}. {advice}", "error": error}


def _failed(message: str, advice: str = "Use another release id.") -> dict[str, Any]:
    error = {"message": message, "advice": advice}
    return {"state": "failed", "ext_id": "", "snapshot_id": "", "message": f"{message}. {advice}", "error": error}


def users(
    uses: Sequence[Facts], wanted: Mapping[str, Sequence[Facts]], needs: Mapping[str, Sequence[Facts]], place: str
) -> list[str]:
    """Who uses what one cluster or Prism Central, `place`, holds of the release. Elsewhere there are others of its
    name, so that what is known to be on another place does not count, and what nobody can tell does.

    `uses` are what citrix_image_usage_info returned in a loop over the sites, of which some may have failed, `wanted`
    is site -> the operator's catalogs.
    """
    users = set()
    for use in uses:
        site = use["item"]
        for reference in use.get("references") or ():
            if place in _places(reference["of"], wanted.get(site, ()), needs.get(site, ()), place):
                users.add(f"{site}: {reference['kind']} of {reference['of']}")
    return sorted(users)


def _places(full_name: str, wishes: Sequence[Facts], needs: Sequence[Facts], otherwise: str) -> list[str]:
    """Where the image of a catalog lies: on Prism Centrals, or on the cluster that the operator says."""
    of_template = [need["centrals"] for need in needs if need["full_name"].casefold() == full_name.casefold()]
    if of_template:
        return list(of_template[0]) or [otherwise]
    return [wish.get("cluster") or otherwise for wish in wishes if _is_meant(wish, full_name)] or [otherwise]


def _is_meant(wish: Facts, full_name: str) -> bool:
    folder, name = wish.get("folder"), str(wish.get("name") or "").casefold()
    if folder is None:
        return full_name.casefold().rpartition("/")[2] == name
    return full_name.casefold() == f"{folder}/{name}".casefold().lstrip("/")


def makers(
    templates: Mapping[str, Facts], clusters: Mapping[str, Facts], needs: Mapping[str, Sequence[Facts]], source: str
) -> dict[str, str]:
    """Inventory host of a Prism Central that lacks its template -> inventory host of the cluster on which it is made.

    The disks of a template lie on the cluster of its VM (contract prism_central 4.2): best on one that a catalog is on;
    of several, or of none, on the source before others.
    """
    chosen = {}
    able = {host: cluster for host, cluster in clusters.items() if cluster.get("state") in ("missing", "present")}
    for central, template in templates.items():
        needing = [need for need in chain.from_iterable(needs.values()) if central in need["centrals"]]
        used = column(needing, "cluster_uuid")
        own = [host for host, cluster in able.items() if cluster.get("prism_central") == central]
        own.sort(key=lambda host: (clusters[host].get("cluster_uuid") not in used, host != source))
        if own and template.get("state") == "missing":
            chosen[central] = own[0]
    return chosen
