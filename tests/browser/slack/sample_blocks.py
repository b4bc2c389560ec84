"""What the sample bot sends: every block that the page draws, as a deploy bot would use them."""

from typing import Any

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str) -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str, text: str, description: str = "") -> Json:
    return {"text": plain(text), "value": value} | ({"description": plain(description)} if description else {})


def rich(*parts: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(parts)}]}


def said(text: str, **style: bool) -> Json:
    return {"type": "text", "text": text} | ({"style": style} if style else {})


def link(url: str, text: str) -> Json:
    return {"type": "link", "url": url, "text": text}


STEPS = (
    ("Resolve inputs", rich(said("3 inputs, version "), said("v1.8.2", code=True)), None),
    ("Build image", rich(said("1m32s")), "https://example.com/build/812"),
    ("Deploy canary 10 %", rich(said("5 of 12 pods ready")), None),
    ("Quality gate", rich(said("score 92 of 100")), None),
    ("Promote to 100 %", None, None),
)


def plan(done: int) -> Json:
    """The plan after so many steps."""
    tasks: list[Json] = []
    for index, (title, output, source) in enumerate(STEPS):
        status = "complete" if index < done else "in_progress" if index == done else "pending"
        task: Json = {"type": "task_card", "task_id": f"step-{index}", "title": title, "status": status}
        if output is not None and index <= done:
            task["output"] = output
        if source is not None and index < done:
            task["sources"] = [{"type": "url", "url": source, "text": "build log"}]
        tasks.append(task)
    finished = done >= len(STEPS)
    title = "Deployed v1.8.2" if finished else f"Deploying v1.8.2: step {done + 1} of {len(STEPS)}"
    return {"type": "plan", "title": title, "tasks": tasks}


FAILED: Json = {
    "type": "plan",
    "title": "Deploying v1.8.3: stopped at step 3",
    "tasks": [
        {"type": "task_card", "task_id": "a", "title": "Build image", "status": "complete"},
        {
            "type": "task_card",
            "task_id": "b",
            "title": "Deploy canary",
            "status": "error",
            "details": rich(said("Deployment "), said("web", code=True), said(" in "), said("shop", code=True)),
            "output": rich(said("CrashLoopBackOff: missing key DATABASE_URL in the ConfigMap", bold=True)),
            "sources": [{"type": "url", "url": "https://example.com/pods", "text": "events"}],
        },
        {"type": "task_card", "task_id": "c", "title": "Promote", "status": "pending"},
    ],
}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


