# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vdi_sync: an image comes to another pool by rsync between real control domains, whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from harness.control_domains import ControlDomains
from harness.pools import Pools
from lab.dom0.hosts import Dom0, dom0

MIB = 1024 * 1024


@pytest.fixture(scope="module")
def hosts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dom0, Dom0]]:
    directory = tmp_path_factory.mktemp("dom0")
    with dom0(directory / "master-1") as master, dom0(directory / "slave-1") as slave:
        yield master, slave


@pytest.fixture
def sync(pools: Pools, hosts: tuple[Dom0, Dom0]) -> ControlDomains:
    return ControlDomains(pools, *hosts)


@pytest.mark.parametrize("direction", ["pull", "push"])
def test_an_image_comes_to_another_pool_byte_for_byte(sync: ControlDomains, direction: str) -> None:
    before = sync.files("master"), sync.pools.state("master")["vdis"]
    others = sync.files("slave")
    result = sync(direction=direction)
    assert (result["changed"], result["resumed"], result["virtual_size_bytes"]) == (True, False, 8 * MIB)
    assert result["size_bytes"] < result["transferred_bytes"] < result["size_bytes"] * 1.02
    uuid = result["vdi_uuid"]
    (disk,) = sync.pools.vdis("slave", name_label="W11-1")
    assert (disk["uuid"], disk["managed"], disk["read_only"], disk["sm_config"]) == (uuid, True, False, {})
    assert sync.content("slave", uuid) == sync.content("master", sync.current())
    assert (sync.files("master"), sync.pools.state("master")["vdis"]) == before
    assert sync.files("slave") == {**others, f"{uuid}.vhd": sync.files("slave")[f"{uuid}.vhd"]}

    sync.pools.lab.forget()
    again = sync(direction=direction)
    assert (again["changed"], again["transferred_bytes"], again["vdi_uuid"]) == (False, 0, uuid)
    assert again["sha256"] == result["sha256"]
    assert sync.pools.writes() == []
