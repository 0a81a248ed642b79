# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports for programs: JSON that says what it is. docs/schemas has a schema for each name and version."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.files import write_report

# Raised when a field goes or changes its meaning; a new one leaves it.
VERSIONS = {
    "image_release_report": 1,
    "image_retention_report": 1,
    "preflight_report": 1,
    "dr_report": 1,
    "estate_report": 1,
    "image_portability_report": 1,
}


def write_json(path: str | Path, name: str, report: Mapping[str, Any], reassurance: str) -> None:
    """Write a report of this schema, whole or not at all."""
    document = {"schema": {"name": name, "version": VERSIONS[name]}, **report}
    write_report(Path(path), json.dumps(document, indent=2, ensure_ascii=False) + "\n", reassurance)
