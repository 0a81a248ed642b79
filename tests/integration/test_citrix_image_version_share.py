# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from harness.prepared import WORKSPACES, Prepared

SHARE = "citrix_image_version_share"
W11 = {"definition": "W11", "number": 2}
UPDATE = r"/\$UpdateResourcePools"
AZURE = {"connection_type": "AzureRM", "plugin": "AzureRmFactory"}


def states(result: dict[str, Any]) -> dict[str, str]:
    return {unit["name"]: unit["state"] for unit in result["image_version"]["hosting_units"]}


def sent(prepared: Prepared) -> list[list[str]]:
    """The hosting units of each list that was sent, by name."""
    names = {unit["id"]: unit["name"] for unit in prepared.daas("citrix_hosting_unit_info")["hosting_units"]}
    orders = [entry["body"]["ImageVersionResourcePools"] for entry in prepared.asked("PUT", UPDATE)]
    return [[names[entry["ResourcePool"]] for entry in order] for order in orders]


def test_shares_once_and_keeps_what_is_there(prepared: Prepared) -> None:
    planned = prepared.daas(SHARE, check=True, **W11, hosting_units=["WS-B"])
    assert (planned["changed"], planned["shared"], planned["unshared"]) == (True, ["ws-b"], [])
    assert planned["diff"] == {"before": {"hosting_units": ["ws-a"]}, "after": {"hosting_units": ["ws-a", "ws-b"]}}
    assert prepared.writes() == []
    result = prepared.daas(SHARE, **W11, hosting_units=["WS-B"])
    assert (result["changed"], states(result)) == (True, {"ws-a": "Success", "ws-b": "Success"})
    assert [piece["phase"] for piece in result["timeline"]] == ["share"]
    again = prepared.daas(SHARE, **W11, hosting_units=["ws-b", "ws-a"])
    assert (again["changed"], again["shared"], states(again)) == (False, [], states(result))
    assert states(prepared.daas(SHARE, **W11, hosting_units=["ws-c"])).keys() == {"ws-a", "ws-b", "ws-c"}
    assert sent(prepared) == [["ws-a", "ws-b"], ["ws-a", "ws-b", "ws-c"]]


def test_exactly_these_and_the_primary_one(prepared: Prepared) -> None:
    prepared.daas(SHARE, **W11, hosting_units=["ws-b"])
    result = prepared.daas(SHARE, **W11, hosting_units=["ws-c"], state="exact")
    assert (result["shared"], result["unshared"]) == (["ws-c"], ["ws-b"])
    assert states(result)["ws-c"] == states(result)["ws-a"] == "Success"
    prepared.lab.skip(60)
    assert prepared.daas(SHARE, **W11, hosting_units=[], state="exact")["unshared"] == ["ws-c"]
    prepared.lab.skip(60)
    again = prepared.daas(SHARE, **W11, hosting_units=[], state="exact")
    assert (again["changed"], states(again)) == (False, {"ws-a": "Success"})
    assert sent(prepared) == [["ws-a", "ws-b"], ["ws-a", "ws-c"], ["ws-a"]]


def test_unshares_and_keeps_the_primary_one(prepared: Prepared) -> None:
    prepared.daas(SHARE, **W11, hosting_units=["ws-b", "ws-c"])
    result = prepared.daas(SHARE, **W11, hosting_units=["ws-b"], state="unshared")
    assert (result["changed"], result["unshared"]) == (True, ["ws-b"])
    prepared.lab.skip(60)
    assert prepared.daas(SHARE, **W11, hosting_units=["ws-b"], state="unshared")["changed"] is False
    message = prepared.daas.fails(SHARE, **W11, hosting_units=["ws-a"], state="unshared")
    assert "version 2 of W11 was prepared in hosting unit 'ws-a' and stays there" in message


def test_catalogs_keep_a_version_where_they_are(prepared: Prepared) -> None:
    prepared.daas(SHARE, **W11, hosting_units=["ws-b", "ws-c"])
    prepared.change("assign_image_version", catalog="Labs", definition="W11", number=2)
    message = prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b"], state="unshared")
    assert "version 2 of W11: catalogs are still on it in 'ws-b': 'Labs'" in message
    assert prepared.daas(SHARE, **W11, hosting_units=["ws-c"], state="unshared")["unshared"] == ["ws-c"]
    assert len(prepared.asked("PUT", UPDATE)) == 2


def test_a_complete_job_may_leave_a_hosting_unit_without_it(prepared: Prepared) -> None:
    prepared.change("hosting_unit", hosting_unit="ws-c", shares_fail="No quota")
    message = prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b", "ws-c"])
    assert "version 2 of W11 did not get to all hosting units: ws-c: No quota" in message
    prepared.change("hosting_unit", hosting_unit="ws-c", shares_fail=None)
    result = prepared.daas(SHARE, **W11, hosting_units=["ws-b", "ws-c"])
    assert (result["changed"], result["shared"]) == (True, ["ws-c"])
    assert set(states(result).values()) == {"Success"}


def test_waits_for_each_hosting_unit_after_the_job(prepared: Prepared) -> None:
    prepared.reset(image_share=600, image_share_settling=1200)
    assert set(states(prepared.daas(SHARE, **W11, hosting_units=["ws-b"])).values()) == {"Success"}


