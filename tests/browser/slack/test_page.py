"""What a person can do in the local workspace, done in a real browser against the real server and a stock Bolt app."""

import base64

from sandbox.slack import SlackWorkspace
from tests.browser.devtools import Browser, Page
from tests.browser.slack.conftest import MANIFEST


async def type_in(page: Page, text: str, field: str = ".channel .composer-field") -> None:
    await page.click(field)
    await page.type(text)
    await page.key("Enter")


async def become(page: Page, name: str) -> None:
    await page.click(f"[data-person={name}]")
    await page.until(f"document.querySelector('[data-person={name}]').getAttribute('aria-pressed') === 'true'", what=f"being {name}")


async def started(page: Page, slack: SlackWorkspace) -> None:
    """A run that waits for an approval, with its thread open."""
    await type_in(page, "/promptops run deploy-web")
    await page.click(".thread-bar", "1 reply")
    await page.see("Deploying v1.8.2: step 1 of 5", ".thread")
    await slack.person("dev").command("#deploys", "/promptops go")
    await page.see("Approval needed", ".thread")


async def test_a_command_is_completed_and_its_thread_moves_without_a_reload(page: Page, slack: SlackWorkspace) -> None:
    await page.click(".composer-field")
    await page.type("/pro")
    await page.see("/promptops", ".completion")
    await page.key("Enter")
    assert await page.evaluate("document.querySelector('.composer-field').value") == "/promptops "
    await page.type("run deploy-web")
    await page.key("Enter")
    await page.click(".thread-bar", "1 reply")
    await page.until("document.querySelectorAll('.thread .task.is-pending').length === 4", what="four steps to wait")
    await slack.person("dev").command("#deploys", "/promptops go")
    await page.until("document.querySelectorAll('.thread .task.is-complete').length === 5", what="five finished steps")
    await page.see("Deployed v1.8.2", ".thread")
    await page.see("3 replies", ".channel .thread-bar")


async def test_arrow_keys_choose_whom_to_mention(page: Page, slack: SlackWorkspace) -> None:
    await page.click(".composer-field")
    await page.type("hi @")
    await page.see("@ann", ".completion")
    await page.key("ArrowDown")
    await page.key("Enter")
    await page.type("and @release")
    await page.see("@release-approvers", ".completion")
    await page.key("Tab")
    await page.key("Enter", shift=True)
    await page.type("second line")
    await page.key("Enter")
    await page.see("second line", ".message")
    assert slack.messages("#deploys")[0]["text"] == "hi <@U0BOBAPP01> and <!subteam^S0APPROVER> \nsecond line"


async def test_a_button_with_confirm_asks_first_and_a_refusal_is_seen_only_by_the_one_refused(page: Page, slack: SlackWorkspace) -> None:
    await started(page, slack)
    await page.click(".thread .button.primary", "Approve")
    await page.see("12 pods in prod get v1.8.2", ".dialog")
    await page.key("Escape")
    await page.until("!document.querySelector('.dialog')", what="the dialog to go")
    assert slack.log("interaction") == []
    await page.click(".thread .button.primary", "Approve")
    await page.click(".dialog .button.primary", "Promote")
    await page.see("Only visible to you", ".thread")
    await become(page, "bob")
    await page.see("Approval needed", ".thread")
    assert "Only visible to you" not in await page.text(".thread")
    await page.click(".thread .button.primary", "Approve")
    await page.click(".dialog .button.primary", "Promote")
    await page.see("Approved by @bob", ".thread")
    assert await page.count(".thread .button.primary") == 0


async def test_a_modal_shows_what_is_wrong_and_closes_when_it_is_right(page: Page, slack: SlackWorkspace) -> None:
    await type_in(page, "/promptops form")
    await page.see("Run a workflow", ".dialog")
    await page.type("1.8.2")
    await page.click(".dialog [data-submit]")
    await page.see("Please complete this required field.", ".dialog")
    await page.click(".dialog .picker", "Choose one")
    await page.click(".listbox [role=option]", "Production")
    await page.click(".dialog [data-submit]")
    await page.see("A version starts with v", ".dialog")
    assert await page.evaluate("document.querySelector('.dialog input').value") == "1.8.2"
    await page.click(".dialog input")
    await page.key("End")
    for _ in range(5):
        await page.key("Backspace")
    await page.type("v1.8.2")
    await page.key("Enter")
    await page.until("!document.querySelector('.dialog')", what="the modal to close")
    await page.see("Deploying v1.8.2 to prod for @ann", ".channel")
    assert slack.person("ann").views() == []


