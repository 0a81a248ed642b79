# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image comes from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import (
    image_doubts,
    image_uuid,
    lineage,
    template_lineage,
    template_mark,
)
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import Release

names = st.text(min_size=1, max_size=12)
HERE, THERE = "11111111-0000-4000-8000-000000000001", "11111111-0000-4000-8000-000000000002"


@given(
    names, st.from_regex(r"[a-z0-9][a-z0-9.-]{0,8}", fullmatch=True), st.integers(0, 10**9).map(str), st.integers(0, 99)
)
def test_an_image_of_ours_is_proven_and_knows_its_snapshot(
    base_vm: str, release: str, snapshot_id: str, attempt: int
) -> None:
    made = Release(base_vm, release)
    vm_name = made.temporary_vm_name(snapshot_id)
    assert lineage(made.image_name, vm_name, image_uuid(HERE, made.image_name, vm_name, attempt), HERE, "ctx_") == {
        "base_vm": base_vm,
        "release": release,
        "protection_domain_snapshot_id": snapshot_id,
        "recovery_point_id": None,
        "proven": True,
        "doubt": "",
    }


@given(names, st.from_regex(r"[a-z0-9][a-z0-9.-]{0,8}", fullmatch=True), st.uuids().map(str))
def test_an_image_or_template_knows_its_recovery_point(base_vm: str, release: str, recovery_point: str) -> None:
    made = Release(base_vm, release)
    vm_name = made.temporary_vm_name(recovery_point)
    told = lineage(made.image_name, vm_name, image_uuid(HERE, made.image_name, vm_name), HERE, "ctx_")
    assert told
    assert (told["recovery_point_id"], told["protection_domain_snapshot_id"]) == (recovery_point, None)
    mark = template_mark(made.image_name, vm_name)
    assert template_lineage(made.image_name, vm_name, f"text, and the mark {mark}.", "ctx_") == told


@pytest.mark.parametrize(
    ("source", "description", "doubt"),
    [
        ("Gold", template_mark("ctx_Gold_r1", "Gold"), "was taken from the VM 'Gold'"),
        ("ctx_r1_12_Gold", "by hand", "does not bear the mark"),
        ("ctx_r1_12_Gold", template_mark("ctx_Gold_r2", "ctx_r1_12_Gold"), "does not bear the mark"),
    ],
)
def test_a_template_of_the_name_only_is_none_of_ours(source: str, description: str, doubt: str) -> None:
    told = template_lineage("ctx_Gold_r1", source, description, "ctx_")
    assert told
    assert doubt in told["doubt"]
    assert (told["proven"], told["recovery_point_id"]) == (False, None)
    assert template_lineage("by hand", source, description, "ctx_") is None


@pytest.mark.parametrize(
    ("source", "uuid", "doubt"),
    [
        ("Gold", image_uuid(HERE, "ctx_Gold_r1", "Gold"), "was taken from the VM 'Gold'"),
        ("ctx_r2_12_Gold", image_uuid(HERE, "ctx_Gold_r1", "ctx_r2_12_Gold"), "not from a temporary VM of release r1"),
        ("ctx_r1_12_Gold", "5b0f7c1e-0000-4000-8000-000000000000", "does not have the uuid"),
        ("ctx_r1_12_Gold", image_uuid(THERE, "ctx_Gold_r1", "ctx_r1_12_Gold"), "does not have the uuid"),
        ("ctx_r1_12_Gold", image_uuid(HERE, "ctx_Gold_r1", "ctx_r1_13_Gold"), "does not have the uuid"),
        ("desk-007", "5b0f7c1e-0000-4000-8000-000000000000", "was taken from the VM 'desk-007'"),
    ],
)
def test_what_bears_the_name_only_is_no_image_of_ours(source: str, uuid: str, doubt: str) -> None:
    told = lineage("ctx_Gold_r1", source, uuid, HERE, "ctx_")
    assert told
    assert doubt in told["doubt"]
    assert (told["proven"], told["protection_domain_snapshot_id"], told["base_vm"], told["release"]) == (
        False,
        None,
        "Gold",
        "r1",
    )


def test_what_is_not_ours_has_none() -> None:
    assert lineage("before upgrade", "Gold", "", HERE, "ctx_") is None


@pytest.mark.parametrize("other", ["ctx_Gold_RC1", "CTX_Gold_rc1", "ctx_gold_rc1", "CTX_GOLD_RC1"])
def test_what_differs_in_case_only_is_a_doubt(other: str) -> None:
    (doubt,) = image_doubts("ctx_Gold_rc1", [{"uuid": "u", "name": other}])
    assert (doubt["id"], doubt["name"]) == ("u", other)
    assert "differs from 'ctx_Gold_rc1' in case only" in doubt["reason"]
    assert (
        image_doubts(
            "ctx_Gold_rc1",
            [{"uuid": "u", "name": f"{other}2"}, {"uuid": "v", "name": "ctx_Gold_rc1", "lineage": {"doubt": ""}}],
        )
        == []
    )
