# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""xen_vdi_info: which disk of a pool holds the image of a provisioning scheme."""

from __future__ import annotations

from harness.pools import HOUR, Pools


def current(pools: Pools) -> str:
    """The disk that MCS has published last."""
    uuid: str = pools.state("master")["schemes"]["W11"]["NFS"]
    return uuid


def test_the_youngest_disk_of_a_scheme_is_chosen_and_its_data_named(pools: Pools) -> None:
    result = pools.master("xen_vdi_info", scheme="W11", files=pools.files("master", "NFS"))
    assert (result["chosen"], result["doubts"], result.get("warnings", [])) == ([current(pools)], [], [])
    best, old = result["vdis"]
    assert (best["uuid"], best["chosen"], old["chosen"]) == (current(pools), True, False)
    assert best["modified"] > old["modified"]
    assert best["data_uuid"] == best["parents"][0] != best["uuid"]
    assert (best["data_layers"], best["machines"], old["machines"]) == (1, ["W11-NFS-1", "W11-NFS-2"], [])
    assert pools.writes() == []


def test_without_their_age_two_disks_are_a_doubt(pools: Pools) -> None:
    result = pools.master("xen_vdi_info", scheme="W11")
    assert (result["chosen"], len(result["vdis"])) == ([], 2)
    assert "it is not known how old they are" in result["doubts"][0]


def test_machines_that_have_not_restarted_are_told(pools: Pools) -> None:
    new = pools.change("master", "scheme", name="W11", srs=["NFS"], size_mib=8, machines=0)["vdis"]["NFS"]
    result = pools.master("xen_vdi_info", scheme="W11", files=pools.files("master", "NFS"))
    assert result["chosen"] == [new]
    assert "the machines stand on" in result["warnings"][0]


def test_equal_and_future_ages_are_told(pools: Pools) -> None:
    files = [f"4000000000.0 {line.split()[1]}" for line in pools.files("master", "NFS")]
    first = pools.master("xen_vdi_info", scheme="W11", files=files)
    assert first["chosen"] == pools.master("xen_vdi_info", scheme="W11", files=files)["chosen"] == [current(pools)]
    told = " ".join(first["warnings"])
    assert "written in the future" in told
    assert "written at the same moment" in told


def test_an_encrypted_disk_is_chosen_nowhere_and_no_older_one_for_it(pools: Pools) -> None:
    new = pools.change("master", "vdi", name="W11-baseDisk", sr="NFS", size_mib=8, encrypted=True)["uuid"]
    result = pools.master("xen_vdi_info", scheme="W11", files=pools.files("master", "NFS"))
    assert result["chosen"] == []
    assert f"{new}, the youngest called 'W11-baseDisk', is encrypted" in result["doubts"][0]
    assert [disk["encrypted"] for disk in result["vdis"]] == [True, False, False]


def test_a_disk_that_nobody_uses_yet_is_its_own_data(pools: Pools) -> None:
    (disk,) = pools.slave("xen_vdi_info", name="foreign")["vdis"]
    assert (disk["parents"], disk["data_uuid"], disk["machines"]) == ([], disk["uuid"], [])
    (same,) = pools.slave("xen_vdi_info", uuid=disk["uuid"])["vdis"]
    assert same == disk
    assert pools.slave("xen_vdi_info", uuid="nobody")["vdis"] == []


def test_a_chain_with_data_in_two_disks_is_told(pools: Pools) -> None:
    """Somebody has written to a disk after its snapshot: neither file holds it alone."""
    (disk,) = pools.slave("xen_vdi_info", name="idle 0")["vdis"]
    assert disk["data_layers"] == 1


def test_a_scheme_without_a_disk_is_a_doubt(pools: Pools) -> None:
    result = pools.slave("xen_vdi_info", scheme="W11")
    assert (result["vdis"], result["doubts"]) == ([], ["no disk is called 'W11-baseDisk'"])


def test_an_sr_that_is_not_there_is_told_with_those_that_are(pools: Pools) -> None:
    message = pools.master.fails("xen_vdi_info", storage_repositories=["NF"])
    assert "SRs called 'NF': there is none" in message
    assert "Near names are 'NFS'" in message
    assert pools.master("xen_vdi_info", storage_repositories=["Local"])["vdis"][0]["storage_repository"] == "Local"


def test_files_that_are_no_files_are_refused(pools: Pools) -> None:
    assert "does not begin with a moment" in pools.master.fails("xen_vdi_info", scheme="W11", files=["x y"])
    part = [f"{HOUR} /x/.{current(pools)}.vhd"]
    assert pools.master("xen_vdi_info", scheme="W11", files=part)["chosen"] == []
