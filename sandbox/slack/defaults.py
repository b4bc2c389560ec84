"""The workspace as a newcomer finds it: five people with their roles, a group of approvers, four channels."""

from dataclasses import dataclass

from sandbox.slack.channels import Channel
from sandbox.slack.people import Person, Team, Usergroup

TEAM = Team()
APP_ID, BOT_ID, BOT_USER = "A0PROMPTOPS", "B0PROMPTOPS", "U0PROMPTOPS"

ANN = Person("U0ANNDEV01", "ann", "Ann Reyes", "developer", "Developer, web team", "ann@sandbox.example", "2f6f4f")
BOB = Person("U0BOBAPP01", "bob", "Bob Okafor", "approver", "Release approver", "bob@sandbox.example", "1d4ed8")
CLEO = Person("U0CLEOAPP1", "cleo", "Cleo Lindqvist", "approver", "Release approver", "cleo@sandbox.example", "7c3aed")
DEV = Person("U0DEVONCL1", "dev", "Dev Patel", "on call", "On call this week", "dev@sandbox.example", "b45309")
OLGA = Person("U0OLGAOUT1", "olga", "Olga Marin", "outsider", "Guest from a supplier", "olga@supplier.example", "64748b", guest=True)
PEOPLE = (ANN, BOB, CLEO, DEV, OLGA)

APPROVERS = Usergroup("S0APPROVER", "release-approvers", "Release approvers", (BOB.id, CLEO.id), "May approve changes to production")
ONCALL = Usergroup("S0ONCALL01", "oncall", "On call", (DEV.id,), "Whoever carries the pager")

_STAFF = frozenset({ANN.id, BOB.id, CLEO.id, DEV.id})
DEPLOYS = Channel("C0DEPLOYS1", "public", "deploys", _STAFF | {OLGA.id, BOT_USER}, "What goes out, and who said so")
ON_CALL = Channel("C0ONCALL01", "public", "oncall", _STAFF | {BOT_USER}, "Alerts and incidents")
RANDOM = Channel("C0RANDOM01", "public", "random", _STAFF | {OLGA.id}, "Everything else; the bot is not here", general=True)
RELEASES = Channel("C0PRIVATE1", "private", "release-approvals", frozenset({BOB.id, CLEO.id, DEV.id, BOT_USER}), "Approvers only")


@dataclass(frozen=True, slots=True)
class Setting:
    """Who and what a workspace starts with."""

    team: Team = TEAM
    people: tuple[Person, ...] = PEOPLE
    usergroups: tuple[Usergroup, ...] = (APPROVERS, ONCALL)
    channels: tuple[Channel, ...] = (DEPLOYS, ON_CALL, RANDOM, RELEASES)
