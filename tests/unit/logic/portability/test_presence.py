# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What counts as there, and what does not although it has the name."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.presence import (
    disk,
    file,
    job_state,
    obstacles,
    remaining,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.stages import (
    WORKFLOWS,
    lacks_marks,
    marks_of,
    names_of,
    provisioning_type,
    stages_of,
)

RELEASE = "2026.11.20-1"
OURS = {"id": "d-1", "name": "W11", "tags": marks_of("W11", RELEASE), "state": "complete"}
FILE = {"exists": True, "name": "W11.vhdx", "size_bytes": 10, "sha256": "AB", "problems": []}
STATES = ["there", "missing", "foreign", "broken"]


@pytest.mark.parametrize(
    ("disks", "state", "words"),
    [
        ([], "missing", ""),
        ([OURS], "there", ""),
        ([{**OURS, "tags": {**marks_of("W11", RELEASE), "Image": "W11-1"}}], "there", ""),
        ([{**OURS, "tags": {"made-by": "euc-nutanix_citrix", "image": "w11", "release": "2026-11-20-1"}}], "there", ""),
        ([{**OURS, "state": "unfinished"}], "broken", "cannot be used: it is unfinished. Delete it, unless"),
        ([{**OURS, "state": "failed"}], "broken", "cannot be used: it is failed. Delete it, unless"),
        ([{**OURS, "tags": {}}], "foreign", "does not bear the marks of this release (made_by, image, release)"),
        ([{**OURS, "tags": marks_of("W11", "2")}], "foreign", "(release)"),
        ([{**OURS, "tags": marks_of("W10", RELEASE)}], "foreign", "(image)"),
        ([OURS, {**OURS, "id": "d-2"}], "foreign", "2 disks are called 'W11': 'd-1', 'd-2'"),
    ],
)
def test_a_disk_counts_by_its_marks(disks: list[dict[str, Any]], state: str, words: str) -> None:
    seen = disk(disks, "W11", RELEASE)
    assert seen["state"] == state
    assert words in seen["why"]


@pytest.mark.parametrize(
    ("state", "standing"),
    [("running", "missing"), ("failed", "broken"), ("cancelled", "broken"), ("complete", "there")],
)
def test_what_a_job_leaves_counts_by_how_it_ended(state: str, standing: str) -> None:
    assert disk([OURS], "W11", RELEASE, state)["state"] == standing


@pytest.mark.parametrize(
    ("states", "state"),
    [([], ""), (["failed"], "failed"), (["failed", "running"], "running"), (["cancelled", "complete"], "complete")],
)
def test_the_job_of_an_output_is_found_wherever_the_service_repeats_it(states: list[str], state: str) -> None:
    jobs = [{"state": each, "parameters": {"a": ["x", {"OutputDiskName": "W11"}]}} for each in states]
    others = [{"state": "running", "parameters": {"a": "W11-2"}}, {"state": "running", "parameters": None}]
    assert job_state([*jobs, *others], "W11") == state


@pytest.mark.parametrize(
    ("answer", "job", "known", "state"),
    [
        ({"exists": False}, "", None, "missing"),
        (FILE, "", None, "foreign"),
        (FILE, "complete", None, "there"),
        (FILE, "unknown", None, "there"),
        (FILE, "running", None, "missing"),
        (FILE, "failed", None, "foreign"),
        (FILE, "", {"sha256": "ab"}, "there"),
        (FILE, "", {"sha256": "cd", "size_bytes": 10}, "foreign"),
        (FILE, "", {"size_bytes": 10}, "there"),
        (FILE, "", {"size_bytes": 11}, "foreign"),
        ({**FILE, "problems": ["its end is missing"]}, "complete", None, "broken"),
    ],
)
def test_a_file_counts_by_its_job_or_its_hash(
    answer: dict[str, Any], job: str, known: dict[str, Any] | None, state: str
) -> None:
    assert file(answer, job, known)["state"] == state


@given(st.sampled_from(sorted(WORKFLOWS)), st.data())
def test_what_remains_begins_behind_the_last_result_that_is_there(workflow: str, data: st.DataObject) -> None:
    stages = stages_of(workflow)
    standing = {stage: {"state": data.draw(st.sampled_from(STATES)), "why": stage} for stage in stages}
    rest = remaining(stages, standing)
    assert rest == stages[len(stages) - len(rest) :]
    assert all(standing[stage]["state"] != "there" for stage in rest)
    assert len(rest) == len(stages) or standing[stages[-len(rest) - 1]]["state"] == "there"
    assert obstacles(stages, standing) == [stage for stage in rest if standing[stage]["state"] in ("foreign", "broken")]


def test_workflows_end_where_they_lead() -> None:
    assert {workflow: provisioning_type(workflow) for workflow in WORKFLOWS} == {
        "mcs_to_mcs": "mcs",
        "pvs_to_mcs": "mcs",
        "pvs_to_pvs": "pvs",
        "mcs_to_pvs": "pvs",
    }
    assert all(("publish" in stages) == (provisioning_type(name) == "pvs") for name, stages in WORKFLOWS.items())


def test_names_that_a_platform_does_not_take_change_and_stay_apart() -> None:
    assert names_of("W11", "2026.11.20-1", "azure")["uploaded"] == "W11-2026.11.20-1-uploaded"
    plus = {names_of("W11", release, "azure")["prepared"] for release in ("1+1", "1-1")}
    assert len(plus) == 2
    dots = [names_of("W11", release, "gcp")["prepared"] for release in ("1.1", "1-1")]
    assert dots[0] != dots[1]
    assert all(name.startswith("w11-1-1-") for name in dots)


@given(st.from_regex(r"[A-Za-z][A-Za-z0-9._-]{0,9}", fullmatch=True), st.from_regex(r"[a-z0-9.]{1,9}", fullmatch=True))
def test_what_bears_the_marks_of_a_release_lacks_none(image: str, release: str) -> None:
    assert lacks_marks(marks_of(image, release), image, release) == []
    assert lacks_marks(marks_of(image, release), image, f"{release}0") == ["release"]
