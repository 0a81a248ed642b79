# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_recovery_point_choice"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.timestamps import iso_moment
from harness.centrals import Centrals

MODULE = "pc_recovery_point_choice"
# So long that it does not fire a second time, however busy the machine is
WEEK = 7 * 24 * 3600
POLICY = {
    "name": "Images",
    "category": "App/Gold",
    "every_seconds": WEEK,
    "to": [{"cluster": "b"}, {"prism_central": "west", "cluster": "c"}],
}
FOR_LONG = 10 * WEEK


class Choosing:
    """The release r1 of Gold, which the policy protects."""

    def __init__(self, centrals: Centrals) -> None:
        self.centrals = centrals

    @property
    def arguments(self) -> dict[str, Any]:
        west = {key: value for key, value in self.centrals.west.options.items() if key != "api_version"}
        return {"vm_name": "Gold", "release": "r1", "by_policy": True, "max_age": FOR_LONG, "peers": [west]}

    def __call__(self, check: bool = False, **more: Any) -> dict[str, Any]:
        return self.centrals.east(MODULE, check=check, **{**self.arguments, **more})

    def fails(self, **more: Any) -> str:
        return self.centrals.east.fails(MODULE, **{**self.arguments, **more})

    def protect(self, seconds: float = 1800, **more: Any) -> str:
        """Let the policy make one, and its copies arrive; return the id that the copies share."""
        self.centrals.change("policy", **{**POLICY, **more})
        self.centrals.lab.skip(seconds)
        self.centrals.lab.forget()
        return self.newest()

    def by_hand(self, name: str = "by-hand", vm: str = "Gold") -> str:
        """Let somebody make one now."""
        self.centrals.change("recovery_point", vm=vm, name=name)
        return self.newest()

    def newest(self) -> str:
        points = [point for point in self.centrals.state()["recovery_points"] if not point["name"].startswith("ctx_")]
        return str(points[-1]["location_agnostic_id"])

    def ago(self, **past: float) -> str:
        return str(iso_moment(self.centrals.client().now() - timedelta(**past)))


@pytest.fixture
def choose(centrals: Centrals) -> Choosing:
    return Choosing(centrals)


def id_of(result: dict[str, Any]) -> str | None:
    point = result["recovery_point"]
    return point["location_agnostic_id"] if point else None


@pytest.mark.parametrize("version", ["pc.2024.3.1", "pc.7.3", "pc.7.5.1", "pc.7.6"])
def test_the_newest_that_all_locations_hold(centrals: Centrals, choose: Choosing, version: str) -> None:
    centrals.reset(version=version)
    made = choose.protect()
    b, c = centrals.cluster("b"), centrals.cluster("c", "west")
    result = choose(clusters=[b, c])
    assert (id_of(result), result["chosen_by"], result["policy"]["name"]) == (made, "policy", "Images")
    assert [(each["name"], each["state"]) for each in result["locations"]] == [
        ("here", "there"),
        ("there-1", "there"),
        ("there-2", "there"),
    ]
    assert result["clusters"] == [{"cluster": b, "state": "there"}, {"cluster": c, "state": "there"}]
    planned = choose(check=True)
    assert "timeline" not in planned
    assert planned["locations"] == result["locations"]
    assert centrals.writes() == []


def test_copies_under_way_are_waited_for(centrals: Centrals, choose: Choosing) -> None:
    made = choose.protect(seconds=0)
    result = choose()
    assert id_of(result) == made
    assert [each["state"] for each in result["locations"]] == ["there"] * 3
    assert [step["phase"] for step in result["timeline"]] == ["replicate"]


def test_the_wait_is_bounded_and_check_mode_does_not_wait(centrals: Centrals, choose: Choosing) -> None:
    centrals.reset(bandwidth_mbps=0.001)
    choose.protect(seconds=0)
    message = choose.fails(wait_timeout=1)
    assert "is still running" in message
    assert "'there-1'" in message
    assert "'there-2'" in message
    assert "on its way" in message
    states = [each["state"] for each in choose(check=True)["locations"]]
    assert states == ["there", "missing", "missing"]
    # Locations that nobody waits for do not hold up the others.
    assert choose(locations=[], clusters=[centrals.cluster("b")])["clusters"][0]["state"] == "expected"
    assert id_of(choose(locations=["here"])) == id_of(choose(locations=[]))


def test_an_older_one_is_not_taken_for_a_newer_that_is_not_everywhere(choose: Choosing) -> None:
    choose.protect()
    choose.by_hand()
    assert "'by-hand' is not at" in choose.fails(wait_timeout=1)