def test_a_run_that_gave_up_waiting_is_gone_on_with(prepared: Prepared) -> None:
    prepared.reset(image_share=3000)
    message = prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b"], wait_timeout=1)
    assert "is still running" in message
    result = prepared.daas(SHARE, **W11, hosting_units=["ws-b"])
    assert (result["changed"], states(result)) == (True, {"ws-a": "Success", "ws-b": "Success"})
    assert len(prepared.asked("PUT", UPDATE)) == 1


def test_a_version_that_somebody_else_shares_is_left_to_them(prepared: Prepared) -> None:
    prepared.reset(image_share=3000)
    prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b"], wait_timeout=1)
    assert "is being changed" in prepared.daas.fails(SHARE, **W11, hosting_units=["ws-c"])


def test_a_site_that_takes_nothing_away_by_omission(prepared: Prepared) -> None:
    prepared.behave(unshare_by_omission=False)
    prepared.daas(SHARE, **W11, hosting_units=["ws-b"])
    message = prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b"], state="unshared")
    assert "version 2 of W11 is still in 'ws-b', although it was left out of the list" in message


def test_other_kinds_regions_and_accounts_are_refused_before_a_write(prepared: Prepared) -> None:
    assert "hosting unit 'pc-a' is of another kind of connection" in prepared.daas.fails(
        SHARE, **W11, hosting_units=["pc-a"]
    )
    for kind, key, word in ((WORKSPACES, "region", "region"), (AZURE, "account", "account")):
        hypervisors = [
            {"name": f"conn-{key}-{where}", "cluster": "zones", **kind, key: where, "hosting_units": [{"name": where}]}
            for where in ("here", "there")
        ]
        definition = {"name": "W11", "hosting_unit": "here", "versions": [{"image": "gold-1"}]}
        prepared.reset({"hypervisors": hypervisors, "catalogs": [], "image_definitions": [definition]})
        message = prepared.daas.fails(SHARE, definition="W11", number=1, hosting_units=["there"])
        assert f"hosting unit 'there' is of another {word} (there) than 'here' (here)" in message
    assert prepared.writes() == []


@pytest.mark.parametrize(
    ("site", "numbers"),
    [
        ({"api_version": 124}, "version 125 or later, and it has 124"),
        ({"api_version": 125}, "API version 126 and product version 7.45 or later, and it has 125 and 7.45"),
        ({"product_version": "7.44"}, "product version 7.45 or later, and it has 126 and 7.44"),
    ],
)
def test_a_site_that_is_too_old(prepared: Prepared, site: dict[str, Any], numbers: str) -> None:
    prepared.reset(site)
    door = prepared.daas if site.get("api_version") == 124 else prepared.cvad
    message = door.fails(SHARE, **W11, hosting_units=["ws-b"])
    assert "the site knows no sharing prepared images with other hosting units" in message
    assert numbers in message


def test_a_version_that_is_not_ready_or_not_there(prepared: Prepared) -> None:
    prepared.change("image_version", definition="W11", number=1, status="Failed", description="r1")
    assert "version 1 of W11 is not ready (Failed)" in prepared.daas.fails(
        SHARE, definition="W11", release="r1", hosting_units=["ws-b"]
    )
    prepared.change("image_version", definition="W11", number=2, description="r1")
    assert prepared.daas(SHARE, definition="W11", release="r1", hosting_units=["ws-b"])["changed"] is True
    assert "has no version of release 'R1'" in prepared.daas.fails(
        SHARE, definition="W11", release="R1", hosting_units=["ws-b"]
    )
    assert "there is no hosting unit 'ws-d'. Near names are" in prepared.daas.fails(
        SHARE, **W11, hosting_units=["ws-d"]
    )


def test_custom_properties_of_a_hosting_unit_are_kept(prepared: Prepared) -> None:
    two = {"custom_properties": {"ws-b": {"ClusterId": "c-2"}}, "cluster_ids": {"ws-b": "c-1"}}
    assert "is 'c-2', and the cluster is given as 'c-1'" in prepared.daas.fails(
        SHARE, **W11, hosting_units=["ws-b"], **two
    )
    prepared.daas(SHARE, **W11, hosting_units=["ws-b"], cluster_ids={"ws-b": "c-1"})
    prepared.daas(SHARE, **W11, hosting_units=["ws-c"])
    for entry in prepared.asked("PUT", UPDATE):
        properties = [each["CustomProperties"] for each in entry["body"]["ImageVersionResourcePools"]]
        assert properties[:2] == [[], [{"Name": "ClusterId", "Value": "c-1"}]]


@pytest.mark.parametrize("then", [{"drop": "after"}, {"drop": "before"}, {"status": 502, "effect": True}], ids=str)
def test_a_lost_answer_is_looked_into(prepared: Prepared, then: dict[str, Any]) -> None:
    prepared.fault(UPDATE, then, nth=1)
    assert set(states(prepared.daas(SHARE, **W11, hosting_units=["ws-b"])).values()) == {"Success"}
    assert len(prepared.asked("PUT", UPDATE)) == (2 if then == {"drop": "before"} else 1)


def test_a_job_that_fails_is_told(prepared: Prepared) -> None:
    prepared.fault(UPDATE, {"fail_task": "No such bucket"}, nth=1)
    assert "No such bucket" in prepared.daas.fails(SHARE, **W11, hosting_units=["ws-b"])
