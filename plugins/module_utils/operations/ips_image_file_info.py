# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Read what a file of a disk tells before hours are spent on its upload."""

from __future__ import annotations

from pathlib import Path

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.operation import Params, Reading, Result
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.core.reporter import Reporter
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.disk_upload.work_files import WorkFiles
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.procedures.image_sources import ARGUMENTS, locate

NOTHING: Result = {
    "exists": False,
    "name": "",
    "format": "",
    "size_bytes": 0,
    "virtual_size_bytes": 0,
    "problems": [],
    "sha256": "",
    "md5": "",
}


def read(params: Params, reporter: Reporter) -> Result:
    source = locate(params["source"])
    if source is None:
        return NOTHING
    file = source.file
    facts = {
        **NOTHING,
        "exists": True,
        "name": source.name,
        "format": file.format,
        "size_bytes": file.size,
        "virtual_size_bytes": file.virtual_size,
        "problems": list(file.problems),
    }
    if not params["sha256"] or file.problems or reporter.check:
        return facts
    with WorkFiles(Path(params["work_directory"]), source).image(reporter.progress) as image:
        return {**facts, "sha256": image.sha256, "md5": image.md5[image.size]}


OPERATION = Reading(
    arguments={
        "source": {**ARGUMENTS["source"], "required": True},
        "sha256": {"type": "bool", "default": False},
        "work_directory": {"type": "path"},
    },
    required_if=(("sha256", True, ("work_directory",)),),
    read=read,
)
