# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Topologies: every key is known or refused by name."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.model.lineage import lineage
from lab.__main__ import DEMO
from lab.generate import generated_topology
from lab.topology import BadTopology, load


@pytest.mark.parametrize(
    ("topology", "named"),
    [
        ({"prism_element": []}, "topology.prism_element"),
        ({"prism_elements": [{"name": "a", "vm": []}]}, r"topology.prism_elements\[0\].vm"),
        ({"prism_elements": [{"version": "6.5"}]}, r"prism_elements\[0\].name"),
        ({"prism_elements": [{"name": "a", "behaviour": {"restore_reply": "maybe"}}]}, "restore_reply"),
        ({"durations": {"snapshots": 1}}, "durations.snapshots"),
        ({"prism_elements": [{"name": "a"}, {"name": "a"}]}, "'a'"),
        ({"prism_elements": [{"name": "a", "remote_sites": [{"name": "x", "cluster": "b"}]}]}, "'b'"),
        ({"prism_elements": [{"name": "a", "protection_domains": [{"name": "PD", "vms": ["Gold"]}]}]}, "'Gold'"),
        (
            {
                "prism_elements": [
                    {
                        "name": "a",
                        "protection_domains": [{"name": "PD", "schedules": [{"type": "DAILY", "remote": {"b": 1}}]}],
                    }
                ]
            },
            "'b'",
        ),
        ({"prism_elements": [{"name": "a", "vms": [{"name": "desk", "count": 2}]}]}, r"vms\[0\].name"),
        ({"citrix_sites": [{"name": "daas", "kind": "cloud"}]}, r"citrix_sites\[0\].kind"),
        ({"citrix_sites": [{"name": "s", "kind": "daas", "hypervisors": [{"name": "conn", "cluster": "a"}]}]}, "'a'"),
    ],
)
def test_what_is_wrong_is_named(topology: dict[str, Any], named: str) -> None:
    with pytest.raises(BadTopology, match=named):
        load(topology)


def test_the_demo_is_as_the_documentation_says() -> None:
    topology = load(DEMO)
    assert [cluster["name"] for cluster in topology["prism_elements"]] == ["cluster-a", "cluster-b", "cluster-c"]
    assert [(site["name"], [catalog["name"] for catalog in site["catalogs"]]) for site in topology["citrix_sites"]] == [
        ("daas", ["W11-Pool", "W11-Sales"]),
        ("cvad", ["W11-Lab", "W11-Train"]),
    ]


@pytest.mark.parametrize("name", ["demo.yml", "mixed.yml", "retention.yml"])
def test_images_of_releases_are_as_the_collection_makes_them(name: str) -> None:
    told = [
        lineage(image["name"], image["vm"], image["uuid"], cluster["uuid"], "ctx_")
        for cluster in load(DEMO.with_name(name))["prism_elements"]
        for image in cluster.get("snapshots", [])
        if image["vm"].startswith("ctx_")
    ]
    assert told
    assert all(each and each["proven"] for each in told)


def test_a_generated_topology_has_what_was_asked_for() -> None:
    topology = load(generated_topology(clusters=5, catalogs=7, machines=100))
    catalogs = [catalog for site in topology["citrix_sites"] for catalog in site["catalogs"]]
    assert len(topology["prism_elements"]) == 5
    assert len(catalogs) == 7
    assert sum(catalog["machines"] for catalog in catalogs) == 100
