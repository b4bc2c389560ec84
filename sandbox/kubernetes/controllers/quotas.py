"""ResourceQuotas: what of them is used. Admission refuses what would exceed them."""

from collections.abc import Iterable
from decimal import Decimal

from sandbox.kubernetes.admission import amount, used
from sandbox.kubernetes.controllers.world import World
from sandbox.kubernetes.resources import PODS, QUOTAS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import at, name_of, namespace_of


class Quotas:
    """The controller of quota usage."""

    name = "quotas"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A quota, or those of the namespace in which a Pod came, ended or went."""
        if change.collection == QUOTAS.collection:
            return (change.key,)
        if change.collection != PODS.collection:
            return ()
        namespace = namespace_of(change.object)
        quotas = self._world.objects.store.all(QUOTAS.collection, namespace)
        return [Key(QUOTAS.collection, namespace, name_of(one)) for one in quotas]

    def reconcile(self, key: Key) -> None:
        """Count."""
        quota = self._world.objects.store.find(key)
        if quota is None:
            return
        hard = at(quota, "spec", "hard", default={})
        using = used(self._world.objects.store, key.namespace)
        counted = {name: amount(using.get(name, Decimal(0))) for name in hard}
        self._world.status(QUOTAS, quota, {"hard": hard, "used": counted})