async def test_a_modal_on_top_of_a_modal_is_updated_and_gives_back_what_was_typed(page: Page, slack: SlackWorkspace) -> None:
    await type_in(page, "/promptops form")
    await page.see("Run a workflow", ".dialog")
    await page.type("v2")
    await page.click(".dialog .button", "More…")
    await page.see("One above the other", ".dialog")
    await page.click(".dialog [data-submit]")
    await page.see("Updated", ".dialog")
    await page.key("Escape")
    await page.see("Run a workflow", ".dialog")
    assert await page.evaluate("document.querySelector('.dialog input').value") == "v2"
    await page.key("Escape")
    await page.until("!document.querySelector('.dialog')", what="the stack to be closed")
    assert await page.evaluate("document.querySelector('.app').inert") is False


async def test_an_ephemeral_message_is_invisible_to_others(page: Page, running: Browser, slack: SlackWorkspace) -> None:
    other = await running.page(f"{slack.page}#as=bob&in=deploys")
    await type_in(page, "/promptops secret")
    await page.see("Only visible to you", ".channel")
    await slack.person("dev").send("#deploys", "after it")
    await other.see("after it", ".channel")
    assert "you may run" not in await other.text(".channel")
    await other.close()


async def test_a_reload_comes_back_to_person_channel_and_thread(page: Page, slack: SlackWorkspace) -> None:
    await become(page, "dev")
    await page.click("[data-channel=oncall]")
    await page.until("document.title.startsWith('#oncall')", what="the channel")
    root = await slack.person("bob").send("#oncall", "paged")
    await slack.person("bob").send("#oncall", "a reply", thread_ts=root)
    await page.click(".thread-bar", "1 reply")
    await page.see("a reply", ".thread")
    await page.reload()
    await page.see("a reply", ".thread")
    assert await page.evaluate("document.querySelector('[aria-pressed=true].person-chip').dataset.person") == "dev"
    assert await page.evaluate("document.title") == "#oncall · Local workspace"


async def test_a_reload_with_a_modal_open_shows_the_modal_again(page: Page, slack: SlackWorkspace) -> None:
    await type_in(page, "/promptops form")
    await page.see("Run a workflow", ".dialog")
    await page.reload()
    await page.see("Run a workflow", ".dialog")
    assert len(slack.person("ann").views()) == 1


async def test_a_lost_connection_is_shown_and_what_was_missed_comes_once_and_in_order(page: Page, slack: SlackWorkspace) -> None:
    bob = slack.person("bob")
    first = await bob.send("#deploys", "before")
    await page.see("before", ".channel")
    await page.offline()
    await page.see("Reconnecting…", ".link-bar")
    for number in range(5):
        await bob.send("#deploys", f"missed {number}")
    await bob.edit("#deploys", first, "before, edited")
    await page.offline(off=False)
    await page.see("missed 4", ".channel")
    await page.until("document.querySelector('.link-bar').hidden", what="the bar to go")
    texts = await page.evaluate("[...document.querySelectorAll('.channel .message .text')].map((one) => one.innerText)")
    assert texts == ["before, edited (edited)", *(f"missed {number}" for number in range(5))]
    page.problems.clear()  # the browser says that it was offline


async def test_edits_reactions_and_deletions_appear_by_themselves(page: Page, slack: SlackWorkspace) -> None:
    bob = slack.person("bob")
    root = await bob.send("#deploys", "root")
    await bob.send("#deploys", "reply", thread_ts=root)
    gone = await bob.send("#deploys", "a slip")
    await bob.react("#deploys", root, "eyes")
    await page.see("👀", ".reactions")
    await page.click(".reaction", "1")
    await page.until("document.querySelector('.reaction').innerText.includes('2')", what="the second reaction")
    await bob.delete("#deploys", gone)
    await page.until("!document.querySelector('.channel').innerText.includes('a slip')", what="the slip to go")
    await bob.delete("#deploys", root)
    await page.see("This message was deleted.", ".channel")
    await page.see("1 reply", ".thread-bar")


async def test_channels_show_what_is_unread_and_who_was_mentioned(page: Page, slack: SlackWorkspace) -> None:
    bob = slack.person("bob")
    await bob.send("#oncall", "hello")
    await page.until("document.querySelector('[data-channel=oncall]').matches('.unread')", what="the mark")
    await bob.send("#oncall", "@ann please look")
    await page.see("1", "[data-channel=oncall] .badge")
    await page.click("[data-channel=oncall]")
    await page.see("New", ".fresh")
    await page.until("!document.querySelector('[data-channel=oncall] .badge')", what="the badge to go")
    await slack.until(lambda: slack.desk.world.unread(slack.person("ann").id, "C0ONCALL01") == [] or None, what="it to be read")


