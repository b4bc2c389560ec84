"""Merge patch, JSON patch and strategic merge patch."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.patches import json_patch, merge_patch, strategic_patch
from sandbox.kubernetes.trees import clone

SCALARS = st.one_of(st.booleans(), st.integers(-3, 3), st.text("ab", max_size=2))
TREES = st.recursive(SCALARS, lambda inner: st.dictionaries(st.text("xyz", min_size=1, max_size=1), inner), max_leaves=8)
OBJECTS = st.dictionaries(st.text("xyz", min_size=1, max_size=1), TREES, max_size=3)
PATCHES = st.dictionaries(
    st.text("xyz", min_size=1, max_size=1),
    st.recursive(
        st.one_of(st.none(), SCALARS),
        lambda inner: st.dictionaries(st.text("xyz", min_size=1, max_size=1), inner),
        max_leaves=8,
    ),
)


@pytest.mark.parametrize(
    ("target", "patch", "expected"),
    [
        # The examples of RFC 7386, appendix A.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        (["a", "b"], ["c", "d"], ["c", "d"]),
        ({"a": "b"}, ["c"], ["c"]),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_a_merge_patch_does_what_its_rfc_says(target: Any, patch: Any, expected: Any) -> None:
    assert merge_patch(target, patch) == expected


@settings(max_examples=50)
@given(OBJECTS, PATCHES)
def test_a_merge_patch_twice_is_a_merge_patch_once(target: Any, patch: Any) -> None:
    once = merge_patch(target, patch)
    assert merge_patch(once, patch) == once


@settings(max_examples=50)
@given(OBJECTS, PATCHES)
def test_a_merge_patch_leaves_its_target_alone(target: Any, patch: Any) -> None:
    before = clone(target)
    merge_patch(target, patch)
    assert target == before


@settings(max_examples=50)
@given(OBJECTS)
def test_an_empty_patch_changes_nothing(target: Any) -> None:
    assert merge_patch(target, {}) == target
    assert strategic_patch(target, {}) == target
    assert json_patch(target, []) == target


CONTAINERS = {"spec": {"containers": [{"name": "a", "image": "1"}, {"name": "b", "image": "1"}]}}


@pytest.mark.parametrize(
    ("patch", "expected"),
    [
        ([{"name": "b", "image": "2"}], [{"name": "a", "image": "1"}, {"name": "b", "image": "2"}]),
        ([{"name": "a", "$patch": "delete"}], [{"name": "b", "image": "1"}]),
        ([{"$patch": "replace"}, {"name": "c"}], [{"name": "c"}]),
        ([{"name": "c"}], [{"name": "c"}, {"name": "a", "image": "1"}, {"name": "b", "image": "1"}]),
    ],
)
def test_a_strategic_patch_finds_containers_by_name(patch: Any, expected: Any) -> None:
    assert strategic_patch(CONTAINERS, {"spec": {"containers": patch}}) == {"spec": {"containers": expected}}


def test_a_strategic_patch_adds_to_sets_and_takes_from_them() -> None:
    target = {"metadata": {"finalizers": ["a", "b"]}}
    added = strategic_patch(target, {"metadata": {"finalizers": ["b", "c"]}})
    assert added == {"metadata": {"finalizers": ["a", "b", "c"]}}
    taken = strategic_patch(added, {"metadata": {"$deleteFromPrimitiveList/finalizers": ["a", "c"]}})
    assert taken == {"metadata": {"finalizers": ["b"]}}


def test_a_strategic_patch_keeps_only_the_keys_it_retains() -> None:
    target = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}}
    patch = {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}
    assert strategic_patch(target, patch) == {"strategy": {"type": "Recreate"}}


def test_a_strategic_patch_of_a_keyed_list_needs_the_key() -> None:
    with pytest.raises(ApiError, match="does not contain declared merge key: name"):
        strategic_patch(CONTAINERS, {"spec": {"containers": [{"image": "2"}]}})


@pytest.mark.parametrize(
    ("operations", "expected"),
    [
        ([{"op": "add", "path": "/a/0", "value": 9}], {"a": [9, 1, 2]}),
        ([{"op": "add", "path": "/a/-", "value": 9}], {"a": [1, 2, 9]}),
        ([{"op": "remove", "path": "/a/1"}], {"a": [1]}),
        ([{"op": "replace", "path": "/a", "value": {"x/y": 1}}, {"op": "remove", "path": "/a/x~1y"}], {"a": {}}),
        ([{"op": "copy", "from": "/a", "path": "/b"}], {"a": [1, 2], "b": [1, 2]}),
        ([{"op": "move", "from": "/a", "path": "/b"}], {"b": [1, 2]}),
        ([{"op": "test", "path": "/a/0", "value": 1}], {"a": [1, 2]}),
    ],
)
def test_a_json_patch_does_what_its_rfc_says(operations: Any, expected: Any) -> None:
    assert json_patch({"a": [1, 2]}, operations) == expected


@pytest.mark.parametrize(
    ("operations", "code"),
    [
        ([{"op": "test", "path": "/a/0", "value": 2}], 422),
        ([{"op": "remove", "path": "/b"}], 422),
        ([{"op": "replace", "path": "/a/7", "value": 1}], 422),
        ([{"op": "add", "path": "/a/x", "value": 1}], 422),
        ([{"op": "jump", "path": "/a"}], 400),
        (["add"], 400),
        ([{"op": "add", "path": "a", "value": 1}], 400),
        ([{"op": "remove", "path": ""}], 400),
    ],
)
def test_a_json_patch_that_does_not_fit_is_refused(operations: Any, code: int) -> None:
    with pytest.raises(ApiError) as refused:
        json_patch({"a": [1, 2]}, operations)
    assert refused.value.code == code
