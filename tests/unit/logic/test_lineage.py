# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where an image comes from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.lineage import lineage
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.naming import Release

names = st.text(min_size=1, max_size=12)


@given(names, st.from_regex(r"[a-z0-9][a-z0-9.-]{0,8}", fullmatch=True), st.integers(0, 10**9).map(str))
def test_an_image_knows_its_snapshot(base_vm: str, release: str, snapshot_id: str) -> None:
    made = Release(base_vm, release)
    assert lineage(made.image_name, made.temporary_vm_name(snapshot_id), "ctx_") == {
        "base_vm": base_vm,
        "release": release,
        "protection_domain_snapshot_id": snapshot_id,
    }


def test_an_image_of_another_vm_has_no_known_snapshot() -> None:
    assert lineage("ctx_Gold_r1", "Gold", "ctx_") == {"base_vm": "Gold", "release": "r1", "protection_domain_snapshot_id": None}
    assert lineage("ctx_Gold_r1", "ctx_r2_12_Gold", "ctx_") == {"base_vm": "Gold", "release": "r1", "protection_domain_snapshot_id": None}


def test_what_is_not_ours_has_none() -> None:
    assert lineage("before upgrade", "Gold", "ctx_") is None
