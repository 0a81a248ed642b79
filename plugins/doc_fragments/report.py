# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """What every module that reports the end of a job takes."""

    DOCUMENTATION = r"""
options:
  fail_when_incomplete:
    description:
      - Whether to fail when something is wrong. A role that lets individual hosts fail sets it to V(false).
    type: bool
    default: true
  notify_url:
    description:
      - An address to which RV(summary) is posted as JSON, such as an incoming webhook of Slack, Microsoft Teams,
        ServiceNow, Splunk or Event-Driven Ansible.
      - What cannot be delivered or is not taken is repeated. What was sent and got no answer is not, because it may
        have arrived. Then it becomes a warning. It never fails the task.
      - Nothing is posted in check mode.
    type: str
"""
