# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Programs of the host where a module runs."""

from __future__ import annotations

import shlex
import shutil
import subprocess

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.rest.errors import OperationError

LONGEST_ERROR_TEXT = 300


def run_program(program: str, arguments: tuple[str, ...], packages: str) -> None:
    """Run it to its end. Raises OperationError with what it said, or where it is missing with the packages it is in."""
    place = shutil.which(program)
    if place is None:
        raise OperationError(f"The program {program} is missing", f"Install it there: {packages}.")
    # Without AnsibleModule, whose run_command ansible-test would have here
    command = [place, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # pylint: disable=ansible-bad-function
    if done.returncode:
        raise OperationError(
            f"{program} {arguments[0]} failed: {done.stderr.strip()[:LONGEST_ERROR_TEXT]}",
            f"Run it by hand on the host of this task: {shlex.join([program, *arguments])}",
        )
