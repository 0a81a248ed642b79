# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read everything on a Citrix site that refers to an image."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.catalogs import image_facts
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.catalog import Catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.image_usage import (
    Reference,
    read_usage,
)

ARGUMENTS = {**CONNECTION_ARGUMENTS, "images": {"type": "list", "elements": "str"}}


def read(params: Params, reporter: Reporter) -> Result:
    usage = read_usage(CitrixSite.connect(params))
    references = sorted(usage.references, key=lambda each: (each.of.casefold(), each.kind, each.path))
    if params["images"] is not None:
        names = set(map(str.casefold, params["images"]))
        references = [each for each in references if names.intersection(map(str.casefold, each.names))]
    catalogs = sorted(usage.catalogs, key=lambda catalog: catalog.full_name.casefold())
    return {
        "site": asdict(usage.site),
        "references": list(map(_reference, references)),
        "catalogs": list(map(_catalog, catalogs)),
        "image_definitions": usage.image_definitions,
    }


def _reference(reference: Reference) -> dict[str, Any]:
    return {**asdict(reference), "names": list(reference.names)}


def _catalog(catalog: Catalog) -> dict[str, Any]:
    return {
        "id": catalog.id,
        "name": catalog.name,
        "folder": "/".join(catalog.folder),
        "full_name": catalog.full_name,
        "image": image_facts(catalog.image),
        "update_running": catalog.provisioning,
    }


OPERATION = Reading(arguments=ARGUMENTS, read=read)
