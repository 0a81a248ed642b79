# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad days other than a killed run or a lost answer."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chaos.judge import deeds, excess
from chaos.release import RELEASE, RELEASE_ID, estate, problems
from chaos.trial import LONGEST_RUN, Undisturbed
from harness.modules import writes
from harness.playbooks import Outcome, outcome_of, run_playbook, start_playbook
from lab.killing import kill_with_descendants
from lab.running import RunningLab

HOURS = 3600
PUBLISH = r"UpdateProvisioningScheme"
Release = Callable[..., Outcome]


@pytest.fixture
def release(lab: RunningLab, tmp_path: Path) -> Release:
    """`release("-e", "x=y")` runs the playbook to its end."""
    return lambda *options: run_playbook(
        RELEASE.playbook, lab.inventory_path, tmp_path, "-e", f"image_release_id={RELEASE_ID}", *options
    )


@pytest.fixture
def before(lab: RunningLab) -> dict[str, Any]:
    """The state of the lab before anything was done."""
    return lab.state()


def start(lab: RunningLab, directory: Path, release_id: str = RELEASE_ID) -> subprocess.Popen[str]:
    directory.mkdir(exist_ok=True)
    return start_playbook(RELEASE.playbook, lab.inventory_path, directory, "-e", f"image_release_id={release_id}")


def end(process: subprocess.Popen[str], directory: Path) -> Outcome:
    return outcome_of(process, process.communicate(timeout=LONGEST_RUN)[0], directory)


def wait_until(lab: RunningLab, seen: Callable[[], Any]) -> Any:
    """Look at the running lab until there is something to see, and leave the processor to the release in between."""
    deadline = time.monotonic() + LONGEST_RUN
    while not (found := seen()):
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.1)
    return found


def asked(lab: RunningLab, endpoint: str, ending: str) -> Callable[[], bool]:
    return lambda: any(entry["endpoint"] == endpoint and entry["path"].endswith(ending) for entry in lab.requests())


def publish_jobs(lab: RunningLab) -> list[tuple[str, dict[str, Any]]]:
    """(site, job) of every image update that a site remembers."""
    return [
        (site, job)
        for site in ("daas", "cvad")
        for job in lab.state()["endpoints"][site]["jobs"]
        if job["type"] == "UpdateMachineCatalogProvisioningScheme"
    ]


def assert_released(lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed) -> None:
    assert problems(before, lab.state()) == []
    assert excess(RELEASE, deeds(RELEASE, lab.requests()), undisturbed.deeds) == []


@pytest.mark.parametrize(
    "parameters",
    [
        pytest.param([{"name": "retryDelay", "value": "1"}], id="as list"),
        pytest.param({"retryDelay": 1}, id="as object", marks=pytest.mark.night),
    ],
)
def test_too_many_requests(
    lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, release: Release, parameters: object
) -> None:
    lab.faults(
        [
            {"endpoint": site, "nth": 6, "times": 4, "then": {"status": 429, "body": {"parameters": parameters}}}
            for site in ("daas", "cvad")
        ]
    )
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)
    refused = [entry for entry in lab.requests() if entry["status"] == 429]
    assert refused
    for entry in refused:
        later = [
            again["started"]
            for again in lab.requests(entry["n"])
            if (again["endpoint"], again["path"]) == (entry["endpoint"], entry["path"])
        ]
        assert later[0] - entry["ended"] >= 0.99


def test_slow_answers(lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, release: Release) -> None:
    lab.faults([{"share": 0.3, "then": {"delay": 1200.0}}])
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)


def test_tokens_expire_in_the_middle(
    lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, release: Release
) -> None:
    lab.faults(
        [
            # One on each site: two that meet in one request are a token that is never accepted.
            {"endpoint": site, "path": path, "nth": nth, "then": {"expire_token": True}}
            for site, path, nth in (("daas", PUBLISH, 1), ("cvad", "/Jobs/", 3))
        ]
    )
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)
    # On each site a log-in when it is asked for its catalogs, one when they are moved, and a token that replaced the
    # expired one.
    assert sum(1 for entry in lab.requests() if "token" in entry["path"].lower()) == 2 * (1 + 1 + 1)


