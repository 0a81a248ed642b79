# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every command that the documents and the heads of playbooks print is run as it is printed, in check mode, on a lab
whose inventory is as they ask for."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.modules import DEMO, topology_of, writes
from harness.playbooks import run_playbook
from lab.running import RunningLab

ROOT = Path(__file__).parents[2]
BEGIN = "ansible-playbook -i "
# What the lab has no use for, and what every run here has anyway
LEFT_OUT = ("--ask-vault-pass", "--check", "--diff")
# Moves and drills that were never made have nothing to be taken back or released: that is refused, and is no fault of
# the command.
NEEDS_A_MOVE = ("dr_failback", "dr_failover_release", "machine_rehost_undo", "dr_drill_state=absent")
POOL_IMAGE = "W11-Pool_2026-11-20-1"
CARRIED_IMAGE = "W11-2026.11.20-1"
NOT_TYPABLE = (
    "is undefined",
    "unsupported parameters",
    "unrecognized arguments",
    "validation of arguments failed",
    "could not be found",
    "is missing: ",
    "traceback",
    "is no variable",
    "is text and must be",
)


def lines() -> Iterator[str]:
    """The printed commands, each whole; of a '...' the command before, of which it is a variant."""
    for path in (
        ROOT / "README.md",
        *sorted((ROOT / "docs").glob("*.md")),
        *sorted((ROOT / "playbooks").glob("*.yml")),
    ):
        command = ""
        for line in path.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
            printed = re.sub(r"^[#\s]+", "", line)
            if BEGIN in printed:
                command = cut(printed[printed.index(BEGIN) :].partition("`")[0])
                yield command
            elif printed.startswith("... -") and command:
                yield f"{command} {cut(printed[4:])}"


def cut(printed: str) -> str:
    """Without what explains it, after two spaces and more, and without the brackets around what may be left out."""
    command = re.split(r"\s{2,}(?![-\s])|\s#", printed.strip())[0]
    return re.sub(r"\]$", "", command.replace(" [-", " -")) if " [-" in command else command


def commands() -> list[tuple[str, ...]]:
    """(playbook, options ...) of each."""
    found: dict[tuple[str, ...], None] = {}
    for line in lines():
        _program, _i, _inventory, playbook, *options = shlex.split(line)
        # A playbook of docs/examples has a test of its own, on the estate that it needs
        if playbook.startswith("docs/examples/"):
            continue
        found[(playbook, *(option for option in options if option not in LEFT_OUT))] = None
    for advised in of_messages():
        found[("euc.nutanix_citrix.dr_failover", "-e", "dr_id=2026-11-20", "-e", "dr_mode=planned", "-e", advised)] = (
            None
        )
    return list(found)


def of_messages() -> list[str]:
    """What the messages of a failover advise to add to its command."""
    texts = [
        *sorted((ROOT / "plugins/module_utils").rglob("*.py")),
        *sorted((ROOT / "roles/dr_failover/tasks").glob("*.yml")),
    ]
    printed = [
        re.findall(r"-e ('\{dr_failover_.*?\}'|dr_failover_\w+=\w+)", path.read_text(encoding="utf-8"))
        for path in texts
    ]
    return list(dict.fromkeys(shlex.split(option)[0] for found in printed for option in found))


def by_day_and_night() -> list[Any]:
    """The commands as parameters. By day the first of each playbook, and those with a word that is new in all."""
    parameters, words = [], set()
    for command in commands():
        of_this = set(re.findall(r"--\w+|\w+_\w+", " ".join(command)))
        marks = [pytest.mark.night] if of_this <= words else []
        parameters.append(pytest.param(command, marks=marks, id=" ".join(command)))
        words |= of_this
    return parameters


@pytest.fixture
def estate(lab: RunningLab, request: pytest.FixtureRequest) -> RunningLab:
    """The estate that the command is meant for, and in the state that it is meant for."""
    playbook, *options = request.node.callspec.params["command"]
    if "xenserver" in " ".join([playbook, *options]):
        lab.reset(pools())
    elif f"from_image={CARRIED_IMAGE}" in " ".join(options):
        lab.reset(carried())
    elif re.search(r"\.(dr|machine)_", playbook):
        lab.reset(desktops())
    elif re.search(r"\.prepared_image_|image_definition=", " ".join([playbook, *options])):
        is_released = bool(re.search(r"_roll(back|out)$", playbook))
        lab.reset(prepared(is_released))
        lab.change(of_the_release(lab, assigned=playbook.endswith("_rollback")) if is_released else [])
    elif "image_portability" in " ".join([playbook, *options]):
        lab.reset(topology_of(DEMO.with_name("carried.yml")))
    elif re.search(r"\.(image_release|preflight)$", playbook):
        topology = topology_of(DEMO)
        if "last_wave" in " ".join(options):
            topology["inventory_vars"]["catalog_rollout_waves"] = [{"name": "canary"}, {"name": "everyone"}]
        lab.reset(topology)
    else:
        lab.reset(released_already())
    if "dr_mode=unplanned" in options:
        lab.change([{"endpoint": "cluster-a", "kind": "lost", "lost": True}])
    if re.search(r"\.image_(rollback|retention)", playbook):
        doors = [door for door in lab.estate.endpoints if door.kind in ("citrix_daas", "citrix_cvad")]
        sites = {door.name: door.state()["catalogs"] for door in doors}
        moved = [(site, catalog["id"]) for site, catalogs in sites.items() for catalog in catalogs]
        others = {"xenserver": POOL_IMAGE, f"from_image={CARRIED_IMAGE}": CARRIED_IMAGE}
        image = next((image for word, image in others.items() if word in " ".join(options)), "ctx_Gold_2026.11.20-1")
        lab.change(
            [{"endpoint": site, "kind": "set_image", "catalog": catalog, "image": image} for site, catalog in moved]
        )
    return lab


