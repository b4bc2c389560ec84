"""What a new cluster has before anybody uses it: namespaces, nodes, a storage class. What is there already stays."""

from sandbox.kubernetes.errors import ApiError
from sandbox.kubernetes.objects import Objects, Write
from sandbox.kubernetes.resources import NAMESPACES, NODES, STORAGE_CLASSES
from sandbox.kubernetes.trees import Json

NAMESPACE_NAMES = ("default", "kube-system", "kube-public", "kube-node-lease")
NODE_COUNT = 3
NODE_RESOURCES = {"cpu": "4", "memory": "8Gi", "ephemeral-storage": "100Gi", "pods": "110"}
_KUBELET = "v1.32.4"
_WRITE = Write("kubeadm")


def bootstrap(objects: Objects, name: str) -> None:
    """Fill an empty cluster."""
    for namespace in NAMESPACE_NAMES:
        if objects.find(NAMESPACES, "", namespace) is None:
            objects.create(NAMESPACES, "", {"metadata": {"name": namespace}}, _WRITE)
    if not objects.store.all(NODES.collection):
        for number in range(1, NODE_COUNT + 1):
            _node(objects, f"{name}-node-{number}")
        metadata = {
            "name": "standard",
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        }
        body = {"metadata": metadata, "provisioner": "sandbox.promptops.dev/none"}
        objects.create(STORAGE_CLASSES, "", body, _WRITE)


def _node(objects: Objects, name: str) -> None:
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    node = objects.create(NODES, "", {"metadata": {"name": name, "labels": labels}, "spec": {}}, _WRITE)

    def settle(tree: Json) -> None:
        tree["status"] = _node_status(name, objects.now())

    objects.revise(NODES, node, settle, "kubelet", "status")


def _node_status(name: str, now: str) -> Json:
    conditions = [
        ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
        ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
        ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
        ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
    ]
    return {
        "capacity": dict(NODE_RESOURCES),
        "allocatable": dict(NODE_RESOURCES),
        "conditions": [
            {
                "type": kind,
                "status": status,
                "reason": reason,
                "message": message,
                "lastHeartbeatTime": now,
                "lastTransitionTime": now,
            }
            for kind, status, reason, message in conditions
        ],
        "addresses": [{"type": "InternalIP", "address": "172.18.0.2"}, {"type": "Hostname", "address": name}],
        "nodeInfo": {
            "kubeletVersion": _KUBELET,
            "containerRuntimeVersion": "containerd://2.0.3",
            "operatingSystem": "linux",
            "architecture": "amd64",
            "osImage": "embedded cluster: nothing runs here",
            "kernelVersion": "0",
        },
    }


def identity(objects: Objects) -> str:
    """The uid of kube-system, by which clusters are told apart."""
    try:
        return str(objects.get(NAMESPACES, "", "kube-system")["metadata"]["uid"])
    except ApiError as error:
        raise RuntimeError("the cluster has no kube-system; was it started?") from error
