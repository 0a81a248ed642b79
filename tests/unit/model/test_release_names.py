# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names that are written and read back, and never mistaken for another's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.refusal import Refusal
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.release_names import (
    DEFAULT_PREFIX,
    Release,
    TemporaryVm,
    origin_id,
    parse_image_name,
    parse_temporary_vm_name,
)

release_ids = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,20}", fullmatch=True)
vm_names = st.text(min_size=1, max_size=30) | st.sampled_from(
    ["Gold", "Gold-Finance", "Gold_2", "W11 'Büro' #1 50%", "a\\b/c", "黄金", "_", "Gold_2026.1", "1_2_3"]
)
prefixes = st.text(min_size=1, max_size=8)
digits = st.integers(min_value=0, max_value=10**12).map(str)
recovery_points = st.uuids().map(str) | st.uuids().map(lambda uuid: str(uuid).upper())


@given(vm_names, release_ids, prefixes)
def test_an_image_name_parses_back(base_vm: str, release: str, prefix: str) -> None:
    wanted = Release(base_vm, release, prefix)
    assert parse_image_name(wanted.image_name, prefix) == wanted


@given(vm_names, release_ids, prefixes, digits | recovery_points)
def test_a_temporary_name_parses_back(base_vm: str, release: str, prefix: str, snapshot: str) -> None:
    wanted = Release(base_vm, release, prefix)
    temporary = TemporaryVm(wanted, snapshot)
    assert parse_temporary_vm_name(wanted.temporary_vm_name(snapshot), prefix) == temporary
    assert temporary.of_recovery_point is ("-" in snapshot)


@given(vm_names, vm_names, release_ids, release_ids)
def test_different_releases_never_share_an_image_name(one_vm: str, other_vm: str, one: str, other: str) -> None:
    first, second = Release(one_vm, one), Release(other_vm, other)
    assert (first.image_name == second.image_name) == (first == second)


@given(st.text(max_size=40), st.text(max_size=6))
def test_any_text_parses_to_something_that_writes_it_or_to_nothing(name: str, prefix: str) -> None:
    image = parse_image_name(name, prefix)
    assert image is None or image.image_name == name
    temporary = parse_temporary_vm_name(name, prefix)
    assert temporary is None or temporary.release.temporary_vm_name(temporary.snapshot_id) == name


@given(vm_names, release_ids, st.text(max_size=12), digits)
def test_the_site_of_a_received_snapshot_leaves_no_trace_in_the_name(
    base_vm: str, release: str, site: str, snapshot: str
) -> None:
    wanted = Release(base_vm, release)
    assert origin_id(f"{site}:{snapshot}") == snapshot
    assert wanted.temporary_vm_name(f"{site}:{snapshot}") == wanted.temporary_vm_name(snapshot)


@pytest.mark.parametrize(
    ("name", "base_vm"),
    [
        ("ctx_Gold_2026.11.20-1", "Gold"),
        ("ctx_Gold-Finance_2026.11.20-1", "Gold-Finance"),
        ("ctx_Gold_Finance_2026.11.20-1", "Gold_Finance"),
        ("ctx__2026.11.20-1", None),
        ("ctx_Gold", None),
        ("ctx_Gold_", None),
        ("ctx_Gold_2026 11", None),
        ("Gold_2026.11.20-1", None),
        ("CTX_Gold_2026.11.20-1", None),
        ("", None),
    ],
)
def test_whose_image_it_is(name: str, base_vm: str | None) -> None:
    image = parse_image_name(name)
    assert (image and image.base_vm) == base_vm


@pytest.mark.parametrize("name", ["ctx_Gold_2026.11.20-1", "ctx_r1_x_Gold", "ctx_r1_12_", "r1_12_Gold", "ctx__12_Gold"])
def test_what_is_no_temporary_vm(name: str) -> None:
    assert parse_temporary_vm_name(name) is None


@pytest.mark.parametrize("release", ["", "a_b", "-1", ".1", "1 2", "1/2", "ü", "1\n"])
def test_an_impossible_release_id_is_refused(release: str) -> None:
    with pytest.raises(Refusal, match="release id"):
        Release("Gold", release)


def test_an_empty_vm_name_or_prefix_is_refused() -> None:
    with pytest.raises(Refusal, match="golden VM"):
        Release("", "r1")
    with pytest.raises(Refusal, match="prefix"):
        Release("Gold", "r1", "")


def test_without_a_prefix_nothing_is_ours() -> None:
    assert parse_image_name("Gold_r1", "") is None
    assert parse_temporary_vm_name("r1_12_Gold", "") is None
    assert parse_image_name("ctx_Gold_r1") == Release("Gold", "r1", DEFAULT_PREFIX)
