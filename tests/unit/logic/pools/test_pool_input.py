# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator cannot mean of a sync of images between XenServer pools."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.logic.pools.operator_input import wrong_sync

POOLS, SITES = ["east", "west"], ["daas"]


def wrong(**changed: Any) -> list[str]:
    """`changed`: variables of all hosts, or of one as west=..., daas=...."""
    common = {"release": "1", "scheme": "W11", "source": "east"}
    hosts = {"east": {}, "west": {"storage": "NFS"}, "daas": {"catalogs": [{"name": "A", "pool": "west"}]}}
    for name, value in changed.items():
        if name in hosts:
            hosts[name] = value
        else:
            common[name] = value
    named = {
        host: {f"xenserver_image_sync_{name}": value for name, value in {**common, **own}.items()}
        for host, own in hosts.items()
    }
    return wrong_sync(named, POOLS, SITES)


def test_nothing_is_wrong() -> None:
    assert wrong() == []
    assert wrong(west={"storage": ["NFS", "Local"]}, daas={"catalogs": [{"name": "A", "pool": "west"}]}) == []
    assert wrong(daas={"catalogs": []}) == []


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"release": ""}, "xenserver_image_sync_release is missing"),
        ({"release": "../1"}, "is no release id"),
        ({"scheme": None}, "xenserver_image_sync_scheme is missing"),
        ({"source": "eats"}, "Near names are 'east'"),
        ({"west": {}}, "xenserver_image_sync_storage of west is missing"),
        ({"west": {"storage": "NFS", "method": "rsync", "dom0": "west-1"}}, "dom0 of east is missing"),
        ({"west": {"storage": "NFS", "method": "rsync"}, "east": {"dom0": "east-1"}}, "dom0 of west is missing"),
        ({"west": {"storage": ["NFS 1", "NFS.1"]}}, "2 storage repositories that would be called 'NFS-1'"),
        ({"daas": {"catalogs": [{"name": "A"}]}}, "gives 'A' the pool ''"),
        ({"daas": {"catalogs": [{"name": "A", "pool": "wets"}]}}, "Near names are 'west'"),
        ({"daas": {"catalogs": [{"name": "A", "pool": "east"}]}}, "where the image comes from"),
        ({"daas": {"catalogs": [{"id": "A", "pool": "west", "storage": "NSF"}]}}, "does not get the image"),
    ],
)
def test_what_cannot_be_meant(changed: dict[str, Any], words: str) -> None:
    assert words in " ".join(wrong(**changed))


def test_one_pool_has_nobody_to_give_to() -> None:
    variables = {"east": {f"xenserver_image_sync_{name}": "east" for name in ("release", "scheme", "source")}}
    assert "no pool but east" in wrong_sync(variables, ["east"], [])[0]
