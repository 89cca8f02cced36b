"""stub"""


def command() -> None:
    """Stub."""
