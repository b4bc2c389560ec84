"""Who is who: auth.test, api.test, users.*, usergroups.*, bots.info, team.info."""

from typing import Any

from sandbox.slack.arguments import page
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.call import Call, Method
from sandbox.slack.people import Person

Json = dict[str, Any]


def auth_test(call: Call) -> Json:
    """Who the token belongs to."""
    world = call.world
    return {
        "url": f"{call.backstage.url}/",
        "team": world.team.name,
        "user": world.people[call.bot].name,
        "team_id": world.team.id,
        "user_id": call.bot,
        "bot_id": world.app.bot_id,
        "is_enterprise_install": False,
    }


def api_test(call: Call) -> Json:
    """Echo."""
    return {"args": {key: value for key, value in call.arguments.given.items() if key != "token"}}


def _user(call: Call, person: Person) -> Json:
    app = call.world.app
    email = "users:read.email" in call.backstage.manifest.scopes
    return person.user(call.world.team, bot_id=app.bot_id, app_id=app.id, email=email)


def users_info(call: Call) -> Json:
    """One person."""
    person = call.world.people.get(call.arguments.required("user", "user_not_found"))
    if person is None:
        raise SlackError("user_not_found")
    return {"user": _user(call, person)}


def users_list(call: Call) -> Json:
    """Everybody, the bot too."""
    items, cursor = page(list(call.world.people.values()), call.arguments)
    return {
        "members": [_user(call, person) for person in items],
        "cache_ts": int(call.world.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def lookup_by_email(call: Call) -> Json:
    """The person of an address."""
    email = call.arguments.required("email", "users_not_found").lower()
    person = next((item for item in call.world.people.values() if item.email.lower() == email and not item.deactivated), None)
    if person is None:
        raise SlackError("users_not_found")
    return {"user": _user(call, person)}


def usergroups_list(call: Call) -> Json:
    """The user groups."""
    users, count = call.arguments.flag("include_users"), call.arguments.flag("include_count")
    groups = call.world.usergroups.values()
    return {"usergroups": [group.usergroup(call.world.team, users=users, count=count) for group in groups]}


def usergroups_users(call: Call) -> Json:
    """Who is in a user group."""
    group = call.world.usergroups.get(call.arguments.required("usergroup", "no_such_subteam"))
    if group is None:
        raise SlackError("no_such_subteam")
    return {"users": list(group.users)}


def bots_info(call: Call) -> Json:
    """The app's bot."""
    app = call.world.app
    if call.arguments.text("bot", app.bot_id) != app.bot_id:
        raise SlackError("bot_not_found")
    bot = {"id": app.bot_id, "deleted": False, "name": app.name, "updated": 0, "app_id": app.id, "user_id": app.bot_user, "icons": {}}
    return {"bot": bot}


def team_info(call: Call) -> Json:
    """The workspace."""
    team = call.world.team
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain, "email_domain": "", "icon": {}, "url": call.backstage.url}}


METHODS: dict[str, Method] = {
    "api.test": api_test,
    "auth.test": auth_test,
    "bots.info": bots_info,
    "team.info": team_info,
    "usergroups.list": usergroups_list,
    "usergroups.users.list": usergroups_users,
    "users.info": users_info,
    "users.list": users_list,
    "users.lookupByEmail": lookup_by_email,
}
