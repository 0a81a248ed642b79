# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.filter.run_scope import WORD, misspelt_variables

ROOT = Path(__file__).parents[3]
ROLES = tuple(f"{path.name}_" for path in (ROOT / "roles").iterdir())


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("image_release_concurency", "image_release_concurrency"),
        ("image_portability_comapre_hash", "image_portability_compare_hash"),
        # It holds a secret and is none of the options that a run remembers
        ("image_portability_acount", "image_portability_account"),
        ("dr_failover_drain_timout", "dr_failover_drain_timeout"),
        ("image_rollback_catalog", "image_rollback_catalogs"),
    ],
)
def test_a_slip_is_told_with_what_was_meant(name: str, meant: str) -> None:
    assert misspelt_variables([name, "image_release_id"]) == {name: meant}


@pytest.mark.parametrize(
    "name",
    [
        "image_release_id",
        "image_release_catalogs_2",
        "image_release_catalogs_of_production",
        "image_factory_version",
        "image_release_of_tonight",
    ],
)
def test_variables_of_ones_own_stay(name: str) -> None:
    assert misspelt_variables([name]) == {}


def test_what_guides_examples_and_topologies_set_is_known() -> None:
    pages = [*ROOT.glob("docs/**/*.md"), *ROOT.glob("docs/examples/**/*.yml"), *ROOT.glob("tests/lab/topologies/*.yml")]
    words = {word for page in pages for word in WORD.findall(page.read_text(encoding="utf-8"))}
    ours = {word for word in words if word.startswith(ROLES)}
    assert len(ours) > 100
    assert misspelt_variables(ours) == {}
