"""Things without a hash of their own as keys of a cache: the same object is the same key."""

from typing import Generic, TypeVar

Item = TypeVar("Item")


class Same(Generic[Item]):
    """A key that equals another when both hold the very same object, which it keeps alive as long as the key lives."""

    __slots__ = ("item",)

    def __init__(self, item: Item) -> None:
        self.item = item

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.item is self.item

    def __hash__(self) -> int:
        return id(self.item)
