# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates of Prism Central and their versions. Neither names nor version names are unique."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class TemplateVersion:
    """`vm_name` is the name of the VM that it was made of. `cluster_uuids` are the clusters that hold its disks, None
    where the release does not tell."""

    ext_id: str
    name: str
    description: str
    vm_name: str
    created: datetime | None
    active: bool
    cluster_uuids: tuple[str, ...] | None


@dataclass(frozen=True)
class Template:
    """`active` is the version that is deployed when none is named."""

    ext_id: str
    name: str
    description: str
    created: datetime | None
    updated: datetime | None
    active: TemplateVersion
