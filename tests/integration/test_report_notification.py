# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules that report tell those who do not open the file"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.listener import listening
from harness.modules import run_module

GOOD: dict[str, dict[str, Any]] = {
    "image_release_report": {
        "release": "r1",
        "base_vm": "Gold",
        "image": "ctx_Gold_r1",
        "clusters": {"a": {"state": "made", "message": "", "snapshot_id": "1"}},
        "sites": {},
    },
    "dr_report": {"move": "d1", "mode": "rehost"},
    "preflight_report": {
        "base_vm": "Gold",
        "protection_domain": "PD-Gold",
        "source": "a",
        "clusters": {"a": {"message": ""}},
        "sites": {},
    },
    "image_retention_report": {"decisions": []},
}
BAD = {
    "image_release_report": {"clusters": {"a": {"state": "failed", "message": "a cannot be reached"}}},
    "dr_report": {"sites": {"cvad": {"message": "cvad cannot be reached"}}},
    "preflight_report": {"clusters": {"a": {"message": "a cannot be reached"}}},
    "image_retention_report": {"doubts": [{"name": "a", "reason": "a cannot be reached"}]},
}


@pytest.mark.parametrize("module", GOOD)
def test_what_is_posted_is_the_summary_in_the_result(module: str, tmp_path: Path) -> None:
    with listening() as listener:
        path = str(tmp_path / "report.json")
        result = run_module(module, {**GOOD[module], "report_path": path, "notify_url": listener.url})
    assert listener.documents == [result["summary"]]
    assert result["summary"]["report_path"] == path
    assert "warnings" not in result


@pytest.mark.parametrize("module", GOOD)
def test_bad_news_is_posted_before_the_task_fails(module: str) -> None:
    with listening() as listener:
        result = run_module(module, {**GOOD[module], **BAD[module], "notify_url": listener.url})
    assert result["failed"]
    (document,) = listener.documents
    assert not document["succeeded"]
    assert document["problem_count"] == len(document["problems"]) == 1
    assert "a cannot be reached" in document["problems"][0] or "cvad cannot be reached" in document["problems"][0]
    assert document["problems"][0].rstrip(".") in document["text"]


def test_what_is_not_taken_is_posted_again() -> None:
    module = "preflight_report"
    with listening(answers=[503, 429, 500 + 2]) as listener:
        result = run_module(module, {**GOOD[module], "notify_url": listener.url})
    assert listener.documents == [result["summary"]]


@pytest.mark.parametrize(
    ("answers", "cause"),
    [([404], "HTTP 404"), ([503] * 9, "HTTP 503"), ([302], "HTTP 302"), (None, "cannot be reached")],
)
def test_what_does_not_arrive_is_a_warning_without_the_address(answers: list[int] | None, cause: str) -> None:
    with listening(answers or []) as listener:
        url = listener.url
        if answers:
            result = run_module("preflight_report", {**GOOD["preflight_report"], "notify_url": url})
    if answers is None:
        result = run_module("preflight_report", {**GOOD["preflight_report"], "notify_url": url})
    assert not result.get("failed"), result
    assert [text for text in result["warnings"] if "notify_url" in str(text) and cause in str(text)], result
    assert "S3CRET" not in json.dumps(result)


def test_what_may_have_arrived_is_not_posted_again() -> None:
    """A second ticket is worse than a warning."""
    with listening(answers=[0]) as listener:
        result = run_module("preflight_report", {**GOOD["preflight_report"], "notify_url": listener.url})
    assert len(listener.documents) == 1
    assert [text for text in result["warnings"] if "may have got it all the same" in str(text)], result


@pytest.mark.parametrize(
    "url", ["nowhere", "ftp://example.com/x", "http://", "http://[::1", "http://a..b/x", "http://" + "a" * 70]
)
def test_what_is_no_address_is_a_warning(url: str) -> None:
    result = run_module("preflight_report", {**GOOD["preflight_report"], "notify_url": url})
    assert not result.get("failed"), result
    assert [text for text in result["warnings"] if "notify_url" in str(text)], result


def test_in_check_mode_nothing_is_posted() -> None:
    with listening() as listener:
        run_module("preflight_report", {**GOOD["preflight_report"], "notify_url": listener.url}, check=True)
    assert listener.documents == []
