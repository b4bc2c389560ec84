"""The life of Pods in an embedded cluster: where they go, what becomes of them, what they write."""
