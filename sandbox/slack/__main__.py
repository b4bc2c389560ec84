"""`python -m sandbox.slack manifest.yml [--port 8093]`: the workspace by itself, until interrupted; for people who write a bot."""

import argparse
import asyncio
import sys
from pathlib import Path

from sandbox.slack.workspace import SlackWorkspace


async def _run(manifest: Path, port: int) -> None:
    async with SlackWorkspace(manifest=manifest, port=port) as slack:
        lines = (
            f"page             {slack.page}",
            f"base_url         {slack.url}",
            f"SLACK_BOT_TOKEN  {slack.bot_token}",
            f"SLACK_APP_TOKEN  {slack.app_token}",
            f"signing secret   {slack.signing_secret}",
        )
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.slack", description=__doc__)
    parser.add_argument("manifest", type=Path, nargs="?", default=Path("manifest.yml"), help="the app's manifest (manifest.yml)")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.manifest, arguments.port))
    except KeyboardInterrupt:
        sys.stdout.write("stopped\n")


if __name__ == "__main__":
    main()
