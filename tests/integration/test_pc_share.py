# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many hosts of a play talk to one Prism Central: what it is asked does not grow with their number."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from importlib import import_module
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.client import PrismCentral
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.recovery_points import (
    create_recovery_point,
    last_told_copies,
    recovery_points_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.clients.prism_central.tasks import wait_for_task
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.board import Board
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.share import BETWEEN_LOOKS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.recovery_point import CRASH_CONSISTENT
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.pace import paced
from harness.centrals import Centrals

HOSTS = 12
OPERATIONS = "ansible_collections.euc.nutanix_citrix.plugins.module_utils.operations"


def shared(centrals: Centrals, board: Path) -> PrismCentral:
    """A session of one host of the play."""
    return centrals.client().shared_on(Board(board))


def test_any_number_of_hosts_is_one_look_and_one_negotiation(centrals: Centrals, tmp_path: Path) -> None:
    gold, expires = centrals.vm("Gold"), datetime.now(timezone.utc) + timedelta(days=30)
    centrals.lab.run_at(20)
    centrals.lab.forget()
    started = time.monotonic()

    def make(number: int) -> bool:
        client = shared(centrals, tmp_path / "board")
        task_id = create_recovery_point(client, [gold], f"rp-{number}", CRASH_CONSISTENT, expires)
        return wait_for_task(client, task_id, "making it", 120, lambda line: None).succeeded

    with ThreadPoolExecutor(HOSTS) as pool:
        assert all(pool.map(make, range(HOSTS)))
    asked = Counter(entry["path"].rpartition("/")[2] for entry in centrals.asked("GET", "/config/tasks$"))
    assert asked["tasks"] <= 1 + (time.monotonic() - started) / paced(BETWEEN_LOOKS)
    assert len(centrals.asked("OPTIONS", "info$")) == 2
    assert len(recovery_points_of(centrals.client(), gold)) == HOSTS


def test_hosts_that_wait_for_a_copy_ask_once(centrals: Centrals, tmp_path: Path) -> None:
    centrals.change("recovery_point", vm=centrals.vm("Gold"), name="nightly")
    (point,) = recovery_points_of(centrals.client(), centrals.vm("Gold"))
    centrals.lab.forget()
    found = [
        last_told_copies(shared(centrals, tmp_path / "board"), point.location_agnostic_id, centrals.cluster(name))
        for name in ("a", "b", "a")
    ]
    assert found == [[point], [], [point]]
    assert len(centrals.asked("GET", "recovery-points$")) == 1


READERS: dict[str, dict[str, Any]] = {
    "pc_cluster_info": {},
    "pc_vm_info": {"name": "Gold"},
    "pc_template_info": {},
    "pc_recovery_point_info": {"name": "nightly"},
    "pc_protection_policy_info": {},
}


def test_modules_that_read_negotiate_together(centrals: Centrals, tmp_path: Path) -> None:
    """Each asked for itself before, on every host of a play."""
    reporter = Reporter(board=Board(tmp_path / "board"))
    for module, given in READERS.items():
        operation = import_module(f"{OPERATIONS}.{module}").OPERATION
        defaults = {name: option.get("default") for name, option in operation.arguments.items()}
        for _host in range(2):
            operation.read({**defaults, **centrals.east.options, **given}, reporter)
    asked = Counter(entry["path"] for entry in centrals.asked("OPTIONS", "info$"))
    assert set(asked.values()) == {1}
