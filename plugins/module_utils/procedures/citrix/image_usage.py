# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything on a site that refers to an image: catalogs, their histories and machine profiles, running updates, image
versions (contract citrix 8, 13).

Who deletes an image relies on this being complete. So whatever may be a reference and cannot be read is an error, never
a gap.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import (
    FIELDS,
    catalog_of,
    historical_image,
    read_others_task,
    read_own_tasks,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.site import SiteFacts, read_site
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.history import ranks
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.prepared.features import PREPARED_IMAGES, knows
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog, RunningTask
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.master_image import names_in, same_path
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import NotFound, OperationError
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.session import segment

READ_AT_ONCE = 8
GONE = "Deleted"
SEE_IN_STUDIO = (
    "Open it in Studio with the same account. If its image is shown there, check the role of the account; if not, give"
    " it a new image or delete it."
)


@dataclass(frozen=True)
class Reference:
    """One place that refers to an image.

    `kind` is master image, history, machine profile, image update or prepared image of a catalog, whose full name is
    `of`; or what an image version is made from, and then `of` names that.
    `names` are all names on the path, because which of them is the AHV snapshot depends on the hypervisor plug-in (9).
    `rank` tells of a history slot how far
    back it is, 1 for the image that the next roll-back leads to; None when that cannot be told, and for all that is no
    slot.
    """

    kind: str
    of: str
    names: tuple[str, ...]
    path: str
    hosting_unit: str = ""
    rank: int | None = None


@dataclass(frozen=True)
class Usage:
    """`image_definitions` is None for a site that does not know them."""

    site: SiteFacts
    catalogs: tuple[Catalog, ...]
    references: tuple[Reference, ...]
    image_definitions: int | None


def read_usage(site: CitrixSite) -> Usage:
    """Ask a site for every reference to an image. Raises OperationError when any of them cannot be read."""
    facts = read_site(site)
    bodies = list(site.items("/MachineCatalogs", {"fields": FIELDS}))
    catalogs = [catalog_of(body) for body in bodies]
    tasks = read_own_tasks(site)
    schemes = [body.get("ProvisioningScheme") or {} for body in bodies]
    provisioned = [
        (catalog, scheme)
        for catalog, scheme in zip(catalogs, schemes, strict=True)
        if scheme or catalog.provisioning_type == "MCS"
    ]

    def read(pair: tuple[Catalog, Mapping[str, Any]]) -> list[Reference]:
        catalog, scheme = pair
        return list(
            _of_catalog(site, catalog, scheme, tasks.get(catalog.id.casefold()) or read_others_task(site, catalog))
        )

    with ThreadPoolExecutor(max_workers=READ_AT_ONCE) as pool:
        references = [reference for part in pool.map(read, provisioned) for reference in part]
    definitions = _image_definitions(site, facts)
    versions = [reference for definition in definitions or [] for reference in _of_definition(site, definition)]
    return Usage(
        facts,
        tuple(catalogs),
        tuple(dict.fromkeys((*references, *versions))),
        None if definitions is None else len(definitions),
    )


def _of_catalog(
    site: CitrixSite, catalog: Catalog, scheme: Mapping[str, Any], task: RunningTask | None
) -> Iterator[Reference]:
    if not scheme or catalog.hosting_unit is None:
        raise OperationError(
            f"{site.endpoint}: what catalog '{catalog.full_name}' is made from is not shown",
            "Give the account the right to read its provisioning scheme.",
        )
    unit = catalog.hosting_unit.name
    current = scheme.get("CurrentDiskImage") or {}
    for ref in (scheme.get("MasterImage"), current.get("Image")):
        if ref:
            yield _reference(site, "master image", catalog.full_name, ref, unit)
    if scheme.get("MachineProfile"):
        yield _reference(site, "machine profile", catalog.full_name, scheme["MachineProfile"], unit)
    if not (scheme.get("MasterImage") or current.get("Image") or scheme.get("CurrentImageVersion")):
        raise OperationError(
            f"{site.endpoint}: catalog '{catalog.full_name}' names neither a master image nor an image version",
            SEE_IN_STUDIO,
        )
    history = list(site.items(f"/MachineCatalogs/{segment(catalog.id)}/MasterImageHistory", limit=None))
    slots = [*(scheme.get("HistoricalDiskImages") or ()), *history]
    images = [historical_image(slot) for slot in slots if slot.get("Image")]
    known = bool(catalog.image_path) and all(image.path for image in images)
    far = ranks(catalog.image_path, catalog.whole_history(images)) if known else {}
    yield from _of_versions(catalog, far, unit)
    for slot in slots:
        if slot.get("Image"):
            reference = _reference(site, "history", catalog.full_name, slot["Image"], unit)
            yield replace(reference, rank=far.get(reference.path.casefold()))
        elif slot.get("ImageStatus") != GONE:
            raise OperationError(
                f"{site.endpoint}: a slot in the image history of catalog '{catalog.full_name}' does not say which"
                " image it holds",
                SEE_IN_STUDIO,
            )
    yield from _of_task(site, catalog, task, unit)


def _of_versions(catalog: Catalog, far: Mapping[str, int], unit: str) -> Iterator[Reference]:
    """The prepared images that a catalog is on or was, by their names and addresses."""
    for version in catalog.version_history:
        is_current = same_path(version.path, catalog.image_path)
        kind, rank = ("prepared image", None) if is_current else ("history", far.get(version.path.casefold()))
        yield Reference(kind, catalog.full_name, (version.name, version.path), version.path, unit, rank)


def _of_task(site: CitrixSite, catalog: Catalog, task: RunningTask | None, unit: str) -> Iterator[Reference]:
    updating = task is not None and task.kind == "image update"
    images = task.images if task is not None and updating else ()
    # Somebody's update whose action the site does not show leaves at least its mark on the catalog.
    unseen = catalog.image_update_status == "PreparingImage" and (task is None or task.kind == "provisioning task")
    if unseen or (updating and not images):
        raise OperationError(
            f"{site.endpoint}: catalog '{catalog.full_name}' is being moved to another image, and which is not told",
            "Wait for its end.",
        )
    for path in images:
        yield Reference("image update", catalog.full_name, names_in(path), path, unit)


def _image_definitions(site: CitrixSite, facts: SiteFacts) -> list[dict[str, Any]] | None:
    """All image definitions, None when the site's version has none; a version that cannot be read is found out by
    asking (contract citrix 1.7)."""
    is_supported = knows(PREPARED_IMAGES, site.on_premises, facts.api_version, facts.product_version)
    if is_supported is False:
        return None
    try:
        return list(site.items("/ImageDefinitions"))
    except NotFound:
        if is_supported is None:
            return None
        raise


def _of_definition(site: CitrixSite, definition: Mapping[str, Any]) -> Iterator[Reference]:
    for version in site.items(f"/ImageDefinitions/{segment(str(definition['Id']))}/ImageVersions"):
        of = f"{definition.get('Name') or definition['Id']} version {version.get('Number')}"
        specs = version.get("ImageVersionSpecs") or []
        refs = []
        for spec in specs:
            unit = (spec.get("ResourcePool") or {}).get("Name") or ""
            image_scheme = (spec.get("Context") or {}).get("ImageScheme") or {}
            refs += [
                (kind, ref, unit)
                for kind, ref in (
                    ("image version", spec.get("MasterImage")),
                    ("machine profile", image_scheme.get("MachineProfile")),
                )
                if ref
            ]
        if not any(kind == "image version" for kind, _ref, _unit in refs):
            raise OperationError(
                f"{site.endpoint}: image definition {of} does not say which image it was made from", SEE_IN_STUDIO
            )
        yield from (_reference(site, kind, of, ref, unit) for kind, ref, unit in refs)


def _reference(site: CitrixSite, kind: str, of: str, ref: Mapping[str, Any] | str, unit: str) -> Reference:
    data = {"XDPath": ref} if isinstance(ref, str) else ref
    path = data.get("XDPath") or data.get("FullRelativePath") or data.get("RelativePath") or ""
    names = tuple(dict.fromkeys((*((data["Name"],) if data.get("Name") else ()), *names_in(path))))
    if not names:
        raise OperationError(
            f"{site.endpoint}: the {kind} of '{of}' is a reference without name and path", SEE_IN_STUDIO
        )
    return Reference(kind, of, names, path, unit)
