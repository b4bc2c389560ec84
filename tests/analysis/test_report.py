"""The texts that people read, whole."""

from textwrap import fill

import pytest
from inline_snapshot import snapshot

from analysis.audit import score
from analysis.diagnosis import diagnose
from analysis.report import audit_text, diagnosis_text
from steps.evidence import Evidence
from steps.model.objects import Object, ObjectRef
from tests.analysis.cases import DEPLOYMENT, deployment, event, evidence, log, pod, stuck, waiting


def folded(text: str) -> str:
    """The text with long lines folded, so that they fit into this file."""
    return "\n".join(fill(line, 110, subsequent_indent="    | ", break_on_hyphens=False) for line in text.split("\n"))


PULL = (
    'Failed to pull image "invalid": failed to resolve reference "docker.io/library/invalid:latest": pull access denied, '
    "repository does not exist or may require authorization"
)


def test_a_missing_image_after_the_deadline() -> None:
    broken = pod(image="invalid", state=waiting("ImagePullBackOff", 'Back-off pulling image "invalid"'))
    facts = evidence(stuck(deployment(image="invalid")), broken, event(broken, "Failed", PULL))
    assert folded(diagnosis_text(diagnose(facts, DEPLOYMENT))) == snapshot("""\
Deployment default/web cannot start: image 'invalid' cannot be pulled — the repository does not exist or needs
    | credentials.

Cause (high, image-not-found)
  Failed to pull image "invalid": pull access denied, repository does not exist or may require authorization
  Seen in: Pod default/web-5d-x1 [e2], event Failed of Pod default/web-5d-x1 [e3]
  Hence: its rollout has made no progress for 600 s (ProgressDeadlineExceeded)
  Hence: 0 of 1 replicas available
  Fix:
   1. Name an image that exists, with its tag.
      kubectl -n default set image deployment/web web=REPOSITORY:TAG
   2. If the image is private, create a pull secret and name it in imagePullSecrets.
      kubectl -n default create secret generic registry-access --type=kubernetes.io/dockerconfigjson
    | --from-file=.dockerconfigjson=DOCKER_CONFIG_FILE

Looked at 1 Deployment, 1 Pod, 1 event.\
""")


def test_only_the_deployment_is_known() -> None:
    assert folded(diagnosis_text(diagnose(evidence(stuck(deployment(image="invalid"))), DEPLOYMENT))) == snapshot("""\
Deployment default/web is not ready: its rollout has made no progress for 600 s (ProgressDeadlineExceeded);
    | the cause is not known, because nothing but the object itself was looked at.

What is known (medium, progress-deadline-exceeded)
  ReplicaSet "web-5d" has timed out.
  Seen in: Deployment default/web [e1]
  Hence: 0 of 1 replicas available
  Fix:
   1. Go back to the last version that worked.
      kubectl -n default rollout undo deployment/web

Looked at 1 Deployment.\
""")


def test_two_causes_at_once() -> None:
    first = pod(name="web-5d-x1", state=waiting("CrashLoopBackOff"), lastState={"terminated": {"exitCode": 1}}, restartCount=3)
    second = pod(
        name="web-5d-x2",
        node="",
        conditions=[{"type": "PodScheduled", "status": "False", "message": "0/2 nodes are available: 2 Insufficient cpu."}],
    )
    facts = evidence(deployment(replicas=2), first, log(first, "error: config.yaml: no such file\n", previous=True), second)
    assert folded(diagnosis_text(diagnose(facts, DEPLOYMENT))) == snapshot("""\
Deployment default/web cannot be scheduled: none of 2 nodes takes the Pod: not enough cpu on 2; also,
    | container 'web' exits with code 1 after 3 restarts; its last words: 'error: config.yaml: no such file'.

None of 2 nodes takes the Pod: not enough cpu on 2 (high, unschedulable)
  0/2 nodes are available: 2 Insufficient cpu.
  Seen in: Pod default/web-5d-x2 [e4]
  Hence: 0 of 2 replicas available
  What to do:
   1. Ask for less in resources.requests, or add nodes; see what is left on them.
      kubectl describe nodes

Container 'web' exits with code 1 after 3 restarts; its last words: 'error: config.yaml: no such file' (high,
    | crash-loop)
  Code 1: the program reported an error of its own.
  Seen in: Pod default/web-5d-x1 [e2], log of Pod default/web-5d-x1 [e3]
  What to do:
   1. Read the whole log of the run that ended.
      kubectl -n default logs web-5d-x1 -c web --previous --tail=100

Looked at 1 Deployment, 2 Pods, 1 log.\
""")