async def test_a_private_channel_is_seen_by_its_members_only(page: Page) -> None:
    assert await page.count("[data-channel=release-approvals]") == 0
    await become(page, "bob")
    await page.see("release-approvals", ".sidebar")
    assert await page.count("[data-channel=release-approvals] .icon-lock") == 1
    await become(page, "olga")
    await page.until("!document.querySelector('[data-channel=oncall]')", what="the guest's channels")


async def test_the_direct_message_and_the_home_tab_of_the_app(page: Page) -> None:
    await page.click("[data-app=home]")
    await page.see("My runs", ".home")
    await page.click(".home .button", "Refresh")
    await page.see("Refreshed", ".home")
    await page.click("[role=tab]", "Messages")
    await type_in(page, "hello bot")
    await page.see("You said: hello bot", ".channel")
    await page.reload()
    await page.see("You said: hello bot", ".channel")


async def test_every_block_is_drawn(page: Page, slack: SlackWorkspace) -> None:
    await page.size(1280, 2400)
    for what in ("all", "log", "run x", "go"):
        await type_in(page, f"/promptops {what}")
    await type_in(page, "@promptops why")
    await page.see("The log of the pod", ".channel")
    await page.see("3 replies", ".thread-bar")
    assert await page.count(".block.unknown") == 0
    for selector in (
        ".block.header",
        ".section .accessory .picker",
        ".context",
        "hr.divider",
        ".rich-text ul ol",
        ".rich-text blockquote",
        ".mention.to-me",
        ".actions .picker",
        ".actions input[type=date]",
        ".boxes input[type=radio]",
        ".plan .task.is-error",
        ".task-alone .sign-in_progress",
        ".file-snippet",
        ".text pre.code-block",
        ".hanging",
        ".text s",
        ".text em",
    ):
        assert await page.count(f".channel {selector}"), selector
    await page.click(".thread-bar", "3 replies")
    await page.see("Quality gate", ".thread")
    for selector in (".table-frame th", ".context-actions .feedback", ".fields .field", ".icon-more", "time"):
        assert await page.count(f".thread {selector}"), selector
    await page.click(".thread .feedback .icon-button")
    await page.until("document.querySelector('.thread .feedback [aria-pressed=true]')", what="the thumb")
    await page.click(".thread .icon-button.bordered")
    await page.click(".menu-item", "Why this is asked")
    await slack.until(lambda: len(slack.log("interaction")) >= 2 or None, what="both to reach the app")


async def test_choices_reach_the_app_and_stay_chosen(page: Page, slack: SlackWorkspace) -> None:
    await page.size(1280, 1800)
    await type_in(page, "/promptops all")
    await page.click(".picker", "Pod")
    await page.type("web")
    await page.click(".listbox [role=option]", "web-2")
    await page.click(".picker", "Cluster")
    await page.key("ArrowDown")
    await page.key("ArrowDown")
    await page.key("Enter")
    await page.click(".picker", "Who")
    await page.type("cleo")
    await page.key("Enter")
    await page.click(".boxes [type=checkbox]")
    await slack.until(lambda: len(slack.log("interaction")) >= 4 or None, what="all four to reach the app")
    chosen = await page.evaluate("[...document.querySelectorAll('.picker')].map((one) => one.innerText.trim())")
    assert chosen == ["Production", "Cleo Lindqvist", "Channel", "Test", "web-2"]


async def test_files_are_dropped_into_the_composer_and_shown(page: Page, slack: SlackWorkspace) -> None:
    png = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
    await slack.person("bob").upload("#deploys", "chart.png", base64.b64decode(png))
    await page.until("document.querySelector('.file-picture img')?.naturalWidth === 1", what="the picture")
    await page.evaluate("""(() => {
        const data = new DataTransfer();
        data.items.add(new File(['line\\n'.repeat(40)], 'run.log', {type: 'text/plain'}));
        document.querySelector('.composer-box').dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
    })()""")
    await page.see("run.log", ".file-snippet")
    await page.click(".file-snippet .text-button", "Show all")
    await page.until("document.querySelector('.file-text').textContent.split('line').length === 41", what="all lines")
    assert [file["name"] for file in slack.messages("#deploys")[-1]["files"]] == ["run.log"]


async def test_what_apps_and_people_write_stays_text(page: Page, slack: SlackWorkspace) -> None:
    await slack.person("bob").send("#deploys", "<img src=x onerror=window.hacked=1> <script>window.hacked=1</script>")
    await type_in(page, "/promptops danger")
    await page.see("press me", ".channel")
    await page.click(".channel .button", "<i>b</i>")
    await page.see("<script>", ".channel")
    shown = await page.evaluate("[...document.querySelectorAll('.channel a')].map((one) => one.protocol)")
    assert not {"javascript:", "data:"} & set(shown)
    assert await page.count(".message img, .message script, .message svg[onload], .message [onclick]") == 0
    assert await page.evaluate("window.hacked ?? null") is None


