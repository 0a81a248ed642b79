# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the page of a release looks."""

from __future__ import annotations

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.html.page_style import page_style

STYLE = page_style(
    {
        "snapshot": ("#9c6b06", "#d8aa45"),
        "replicate": ("#2e6cb2", "#6aa6e8"),
        "restore": ("#0f7d76", "#3eb9ae"),
        "image": ("#41792d", "#82bd66"),
        "remove": ("#767b83", "#8f959d"),
        "publish": ("#6952b0", "#a996ea"),
        "roll-back": ("#a6457f", "#dd86b8"),
    }
)