def test_nothing_wrong() -> None:
    assert folded(diagnosis_text(diagnose(evidence(deployment(ready=True)), DEPLOYMENT))) == snapshot(
        "Nothing wrong found with Deployment default/web: 1 of 1 replicas available. Looked at 1 Deployment."
    )


def test_nothing_known() -> None:
    assert folded(diagnosis_text(diagnose((), DEPLOYMENT))) == snapshot(
        "Nothing can be said about Deployment default/web: it is not among what was read (nothing)."
    )


CONFIG_MAP: Object = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "default"}, "data": {}}
OBSCURE = {
    "an object without rules": (
        CONFIG_MAP,
        "Nothing wrong found with ConfigMap default/settings, though the rules are about workloads and Pods. Looked at 1 ConfigMap.",
    ),
    "a workload without status": (
        deployment(status={}),
        "It is not known whether Deployment default/web works: its status is not known. Looked at 1 Deployment.",
    ),
    "a Pod that nobody says anything about": (
        pod(node=""),
        "Pod default/web-5d-x1 is not ready: its phase is Pending and it is not ready; no rule knows why. Looked at 1 Pod.",
    ),
}


@pytest.mark.parametrize("name", OBSCURE)
def test_what_no_rule_knows_is_said_and_not_guessed(name: str) -> None:
    item, text = OBSCURE[name]
    found = diagnose(evidence(item), ObjectRef.of(item))
    assert diagnosis_text(found) == text
    assert found.healthy is (name == "an object without rules")


def test_what_could_not_be_read_is_said() -> None:
    note = Evidence("e2", "object", "test: Pods of Deployment default/web", DEPLOYMENT, text="could not be read: 403 Forbidden")
    assert folded(diagnosis_text(diagnose((*evidence(deployment()), note), DEPLOYMENT))) == snapshot("""\
Deployment default/web is not ready: 0 of 1 replicas available; the cause is not known, because nothing but
    | the object itself was looked at.

What is known (medium, replicas-unavailable)
  Not everything could be looked at: test: Pods of Deployment default/web: could not be read: 403 Forbidden.
    | It is to run 'nginx'.
  Seen in: Deployment default/web [e1]
  Fix:
   1. See its rollout.
      kubectl -n default rollout status deployment/web
   2. See its Pods and events.
      kubectl -n default describe deployment/web

Looked at 1 Deployment.
Note: test: Pods of Deployment default/web: could not be read: 403 Forbidden\
""")


def test_the_audit_of_a_plain_nginx() -> None:
    assert folded(audit_text(str(DEPLOYMENT), score(deployment(ready=True), ()))) == snapshot("""\
Deployment default/web scores 69 of 100: 7 of 21 checks passed.

What costs points:
  -4  readiness-probe: container 'web' has no readiness probe
      Set spec.template.spec.containers[0].readinessProbe, for example httpGet with path / and the port it
    | serves.
  -4  resource-requests: container 'web' requests no cpu or no memory
      Set spec.template.spec.containers[0].resources.requests, for example cpu: 100m and memory: 128Mi.
  -3  image-tag: container 'web' runs whatever 'latest' is at the moment
      Set spec.template.spec.containers[0].image to a version, for example nginx:1.29, or better to a digest.
  -3  memory-limit: container 'web' has no memory limit
      Set spec.template.spec.containers[0].resources.limits.memory, for example 256Mi.
  -3  replicas: only 1 replica is wanted
      Set spec.replicas to 2 or more, if it can share its work.
  -3  run-as-non-root: container 'web' may run as root
      Set spec.template.spec.containers[0].securityContext.runAsNonRoot: true, with an image that has a user.
  -2  capabilities-dropped: container 'web' keeps the default capabilities
      Set spec.template.spec.containers[0].securityContext.capabilities.drop: [ALL].
  -2  liveness-probe: container 'web' has no liveness probe
      Set spec.template.spec.containers[0].livenessProbe, cheaper than the readiness probe and with a longer
    | period.
  … and 6 more for 7 points: privilege-escalation, cpu-limit, read-only-root, recommended-labels,
    | seccomp-profile, service-account-token\
""")


def test_the_audit_of_what_does_not_run_says_why_it_is_capped() -> None:
    text = audit_text(str(DEPLOYMENT), score(deployment(), ()))
    assert text.splitlines()[:2] == snapshot(
        [
            "Deployment default/web scores 40 of 100: 7 of 21 checks passed.",
            "Capped at 40, because Deployment default/web is not ready: 0 of 1 replicas available.",
        ]
    )
