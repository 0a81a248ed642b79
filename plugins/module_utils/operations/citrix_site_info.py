# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what a Citrix site says of itself, its zones, and who we are there."""

from __future__ import annotations

from dataclasses import asdict

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.client import (
    CONNECTION_ARGUMENTS,
    CitrixSite,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.citrix.site import read_site, read_zones
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter


def read(params: Params, reporter: Reporter) -> Result:
    site = CitrixSite.connect(params)
    facts = {
        **asdict(read_site(site)),
        "customer_id": site.customer_id,
        "is_cloud": not site.on_premises,
        "administrator": site.administrator,
        "zones": list(map(asdict, read_zones(site))),
    }
    return {"site": facts}


OPERATION = Reading(arguments=CONNECTION_ARGUMENTS, read=read)