def test_stuck_replication(lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, release: Release) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-c", "connected": False}])
    outcome = release("-e", "image_release_replication_timeout=3")
    assert outcome.status != 0
    assert "is still running after" in outcome.output
    assert [job["parameters"]["Name"] for site, job in publish_jobs(lab) if site == "cvad"] == []
    lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-c", "connected": True}])
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)


@pytest.mark.parametrize(
    ("fate", "words"),
    [
        pytest.param({"fail_task": "kNoSpace: container full"}, "Failed: kNoSpace: container full", id="failed"),
        pytest.param({"job_status": "ABORTED"}, "Aborted", id="aborted", marks=pytest.mark.night),
    ],
)
def test_restore_comes_to_a_bad_end(
    lab: RunningLab,
    before: dict[str, Any],
    undisturbed: Undisturbed,
    release: Release,
    fate: dict[str, str],
    words: str,
) -> None:
    lab.faults([{"endpoint": "cluster-b", "path": "restore_entities", "nth": 1, "then": fate}])
    outcome = release()
    assert outcome.status != 0
    assert words in outcome.output
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)


@pytest.mark.parametrize(
    ("status", "words"), [("Failed", "failed"), pytest.param("Canceled", "was cancelled", marks=pytest.mark.night)]
)
def test_publish_comes_to_a_bad_end(
    lab: RunningLab, before: dict[str, Any], release: Release, status: str, words: str
) -> None:
    lab.faults([{"endpoint": "daas", "path": PUBLISH, "nth": 1, "then": {"job_status": status}}])
    outcome = release()
    assert outcome.status != 0
    assert words in outcome.output
    lab.forget()
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert len(writes(lab)) == 1
    assert [problem for problem in problems(before, lab.state()) if "2 publish jobs" not in problem] == []


def test_publish_ends_with_a_warning(
    lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, release: Release
) -> None:
    lab.faults([{"endpoint": "cvad", "path": PUBLISH, "nth": 1, "then": {"job_status": "CompleteWithWarning"}}])
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)
    results = [
        catalog
        for task in outcome.tasks
        if task["action"].endswith("citrix_catalog_image")
        for catalog in task["result"].get("catalogs", [])
    ]
    assert Counter(catalog["job_status"] for catalog in results) == {"Complete": 3, "CompleteWithWarning": 1}
    assert [catalog["name"] for catalog in results if catalog["warning"]] == [
        catalog["name"] for catalog in results if catalog["job_status"] != "Complete"
    ]


def slow_publish() -> dict[str, Any]:
    topology = estate()
    topology["durations"]["publish"] = 4000.0
    return topology


def test_job_is_forgotten_while_it_is_followed(lab: RunningLab, undisturbed: Undisturbed, tmp_path: Path) -> None:
    lab.reset(slow_publish())
    before = lab.state()
    process = start(lab, tmp_path)
    jobs = wait_until(
        lab,
        lambda: [
            (site, job["id"]) for site, job in publish_jobs(lab) if site == "cvad" and job["status"] == "InProgress"
        ],
    )
    lab.change([{"endpoint": site, "kind": "forget_job", "job": job} for site, job in jobs])
    outcome = end(process, tmp_path)
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)


def test_repeated_days_after_it_was_killed(
    lab: RunningLab, undisturbed: Undisturbed, tmp_path: Path, release: Release
) -> None:
    lab.reset(slow_publish())
    before = lab.state()
    process = start(lab, tmp_path)
    wait_until(
        lab,
        lambda: (
            len(publish_jobs(lab))
            == len(lab.state()["endpoints"]["daas"]["catalogs"]) + len(lab.state()["endpoints"]["cvad"]["catalogs"])
        ),
    )
    kill_with_descendants(process.pid)
    end(process, tmp_path)
    lab.skip(49 * HOURS)
    killed_at = len(lab.requests())
    outcome = release()
    assert outcome.status == 0, outcome.trouble
    assert outcome.changed == []
    assert [entry["response"]["Items"] for entry in lab.requests()[killed_at:] if entry["path"].endswith("/Jobs")] == [
        [],
        [],
    ]
    assert_released(lab, before, undisturbed)