TABLE: Json = {
    "type": "table",
    "column_settings": [{"align": "left", "is_wrapped": True}, {"align": "right"}, {"align": "right"}, {"align": "center"}],
    "rows": [
        [cell("check"), cell("result"), cell("limit"), cell("verdict")],
        [rich(said("error rate", bold=True)), cell("0.2 %"), cell("1 %"), cell(":white_check_mark:")],
        [rich(said("p95 latency")), {"type": "raw_number", "value": 310, "text": "310 ms"}, cell("400 ms"), cell(":white_check_mark:")],
        [rich(said("restarts")), {"type": "raw_number", "value": 3, "text": "3"}, cell("0"), cell(":warning:")],
    ],
}
FEEDBACK: Json = {
    "type": "context_actions",
    "elements": [
        {
            "type": "feedback_buttons",
            "action_id": "feedback",
            "positive_button": {"text": plain("Helpful"), "value": "good"},
            "negative_button": {"text": plain("Not helpful"), "value": "bad"},
        },
        {"type": "icon_button", "action_id": "any", "icon": "trash", "text": plain("Delete"), "value": "bin"},
    ],
}
REPORT: list[Json] = [{"type": "section", "text": mrkdwn(":white_check_mark: *Quality gate: PASS*  92/100 (limit 80)")}, TABLE, FEEDBACK]
APPROVAL: list[Json] = [
    {"type": "section", "text": mrkdwn(":large_yellow_circle: *Approval needed* · promote to 100 %   <!subteam^S0APPROVER>")},
    {
        "type": "section",
        "fields": [
            mrkdwn("*What*\ndeploy-web v1.8.2 → `prod`"),
            mrkdwn("*Risk*\nmedium"),
            mrkdwn("*Why*\nerror rate 0.2 % (limit 1 %)"),
            mrkdwn("*Expires*\n<!date^1790000000^{date_short} at {time}|21 Sep>"),
        ],
    },
    {
        "type": "actions",
        "block_id": "approval",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": plain("Approve"),
                "style": "primary",
                "value": "run-1",
                "confirm": {
                    "title": plain("Promote to production?"),
                    "text": mrkdwn("*12 pods* in `prod` get `v1.8.2`. This cannot be taken back."),
                    "confirm": plain("Promote"),
                    "deny": plain("Not yet"),
                },
            },
            {"type": "button", "action_id": "any", "text": plain("Deny…"), "style": "danger", "value": "no"},
            {"type": "overflow", "action_id": "any-menu", "options": [option("why", "Why this is asked"), option("logs", "Logs")]},
        ],
    },
]
TALK: list[Json] = [
    {
        "type": "markdown",
        "text": """\
## Why it failed

The pod **web-7d9f** restarts because `DATABASE_URL` is missing.

1. Add the key to the ConfigMap
2. Restart
   - watch `kubectl get pods`

> Seen 3 times in the last hour.

| cause | chance |
|---|---:|
| config | 90 % |
| image | 10 % |

```
Error: missing DATABASE_URL
```
See [the guide](https://example.com/guide).""",
    },
    FEEDBACK,
    {"type": "context", "elements": [mrkdwn("Written by a model, check before acting · 3 sources")]},
]
RICH: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "user", "user_id": "U0BOBAPP01"},
                said(" please look at "),
                said("this", italic=True),
                said(" and "),
                said("not that", strike=True),
                said(" "),
                {"type": "emoji", "name": "eyes"},
                said(" in "),
                {"type": "channel", "channel_id": "C0ONCALL01"},
                said(" "),
                {"type": "broadcast", "range": "here"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "bullet",
            "elements": [
                {"type": "rich_text_section", "elements": [said("first")]},
                {"type": "rich_text_section", "elements": [said("second")]},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [{"type": "rich_text_section", "elements": [said("inner")]}],
        },
        {"type": "rich_text_quote", "elements": [said("quoted")]},
        {"type": "rich_text_preformatted", "elements": [said("kubectl rollout undo deploy/web")]},
    ],
}
MARKUP = """\
*bold* _italic_ ~strike~ `code` *both _nested_* :tada: <https://example.com/a?b=1&amp;c=2|a link> https://example.com/bare.
<@U0ANNDEV01> <#C0DEPLOYS1> <!here> a &lt;tag&gt; &amp; more
> a quote
> of two lines
• one
• two
```
code *not bold*
```
2*3*4 and snake_case_name stay"""
_OPTIONS = [option("test", "Test", "no approval"), option("prod", "Production", "two approvals")]
EVERYTHING: dict[str, list[Json]] = {
    "text": [
        {"type": "header", "text": plain("Everything :sparkles:")},
        {"type": "section", "text": mrkdwn(MARKUP)},
        {"type": "divider"},
        {
            "type": "section",
            "text": mrkdwn("With a picture from elsewhere"),
            "accessory": {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart of errors"},
        },
        {"type": "context", "elements": [mrkdwn("run 8f3a · deploy.yaml"), plain("plain *not bold*")]},
    ],
    "rich": [RICH],
    "choices": [
        {
            "type": "section",
            "text": mrkdwn("Where to?"),
            "accessory": {"type": "static_select", "action_id": "any", "placeholder": plain("Cluster"), "options": _OPTIONS},
        },
        {
            "type": "actions",
            "elements": [
                {"type": "users_select", "action_id": "any-user", "placeholder": plain("Who")},
                {"type": "channels_select", "action_id": "any-channel", "placeholder": plain("Channel")},
                {
                    "type": "multi_static_select",
                    "action_id": "any-multi",
                    "placeholder": plain("Clusters"),
                    "options": _OPTIONS,
                    "initial_options": _OPTIONS[:1],
                },
                {"type": "external_select", "action_id": "any-pod", "placeholder": plain("Pod"), "min_query_length": 1},
                {"type": "datepicker", "action_id": "any-date", "initial_date": "2026-11-23"},
                {"type": "button", "action_id": "any-link", "text": plain("Open the run"), "url": "https://example.com/run"},
            ],
        },
        {
            "type": "actions",
            "elements": [
                {"type": "checkboxes", "action_id": "any-boxes", "options": _OPTIONS},
                {"type": "radio_buttons", "action_id": "any-radio", "options": _OPTIONS, "initial_option": _OPTIONS[0]},
            ],
        },
    ],
    "failed": [FAILED],
    "card": [
        {"type": "task_card", "task_id": "alone", "title": "Collecting logs", "status": "in_progress", "details": rich(said("web-7d9f"))}
    ],
}
DANGEROUS: list[Json] = [
    {
        "type": "section",
        "text": mrkdwn(
            "<img src=x onerror=alert(1)> &lt;script&gt;window.hacked=1&lt;/script&gt; <javascript:window.hacked=1|press me> "
            "<data:text/html,x|data>"
        ),
    },
    {
        "type": "markdown",
        "text": "<b onclick='window.hacked=1'>html</b> [link](javascript:window.hacked=1) <script>window.hacked=1</script>",
    },
    rich(link("javascript:window.hacked=1", "rich link"), said("<svg onload=window.hacked=1>")),
    {
        "type": "actions",
        "elements": [{"type": "button", "action_id": "any", "text": plain("<i>b</i>"), "url": "javascript:window.hacked=1"}],
    },
]
HOME: list[Json] = [
    {"type": "header", "text": plain("My runs")},
    {
        "type": "section",
        "text": mrkdwn("*deploy-web* → `prod`\n:large_yellow_circle: waits for an approval"),
        "accessory": {"type": "button", "action_id": "refresh", "text": plain("Refresh"), "value": "r"},
    },
    {"type": "divider"},
    {"type": "section", "text": mrkdwn("*audit-shop*\n:white_check_mark: finished <!date^1790000000^{date_short}|once>")},
]


def _entry(block_id: str, label: str, element: Json, **more: Any) -> Json:
    return {"type": "input", "block_id": block_id, "label": plain(label), "element": element, **more}


FORM: Json = {
    "type": "modal",
    "callback_id": "deploy",
    "title": plain("Run a workflow"),
    "submit": plain("Start"),
    "close": plain("Cancel"),
    "blocks": [
        {
            "type": "section",
            "text": mrkdwn("Starts *deploy-web*. Production asks for an approval."),
            "accessory": {"type": "button", "action_id": "more", "text": plain("More…")},
        },
        _entry(
            "version",
            "Version",
            {"type": "plain_text_input", "action_id": "text", "placeholder": plain("v1.8.2")},
            hint=plain("As it is tagged"),
        ),
        _entry("cluster", "Cluster", {"type": "static_select", "action_id": "choice", "options": _OPTIONS}),
        _entry("tell", "Tell", {"type": "multi_users_select", "action_id": "who"}, optional=True),
        _entry(
            "replicas",
            "Replicas",
            {"type": "number_input", "action_id": "n", "is_decimal_allowed": False, "initial_value": "3"},
            optional=True,
        ),
        _entry(
            "flags",
            "Options",
            {"type": "checkboxes", "action_id": "c", "options": [option("dry", "Dry run first"), option("notify", "Tell #oncall")]},
            optional=True,
        ),
        _entry("note", "Note", {"type": "plain_text_input", "action_id": "t", "multiline": True}, optional=True),
        _entry("day", "Day", {"type": "datepicker", "action_id": "d"}, optional=True),
        _entry("mail", "Mail", {"type": "email_text_input", "action_id": "m"}, optional=True),
    ],
}
SECOND: Json = {
    "type": "modal",
    "callback_id": "second",
    "title": plain("Second"),
    "submit": plain("Go on"),
    "blocks": [{"type": "section", "text": mrkdwn("One above the other")}],
}
LOG = "\n".join(
    f"2026-11-23T10:00:{n % 60:02d}Z web-7d9f {'ERROR missing DATABASE_URL' if n % 7 == 3 else 'info starting worker'} {n}"
    for n in range(80)
)
