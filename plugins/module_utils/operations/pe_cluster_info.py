# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what a Prism Element cluster says of itself."""

from __future__ import annotations

from dataclasses import asdict

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import (
    CONNECTION_ARGUMENTS,
    PrismElement,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.cluster import read_cluster
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter


def read(params: Params, reporter: Reporter) -> Result:
    cluster = read_cluster(PrismElement.connect(params))
    return {"cluster": {**asdict(cluster), "hypervisors": list(cluster.hypervisors)}}


OPERATION = Reading(arguments=CONNECTION_ARGUMENTS, read=read)
