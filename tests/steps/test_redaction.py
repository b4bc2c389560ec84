"""Canaries: values shaped like secrets go in, and must never come out; what explains a fault must."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steps.redaction import MASK, redact, sensitive

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJl"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEcanary\nAAAA\n-----END RSA PRIVATE KEY-----"
AWS = "AKIA" + "CANARY0CANARY012"

CANARIES = {
    "jwt": (f"saw {JWT} in a header", JWT),
    "pem": (f"key:\n{PEM}\nend", "MIIEcanary"),
    "cut pem": ("-----BEGIN PRIVATE KEY-----\nMIIEcanary and the log was cut", "MIIEcanary"),
    "aws": (f"using {AWS} now", AWS),
    "openai": ("Incorrect API key provided: sk-canary0123456789abcdef.", "canary0123456789"),
    "slack": ("posting with xoxb-123456-canary", "canary"),
    "github": ("cloning with ghp_canary0123456789abcd", "canary"),
    "gitlab": ("cloning with glpat-canary0123456789", "canary"),
    "bearer": ("Authorization: Bearer c4nary-c4nary-c4nary", "c4nary"),
    "basic": ("authorization: basic Y2FuYXJ5OmNhbmFyeQ==", "Y2FuYXJ5"),
    "url user": ("dial postgres://admin:canary@db:5432/app failed", "canary"),
    "password=": ("connecting password=canary host=db", "canary"),
    "password: ": ("login refused, password: canary", "canary"),
    "quoted password": ('{"password": "canary, with spaces"}', "canary"),
    "env line": ("DB_PASSWORD=canary", "canary"),
    "token=": ("GET /cb?token=c4nary&x=1", "c4nary"),
    "api key": ("api_key: C4NARY", "C4NARY"),
    "secret at line start": ("config:\n  client_secret: canary\n", "canary"),
    "webhook": ("https://hooks.slack.com/services/T000/B000/canary", "canary"),
}


@pytest.mark.parametrize("name", CANARIES)
def test_a_secret_inside_text_is_masked(name: str) -> None:
    text, canary = CANARIES[name]
    assert canary not in redact(text)
    assert MASK in redact(text)


@pytest.mark.parametrize(
    "text",
    [
        'secret "db-credentials" not found',
        "couldn't find key password in Secret default/db",
        "failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized",
        'configmap references non-existent secret key: "tls"',
        "pull access denied for invalid, repository does not exist or may require 'docker login'",
        "automountServiceAccountToken: false",
        "used 100 of max_tokens=4096",
        "image ghcr.io/org/app@sha256:" + "0" * 64,
        "see https://example.com/a/b@2 for more",
    ],
)
def test_what_explains_a_fault_stays_readable(text: str) -> None:
    assert redact(text) == text


def test_a_secret_object_keeps_its_keys_and_loses_its_values() -> None:
    secret = {"kind": "Secret", "metadata": {"name": "db"}, "data": {"a": "Y2FuYXJ5"}, "stringData": {"b": "canary"}, "type": "Opaque"}
    assert redact(secret) == {
        "kind": "Secret",
        "metadata": {"name": "db"},
        "data": {"a": MASK},
        "stringData": {"b": MASK},
        "type": "Opaque",
    }


def test_copies_of_the_manifest_inside_metadata_are_dropped() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": '{"data":{"a":"canary"}}', "team": "web"}
    item = {"metadata": {"name": "x", "annotations": annotations, "managedFields": [{"manager": "kubectl"}]}}
    assert redact(item) == {"metadata": {"name": "x", "annotations": {"team": "web"}}}


def test_values_of_variables_that_sound_secret_are_masked_and_their_references_kept() -> None:
    env = [
        {"name": "DB_PASSWORD", "value": "canary"},
        {"name": "LOG_LEVEL", "value": "debug"},
        {"name": "API_TOKEN", "valueFrom": {"secretKeyRef": {"name": "api", "key": "token"}}},
        {"name": "EMPTY_PASSWORD", "value": ""},
    ]
    assert redact(env) == [{"name": "DB_PASSWORD", "value": MASK}, *env[1:]]


def test_keys_that_sound_secret_lose_their_text_and_keep_their_references() -> None:
    value: dict[str, Any] = {
        "token": {"value": "canary"},
        "apiKey": "canary",
        "auth": {"token": {"secretRef": {"name": "n", "key": "k"}}},
        "volumes": [{"name": "v", "secret": {"secretName": "db"}}],
        "imagePullSecrets": [{"name": "registry"}],
        "automountServiceAccountToken": False,
    }
    assert redact(value) == {**value, "token": {"value": MASK}, "apiKey": MASK}


def test_the_argument_after_a_secret_flag_is_masked() -> None:
    args = ["serve", "--db-password", "canary", "--api-key=canary", "--token", "--verbose"]
    assert redact(args) == ["serve", "--db-password", MASK, f"--api-key={MASK}", "--token", "--verbose"]


def test_known_values_are_masked_wherever_they_stand() -> None:
    assert redact({"a": ["x canary-value y"]}, known=["canary-value", "x"]) == {"a": [f"x {MASK} y"]}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("DB_PASSWORD", True), ("apiKey", True), ("token", True), ("secretName", False), ("TOKEN_URL", False), ("passenger", False)],
)
def test_which_names_announce_a_secret(name: str, expected: bool) -> None:
    assert sensitive(name) is expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_redacting_never_fails_and_redacting_twice_changes_nothing(value: Any) -> None:
    once = redact(value)
    assert redact(once) == once


@given(JSON, st.sampled_from(list(CANARIES.values())))
def test_a_canary_does_not_survive_at_any_depth(value: Any, canary: tuple[str, str]) -> None:
    text, secret = canary
    assert secret not in json.dumps(redact({"items": [value, {"message": text}]}), ensure_ascii=False)


@pytest.mark.parametrize("unit", ["a.", "password ", "-----BEGIN PRIVATE KEY-----", "eyJaaaaaaaaa.", "http://a", "token: ", "'"])
def test_long_hostile_text_takes_bounded_time(unit: str) -> None:
    started = time.process_time()
    redact(unit * (200_000 // len(unit)))
    assert time.process_time() - started < 2
