# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read the versions of image definitions, with the catalogs on them."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.image_definitions import (
    catalogs_by_scheme,
    read_definitions,
    read_users,
    read_versions,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.prepared_image import ImageVersion
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.finding import (
    chosen,
    definition_called,
    enter,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.returners import (
    read_returners,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.citrix.prepared.telling import (
    returner_facts,
    user_facts,
    version_facts,
)

ARGUMENTS = {
    **CONNECTION_ARGUMENTS,
    "definition": {"type": "str"},
    "number": {"type": "int"},
    "release": {"type": "str"},
}


def read(params: Params, reporter: Reporter) -> Result:
    site = enter(params)
    name = params["definition"]
    definitions = read_definitions(site) if name is None else [definition_called(site, name)]
    definitions.sort(key=lambda definition: definition.name.casefold())
    versions: list[ImageVersion] = []
    for definition in definitions:
        versions += chosen(read_versions(site, definition), params["number"], params["release"])
    catalogs = catalogs_by_scheme(site) if versions else {}
    users = read_users(site, versions, catalogs)
    returners = read_returners(site, versions, list(catalogs.values()))
    rows = []
    for version in versions:
        used = {"catalogs": user_facts(users[version.id]), "could_return": returner_facts(returners[version.id])}
        rows.append({**version_facts(version), **used})
    return {"image_versions": rows}


OPERATION = Reading(
    arguments=ARGUMENTS,
    read=read,
    mutually_exclusive=(("number", "release"),),
    required_by={"number": ("definition",)},
)