def test_a_newer_one_that_arrives_first_is_taken(centrals: Centrals, choose: Choosing) -> None:
    choose.by_hand()
    centrals.lab.skip(2)
    made = choose.protect()
    # Made before, and of the same VM: only the newest counts.
    assert id_of(choose()) == made
    assert id_of(choose(made_since=choose.ago(days=30))) == made


def test_none_young_enough(centrals: Centrals, choose: Choosing) -> None:
    choose.protect()
    since = choose.ago(seconds=-3600)
    message = choose.fails(made_since=since)
    assert f"since {since} the policy 'Images' has made no recovery point" in message
    assert "the newest is 'Images-" in message
    assert "make one on demand" in message
    result = choose(made_since=since, fail_when_none=False)
    assert (result["recovery_point"], result["chosen_by"]) == (None, "")
    assert "has made no recovery point" in result["reason"]
    assert id_of(choose(made_since=choose.ago(days=1))) is not None
    assert "Nothing says how old" in choose.fails(max_age=None)
    assert "made_since is 'yesterday'" in choose.fails(made_since="yesterday")


def test_locations_are_named_by_label_cluster_or_inventory_host(centrals: Centrals, choose: Choosing) -> None:
    choose.protect()
    c = centrals.cluster("c", "west")
    result = choose(locations=["THERE-1", "c", c, "cluster-c"], cluster_names={"cluster-c": c})
    assert [each["state"] for each in result["locations"]] == ["there"] * 4
    message = choose.fails(locations=["there-3"])
    assert "the policy has no location 'there-3'" in message
    assert "'there-2'" in message


def test_a_location_that_nobody_can_be_asked_about(choose: Choosing) -> None:
    choose.protect()
    assert "'there-2'" in choose.fails(peers=[])
    assert [each["name"] for each in choose(peers=[], locations=["there-1"])["locations"]] == ["there-1"]


def test_a_cluster_that_no_location_brings_it_to_is_told(centrals: Centrals, choose: Choosing) -> None:
    choose.protect(to=[{"prism_central": "west", "cluster": "c"}])
    b = centrals.cluster("b")
    assert choose(clusters=[b])["clusters"] == [{"cluster": b, "state": "missing"}]


@pytest.mark.parametrize("listed", [False, True])
def test_copies_elsewhere_count_only_by_the_word_of_their_own_prism_central(
    centrals: Centrals, choose: Choosing, listed: bool
) -> None:
    for name in ("east", "west"):
        centrals.behave(name, remote_copies_listed=listed)
    made = choose.protect()
    assert id_of(choose()) == made
    centrals.fault("/recovery-points", {"status": 200, "body": {"metadata": {}}}, endpoint="west")
    assert "'there-2'" in choose.fails(wait_timeout=1)


def test_the_policy_must_protect_the_vm(centrals: Centrals, choose: Choosing) -> None:
    choose.protect()
    centrals.change("category", key="App", value="Other")
    centrals.change("policy", name="Other", category="App/Other", every_seconds=WEEK)
    assert id_of(choose(policy="Images")) is not None
    assert "is not protected by the policy 'Other'" in choose.fails(policy="Other")
    assert "no protection policy 'images'" in choose.fails(policy="images")
    message = choose.fails(vm_name="On")
    assert "no protection policy protects the VM 'On'" in message
    assert "'Images', 'Other'" in message


def test_a_running_golden_vm_is_refused_where_it_must_not_run(centrals: Centrals, choose: Choosing) -> None:
    made = choose.protect()
    centrals.change("power", "a", vm=centrals.vm("Gold"), state="on")
    assert "is on, so that its disks change" in choose.fails(require_powered_off=True)
    assert id_of(choose()) == made
    assert id_of(choose(require_powered_off=True, recovery_point=made)) == made


# An existing one.


def test_one_that_is_named(centrals: Centrals, choose: Choosing) -> None:
    by_hand = choose.by_hand()
    result = choose(by_policy=False, recovery_point="by-hand", clusters=[centrals.cluster("a"), centrals.cluster("b")])
    assert (id_of(result), result["chosen_by"], result["policy"], result["locations"]) == (
        by_hand,
        "operator",
        None,
        [],
    )
    assert [each["state"] for each in result["clusters"]] == ["there", "missing"]
    for other in (by_hand, result["recovery_point"]["ext_id"]):
        assert id_of(choose(by_policy=False, recovery_point=other)) == by_hand
    message = choose.fails(by_policy=False, recovery_point="by-hnad")
    assert "has no recovery point 'by-hnad'" in message
    assert "'by-hand'" in message
    assert "recovery_point is empty" in choose.fails(by_policy=False)


