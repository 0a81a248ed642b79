# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is left out of a task that travels when another cluster has refused the log-in before."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_element.client import PrismElement
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations.pe_protection_domain_failover import (
    OPERATION,
)
from ansible_collections.euc.nutanix_citrix.plugins.plugin_utils.operation_action import (
    REFUSALS,
    _without_those_that_refused,
)

HOST = {"nutanix_host": "survivor", "nutanix_username": "dr", "nutanix_password": "right"}
REFUSED, GOOD = ({"nutanix_host": name, "nutanix_password": "wrong"} for name in ("refused.test", "good.test"))


@pytest.mark.parametrize("accepted", [True, "yes", False])
def test_a_peer_is_left_out_only_where_the_task_can_do_without(accepted: bool | str) -> None:
    REFUSALS.remember(PrismElement.proof({**HOST, **REFUSED, "nutanix_port": 9440}))
    task: dict[str, Any] = {**HOST, "name": "PD", "state": "activated", "accept_split_brain": accepted}
    kept = _without_those_that_refused(OPERATION, {**task, "peer": REFUSED, "witnesses": [REFUSED, GOOD]})
    assert ("peer" in kept) is (accepted is False)
    assert [witness["nutanix_host"] for witness in kept["witnesses"]] == ["good.test"]
    assert _without_those_that_refused(OPERATION, {**task, "peer": GOOD})["peer"] == GOOD