def desktops() -> dict[str, Any]:
    topology: dict[str, Any] = topology_of(DEMO.with_name("failover.yml"))
    topology["inventory_vars"] |= {"dr_source": "cluster-a", "dr_target": "cluster-b", "dr_failover_sessions": "ignore"}
    return topology


def pools() -> dict[str, Any]:
    topology: dict[str, Any] = topology_of(DEMO.with_name("xenserver.yml"))
    for pool in topology["xenserver_pools"]:
        pool["vms"][0]["snapshots"] = ["before", POOL_IMAGE]
    return topology


def carried() -> dict[str, Any]:
    """A site in AWS with what Image Portability brought there, which is not asked any more."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("portability_to_aws.yml"))
    (site,) = topology["citrix_sites"]
    site["hypervisors"][0]["images"].append(CARRIED_IMAGE)
    # As docs/image_portability.md asks for the way back
    catalogs = "{{ image_portability_catalogs | map(attribute='name') }}"
    site["inventory_vars"]["image_rollback_catalogs"] = catalogs
    return {**topology, "image_portability": []}


def prepared(released: bool) -> dict[str, Any]:
    """Each site has its definition already, with the version of the release or without any."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("workspaces.yml"))
    for site in topology["citrix_sites"]:
        (definition,) = site["inventory_vars"]["prepared_image_release_definitions"]
        unit = definition["hosting_unit"]
        versions = [{"image": definition["image"], "machine_profile": "W11-profile"}] if released else []
        site["image_definitions"] = [{"name": definition["name"], "hosting_unit": unit, "versions": versions}]
        site["inventory_vars"]["catalog_rollout_catalogs"] = site["inventory_vars"]["prepared_image_release_catalogs"]
    return topology


def of_the_release(lab: RunningLab, assigned: bool) -> list[dict[str, Any]]:
    """Orders by which the version is of the release and everywhere, and every catalog on it when it is `assigned`."""
    orders: list[dict[str, Any]] = []
    for site in ("daas", "cvad"):
        state = lab.estate.endpoint(site).state()
        units = [unit["name"] for connection in state["hypervisors"] for unit in connection["hosting_units"]]
        version = {"endpoint": site, "definition": "W11", "number": 1}
        described = {"description": "2026.11.20-1 [euc.nutanix_citrix]", "hosting_units": units}
        orders.append({**version, "kind": "image_version", **described})
        catalogs = state["catalogs"] if assigned else []
        orders += [{**version, "kind": "assign_image_version", "catalog": each["id"]} for each in catalogs]
    return orders


def released_already() -> dict[str, Any]:
    """Every cluster has the new image; `catalog_rollout_catalogs` stand where the document wants them, in the variables
    of the sites."""
    topology: dict[str, Any] = topology_of(DEMO.with_name("waves.yml"))
    same = topology["inventory_vars"].pop("catalog_rollout_catalogs")
    for site in topology["citrix_sites"]:
        site["inventory_vars"]["catalog_rollout_catalogs"] = same
    return topology


@pytest.mark.bad_day
@pytest.mark.parametrize("command", by_day_and_night())
def test_a_printed_command_can_be_typed(estate: RunningLab, tmp_path: Path, command: tuple[str, ...]) -> None:
    # The directory of reports is there on the controller that the documents have in mind
    playbook, *options = (word.replace("/var/lib/euc", str(tmp_path)) for word in command)
    outcome = run_playbook(playbook, estate.inventory_path, tmp_path, "--check", "--diff", *options)
    assert [words for words in NOT_TYPABLE if words in outcome.output.lower()] == [], outcome.output
    assert writes(estate) == []
    assert outcome.tasks
    assert outcome.status == 0 or {playbook.rpartition(".")[2], *options}.intersection(NEEDS_A_MOVE), outcome.output


def test_commands_are_found() -> None:
    assert len(of_messages()) > 2
    assert {command[0].rpartition(".")[2] for command in commands()} == {
        path.stem for path in (ROOT / "playbooks").glob("*.yml")
    }
