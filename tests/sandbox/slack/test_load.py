"""Nothing is lost or reordered under load, and memory has bounds. The minute at 50 a second is `python -m tests.sandbox.slack.load`."""

import os

import aiohttp
import pytest

from sandbox.slack import SlackWorkspace
from sandbox.slack.feed import KEPT, Feed
from tests.sandbox.slack.load import load


async def test_five_feeds_get_every_message_in_order(slack: SlackWorkspace) -> None:
    figures = await load(slack, 200, rate=1000)
    assert figures.received == [figures.posted] * 5
    assert len(set(figures.posted)) == 200
    assert figures.posted == sorted(figures.posted)


@pytest.mark.long
@pytest.mark.skipif(not os.environ.get("PROMPTOPS_LONG_TESTS"), reason="a minute long: PROMPTOPS_LONG_TESTS=1, or make test-long")
async def test_a_minute_at_fifty_a_second(slack: SlackWorkspace) -> None:
    figures = await load(slack, 3000, rate=50)
    assert figures.received == [figures.posted] * 5
    assert figures.memory[-1] - figures.memory[2] < 24 * 2**20, str(figures)


def test_the_feed_keeps_only_the_last_changes() -> None:
    feed = Feed(lambda: 0.0)
    for number in range(KEPT + 10):
        feed.append("message.posted", {"number": number})
    assert feed.after(9) is None
    assert feed.after(feed.seq - KEPT) is not None
    assert [change.data["number"] for change in feed.after(feed.seq - 2) or ()] == [KEPT + 8, KEPT + 9]
    assert feed.after(feed.seq) == []
    assert feed.after(feed.seq + 1) is None


async def test_a_feed_that_goes_away_in_the_middle_leaves_nothing_behind(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    for _ in range(20):
        async with http.get(f"{slack.page}control/feed", params={"as": "U0ANNDEV01", "after": "0"}) as response:
            await response.content.readline()
    await slack.person("ann").send("#deploys", "still here")
    assert [item["text"] for item in slack.messages("#deploys")] == ["still here"]
