# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import judge

NOTHING = ReleaseRequest(base_vm="", protection_domain="", source="", prefix="ctx_")
SEEN = {"message": "", "stages": ["upload", "prepare"], "remaining": ["prepare"], "unfit": []}


def rows(**facts: Any) -> list[tuple[str, str, str]]:
    now = datetime(2026, 11, 28, tzinfo=timezone.utc)
    judged = judge(NOTHING, {}, {}, now, {}, {"weu": {**SEEN, **facts}})
    return [(row.what, row.result, row.detail) for row in judged if row.where == "weu"]


def test_what_can_be_done_and_what_nobody_can_ask() -> None:
    told = rows()
    assert told[:2] == [("upload", "ok", "is there, or not needed any more"), ("prepare", "ok", "can be done")]
    assert told[2][:2] == ("quotas", "warning")


def test_nothing_is_to_be_done() -> None:
    assert [result for _what, result, _detail in rows(remaining=[])] == ["ok", "ok"]


def test_what_stands_in_the_way() -> None:
    assert ("image portability", "stop", "no credential") in rows(unfit=["no credential"])
    assert rows(message="no route") == [("log-in and reads", "stop", "no route")]


def test_such_a_preflight_needs_no_cluster() -> None:
    now = datetime(2026, 11, 28, tzinfo=timezone.utc)
    judged = judge(NOTHING, {}, {}, now, {}, {"weu": SEEN})
    assert [row.what for row in judged if row.result == "stop"] == []
