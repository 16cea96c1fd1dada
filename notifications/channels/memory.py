"""Letters kept in memory, for dry runs and tests (试投)."""

from __future__ import annotations

from notifications.channels import Post


class MemoryChannel:
    """Takes everything. ``sent`` holds the letters in the order in which they came."""

    def __init__(self) -> None:
        self.sent: list[Post] = []

    def send(self, post: Post) -> None:
        self.sent.append(post)

    def close(self) -> None:
        """Nothing to close."""
