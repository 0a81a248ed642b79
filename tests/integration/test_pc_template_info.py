# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""pc_template_info"""

from __future__ import annotations

from harness.central_images import IMAGE, Images
from harness.centrals import Centrals

INFO = "pc_template_info"


def test_templates_are_read_by_name_by_golden_vm_or_all(centrals: Centrals) -> None:
    images = Images(centrals)
    made = images()["template"]
    images.by_hand()
    east = centrals.east
    assert [each["name"] for each in east(INFO)["templates"]] == ["W11", IMAGE]
    assert east(INFO, base_vm="Gold")["templates"] == [made]
    assert east(INFO, ext_id=made["ext_id"])["templates"] == [made]
    assert east(INFO, name="W1")["templates"] == east(INFO, base_vm="Silver")["templates"] == []
    assert east(INFO, ext_id="9d2ce1b0-6a3f-4f3e-8a4b-3d1c8c1b7a55")["templates"] == []
    images(name=None, ext_id=made["ext_id"], version_name="v2", activate=False)
    (listed,) = east(INFO, base_vm="Gold", include_versions=False)["templates"]
    assert [each["name"] for each in listed["versions"]] == [IMAGE]
    (whole,) = east(INFO, base_vm="Gold")["templates"]
    assert [each["name"] for each in whole["versions"]] == ["v2", IMAGE]
