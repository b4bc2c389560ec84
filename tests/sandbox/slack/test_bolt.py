"""A stock Bolt app against the workspace, by Socket Mode and by signed HTTP: everything a person can do, and what they then see."""

from sandbox.slack import SlackWorkspace
from sandbox.slack.interactions import Outcome
from sandbox.slack.modals import Submitted


async def test_a_command_is_answered_only_to_the_one_who_typed_it(bolted: SlackWorkspace) -> None:
    ann, bob = bolted.person("ann"), bolted.person("bob")
    assert await ann.command("#deploys", "/promptops help") == Outcome(answered=True)
    assert [(item["text"], item.get("ephemeral")) for item in ann.messages("#deploys")] == [("Usage: run, status", True)]
    assert bob.messages("#deploys") == []


async def test_a_command_posts_a_message_and_a_thread(bolted: SlackWorkspace) -> None:
    await bolted.person("ann").command("#deploys", "/promptops run web")
    reply = await bolted.message("#deploys", text="for run web")
    root, *rest = bolted.thread("#deploys", reply["thread_ts"])
    assert [item["ts"] for item in rest] == [reply["ts"]]
    assert (root["text"], root["reply_count"], root["latest_reply"]) == ("Approval needed", 1, reply["ts"])


async def test_response_url_answers_later_to_one_or_to_all(bolted: SlackWorkspace) -> None:
    await bolted.person("ann").command("#deploys", "/promptops later")
    await bolted.message("#deploys", text="later, for everybody")
    assert [item["text"] for item in bolted.person("ann").messages("#deploys")] == ["later, only for you", "later, for everybody"]
    assert [item["text"] for item in bolted.person("bob").messages("#deploys")] == ["later, for everybody"]


async def test_a_mention_is_answered_in_its_thread(bolted: SlackWorkspace) -> None:
    ts = await bolted.person("ann").send("#deploys", "@promptops what is up?")
    answer = await bolted.message("#deploys", thread_ts=ts, text="you said")
    assert answer["text"] == "you said <@U0PROMPTOPS> what is up?"


async def test_a_direct_message_is_answered(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    await ann.send("dm", "hello")
    await bolted.message(ann.dm(), text="direct: hello")


async def test_a_reply_in_a_thread_reaches_the_app_without_a_mention(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    ts = await ann.send("#deploys", "a thread")
    reply = await ann.send("#deploys", "please cancel", thread_ts=ts)
    reactions = await bolted.until(lambda: bolted.thread("#deploys", ts)[-1].get("reactions"))
    assert (bolted.thread("#deploys", ts)[-1]["ts"], reactions) == (
        reply,
        [{"name": "octagonal_sign", "users": ["U0PROMPTOPS"], "count": 1}],
    )


async def test_a_button_asks_first_and_then_changes_the_message(bolted: SlackWorkspace) -> None:
    bob = bolted.person("bob")
    await bolted.person("ann").command("#deploys", "/promptops run web")
    card = await bolted.message("#deploys", action_id="approve")
    asked = await bob.click("#deploys", card["ts"], "approve")
    assert asked.confirm is not None
    assert asked.confirm["text"]["text"] == "This goes to production."
    assert await bob.click("#deploys", card["ts"], "approve", confirmed=True) == Outcome(answered=True)
    approved = await bolted.message("#deploys", text="Approved by")
    assert (approved["ts"], approved["text"], "blocks" in approved) == (card["ts"], f"Approved by <@{bob.id}>", False)


async def test_a_refusal_is_seen_only_by_the_one_refused(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    await ann.command("#deploys", "/promptops run web")
    card = await bolted.message("#deploys", action_id="approve")
    await ann.click("#deploys", card["ts"], "approve", confirmed=True)
    refusal = await bolted.message("#deploys", text="You may not approve")
    assert refusal["ts"] in [item["ts"] for item in ann.messages("#deploys")]
    assert refusal["ts"] not in [item["ts"] for item in bolted.person("bob").messages("#deploys")]


async def test_a_modal_shows_an_error_and_then_goes_through(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    await ann.command("#deploys", "/promptops form")
    view = (await bolted.until(ann.views))[-1]
    assert await ann.submit({"version": ""}) == Submitted(
        closed=False, errors={"version": "Please complete this required field."}, views=(view["id"],)
    )
    refused = await ann.submit({"version": "1.2", "cluster": "prod"})
    assert refused == Submitted(closed=False, errors={"version": "A version starts with v."}, views=(view["id"],))
    assert ann.view()["errors"] == {"version": "A version starts with v."}
    assert await ann.submit({"version": "v1.2"}) == Submitted(closed=True, errors={}, views=())
    done = await bolted.message("#deploys", text="deploying")
    assert done["text"] == f"deploying v1.2 to prod for <@{ann.id}>"


async def test_a_modal_opened_by_a_button_tells_the_app_when_it_is_closed(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    await ann.command("#deploys", "/promptops run web")
    card = await bolted.message("#deploys", action_id="form")
    await ann.click("#deploys", card["ts"], "form")
    await bolted.until(ann.views)
    assert await ann.close() == ()
    await bolted.message("#deploys", text="not deploying")


async def test_the_home_tab_is_published_when_it_is_opened(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    await ann.open_home()
    home = await bolted.until(ann.home)
    assert [block["text"]["text"] for block in home["blocks"]] == ["My runs"]


async def test_a_file_is_uploaded_into_a_thread(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    ts = await ann.send("#deploys", "show me the log")
    await ann.react("#deploys", ts, "page_facing_up")
    shared = await bolted.message("#deploys", thread_ts=ts, text="the log", after=ts)
    file = shared["files"][0]
    assert (file["name"], file["size"], file["preview"], file["lines"]) == ("run.log", 13, "one\ntwo\nthree", 3)


async def test_shortcuts_reach_the_app(bolted: SlackWorkspace) -> None:
    ann = bolted.person("ann")
    ts = await ann.send("#deploys", "it is broken")
    assert await ann.shortcut("diagnose_message", channel="#deploys", ts=ts) == Outcome(answered=True)
    await bolted.message("#deploys", thread_ts=ts, text="looking at: it is broken")
    await ann.shortcut("run_workflow")
    assert (await bolted.until(ann.views))[-1]["callback_id"] == "deploy"


async def test_every_call_and_event_is_in_the_log(bolted: SlackWorkspace) -> None:
    await bolted.person("ann").send("#deploys", "@promptops hello")
    await bolted.message("#deploys", text="you said")
    await bolted.until(lambda: [item for item in bolted.log("event") if item["name"] == "app_mention"])
    assert "chat.postMessage → ok" in [item["summary"] for item in bolted.log("api")]
    assert "app_mention → app: acknowledged" in [item["summary"] for item in bolted.log("event")]
