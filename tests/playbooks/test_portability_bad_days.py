# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook image_portability on bad days: a job that outlives its run, a share that fills up, shares by SMB, and
the way back of its catalogs."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from harness.carried import FILE, LOCATION, PLAYBOOK, RELEASE, STORE, Carriage, Clouds
from harness.playbooks import files_with, outcome_of, run_playbook, start_playbook
from lab.clouds.share import PASSWORD, SambaShare, samba_share
from lab.running import RunningLab

pytestmark = pytest.mark.bad_day


@pytest.fixture(scope="module")
def clouds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clouds]:
    with ExitStack() as stack:
        yield Clouds(stack, tmp_path_factory.mktemp("clouds"))


def test_a_share_that_filled_up_and_a_job_that_outlived_its_run(
    lab: RunningLab, clouds: Clouds, tmp_path: Path
) -> None:
    carriage = Carriage(lab, clouds, tmp_path, "mcs_to_mcs")
    lab.change([{"endpoint": "ips", "kind": "share_size", "size_mib": 5}])
    full = carriage.run()
    (problem, *_others) = carriage.report()["problems"]
    assert (full.status, "not enough space" in problem) == (2, True), full.trouble
    assert carriage.disks() == []
    # What the job left is no image, and nobody overwrites or deletes it
    again = carriage.run()
    assert (again.status, carriage.writes) == (2, []), again.trouble
    assert "cannot be used: its end is missing. Delete it." in carriage.report()["problems"][0]

    (tmp_path / "share" / f"{FILE}.vhdx").unlink()
    lab.change([{"endpoint": "ips", "kind": "share_size", "size_mib": 1000}])
    carriage.forget()
    process = start_playbook(PLAYBOOK, lab.inventory_path, tmp_path)
    # While the job runs, which goes on by itself
    killed = {"drop": "before", "kill": process.pid, "time_scale": 0.0}
    polls = {"endpoint": "ips", "method": "GET", "path": "jobs/."}
    lab.faults([{**polls, "nth": 2, "then": killed}])
    process.communicate(timeout=600)
    assert process.returncode == -9
    running = [job.id for job in carriage.service.jobs.items.values() if not job.done]

    carriage.forget()
    process = start_playbook(PLAYBOOK, lab.inventory_path, tmp_path)
    while process.poll() is None and not [entry for entry in lab.requests() if running[0] in entry["path"]]:
        threading.Event().wait(0.3)
    lab.run_at(carriage.estate["time_scale"])
    ended = outcome_of(process, process.communicate(timeout=600)[0], tmp_path)
    assert ended.status == 0, ended.trouble
    assert carriage.jobs() == ["export", "export", "prepare"]
    assert carriage.states() == {"source": ["adopted"], "euc1": ["made", "made"]}
    assert carriage.report()["export"]["job"]["id"] == running[0]
    assert carriage.prepared_for() == "aws Mcs"

    # The way back of its catalogs, as the guide has it
    way = {
        "image_rollback_from_image": carriage.names["prepared"],
        "image_release_id": RELEASE,
        "image_release_base_vm": "W11",
        "image_rollback_catalogs": "{{ image_portability_catalogs | map(attribute='name') }}",
    }
    back = run_playbook("euc.nutanix_citrix.image_rollback", lab.inventory_path, tmp_path, "-e", json.dumps(way))
    assert back.status == 0, back.trouble
    assert carriage.images() == dict.fromkeys(("W11-A", "W11-B"), "W11-old (ami-0)")
    assert carriage.disks() == sorted([carriage.names["uploaded"], carriage.names["prepared"]])


@pytest.fixture(scope="module")
def samba(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SambaShare]:
    with samba_share(tmp_path_factory.mktemp("files"), tmp_path_factory.mktemp("samba")) as share:
        yield share


@pytest.mark.night
def test_share_and_store_are_read_by_smb(lab: RunningLab, clouds: Clouds, samba: SambaShare, tmp_path: Path) -> None:
    """Neither is mounted on the controller."""
    account = {key: samba.options[key] for key in ("username", "password")}
    reached = {key: value for key, value in samba.options.items() if key not in account}
    changes: dict[str, Any] = {
        "image_portability_share": {"location": LOCATION, "credential": "smb", "smb": reached},
        "image_portability_smb_account": account,
    }
    carriage = Carriage(lab, clouds, tmp_path, "mcs_to_pvs")
    topology = carriage.estate
    topology["inventory_vars"].update(changes)
    (service,) = topology["image_portability"]
    service["share"]["directory"] = str(samba.directory)
    for each in service["targets"]:
        each["inventory_vars"]["image_portability_store_account"] = account
        store = {"location": STORE, "credential": "smb", "smb": {**reached, "path": "store"}}
        each["inventory_vars"]["image_portability_target"]["publish"] = {"share": store}
    carriage.reset()

    first = carriage.run()
    assert first.status == 0, first.trouble
    assert carriage.states() == {"source": ["made"], "euc1": ["made", "made", "made"]}
    assert carriage.prepared_for() == "aws Pvs"
    assert files_with({PASSWORD}, tmp_path) == set()
    again = carriage.run()
    assert (again.status, carriage.writes, again.changed) == (0, [], []), again.trouble
