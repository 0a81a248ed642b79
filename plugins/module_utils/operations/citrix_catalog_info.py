# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read machine catalogs, their master images and, when asked, the images they had."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.catalogs import (
    SELECTOR_ARGUMENTS,
    SELECTOR_RULES,
    catalog_facts,
    read_catalogs,
    read_history,
    selector_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.citrix.client import CONNECTION_ARGUMENTS, CitrixSite
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.catalogs import find_catalog
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operation import Operation, Run
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "catalogs": {"type": "list", "elements": "dict", "options": SELECTOR_ARGUMENTS, **SELECTOR_RULES},
    "history": {"type": "bool", "default": False},
}


def perform(run: Run) -> dict[str, Any]:
    site = CitrixSite.connect(run.params)
    catalogs = read_catalogs(site)
    if run.params["catalogs"] is not None:
        try:
            chosen = [find_catalog(selector_of(given), catalogs) for given in run.params["catalogs"]]
        except LookupError as error:
            raise OperationError(f"{site.endpoint}: {error}") from None
        catalogs = list(dict.fromkeys(chosen))
    facts = [catalog_facts(catalog) for catalog in sorted(catalogs, key=lambda catalog: catalog.full_name.casefold())]
    if run.params["history"]:
        for catalog in facts:
            catalog["history"] = [asdict(image) for image in read_history(site, catalog["id"])] if catalog["master_image"] else []
    return {"changed": False, "catalogs": facts}


OPERATION = Operation(arguments=ARGUMENTS, perform=perform)
