# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An inventory of a lab that writes itself: a source for the plugin `estate`, and the accounts beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lab.running import RunningLab
from lab.variables_file import write_variables

ACCOUNT = ("citrix_client_id", "citrix_client_secret", "nutanix_username", "nutanix_password", "nutanix_api_key")
OPTION_OF_KIND = {
    "prism_element": "clusters",
    "prism_central": "prism_centrals",
    "citrix_daas": "citrix_sites",
    "citrix_cvad": "citrix_sites",
}
# What the plugin finds out itself
TOLD = ("image_release_catalogs", "dr_connections")


def write_source(lab: RunningLab, directory: Path, variables: dict[str, Any] | None = None, **options: Any) -> Path:
    """Returns the path of the source. `variables` are those of all hosts."""
    source: dict[str, Any] = {"plugin": "euc.nutanix_citrix.estate", **options}
    for part in ("host_vars", "group_vars"):
        (directory / part).mkdir(parents=True, exist_ok=True)
    for endpoint in lab.endpoints:
        inventory, option = endpoint["inventory"], OPTION_OF_KIND.get(endpoint["kind"])
        if inventory is None or option is None:
            continue
        account = {name: value for name, value in inventory.items() if name in ACCOUNT}
        entry = {name: value for name, value in inventory.items() if name not in (*ACCOUNT, *TOLD)}
        source.setdefault(option, {})[endpoint["name"]] = entry
        write_variables(directory / "host_vars" / f"{endpoint['name']}.yml", account)
    write_variables(directory / "group_vars" / "all.yml", {"ca_path": str(lab.ca_path), **(variables or {})})
    path = directory / "estate.yml"
    write_variables(path, source)
    return path
