"""Checks about which image runs."""

from analysis.check import Container, Result, Workload, check, every
from analysis.images import parse_image
from analysis.paths import text
from steps.evidence import Severity


def _floats(container: Container) -> bool:
    """Whether the image may be another one tomorrow."""
    image = parse_image(text(container.spec, "image"))
    return image is None or (not image.digest and image.tag in {"", "latest"})


@check("image-tag", weight=3, severity=Severity.MEDIUM)
def image_tag(workload: Workload) -> Result:
    """Every image is named by a tag other than latest, or by a digest."""
    return every(
        workload,
        workload.all_containers,
        _floats,
        good="every image is named by a version",
        bad="runs whatever 'latest' is at the moment",
        fix="image to a version, for example nginx:1.29, or better to a digest.",
    )


@check("image-pull-policy", weight=2, severity=Severity.LOW)
def image_pull_policy(workload: Workload) -> Result:
    """The pull policy fits the tag: a floating tag is always pulled, and none is never pulled."""
    return every(
        workload,
        workload.all_containers,
        lambda item: (
            text(item.spec, "imagePullPolicy") == "Never" or (_floats(item) and text(item.spec, "imagePullPolicy") == "IfNotPresent")
        ),
        good="the pull policies fit the tags",
        bad="may run an old copy of its image, or none",
        fix="imagePullPolicy to Always for a floating tag, to IfNotPresent for a fixed one.",
    )
