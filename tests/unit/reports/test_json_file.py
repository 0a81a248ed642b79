# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.move import MODES, PHASES, RULES
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.dr.words import DONE, LEFT_ALONE, TROUBLES
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.json_file import VERSIONS
from ansible_collections.euc.nutanix_citrix.plugins.module_utils.reports.release_timeline import (
    PHASES as RELEASE_PHASES,
)
from harness.schemas import SCHEMAS, schema_of


def test_every_report_has_a_schema_and_no_schema_is_left_over() -> None:
    assert {path.stem for path in SCHEMAS.glob("*.json")} == set(VERSIONS)


@pytest.mark.parametrize("name", VERSIONS)
def test_a_schema_names_its_report_and_version(name: str) -> None:
    facts = schema_of(name)["properties"]["schema"]["properties"]
    assert facts == {"name": {"const": name}, "version": {"const": VERSIONS[name]}}


def test_schemas_know_the_words_of_the_reports() -> None:
    moves, releases = schema_of("dr_report"), schema_of("image_release_report")
    assert set(moves["properties"]["mode"]["enum"]) == set(MODES)
    assert set(moves["$defs"]["step"]["properties"]["phase"]["enum"]) == set(PHASES)
    assert set(moves["$defs"]["machine"]["properties"]["action"]["enum"]) == {*DONE, *TROUBLES, *LEFT_ALONE}
    assert set(moves["properties"]["policy"]["additionalProperties"]["enum"]) == set(RULES)
    assert set(releases["$defs"]["step"]["properties"]["phase"]["enum"]) == set(RELEASE_PHASES)
