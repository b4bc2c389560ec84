"""The packages that an expression may import. A new one is a new module here that defines `PACKAGE`."""

import pkgutil
from collections.abc import Mapping
from importlib import import_module

from steps.expressions.functions import Package


def _found() -> dict[str, Package]:
    modules = [import_module(f"{__name__}.{module.name}") for module in pkgutil.iter_modules(__path__)]
    packages: list[Package] = [module.PACKAGE for module in modules]
    return {each.path: each for each in sorted(packages, key=lambda each: each.path)}


PACKAGES: Mapping[str, Package] = _found()
"""Every package by its import path, for example `encoding/json`."""
