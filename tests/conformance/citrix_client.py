# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare client of a simulated Citrix site, and a small estate for it: no logic of ours between a test and the wire."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import requests

from lab.running import RunningLab

IMAGE = 'new 100% "Zürich" 画像 #2'
PATH = f"XDHyp:\\HostingUnits\\AHV-A\\{IMAGE}.template"
TIMEOUT = 30


def estate(**site: Any) -> dict[str, Any]:
    """Return a topology of one cluster with the images older, old and IMAGE, and the sites daas and cvad, both with
    these keys."""
    return {
        "time_scale": 0,
        "prism_elements": [
            {
                "name": "cluster-a",
                "vms": [
                    {"name": "Gold"},
                    {"name": "DESK-001", "power_state": "on"},
                    {"name": "DESK-002", "power_state": "off"},
                ],
                "snapshots": [
                    {"name": "older", "vm": "Gold"},
                    {"name": "old", "vm": "Gold"},
                    {"name": IMAGE, "vm": "Gold"},
                ],
            }
        ],
        "citrix_sites": [
            {
                "name": kind,
                "kind": kind,
                "zones": [{"name": "Primary", "primary": True}, {"name": "Zürich"}],
                "hypervisors": [
                    {
                        "name": "conn a",
                        "cluster": "cluster-a",
                        "hosting_units": [{"name": "AHV-A", "networks": ["VLAN10"]}],
                    }
                ],
                "catalogs": [
                    {
                        "name": "Pool",
                        "folder": "Prod",
                        "tags": ["ring 1"],
                        "hosting_unit": "AHV-A",
                        "image": "old",
                        "history": ["older"],
                        "machines": 3,
                        "sessions": 1,
                    },
                    {
                        "name": "Desks",
                        "hypervisor": "conn a",
                        "provisioning_type": "Manual",
                        "persistent": True,
                        "machines": 1,
                        "machine_prefix": "DESK-",
                    },
                ],
                "image_definitions": [
                    {
                        "name": "W11",
                        "hosting_unit": "AHV-A",
                        "versions": [{"image": "older"}, {"image": "old", "machine_profile": "older"}],
                    }
                ],
                **site,
            }
            for kind in ("daas", "cvad")
        ],
    }


class Client:
    """Logged in to one site, as its inventory host would be."""

    def __init__(self, lab: RunningLab, name: str) -> None:
        self.lab = lab
        self.name = name
        self.variables = lab.endpoint(name)["inventory"]
        self.host = f"https://{self.variables['citrix_hostname']}"
        self.url = f"{self.host}/cvad/manage"
        self.session = requests.Session()
        self.session.trust_env = False  # a CA bundle in the environment would win over ours
        self.session.verify = str(lab.ca_path)
        self.session.headers.update(
            {"Accept": "application/json", "Citrix-CustomerId": self.variables["citrix_customer_id"]}
        )
        answer = self.log_in(self.variables["citrix_client_secret"]).json()
        self.token = str(answer.get("access_token") or answer["Token"])
        self.session.headers["Authorization"] = f"CWSAuth bearer={self.token}"
        self.session.headers["Citrix-InstanceId"] = self.ask("GET", "/Me")["Customers"][0]["Sites"][0]["Id"]

    def log_in(self, secret: str) -> requests.Response:
        """Ask for a token with a secret."""
        identity = self.variables["citrix_client_id"]
        if "citrix_trust_hostname" not in self.variables:
            basic = base64.b64encode(f"{identity}:{secret}".encode()).decode()
            return self.session.post(f"{self.url}/Tokens", headers={"Authorization": f"Basic {basic}"}, timeout=TIMEOUT)
        trust, customer = self.variables["citrix_trust_hostname"], self.variables["citrix_customer_id"]
        url = f"https://{trust}/cctrustoauth2/{customer}/tokens/clients"
        return self.session.post(
            url,
            data={"grant_type": "client_credentials", "client_id": identity, "client_secret": secret},
            timeout=TIMEOUT,
        )

    def send(self, method: str, where: str, body: Any = None, /, **query: Any) -> requests.Response:
        """Send one request as it is."""
        return self.session.request(
            method, self.url + where, json=body, params=query, timeout=TIMEOUT, allow_redirects=False
        )

    def ask(self, method: str, where: str, body: Any = None, /, **query: Any) -> Any:
        """Send a request that must succeed and return what it answers."""
        answer = self.send(method, where, body, **query)
        assert answer.ok, f"{method} {where}: {answer.status_code} {answer.text}"
        assert answer.headers["Citrix-TransactionId"]
        return answer.json() if answer.content else None

    def job(self, method: str, path: str, body: Any = None, /, **query: Any) -> dict[str, Any]:
        """Send a request that starts a job, let the time for it pass, and return the finished job."""
        answer = self.send(method, path, body, **{**query, "async": "true"})
        assert answer.status_code == 202, f"{method} {path}: {answer.status_code} {answer.text}"
        assert not answer.content
        path = "/Jobs/" + answer.headers["Location"].rpartition("/")[2]
        assert self.ask("GET", path)["Status"] == "NotStarted"
        self.lab.skip(3)
        self.ask("GET", path)
        self.lab.skip(3600)
        return dict(self.ask("GET", path))

    def catalog(self, name: str) -> dict[str, Any]:
        """Return a catalog by its name, folders and all."""
        return dict(self.ask("GET", f"/MachineCatalogs/{quote(name, safe='')}"))

    def machines(self, catalog: str) -> list[dict[str, Any]]:
        """Return the machines of a catalog in the order of their names."""
        items = self.ask("GET", f"/MachineCatalogs/{catalog}/Machines")["Items"]
        return sorted(items, key=lambda machine: str(machine["Name"]))

    def change(self, kind: str, **payload: Any) -> dict[str, Any]:
        """Change the site from outside."""
        return self.lab.change([{"endpoint": self.name, "kind": kind, **payload}])[0]
