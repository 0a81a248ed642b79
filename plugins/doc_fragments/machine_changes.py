# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many machines are changed at once, shared by the modules that change many."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  write_by:
    description:
      - V(batch) sends many changes in one request. V(single) sends one request for each machine.
      - V(auto) sends batches, and changes to single requests when the site does not accept batches.
    type: str
    choices: [auto, batch, single]
    default: auto
  batch_size:
    description:
      - The largest number of machines in one batch. When the site accepts only smaller batches, the module finds the
        limit and sends smaller ones.
    type: int
    default: 100
  concurrency:
    description:
      - How many machines to change at the same time with single requests. At most four batches run at the same time.
    type: int
    default: 10
  write_timeout:
    description:
      - The total number of seconds for writing. Machines that are not changed by then are reported as failed. The next
        run changes them.
      - Batches that an earlier run left running are waited for first, for at most half of this time and at most ten
        minutes.
    type: int
    default: 3600
"""