def test_a_name_that_two_bear_is_refused_with_both(choose: Choosing) -> None:
    first, second = choose.by_hand(), choose.by_hand()
    message = choose.fails(by_policy=False, recovery_point="by-hand")
    assert first in message
    assert second in message
    assert id_of(choose(by_policy=False, recovery_point=first)) == first


def test_one_of_another_vm_is_refused(centrals: Centrals, choose: Choosing) -> None:
    twin = centrals.vm("Twin")
    other = choose.by_hand(vm=twin)
    assert twin in choose.fails(by_policy=False, recovery_point=other)
    assert "has no recovery point 'by-hand'" in choose.fails(by_policy=False, recovery_point="by-hand")


def test_one_that_is_older_than_the_limit_is_refused(centrals: Centrals, choose: Choosing) -> None:
    choose.by_hand()
    centrals.lab.skip(7200)
    message = choose.fails(by_policy=False, recovery_point="by-hand", max_age=3600)
    assert "was made at" in message
    assert "allow a higher age" in message
    assert id_of(choose(by_policy=False, recovery_point="by-hand", made_since=choose.ago(days=1))) is not None


def test_one_that_is_named_must_be_at_the_locations_too(choose: Choosing) -> None:
    made = choose.protect()
    choose.by_hand()
    assert id_of(choose(recovery_point=made)) == made
    assert "'by-hand' is not at" in choose.fails(recovery_point="by-hand", wait_timeout=1)


def test_a_vm_of_the_name_on_two_clusters_must_be_told_apart(centrals: Centrals, choose: Choosing) -> None:
    choose.by_hand(vm=centrals.vm("Twin", "b"))
    assert "2 VMs called 'Twin'" in choose.fails(vm_name="Twin", by_policy=False, recovery_point="by-hand")
    named = {"vm_name": "Twin", "by_policy": False, "recovery_point": "by-hand"}
    assert id_of(choose(**named, cluster_uuid=centrals.cluster("b"))) is not None
    assert "has no recovery point" in choose.fails(**named, cluster_uuid=centrals.cluster("a"))


# A release that was begun.


def test_what_images_came_out_of_goes_before_everything_else(choose: Choosing) -> None:
    made = choose.protect()
    newer = choose.by_hand()
    result = choose(begun_from=made, made_since=choose.ago(seconds=-3600))
    assert (id_of(result), result["chosen_by"]) == (made, "release")
    assert "was begun from" in choose.fails(begun_from=made, recovery_point=newer)
    gone = choose(begun_from="4c1f1f2e-9d5c-4c3e-8a77-5d6c2c9f0b11")
    assert (id_of(gone), gone["reason"]) == (None, "")


def test_what_an_interrupted_run_has_restored_goes_on(centrals: Centrals, choose: Choosing) -> None:
    made = choose.protect()
    choose.by_hand()
    name = f"ctx_r1_{made}_Gold"
    (uuid,) = centrals.change("vm", "b", name=name)["uuids"]
    # The name alone proves nothing.
    assert "'by-hand' is not at" in choose.fails(wait_timeout=1)
    centrals.change("delete_vm", "b", vm=uuid)
    centrals.east(
        "pc_recovery_point_restore", recovery_point=made, cluster=centrals.cluster("b"), vm_name="Gold", release="r1"
    )
    assert (id_of(choose()), choose()["chosen_by"]) == (made, "release")
    assert "by-hand" in choose.fails(release="r2", wait_timeout=1)


def test_a_recovery_point_that_is_gone_is_told(centrals: Centrals, choose: Choosing) -> None:
    lost = choose.by_hand()
    centrals.east(
        "pc_recovery_point_restore", recovery_point=lost, cluster=centrals.cluster("a"), vm_name="Gold", release="r1"
    )
    (point,) = centrals.state()["recovery_points"]
    centrals.change("delete_recovery_point", ext_id=point["ext_id"])
    made = choose.protect()
    result = choose()
    assert id_of(result) == made
    assert lost in str(result["warnings"])


def test_what_an_earlier_run_made_on_demand_goes_on(centrals: Centrals, choose: Choosing) -> None:
    own = centrals.east("pc_recovery_point", name="ctx_Gold_r1", vm_name="Gold")["recovery_point"]
    choose.protect()
    result = choose()
    assert (id_of(result), result["recovery_point"]["ours"]) == (own["location_agnostic_id"], True)
    assert id_of(choose(release="r2")) == choose.newest()
