"""The workspaces of the integration tests, for logs that are worse."""

from tests.integration.conftest import gosales, place

__all__ = ["gosales", "place"]
