# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests share. Whatever they start keeps pace with the lab, whose time runs fast (module_utils/rest/pace.py)."""

from __future__ import annotations

import os

os.environ.setdefault("EUC_TEST_PACE", "10")
