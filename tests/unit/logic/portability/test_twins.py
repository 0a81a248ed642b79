# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which job does the work that is wanted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.portability.twins import (
    Wanted,
    newcomers,
    rival_of,
    twin_of,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.portability import PortabilityJob, Work

WORK = Work("gold", "w11", "smb://files/images/")
WANTED = Wanted("export", "ahv", WORK, "2026.11.20-1")


def job(state: str = "running", **fields: Any) -> PortabilityJob:
    given: dict[str, Any] = {"platform": "ahv", "work": WORK, "tags": WANTED.tags, **fields}
    return PortabilityJob(state, "export", state, state, **given)


def test_a_running_job_comes_before_a_complete_one() -> None:
    twin = twin_of(WANTED, [job("failed"), job("complete"), job("running")])
    assert twin is not None
    assert twin.state == "running"


@pytest.mark.parametrize("state", ["failed", "cancelled"])
def test_a_bad_end_is_no_twin(state: str) -> None:
    assert twin_of(WANTED, [job(state)]) is None


@pytest.mark.parametrize(
    "fields",
    [
        {"work": None},
        {"work": replace(WORK, source="silver")},
        {"work": replace(WORK, location="smb://files/others/")},
        {"tags": {**WANTED.tags, "release": "2"}},
        {"tags": {**WANTED.tags, "job": "publish"}},
        {"tags": {}},
        {"platform": "gcp"},
    ],
)
def test_other_work_is_no_twin(fields: dict[str, Any]) -> None:
    assert twin_of(WANTED, [job(**fields)]) is None


@pytest.mark.parametrize(("state", "is_twin"), [("running", True), ("complete", False)])
def test_without_tags_only_a_running_job_counts(state: str, is_twin: bool) -> None:
    assert (twin_of(WANTED, [job(state, tags=None)]) is not None) == is_twin


def test_labels_of_google_are_the_same_marks() -> None:
    wanted = replace(WANTED, platform="gcp")
    assert wanted.tags == {"made_by": "euc-nutanix_citrix", "job": "export", "release": "2026-11-20-1"}
    assert twin_of(wanted, [job(platform="gcp", tags=wanted.tags)])


def test_a_rival_writes_to_the_same_place() -> None:
    other = job(work=replace(WORK, source="silver"), tags={"release": "2"})
    assert rival_of(WANTED, [other]) == other
    assert rival_of(WANTED, [job("complete"), job(work=None), job(platform="gcp")]) is None


def test_a_newcomer_that_tells_nothing_may_be_anything() -> None:
    before = [job("complete")]
    assert newcomers(before, [*before, job("running")]) == []
    assert newcomers(before, [*before, job("running", work=None)]) != []
