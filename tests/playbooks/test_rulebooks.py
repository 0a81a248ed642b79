# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rulebooks as ansible-rulebook runs them, all in one run: from what happens on a cluster to what is done."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.listener import Listener, listening
from harness.modules import writes
from harness.playbooks import secrets_of
from lab.running import RunningLab

RULEBOOKS = Path(__file__).parents[2] / "extensions/eda/rulebooks"
PROGRAM = Path(sys.executable).with_name("ansible-rulebook")
PATIENCE = 240.0


def needed() -> None:
    """Nobody shall believe that the rulebooks were tried where they cannot be."""
    if not shutil.which("java"):
        raise FileNotFoundError("Java is not installed, which ansible-rulebook needs. Install Java 17 or later.")
    if not PROGRAM.exists():
        raise FileNotFoundError(f"{PROGRAM} is not there: pip install -r tests/events-requirements.txt")


def until(condition: Callable[[], Any], what: str, output: Path) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"{what}\n{output.read_text(encoding='utf-8')[-4000:]}"
        time.sleep(0.2)


@pytest.mark.night
def test_what_happens_on_a_cluster_makes_the_rulebooks_act(lab: RunningLab, tmp_path: Path) -> None:
    needed()
    rulesets = [
        ruleset
        for path in sorted(RULEBOOKS.glob("*.yml"))
        for ruleset in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]
    assert len(rulesets) == 3
    (tmp_path / "all.yml").write_text(yaml.safe_dump(rulesets), encoding="utf-8")
    evil = "{{ lookup('pipe', 'touch " + str(tmp_path / "carried_out") + "') }}"
    lab.change(
        [
            {"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "on"},
            {"endpoint": "cluster-a", "kind": "vm", "name": evil, "power_state": "on", "description": "#release"},
        ]
    )
    clusters = [
        {"name": each["name"], "ca_path": str(lab.ca_path), **each["inventory"]}
        for each in lab.endpoints
        if each["name"] in ("cluster-a", "cluster-c")
    ]
    output = tmp_path / "output.txt"
    with listening() as listener:
        told = {
            "watch_clusters": clusters,
            "watch_golden_vms": ["Gold"],
            "watch_interval": 10,
            "watch_stuck_after": 2,
            "watch_unreachable_after": 2,
            "notify_url": listener.url,
            "ticket_url": listener.url,
            "report_directory": str(tmp_path / "reports"),
        }
        (tmp_path / "watch.yml").write_text(yaml.safe_dump(told), encoding="utf-8")
        command = [str(PROGRAM), "-r", str(tmp_path / "all.yml"), "-i", str(lab.inventory_path)]
        with output.open("w", encoding="utf-8") as file:
            running = subprocess.Popen(
                [*command, "--vars", str(tmp_path / "watch.yml"), "--print-events"],
                cwd=tmp_path,
                env={**os.environ, "ANSIBLE_NOCOLOR": "true", "ANSIBLE_HOME": str(tmp_path / "home")},
                stdout=file,
                stderr=subprocess.STDOUT,
            )
        try:
            happen(lab, listener, output, tmp_path, evil)
        finally:
            running.terminate()
            running.wait()
    text = output.read_text(encoding="utf-8")
    assert "Preflight of Gold: 0 x stop" in text
    assert "Failover" not in text
    assert not (tmp_path / "carried_out").exists()
    assert writes(lab) == []
    assert [secret for secret in secrets_of(lab.inventory_path) if secret in text] == []


def happen(lab: RunningLab, listener: Listener, output: Path, directory: Path, evil: str) -> None:
    """One after the other, and each is waited for."""

    def looks() -> int:
        return sum(entry["path"].endswith("/protection_domains/") for entry in lab.requests())

    def texts() -> str:
        return str(listener.documents)

    until(lambda: looks() >= 12, "the rulebooks do not watch", output)
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": "Gold", "state": "off"}])
    until(lambda: "Preflight of Gold" in output.read_text(encoding="utf-8"), "no preflight", output)
    lab.change(
        [
            {"endpoint": "cluster-a", "kind": "connected", "remote_site": "cluster-b", "connected": False},
            {
                "endpoint": "cluster-a",
                "kind": "pd_snapshot",
                "protection_domain": "PD-Gold",
                "remotes": ["cluster-b"],
            },
        ]
    )
    until(lambda: "PD-Gold to cluster-b has made no progress" in texts(), "nobody was told", output)
    lab.change([{"endpoint": "cluster-a", "kind": "power", "vm": evil, "state": "off"}])
    until(lambda: "Preflight of { {" in output.read_text(encoding="utf-8"), "no second preflight", output)
    lab.change([{"endpoint": "cluster-c", "kind": "reachable", "reachable": False}])
    until(lambda: "cluster-c was not read" in texts(), "no ticket", output)
    assert (directory / "reports" / "estate.json").is_file()
