"""The reviews that ask who one is and what one may: always the same administrator, who may everything. Pure."""

from typing import Any

from sandbox.kubernetes.resources import ACCESS_REVIEWS, SUBJECT_REVIEWS
from sandbox.kubernetes.trees import Json, at

USER = "sandbox-admin"
GROUPS = ("system:masters", "system:authenticated")


def review(access: bool, body: Any) -> Json:
    """The answer to a SelfSubjectAccessReview, or to a SelfSubjectReview."""
    kind = ACCESS_REVIEWS if access else SUBJECT_REVIEWS
    answer: Json = {"apiVersion": kind.api_version, "kind": kind.kind, "metadata": {}}
    if access:
        answer["spec"] = at(body, "spec", default={})
        answer["status"] = {"allowed": True, "reason": "the embedded cluster has one user, who may everything"}
    else:
        answer["status"] = {"userInfo": {"username": USER, "groups": list(GROUPS)}}
    return answer
