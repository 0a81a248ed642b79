# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.rollout.starts import start_terms

CLUSTERS = {
    "a": {"state": "present", "message": ""},
    "b": {"state": "missing", "message": ""},
    "c": {"state": "failed", "message": "wrong password"},
    "d": {"state": "not asked", "message": "not part of this run"},
}
WAITS = {"start_when": ["image on b"]}


@pytest.mark.parametrize(
    ("cluster", "policy", "at_work", "terms"),
    [
        ("a", "needed_clusters", ["b"], {}),
        ("b", "needed_clusters", ["b"], WAITS),
        ("b", "needed_clusters", [], {"hold": "b lacks the image"}),
        ("c", "needed_clusters", ["b", "c"], {"hold": "c is not known to have the image"}),
        ("d", "needed_clusters", ["b"], {"hold": "it is unknown whether d has the image: not part of this run"}),
        ("typo", "needed_clusters", ["b"], {"hold": "typo is not known to have the image"}),
        (
            "a",
            "all_clusters",
            ["b"],
            {"hold": "c is not known to have the image; it is unknown whether d has the image: not part of this run"},
        ),
        (
            None,
            "needed_clusters",
            ["b"],
            {"hold": "c is not known to have the image; it is unknown whether d has the image: not part of this run"},
        ),
    ],
)
def test_a_catalog_waits_for_the_clusters_it_needs_and_no_other(
    cluster: Any, policy: str, at_work: list[str], terms: dict[str, Any]
) -> None:
    entry = {"name": "W11", **({"cluster": cluster} if cluster else {})}
    assert start_terms([entry], CLUSTERS, policy, at_work, "image on ") == [{**entry, **terms}]


def test_a_catalog_without_a_cluster_waits_for_all_that_are_at_work() -> None:
    clusters = {"a": CLUSTERS["a"], "b": CLUSTERS["b"], "e": CLUSTERS["b"]}
    assert start_terms([{"name": "W11"}], clusters, "needed_clusters", ["b", "e"], "") == [
        {"name": "W11", "start_when": ["b", "e"]}
    ]
