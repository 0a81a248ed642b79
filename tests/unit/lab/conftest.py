# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small estate whose time stands still until a test lets it go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import requests

from lab.running import RunningLab, serve

API = "/PrismGateway/services/rest/v2.0"
TIMEOUT = 10

ESTATE: dict[str, Any] = {
    "time_scale": 0,
    "prism_elements": [
        {
            "name": "a",
            "vms": [
                {"name": "Gold", "disk_gib": 10},
                {"name": "Gold", "disk_gib": 20},
                {"name": "Gold-Finance"},
                {"name": "desk-{n:02d}", "count": 3, "power_state": "on"},
            ],
            "snapshots": [{"name": "ctx_old", "vm": "Gold-Finance", "age_hours": 48}],
            "remote_sites": [
                {"name": "site b", "cluster": "b", "addresses": 3, "bandwidth_mbps": 8},
                {"name": "site-c", "cluster": "c", "bandwidth_mbps": 800},
            ],
            "protection_domains": [
                {
                    "name": "PD Gold",
                    "vms": ["Gold-Finance"],
                    "schedules": [{"type": "HOURLY", "local": 2, "remote": {"site-c": 1}}],
                }
            ],
        },
        {"name": "b", "remote_sites": [{"name": "origin", "cluster": "a"}]},
        {"name": "c"},
    ],
}


class Prism:
    """Talks to one cluster as a client would."""

    def __init__(self, lab: RunningLab, name: str) -> None:
        self.lab = lab
        endpoint = lab.endpoint(name)
        self.url = endpoint["url"] + API
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.auth = (endpoint["inventory"]["nutanix_username"], endpoint["inventory"]["nutanix_password"])
        self.session.verify = str(lab.ca_path)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> requests.Response:
        """Send one request."""
        return self.session.request(method, self.url + path, json=body, params=query, timeout=TIMEOUT)

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a successful GET."""
        answer = self.ask("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def entities(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """Return the entities of a list."""
        found: list[dict[str, Any]] = self.get(path, **query)["entities"]
        return found

    def done(self, answer: requests.Response) -> dict[str, Any]:
        """Let the task that a call started come to its end and return it."""
        assert answer.status_code in (200, 201), answer.text
        self.lab.skip(100)
        task: dict[str, Any] = self.get(f"/tasks/{answer.json()['task_uuid']}")
        return task


@pytest.fixture(scope="session")
def running() -> Iterator[RunningLab]:
    with serve(deepcopy(ESTATE)) as lab:
        yield lab


@pytest.fixture
def lab(running: RunningLab) -> RunningLab:
    running.reset(deepcopy(ESTATE))
    return running


@pytest.fixture
def prism(lab: RunningLab) -> Callable[[str], Prism]:
    """A client for a cluster of the estate by its name."""
    return lambda name: Prism(lab, name)
