# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a control domain says of the files of an SR, where no module can run: its Python is too old for Ansible."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def told(results: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The files from lines of `find -printf '%T@ %p\\n'`, as ansible.builtin.find would return them."""
    lines = [line.split(" ", 1) for result in results for line in result.get("stdout_lines") or []]
    return [{"path": line[1].strip(), "mtime": float(line[0])} for line in lines if len(line) == 2]
