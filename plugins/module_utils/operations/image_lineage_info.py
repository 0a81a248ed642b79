# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which release made the image that each catalog uses today, from what clusters and sites have said. Asks nobody."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.images.catalog_lineage import (
    ancestries,
    chosen,
    rows,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.release_options import PREFIX_ARGUMENTS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.tables import table
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

HEADER = ("site", "catalog", "image", "release", "golden VM", "PD snapshot", "clusters", "machines up to date")

ARGUMENTS = {
    **PREFIX_ARGUMENTS,
    "clusters": {"type": "dict", "required": True},
    "sites": {"type": "dict", "required": True},
    "catalogs": {"type": "list", "elements": "str"},
    "path": {"type": "path"},
}


def read(params: Params, reporter: Reporter) -> Result:
    clusters, sites = params["clusters"], params["sites"]
    found = ancestries(sites, clusters, params["prefix"])
    silent = [
        f"{host} cannot be asked: {told['message'].rstrip('.')}"
        for hosts in (clusters, sites)
        for host, told in hosts.items()
        if told.get("message")
    ]
    if params["catalogs"] is not None:
        try:
            found = chosen(found, params["catalogs"])
        except Refusal as error:
            advice = " ".join([error.advice, *(f"{sentence}." for sentence in silent)]).strip()
            raise error.replace(advice=advice) from None
    for line in table("Where the images of the catalogs come from", HEADER, rows(found)):
        reporter.show(line)
    for sentence in silent:
        reporter.show(sentence)
    if params["path"]:
        write_report(
            Path(params["path"]),
            json.dumps({"catalogs": found, "problems": silent}, indent=2, ensure_ascii=False) + "\n",
            "nothing was changed.",
        )
    result: dict[str, Any] = {"catalogs": found, "problems": silent}
    if silent:
        raise OperationError(f"The lineage is not complete: {'; '.join(silent)}", **result)
    return result


OPERATION = Reading(arguments=ARGUMENTS, read=read)
