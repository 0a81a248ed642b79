# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine as answers show it (contract citrix 11.2)."""

from __future__ import annotations

from typing import Any

from lab.citrix.state.entities import Machine
from lab.citrix.state.site import Site
from lab.citrix.views.listing import Fields
from lab.citrix.views.refs import pairs, ref

POWER_ACTIONS = {"On": ["PowerOff", "Restart", "Reset", "Shutdown"], "Off": ["PowerOn"]}


def _hosting(site: Site, machine: Machine) -> dict[str, Any]:
    return {
        "HostedMachineId": machine.hosted_machine_id,
        "HostedMachineName": machine.hosted_machine_name if machine.hosted_machine_id else None,
        "HostingServerName": machine.hosting_server or None,
        "LastHostingUpdateTime": site.moments.plain(machine.hosting_updated),
        "FormattedLastHostingUpdateTime": site.moments.formatted(machine.hosting_updated),
        "HypervisorConnection": ref(machine.hypervisor),
        "ImageOutOfDate": machine.image_out_of_date,
    }


def _users(_site: Site, machine: Machine) -> list[dict[str, Any]]:
    return [
        {"SamName": user, "DisplayName": user.rpartition("\\")[2], "PropertiesFetched": 0}
        for user in machine.assigned_users
    ]


def _deregistered(site: Site, machine: Machine) -> float | None:
    return machine.last_deregistration if site.behaviour["tells_deregistration"] else None


def _session_state(_site: Site, machine: Machine) -> str | None:
    if not machine.sessions:
        return None
    return "Disconnected" if machine.session_disconnected else "Active"


MACHINE: Fields = {
    "Id": lambda _site, machine: machine.id,
    "Name": lambda _site, machine: machine.name,
    "Uid": lambda _site, machine: machine.uid,
    "Sid": lambda _site, machine: machine.sid,
    "DnsName": lambda site, machine: f"{machine.host_name.lower()}.{site.domain.lower()}.example",
    "MachineCatalog": lambda _site, machine: ref(machine.catalog),
    "DeliveryGroup": lambda _site, machine: ref(machine.catalog.delivery_group),
    "Hosting": _hosting,
    "ProvisioningType": lambda _site, machine: machine.catalog.provisioning_type,
    "PersistUserChanges": lambda _site, machine: "OnLocal" if machine.catalog.persistent else "Discard",
    "AllocationType": lambda _site, machine: "Static" if machine.catalog.persistent else "Random",
    "MachineType": lambda _site, machine: "Virtual" if machine.hypervisor else "Physical",
    "SessionSupport": lambda _site, machine: machine.catalog.session_support,
    "PowerState": lambda _site, machine: machine.power_state,
    "PowerActionPending": lambda _site, machine: machine.power_action_pending,
    "SupportedPowerActions": lambda _site, machine: POWER_ACTIONS.get(machine.power_state, []),
    "RegistrationState": lambda _site, machine: machine.registration_state,
    "SummaryState": lambda _site, machine: machine.summary_state,
    "FaultState": lambda _site, machine: machine.fault_state,
    "InMaintenanceMode": lambda _site, machine: machine.in_maintenance_mode,
    "MaintenanceModeReason": lambda _site, machine: machine.maintenance_mode_reason,
    "DrainingUntilShutdown": lambda _site, _machine: False,
    "MachineUnavailableReason": lambda _site, _machine: "None",
    "ScheduledReboot": lambda _site, machine: machine.scheduled_reboot,
    "WillShutdownAfterUse": lambda _site, machine: not machine.catalog.persistent,
    "WindowsConnectionSetting": lambda _site, _machine: "LogonEnabled",
    "IsAssigned": lambda _site, machine: bool(
        machine.assigned_users or machine.assigned_client_name or machine.assigned_ip_address
    ),
    "AssignedUsers": _users,
    "AssociatedUsers": _users,
    "AgentVersion": lambda _site, _machine: "2402.0.100.629",
    "FunctionalLevel": lambda site, machine: site.power.level_of(machine),
    "ControllerDnsName": lambda _site, machine: (
        "ddc01.corp.example" if machine.registration_state == "Registered" else None
    ),
    "IPAddress": lambda _site, machine: f"10.{machine.uid >> 16 & 255}.{machine.uid >> 8 & 255}.{machine.uid & 255}",
    "OSType": lambda _site, machine: (
        "Windows 11" if machine.catalog.session_support == "SingleSession" else "Windows 2022"
    ),
    "OSVersion": lambda _site, _machine: "10.0.22631.0",
    "Zone": lambda _site, machine: ref(machine.catalog.zone),
    "Tags": lambda _site, _machine: [],
    "PublishedName": lambda _site, machine: machine.published_name,
    "Description": lambda _site, _machine: None,
    "SessionCount": lambda _site, machine: machine.sessions,
    "SessionState": _session_state,
    "SessionUserName": lambda _site, machine: machine.session_user,
    "LoadIndex": lambda _site, _machine: None,
    "LastConnectionTime": lambda site, machine: site.moments.plain(machine.last_connection),
    "FormattedLastConnectionTime": lambda site, machine: site.moments.formatted(machine.last_connection),
    "LastDeregistrationReason": lambda _site, machine: machine.deregistration_reason,
    "LastDeregistrationTime": lambda site, machine: site.moments.plain(_deregistered(site, machine)),
    "FormattedLastDeregistrationTime": lambda site, machine: site.moments.formatted(_deregistered(site, machine)),
    "UpgradeType": lambda _site, _machine: "NotSet",
    "MachineConfigurationOutOfSync": lambda _site, _machine: False,
    "Metadata": lambda _site, machine: pairs(machine.metadata),
    "IconId": lambda _site, machine: machine.icon,
}

DETAIL: Fields = {
    **MACHINE,
    "AssignedClientName": lambda _site, machine: machine.assigned_client_name,
    "AssignedIPAddress": lambda _site, machine: machine.assigned_ip_address,
    "IsReserved": lambda _site, _machine: False,
    "SessionsEstablished": lambda _site, machine: 0 if machine.session_disconnected else machine.sessions,
    "SessionsPending": lambda _site, _machine: 0,
    "VMToolsState": lambda _site, machine: "Running" if machine.power_state == "On" else "NotStarted",
    "FailureReason": lambda _site, _machine: None,
    "FailedActionCompletionTime": lambda _site, _machine: None,
}

# What the V2 list returns unless asked for more (contract citrix 4.2); Hosting is not among it.
DEFAULT_FIELDS = [
    "Uid",
    "AgentVersion",
    "AllocationType",
    "DeliveryGroup",
    "DnsName",
    "FunctionalLevel",
    "InMaintenanceMode",
    "MaintenanceModeReason",
    "DrainingUntilShutdown",
    "IPAddress",
    "IsAssigned",
    "MachineType",
    "MachineUnavailableReason",
    "OSType",
    "OSVersion",
    "PersistUserChanges",
    "PowerActionPending",
    "PowerState",
    "ProvisioningType",
    "PublishedName",
    "RegistrationState",
    "ScheduledReboot",
    "Sid",
    "SummaryState",
    "WillShutdownAfterUse",
    "SupportedPowerActions",
    "FaultState",
    "Id",
    "MachineCatalog",
    "Name",
]
