"""The tables of `docs/analysis.md` are those of the code; a rule that nothing can be explained by is a typo."""

from pathlib import Path

from analysis.audit import CHECKS
from analysis.diagnosis import RULES

PAGE = Path(__file__).parents[2] / "docs" / "analysis.md"


def table(first: str) -> list[str]:
    _, _, rest = PAGE.read_text(encoding="utf-8").partition(f"\n| {first} |")
    return [line for line in rest.partition("\n\n")[0].splitlines() if line.startswith("| `")]


def test_every_rule_is_documented_as_it_is() -> None:
    assert table("rule") == [f"| `{item.name}` | {item.severity.name.lower()} | {item.state} | {item.help} |" for item in RULES.values()]


def test_every_check_is_documented_as_it_is() -> None:
    assert table("check") == [f"| `{item.name}` | {item.weight} | {item.severity.name.lower()} | {item.help} |" for item in CHECKS.values()]


def test_rules_explain_only_rules_that_exist() -> None:
    assert {name for item in RULES.values() for name in item.explains} <= set(RULES)
