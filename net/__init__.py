"""HTTP for steps, with the operator's rules about where it may go; the only folder that imports httpx for steps."""
