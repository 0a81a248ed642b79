# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_job_info."""

from __future__ import annotations

import pytest

from harness.portability import A_DAY, Portability


def test_jobs_are_told_by_kind_state_and_release(portability: Portability) -> None:
    exported = portability.export()
    portability.hold()
    portability.prepare(release="2", wait=False)
    assert len(portability.ips("ips_job_info")["jobs"]) == 2
    (job,) = portability.ips("ips_job_info", kind="export")["jobs"]
    assert (job["id"], job["disk_hash"]) == (exported["job"]["id"], exported["disk_hash"])
    (job,) = portability.ips("ips_job_info", release="2")["jobs"]
    assert job["kind"] == "prepare"
    (job,) = portability.ips("ips_job_info", state="complete")["jobs"]
    assert job["id"] == exported["job"]["id"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_job_is_forgotten_after_a_day(portability: Portability, status: int) -> None:
    portability.behave(expired_job=status)
    job_id = portability.export()["job"]["id"]
    assert portability.ips("ips_job_info", id=job_id)["jobs"][0]["state"] == "complete"
    portability.lab.skip(A_DAY + 1)
    assert portability.ips("ips_job_info", id=job_id)["jobs"] == []


@pytest.mark.parametrize(
    ("paging", "shown"), [("token", 60), ("plain_list", 60), ("ignores_parameters", 50), ("refuses_parameters", 50)]
)
def test_a_list_that_is_not_whole_is_told(portability: Portability, paging: str, shown: int) -> None:
    portability.change("durations", ips_queue=1e6)
    for _number in range(60):
        portability.change("job", work="export", order=portability.foreign_order("other"))
    portability.behave(paging=paging)
    result = portability.ips("ips_job_info")
    assert (len(result["jobs"]), result["whole"]) == (shown, shown == 60)
    assert bool(result.get("warnings")) == (shown != 60)
