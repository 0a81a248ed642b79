# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decide which images, templates, versions of prepared images, temporary VMs, protection domain snapshots and recovery
points may go, from what clusters, Prism Centrals and sites have said. Asks nobody and deletes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, NamedTuple

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment, parse_moment
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.orphan_points import (
    decide_recovery_points,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.orphans import (
    Domain,
    KeptSnapshot,
    OrphanVm,
    decide_pd_snapshots,
    decide_temporary_vms,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.retention import (
    Decision,
    Image,
    Rules,
    catalog_from,
    decide_images,
    doubt,
    doubts,
    unknown_base_vms,
    unknown_prefix,
    unpublished,
    uses_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.templates import template_images
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.retention import (
    followers,
    images_of,
    leftovers,
    unknown_schemes,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import part_of_name
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.retirement import (
    KeptDefinition,
    KeptVersion,
    decide_versions,
    is_called,
    kept_version,
    unknown_definitions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    bears_temporary_vm_mark,
    is_proven,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    DEFAULT_PREFIX,
    Release,
    parse_image_name,
    parse_temporary_vm_name,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS

ARGUMENTS = {
    **PREFIX_ARGUMENTS,
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "prism_centrals": {"type": "dict", "default": {}},
    "pools": {"type": "dict", "default": {}},
    "templates": {"type": "bool", "default": False},
    "definitions": {"type": "dict", "default": {}},
    "delete_definitions": {"type": "bool", "default": False},
    "base_vms": {"type": "list", "elements": "str", "default": []},
    "keep": {"type": "int", "default": 5},
    "history": {"type": "int", "default": 2},
    "minimum_age": {"type": "int", "default": 604800},
    "include_unmarked": {"type": "bool", "default": False},
    "janitor": {"type": "bool", "default": False},
    "janitor_age": {"type": "int", "default": 86400},
    "release": {"type": "str"},
    "release_base_vm": {"type": "str"},
    "release_catalogs": {"type": "dict"},
}


@dataclass(frozen=True)
class _Material:
    """What may go, as far as everybody told."""

    images: Sequence[Image]
    templates: Sequence[Image]
    vms: Sequence[OrphanVm]
    definitions: Sequence[KeptDefinition]
    of_pools: Sequence[Image]


class _Terms(NamedTuple):
    """What every decision heeds, in the order in which it takes them."""

    rules: Rules
    now: datetime
    doubts: Sequence[str]


def read(params: Params, reporter: Reporter) -> Result:
    prefix, clusters, centrals = params["prefix"], params["clusters"], params["prism_centrals"]
    references = {host: facts.get("references") or [] for host, facts in params["sites"].items()}
    material = _Material(
        images=_images(clusters, prefix),
        templates=_templates(params, references),
        vms=_vms(clusters, centrals, prefix),
        definitions=_definitions(params),
        of_pools=[image for host, facts in params["pools"].items() for image in images_of(host, facts)],
    )
    all_doubts = _doubts_of_run(params) or list(map(doubt, _unknown_names(params, material)))
    all_doubts += _unknown_definitions(params, material.definitions)
    terms = _Terms(_rules(params), datetime.now(timezone.utc), [each["reason"] for each in all_doubts])
    uses = uses_of(references, terms.rules)
    decisions = decide_images([*material.images, *material.templates, *material.of_pools], uses, *terms)
    for host, facts in params["pools"].items():
        decisions += followers(host, facts, decisions) + leftovers(host, facts, params["janitor"], terms.doubts)
    decisions += decide_versions(material.definitions, uses, *terms, params["delete_definitions"])
    if params["janitor"]:
        decisions += _decide_orphans(params, material, terms)
    rows = list(map(_shown, sorted(decisions, key=_order)))
    hosts = (*clusters, *centrals, *params["pools"], *params["definitions"])
    return {"decisions": rows, "delete": _to_delete(rows, hosts), "doubts": all_doubts}


def _to_delete(rows: Sequence[dict[str, Any]], hosts: Sequence[str]) -> dict[str, list[dict[str, Any]]]:
    """What goes from each of the hosts."""
    by_host: dict[str, list[dict[str, Any]]] = {host: [] for host in hosts}
    for row in rows:
        if row["delete"] and row["cluster"] in by_host:
            by_host[row["cluster"]].append(row)
    return by_host


def _listed(hosts: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    """(host, entry) of the list of this name that each host told."""
    return [(host, entry) for host, facts in hosts.items() for entry in facts.get(name) or []]


def _doubts_of_run(params: Params) -> list[dict[str, str]]:
    """Who did not answer, or was not asked."""
    all_doubts = doubts(*(_silent(params[hosts]) for hosts in ("clusters", "sites", "prism_centrals", "pools")))
    all_doubts += map(doubt, _release_doubts(params))
    if not params["sites"]:
        all_doubts.append(doubt("no Citrix site was asked what is in use: the group citrix_sites is empty"))
    return all_doubts


def _unknown_names(params: Params, material: _Material) -> list[str]:
    """What the operator named, and nothing bears."""
    prefix, named = params["prefix"], params["base_vms"]
    if params["pools"]:
        return unknown_schemes(named, material.of_pools)
    base_vms = [image.base_vm for image in (*material.images, *material.templates)]
    base_vms += [vm.says.release.base_vm for vm in material.vms]
    # Nobody mistyped the usual prefix: before the first release nothing bears it.
    if base_vms or named or prefix == DEFAULT_PREFIX:
        return unknown_base_vms(named, base_vms)
    return unknown_prefix(prefix, [name for _host, name in _listed(params["clusters"], "other_snapshots")])


def _decide_orphans(params: Params, material: _Material, terms: _Terms) -> list[Decision]:
    clusters, centrals = params["clusters"], params["prism_centrals"]
    images = material.images
    domains, snapshots = [], []
    for host, domain in _listed(clusters, "protection_domains"):
        domains.append(_domain(host, domain))
        snapshots += [_pd_snapshot(host, domain["name"], snapshot) for snapshot in domain.get("snapshots") or []]
    points = _listed(centrals, "recovery_points")
    marks = {(image.base_vm, image.release): image.name for image in images if image.marked}
    return [
        *decide_temporary_vms(material.vms, images, snapshots, domains, *terms),
        *decide_pd_snapshots(snapshots, images, clusters, marks, *terms),
        *decide_recovery_points(points, images, clusters, params["prefix"], *terms),
    ]


def _rules(params: Mapping[str, Any]) -> Rules:
    base_vms = frozenset(params["base_vms"])
    if params["pools"]:
        base_vms = frozenset(map(part_of_name, base_vms))
    return Rules(
        params["keep"],
        params["history"],
        params["minimum_age"],
        params["janitor_age"],
        params["include_unmarked"],
        base_vms or None,
    )


def _silent(hosts: Mapping[str, Any]) -> dict[str, str]:
    return {host: str(facts.get("message") or "") for host, facts in hosts.items()}


def _release_doubts(params: Mapping[str, Any]) -> list[str]:
    """Why the release that retention runs for is not published and verified yet."""
    if not params["release"]:
        return []
    image = Release(params["release_base_vm"], params["release"], params["prefix"]).image_name
    catalogs = {host: list(map(catalog_from, answer.get("catalogs") or [])) for host, answer in params["sites"].items()}
    return unpublished(image, params["release_catalogs"] or {}, catalogs)


def _definitions(params: Mapping[str, Any]) -> list[KeptDefinition]:
    """The image definitions that are to be looked after, as their sites told of them."""
    definitions = []
    for host, names in params["definitions"].items():
        answer = params["sites"].get(host, {})
        for facts in answer.get("image_definitions") or []:
            definition = KeptDefinition(host, facts["id"], facts["name"], _versions(answer, facts["id"]))
            if any(is_called(definition, name) for name in names):
                definitions.append(definition)
    return definitions


def _unknown_definitions(params: Mapping[str, Any], definitions: Sequence[KeptDefinition]) -> list[dict[str, str]]:
    """Doubts about what sites that answered do not have. Who wants definitions to go may find them gone."""
    if params["delete_definitions"]:
        return []
    all_doubts = []
    for host, reasons in unknown_definitions(params["definitions"], definitions).items():
        if not params["sites"][host].get("message"):
            all_doubts += [doubt(reason, host) for reason in reasons]
    return all_doubts


def _versions(answer: Mapping[str, Any], definition_id: str) -> tuple[KeptVersion, ...]:
    versions = answer.get("image_versions") or []
    return tuple(kept_version(facts) for facts in versions if facts["definition"]["id"] == definition_id)


def _images(clusters: Mapping[str, Any], prefix: str) -> list[Image]:
    images = []
    for host, snapshot in _listed(clusters, "snapshots"):
        release = parse_image_name(snapshot["name"], prefix)
        if release is None:
            continue
        lineage = snapshot.get("lineage") or {}
        images.append(
            Image(
                cluster=host,
                uuid=snapshot["uuid"],
                name=snapshot["name"],
                base_vm=release.base_vm,
                release=release.release,
                created=parse_moment(snapshot.get("created")),
                marked=is_proven(snapshot),
                source=lineage.get("protection_domain_snapshot_id") or lineage.get("recovery_point_id") or "",
            )
        )
    return images


def _templates(params: Mapping[str, Any], references: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[Image]:
    everything = [reference for of_site in references.values() for reference in of_site]
    images: list[Image] = []
    for host, facts in params["prism_centrals"].items():
        templates = facts.get("templates") or []
        images += template_images(host, templates, everything, params["prefix"], params["templates"])
    return images


def _vms(clusters: Mapping[str, Any], centrals: Mapping[str, Any], prefix: str) -> list[OrphanVm]:
    """The temporary VMs, each once: of what is on a declared cluster, its Prism Central adds what only that knows."""
    of_centrals = _listed(centrals, "vms")
    known = {vm["uuid"]: vm for _host, vm in of_centrals}
    vms = [_vm(host, vm, known, prefix) for host, vm in _listed(clusters, "vms")]
    here = {vm.uuid for vm in vms if vm}
    vms += [_vm(host, vm, known, prefix) for host, vm in of_centrals if vm["uuid"] not in here]
    return list(filter(None, vms))


def _vm(host: str, vm: Mapping[str, Any], known: Mapping[str, Any], prefix: str) -> OrphanVm | None:
    says, told = parse_temporary_vm_name(vm["name"], prefix), known.get(vm["uuid"]) or {}
    if says is None:
        return None
    marked = bears_temporary_vm_mark(vm["name"], told.get("description") or "", prefix)
    return OrphanVm(host, vm["uuid"], vm["name"], vm["power_state"], says, marked, parse_moment(told.get("created")))


def _domain(host: str, domain: Mapping[str, Any]) -> Domain:
    return Domain(
        cluster=host,
        name=domain["name"],
        members=tuple(member["vm_name"] for member in domain.get("members") or []),
        last_restore=parse_moment(domain.get("last_restore")),
        restoring=tuple(domain.get("restoring") or ()),
    )


def _pd_snapshot(host: str, protection_domain: str, snapshot: Mapping[str, Any]) -> KeptSnapshot:
    return KeptSnapshot(
        cluster=host,
        protection_domain=protection_domain,
        id=snapshot["id"],
        created=parse_moment(snapshot.get("created")),
        expires=parse_moment(snapshot.get("expires")),
        retention=snapshot.get("retention"),
        state=snapshot["state"],
        oob=bool(snapshot.get("oob")),
        vm_names=tuple(vm["vm_name"] for vm in snapshot.get("vms") or []),
    )


def _order(decision: Decision) -> tuple[Any, ...]:
    """By cluster and kind, images of one golden VM together, the newest first."""
    created = -decision.created.timestamp() if decision.created else 0.0
    return (decision.cluster, decision.kind, decision.base_vm, created, decision.name, decision.id)


def _shown(decision: Decision) -> dict[str, Any]:
    return {
        "cluster": decision.cluster,
        "kind": decision.kind,
        "name": decision.name,
        "id": decision.id,
        "protection_domain": decision.protection_domain or None,
        "template": decision.template or None,
        "definition": decision.definition or None,
        "base_vm": decision.base_vm,
        "release": decision.release,
        "created": iso_moment(decision.created),
        "delete": decision.delete,
        "remaining_slots": list(decision.remaining),
        "reason": decision.reason,
    }


OF_EACH: dict[str, type] = {
    **dict.fromkeys(("clusters", "sites", "prism_centrals"), dict),
    **dict.fromkeys(("definitions", "release_catalogs"), list),
}
OPERATION = Reading(arguments=ARGUMENTS, of_each=OF_EACH, read=read, required_by={"release": ("release_base_vm",)})
