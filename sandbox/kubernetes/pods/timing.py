"""How long things take in the life of a Pod. Real clusters take seconds to minutes; here it is compressed."""

from dataclasses import dataclass, replace

LONGEST_BACK_OFF = 300  # seconds, as the kubelet's, before compression
_FIRST_BACK_OFF = 10


@dataclass(frozen=True, slots=True)
class PodTiming:
    """Seconds of real time. The messages of a Pod speak in the kubelet's own seconds, as a real cluster would."""

    pull: float = 0.15
    """From the node's choice to the image being there, or failing to be."""
    ready: float = 0.1
    """From a container's start to its readiness, when its probe passes or it has none."""
    run: float = 0.15
    """How long a container runs that crashes or finishes by itself; `sleep` in its command is added, uncompressed."""
    image_error: float = 0.3
    """From ErrImagePull to ImagePullBackOff."""
    restart: float = 0.1
    """From the first crash to the first restart; from then on CrashLoopBackOff."""
    back_off: float = 0.05
    """What one second of the kubelet's back-offs (10 s, 20 s, 40 s, ... 300 s) and of probe periods takes."""
    terminate: float = 0.1
    """From the deletion of a running Pod to its end; never more than its grace period."""

    def scaled(self, factor: float) -> "PodTiming":
        """The same course, faster or slower."""
        names = ("pull", "ready", "run", "image_error", "restart", "back_off", "terminate")
        return replace(self, **{name: getattr(self, name) * factor for name in names})


def nominal_back_off(failures: int) -> int:
    """The kubelet's back-off in seconds after so many failures: 10, 20, 40, ... at most 300."""
    return int(min(_FIRST_BACK_OFF * 2 ** min(max(failures - 1, 0), 10), LONGEST_BACK_OFF))
