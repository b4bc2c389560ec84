"""An embedded Kubernetes cluster: a small API on a loopback port, with controllers and Pods whose failures are honest.

Start one with `EmbeddedCluster`; what makes a Pod fail stands in `RULES`; README.md lists what is different from a real one.
"""

from sandbox.kubernetes.cluster import EmbeddedCluster
from sandbox.kubernetes.pods.outcomes import RULES
from sandbox.kubernetes.pods.timing import PodTiming

__all__ = ["RULES", "EmbeddedCluster", "PodTiming"]
