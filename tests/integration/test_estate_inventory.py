# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory plugin `estate` as a user runs it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.modules import DEMO, TOPOLOGIES, topology_of, writes
from harness.patterns import STARTER
from harness.playbooks import files_with, secrets_of
from lab.estate_source import write_source
from lab.running import RunningLab, serve

MIXED = TOPOLOGIES / "mixed.yml"
ANSIBLE_INVENTORY = Path(sys.executable).with_name("ansible-inventory")


@pytest.fixture(scope="module")
def mixed() -> Iterator[RunningLab]:
    with serve(MIXED, time_scale=600) as lab:
        yield lab


def ansible_inventory(source: Path, *options: str) -> tuple[int, str, str]:
    """Exit status and both outputs."""
    directory = source.parent
    ended = subprocess.run(
        [str(ANSIBLE_INVENTORY), "-i", str(source), *options],
        cwd=directory,
        env={
            **os.environ,
            "ANSIBLE_HOME": str(directory / "home"),
            "ANSIBLE_NOCOLOR": "true",
            # As AWX has it; else Ansible warns of a source that failed and goes on without it
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    # Ansible before 2.19 breaks lines of warnings
    return ended.returncode, ended.stdout, " ".join(ended.stderr.split())


def listed(source: Path, *options: str) -> dict[str, Any]:
    status, output, errors = ansible_inventory(source, "--list", *options)
    assert status == 0, errors
    inventory: dict[str, Any] = json.loads(output)
    return inventory


def hosts_typed(lab: RunningLab) -> dict[str, dict[str, Any]]:
    return {each["name"]: each["inventory"] for each in lab.endpoints if each["inventory"]}


def by_name(catalogs: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(catalogs, key=lambda catalog: str(catalog["name"]))


def test_the_estate_is_shown_as_a_tree(mixed: RunningLab, tmp_path: Path) -> None:
    keys = [{"key": "estate_prism_centrals", "prefix": "under"}]
    status, tree, errors = ansible_inventory(write_source(mixed, tmp_path, keyed_groups=keys), "--graph")
    assert status == 0, errors
    groups: dict[str, set[str]] = {}
    for line in tree.splitlines():
        name = line.strip(" |").removeprefix("--")
        if name.startswith("@"):
            group = groups.setdefault(name.strip("@:"), set())
        elif name:
            group.add(name)
    assert groups["prism_elements"] == {"cluster-a", "cluster-b", "cluster-c", "cluster-d", "cluster-e"}
    assert groups["prism_centrals"] == {"pc-east", "pc-west"}
    assert groups["citrix_sites"] == {"cvad", "daas"}
    assert groups["under_pc_east"] == {"cluster-a", "cluster-b"}
    assert writes(mixed) == []


def test_catalogs_are_as_somebody_would_have_typed_them_and_the_cache_holds_no_secret(tmp_path: Path) -> None:
    topology = topology_of(MIXED)
    manual = {"name": "{{ 1 / 0 }}", "provisioning_type": "Manual"}
    topology["citrix_sites"][0]["catalogs"].append(manual)
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    with serve(topology, time_scale=600) as lab:
        source = write_source(lab, tmp_path / "inventory", catalogs_on_our_images=False, verify_images=True, **cache)
        hosts = listed(source)["_meta"]["hostvars"]
        typed = {
            name: by_name({"folder": "", **each} for each in variables["image_release_catalogs"])
            for name, variables in hosts_typed(lab).items()
            if "image_release_catalogs" in variables
        }
        assert {site: by_name(hosts[site]["image_release_catalogs"]) for site in typed} == typed
        assert hosts["cvad"]["dr_connections"] == {"cluster-a": "conn-a", "cluster-e": "conn-e"}
        # Those of the others are templates in the lab that nobody restored anything for
        verified = {each["name"] for site in typed for each in hosts[site]["estate_catalogs"] if each["verified"]}
        assert verified == {"W11-Pool", "W11-Branch", "W11-Sales", "W11-Night"}
        secrets = secrets_of(lab.inventory_path)
        assert lab.violations() == []
    # Nobody is there to ask any more
    assert listed(source)["_meta"]["hostvars"] == hosts
    assert ansible_inventory(source, "--list", "--flush-cache")[0] != 0
    assert manual["name"] in json.dumps(hosts["cvad"]["estate_catalogs"])
    assert len(secrets) == 9
    assert files_with(secrets | {"svc_ansible"}, tmp_path / "cache") == set()
    assert files_with({"W11-Pool"}, tmp_path / "cache") != set()


def test_a_site_that_does_not_answer_is_an_error_or_a_warning(lab: RunningLab, tmp_path: Path) -> None:
    lab.change([{"endpoint": "cvad", "kind": "reachable", "reachable": False}])
    status, output, errors = ansible_inventory(write_source(lab, tmp_path / "strict"), "--graph")
    assert (status, "cvad does not tell its part of the estate" in errors) == (1, True), output
    # By its tag, and on an image of ours or not
    topology = topology_of(DEMO)
    topology["citrix_sites"][0]["catalogs"][1]["tags"] = ["ansible"]
    lab.reset(topology)
    lab.change([{"endpoint": "cvad", "kind": "reachable", "reachable": False}])
    source = write_source(lab, tmp_path / "patient", incomplete="warn", catalog_tags=["Ansible"])
    status, output, errors = ansible_inventory(source, "--list")
    assert (status, "cvad does not tell its part of the estate" in errors) == (0, True), errors
    hosts = json.loads(output)["_meta"]["hostvars"]
    assert [each["name"] for each in hosts["daas"]["image_release_catalogs"]] == ["W11-Sales"]
    assert "image_release_catalogs" not in hosts["cvad"]
    assert {"cluster-a", "cluster-b", "cluster-c", "cvad"} <= set(hosts)
    assert not secrets_of(lab.inventory_path) & set(errors.split())


def test_what_counts_in_a_play_counts_for_the_question(lab: RunningLab, tmp_path: Path) -> None:
    """Accounts of groups that another source names, addresses in host_vars and as templates."""
    source = write_source(lab, tmp_path / "inventory")
    entries = yaml.safe_load(source.read_text(encoding="utf-8"))
    beside = source.parent / "host_vars"
    # The account of a group, the address of one cluster in its host_vars, that of another as a template
    (beside / "daas.yml").rename(source.parent / "group_vars" / "citrix_cloud.yml")
    address = entries["clusters"]["cluster-a"].pop("nutanix_host")
    with (beside / "cluster-a.yml").open("a", encoding="utf-8") as file:
        file.write(f"nutanix_host: {address}\n")
    entries["clusters"]["cluster-b"]["nutanix_host"] = "{{ address_of_b }}"
    hosts_b = {"address_of_b": hosts_typed(lab)["cluster-b"]["nutanix_host"]}
    (source.parent / "host_vars" / "cluster-b.yml").write_text(yaml.safe_dump(hosts_b), encoding="utf-8")
    # host_vars outrank a source, for the plugin as for plays
    with (beside / "cvad.yml").open("a", encoding="utf-8") as file:
        file.write(f"citrix_hostname: {entries['citrix_sites']['cvad']['citrix_hostname']}\n")
    entries["citrix_sites"]["cvad"]["citrix_hostname"] = "127.0.0.1:9"
    source.write_text(yaml.safe_dump(entries), encoding="utf-8")
    groups = source.with_name("a_groups.yml")
    cluster = entries["clusters"].pop("cluster-c")
    source.write_text(yaml.safe_dump(entries), encoding="utf-8")
    typed = {
        "citrix_sites": {"children": {"citrix_cloud": {"hosts": {"daas": None}}}},
        "prism_elements": {"hosts": {"cluster-c": {**cluster, "ansible_connection": "ssh"}}},
    }
    groups.write_text(yaml.safe_dump(typed), encoding="utf-8")
    inventory = listed(groups, "-i", str(source))["_meta"]["hostvars"]
    assert set(inventory) == {"cluster-a", "cluster-b", "cluster-c", "cvad", "daas"}
    connections = inventory["daas"]["dr_connections"] | inventory["cvad"]["dr_connections"]
    assert set(connections) == {"cluster-a", "cluster-b", "cluster-c"}
    # Another source may have typed a cluster, which stays one host, reached as it says
    assert inventory["cluster-c"]["ansible_connection"] == "ssh"


def test_an_address_that_changes_in_host_vars_is_asked_in_spite_of_the_cache(lab: RunningLab, tmp_path: Path) -> None:
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    source = write_source(lab, tmp_path / "inventory", **cache)
    before = listed(source)
    lab.forget()
    assert (listed(source), lab.requests()) == (before, [])
    with (source.parent / "host_vars" / "cvad.yml").open("a", encoding="utf-8") as file:
        file.write("citrix_hostname: 127.0.0.1:9\n")
    status, _output, errors = ansible_inventory(source, "--list")
    assert (status, "cvad does not tell its part of the estate" in errors) == (1, True), errors


def test_the_starter_asks_with_the_accounts_that_an_inventory_source_of_awx_has(
    lab: RunningLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """AWX gives an inventory source no extra variables, only the environment of one credential."""
    source = write_source(lab, tmp_path / "inventory")
    accounts = hosts_typed(lab)
    for account in (source.parent / "host_vars").iterdir():
        account.unlink()
    for name in ("citrix_cloud", "citrix_on_premises"):
        shutil.copy(STARTER / "inventory" / "group_vars" / f"{name}.yml", source.parent / "group_vars")
    groups = {
        name: {"hosts": {host: None}} for name, host in (("citrix_cloud", "daas"), ("citrix_on_premises", "cvad"))
    }
    source.with_name("a_groups.yml").write_text(yaml.safe_dump({"citrix_sites": {"children": groups}}), "utf-8")
    monkeypatch.setenv("EUC_CITRIX_CLOUD_CUSTOMER_ID", accounts["daas"]["citrix_customer_id"])
    monkeypatch.setenv("EUC_CITRIX_CLOUD_CLIENT_ID", accounts["daas"]["citrix_client_id"])
    monkeypatch.setenv("EUC_CITRIX_CLOUD_CLIENT_SECRET", accounts["daas"]["citrix_client_secret"])
    monkeypatch.setenv("EUC_CITRIX_ON_PREMISES_USERNAME", accounts["cvad"]["citrix_client_id"])
    monkeypatch.setenv("EUC_CITRIX_ON_PREMISES_PASSWORD", accounts["cvad"]["citrix_client_secret"])
    hosts = listed(source.with_name("a_groups.yml"), "-i", str(source))["_meta"]["hostvars"]
    assert {"estate_catalogs", "dr_connections"} <= hosts["daas"].keys() & hosts["cvad"].keys()