def test_cluster_is_upgraded_to_the_other_restore_reply_meanwhile(
    lab: RunningLab, before: dict[str, Any], undisturbed: Undisturbed, tmp_path: Path
) -> None:
    lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-c", "connected": False}])
    process = start(lab, tmp_path)
    wait_until(lab, asked(lab, "cluster-b", "/restore_entities"))
    lab.change(
        [
            {"endpoint": cluster, "kind": "behaviour", "restore_reply": "value"}
            for cluster in ("cluster-a", "cluster-b", "cluster-c")
        ]
    )
    lab.change([{"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-c", "connected": True}])
    outcome = end(process, tmp_path)
    assert outcome.status == 0, outcome.trouble
    assert_released(lab, before, undisturbed)


def images(lab: RunningLab) -> dict[tuple[str, str], list[tuple[str, ...]]]:
    """(cluster, name) -> contents of the disks of the images of the two releases."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for cluster in ("cluster-a", "cluster-b", "cluster-c"):
        for snapshot in lab.state()["endpoints"][cluster]["snapshots"]:
            if snapshot["name"].startswith("ctx_Gold_2026.11") and not snapshot["deleted"]:
                found.setdefault((cluster, snapshot["name"]), []).append(
                    tuple(disk["content"] for disk in snapshot["vm"]["disks"])
                )
    return found


def vm_names(state: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: sorted(vm["name"] for vm in endpoint["vms"])
        for name, endpoint in state["endpoints"].items()
        if endpoint["kind"] == "prism_element"
    }


def test_two_releases_of_one_vm_at_once(lab: RunningLab, before: dict[str, Any], tmp_path: Path) -> None:
    ids = ("2026.11.20-1", "2026.11.20-2")
    processes = [start(lab, tmp_path / release_id, release_id) for release_id in ids]
    outcomes = [end(process, tmp_path / release_id) for process, release_id in zip(processes, ids, strict=True)]
    names = [f"ctx_Gold_{release_id}" for release_id in ids]
    for outcome, rival in zip(outcomes, reversed(names), strict=True):
        # Both want the same catalogs: one may find them busy, or with the other's image already, and must say so.
        busy = "another task is running: image update" in outcome.output.lower()
        overtaken = re.search(rf"image is '[^']*{re.escape(rival)}[^']*' (?:and not|now)", outcome.output)
        assert outcome.status == 0 or busy or overtaken, outcome.trouble
    assert {key: len(found) for key, found in images(lab).items()} == {
        (cluster, name): 1 for cluster in ("cluster-a", "cluster-b", "cluster-c") for name in names
    }
    assert vm_names(lab.state()) == vm_names(before)
    catalogs = [catalog["image"] for site in ("daas", "cvad") for catalog in lab.state()["endpoints"][site]["catalogs"]]
    assert set(catalogs) <= set(names)
    last = end(start(lab, tmp_path / ids[1], ids[1]), tmp_path / ids[1])
    assert last.status == 0, last.trouble
    assert {
        catalog["image"] for site in ("daas", "cvad") for catalog in lab.state()["endpoints"][site]["catalogs"]
    } == {names[1]}


@pytest.mark.parametrize("listed", [True, False], ids=["pending restores listed", "pending restores hidden"])
def test_two_runs_of_one_release_at_once(lab: RunningLab, tmp_path: Path, listed: bool) -> None:
    topology = estate()
    # As long in real time as on a real cluster, against runs that start at the same moment.
    topology["durations"].update(oob_snapshot=2400.0, restore=2400.0, snapshot=1200.0, delete=1200.0, publish=2400.0)
    for cluster in topology["prism_elements"]:
        cluster["behaviour"]["pending_restore_listed"] = listed
    lab.reset(topology)
    before = lab.state()
    directories = [tmp_path / "one", tmp_path / "other"]
    processes = [start(lab, directory) for directory in directories]
    outcomes = [end(process, directory) for process, directory in zip(processes, directories, strict=True)]
    again = end(start(lab, directories[0]), directories[0])
    assert again.status == 0, "\n".join(outcome.output for outcome in [*outcomes, again])
    assert [
        problem for problem in problems(before, lab.state()) if "new protection domain snapshots" not in problem
    ] == []
    for outcome in outcomes:
        assert outcome.status == 0, outcome.trouble
