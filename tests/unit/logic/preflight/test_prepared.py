# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.estate import Estate, ReleaseRequest
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.judging import judge
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.prepared import check
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.preflight.rows import Rows

NOTHING = ReleaseRequest(base_vm="", protection_domain="", source="", prefix="ctx_")
NOW = datetime(2026, 11, 28, tzinfo=timezone.utc)
SITE = {"is_cloud": True, "api_version": 126, "product_version": ""}
W11 = {
    "name": "W11",
    "state": "planned",
    "hosting_unit": "ws-a",
    "share_with": ["ws-b"],
    "version": None,
    "message": "",
}
CATALOG = {"id": "1", "name": "A", "full_name": "Prod/A", "folder": "Prod"}


def unit(name: str, connection: str, account: str) -> dict[str, Any]:
    return {"name": name, "connection": {"name": connection}, "account": account}


def rows(**facts: Any) -> list[tuple[str, str, str]]:
    found = Rows("daas")
    check(found, {"site": SITE, "prepared": [W11], **facts}, Estate(NOTHING, {}, {}, NOW, {}))
    return [(row.what, row.result, row.detail) for row in found.rows]


def test_what_can_be_done() -> None:
    assert rows() == [("image definition W11", "ok", "can be prepared in ws-a and shared with ws-b")]
    ready = {**W11, "state": "ready", "version": {"number": 3, "ready": True}}
    assert rows(prepared=[ready])[0][2] == "version 3 is ready in ws-a and shared with ws-b"
    assert rows(prepared=[]) == []


@pytest.mark.parametrize(
    ("site", "what"),
    [({"api_version": 120}, "prepared images"), ({"api_version": 124}, "sharing prepared images")],
)
def test_a_site_below_the_gate(site: dict[str, Any], what: str) -> None:
    ((gate, result, _detail),) = rows(site={**SITE, **site})
    assert (gate.startswith(what), result) == (True, "stop")


def test_what_the_plan_refuses() -> None:
    failed = {
        **W11,
        "state": "failed",
        "message": "shows no machine profile",
        "error": {"message": "no", "advice": "do"},
    }
    assert rows(prepared=[failed]) == [("image definition W11", "stop", "no")]


def test_accounts_that_nobody_tells() -> None:
    same = [unit("ws-a", "conn-1", ""), unit("ws-b", "conn-1", "")]
    assert len(rows(hosting_units=same)) == 1
    other = [unit("ws-a", "conn-1", "1"), unit("ws-b", "conn-2", "")]
    assert rows(hosting_units=other)[1][:2] == ("accounts of W11", "warning")


def test_catalogs_are_looked_for() -> None:
    wanted = [{"name": "a", "folder": "prod"}, {"name": "B"}]
    told = rows(catalogs=[CATALOG], prepared_catalogs=wanted)[1:]
    assert told[0] == ("catalog Prod/A", "ok", "is there")
    assert told[1][:2] == ("catalog B", "stop")


def test_a_catalog_that_the_version_would_not_reach() -> None:
    facts = {"catalogs": [{**CATALOG, "hosting_unit": "ws-c"}], "prepared_catalogs": [{"name": "A"}]}
    (row,) = rows(**facts, prepared_wishes=[{"name": "W11"}])[1:]
    assert row[:2] == ("catalog Prod/A", "stop")
    assert "in hosting unit ws-c, where W11 would not be" in row[2]


def test_no_cluster_is_needed() -> None:
    facts = {"message": "", "site": SITE, "definitions": ["W11"], "wanted": []}
    stops = [row.what for row in judge(NOTHING, {}, {"daas": facts}, NOW, {}) if row.result == "stop"]
    assert "clusters" not in stops
    assert "source" not in stops
    without = [row.what for row in judge(NOTHING, {}, {"daas": {**facts, "definitions": []}}, NOW, {})]
    assert "clusters" in without
