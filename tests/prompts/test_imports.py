"""What importing costs: rules need no HTTP client and no template engine."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["prompts", "prompts.rules", "prompts.settings", "prompts.contract", "analysis.audit", "analysis.report"]
)
def test_rules_and_settings_import_nothing_heavy(module: str) -> None:
    code = f"import {module}, sys; print(*sorted({{'httpx', 'jinja2', 'aiohttp', 'kubernetes'}} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