async def test_nothing_is_loaded_from_another_machine(page: Page) -> None:
    await type_in(page, "/promptops all")
    await page.see("Collecting logs", ".channel")
    hosts = await page.evaluate("[...new Set(performance.getEntriesByType('resource').map((one) => new URL(one.name).host))].join()")
    assert hosts == await page.evaluate("location.host")


async def test_a_message_can_be_reacted_to_answered_and_handed_to_the_app(page: Page, slack: SlackWorkspace) -> None:
    await slack.person("bob").send("#deploys", "web is down")
    await page.hover(".channel .message", "web is down")
    await page.click(".message-tools .tool-more")
    await page.click(".menu-item", "Ask about this message")
    await page.see("1 reply", ".thread-bar")
    await page.hover(".channel .message", "web is down")
    await page.click(".message-tools .tool-reply")
    await page.see("Looking at: web is down", ".thread")
    await type_in(page, "/promptops status", ".thread .composer-field")
    await page.see("is not supported in threads", ".thread .composer-error")
    await page.key("Escape")
    await page.until("document.querySelector('.thread').hidden", what="Escape to close the thread")
    page.problems.clear()  # the browser says that the command was refused


async def test_the_panel_says_what_just_happened_and_arranges_faults(page: Page, slack: SlackWorkspace) -> None:
    await page.click(".panel-button")
    await type_in(page, "/promptops secret")
    await page.see("chat.postEphemeral", ".log-lines")
    await page.click(".log-tools .button", "Pause")
    await page.click(".log-line summary", "chat.postEphemeral")
    await page.see('"method": "chat.postEphemeral"', ".log-lines")
    await page.click(".faults summary", "Faults")
    await page.click(".switch", "Token revoked")
    await page.see("token revoked", ".app-status")
    assert slack.arrange.faults()["revoked"] is True
    await page.click(".switch", "Token revoked")
    await page.see("is connected", ".app-status")


async def test_dark_and_narrow_stay_usable(running: Browser, slack: SlackWorkspace) -> None:
    page = await running.page(slack.page, width=390, height=844, dark=True)
    await page.until("document.querySelector('.composer-field')", what="the composer")
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"
    await started(page, slack)
    assert await page.evaluate(
        "document.documentElement.scrollWidth <= 390 && document.querySelector('.thread').getBoundingClientRect().width === 390"
    )
    await page.click(".thread-back")
    await page.click(".top .drawer-button")
    await page.click("[data-channel=random]")
    await page.see("is not in this channel", ".channel")
    await page.until("!document.querySelector('.app').matches('.drawer-open')", what="the drawer to close")
    await page.click(".person-now")
    await page.click(".menu-item", "Cleo Lindqvist")
    await page.until("document.querySelector('.person-now').innerText.includes('Cleo')", what="being Cleo")
    await page.click(".theme")
    assert await page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.problems == []
    await page.close()


async def test_a_dialog_keeps_the_focus(page: Page) -> None:
    await type_in(page, "/promptops form")
    await page.see("Run a workflow", ".dialog")
    for _ in range(16):
        await page.key("Tab")
        assert await page.evaluate("document.querySelector('.dialog').contains(document.activeElement)")


async def test_a_page_that_was_left_behind_reads_everything_anew(page: Page, slack: SlackWorkspace) -> None:
    await slack.person("bob").send("#deploys", "kept")
    await page.see("kept", ".channel")
    slack.desk.world.feed.append("reset", {"reason": "for the test"})
    await page.see("kept", ".channel")
    await slack.person("bob").send("#deploys", "and on")
    await page.see("and on", ".channel")
    texts = await page.evaluate("[...document.querySelectorAll('.channel .message .text')].map((one) => one.innerText)")
    assert texts == ["kept", "and on"]


async def test_a_workspace_that_was_started_again_is_found_again(running: Browser) -> None:
    async with SlackWorkspace(manifest=MANIFEST) as first:
        page = await running.page(first.page)
        for number in range(5):
            await first.person("bob").send("#deploys", f"old {number}")
        await page.see("old 4", ".channel")
    await page.see("Reconnecting…", ".link-bar")
    async with SlackWorkspace(manifest=MANIFEST, port=int(first.page.rsplit(":", 1)[1].strip("/"))) as second:
        await second.person("bob").send("#deploys", "a new day")
        await page.see("a new day", ".channel")
        await page.until("document.querySelector('.link-bar').hidden", what="the bar to go")
        await page.until("document.querySelectorAll('.channel .message').length === 1", what="the old messages to go")
    await page.close()
