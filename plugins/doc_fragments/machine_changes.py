# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many machines are changed at once, shared by the modules that change many."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  write_by:
    description:
      - V(batch) sends many changes in one request, V(single) one request for each machine.
      - V(auto) sends batches, and goes on one by one where the site takes none.
    type: str
    choices: [auto, batch, single]
    default: auto
  batch_size:
    description:
      - How many machines a batch has at most. A site that takes fewer is found out, and gets fewer.
    type: int
    default: 100
  concurrency:
    description:
      - How many machines are changed at once when that is done one by one. Of batches four are under way at most.
    type: int
    default: 10
  write_timeout:
    description:
      - How many seconds the writing may take altogether. What was not written by then is reported as failed, and done
        by the next run.
      - Batches that an earlier run left at work are waited for first, at most half of that time and ten minutes.
    type: int
    default: 3600
"""
