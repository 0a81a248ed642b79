# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pools had of a release before."""

from __future__ import annotations

from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.earlier import (
    foreseen,
    left_to_do,
    made_of_another,
    recorded_disk,
    wanting,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.targets import outcome, targets

NFS, LOCAL = targets(["NFS", "Local"], "W11", "1")


def disk(source: str, own: str = "d", name: str = "W11_1") -> dict[str, Any]:
    marks = {"own": own, "source": source, "release": "1"}
    marked = {f"euc.nutanix_citrix:{key}": value for key, value in marks.items()}
    return {"uuid": "d", "name": name, "other_config": marked}


def wrapper(name: str, source: str = "a", snapshot: str = "W11_1", disk_uuid: str = "d") -> dict[str, Any]:
    return {
        "name": name,
        "snapshots": [{"name": snapshot, "vdi_uuid": disk_uuid, "source_vdi_uuid": source}],
    }


def test_a_release_stays_of_the_disk_that_it_was_made_of() -> None:
    pools = {"north": {"disks": [disk("a")]}, "west": {"disks": []}, "silent": {"message": "no answer"}}
    assert made_of_another(pools, "W11_1", "a") == ""
    assert made_of_another(pools, "W11_1", "") == ""
    assert "made of the disk a (in north) before, and now would be of b" in made_of_another(pools, "W11_1", "b")


def test_of_a_pool_that_was_left_out_the_file_tells() -> None:
    """With --limit less is done, and not less considered."""
    left_out = {"north": {"disks": []}, "west": {"message": "not part of this run"}}
    assert made_of_another(left_out, "W11_1", "a", "a") == ""
    assert "a (so the file on the controller says; west did not tell)" in made_of_another(left_out, "W11_1", "b", "a")
    # Everybody says that it was brought nowhere
    assert made_of_another({"north": {"disks": []}}, "W11_1", "b", "a") == ""
    assert [recorded_disk(text) for text in ('{"vdi": "a"}', "[]", "", "{}")] == ["a", "", "", ""]


def test_copies_and_other_images_say_nothing_of_a_release() -> None:
    pools = {"north": {"disks": [disk("a", own="copy"), disk("a", name="W11_2")]}}
    assert made_of_another(pools, "W11_1", "b") == ""


def test_an_image_whose_disk_has_another_name_says_what_it_was_made_of() -> None:
    pools = {"north": {"disks": [], "wrappers": [wrapper("W11_1_NFS")]}}
    assert "(in north)" in made_of_another(pools, "W11_1", "b")
    pools = {"north": {"disks": [], "wrappers": [wrapper("W11_1_NFS", source="")]}}
    assert made_of_another(pools, "W11_1", "b") == ""


def test_what_is_there_is_not_brought_again() -> None:
    facts = {"wrappers": [wrapper("W11_1_NFS"), wrapper("W11_1_Local", snapshot="W11_0")]}
    told = foreseen([NFS, LOCAL], facts)
    assert told == [{"item": NFS, "changed": False, "vdi_uuid": "d", "transferred_bytes": 0}]
    assert left_to_do([NFS, LOCAL], told) == [LOCAL]


def test_an_image_without_its_disk_is_not_there() -> None:
    assert foreseen([NFS], {"wrappers": [wrapper("W11_1_NFS", disk_uuid="")]}) == []


def test_a_name_of_somebody_else_is_told_before_anything_is_brought() -> None:
    told = foreseen([NFS, LOCAL], {"namesakes": [{"name": "W11_1_Local", "uuid": "u"}]})
    became = outcome([LOCAL], {"results": told}, {})
    assert became["state"] == "failed"
    assert "another VM called 'W11_1_Local' (u)" in became["message"]
    assert left_to_do([NFS, LOCAL], told) == [NFS]


def test_only_pools_that_lack_an_image_want_the_file() -> None:
    pools = {"a": {"lacking": [NFS]}, "b": {"lacking": []}, "c": {"message": "no answer"}, "d": {"lacking": [NFS]}}
    assert wanting(pools, {"a": "http", "b": "http", "c": "http", "d": "rsync"}, "http") == ["a"]
