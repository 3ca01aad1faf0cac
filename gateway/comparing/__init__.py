"""What differs between two configs, or two OpenAPI documents, in what it means and not in how it is written."""

from gateway.comparing.configs import Difference, differences
from gateway.comparing.documents import changes
from gateway.comparing.words import Change

__all__ = ["Change", "Difference", "changes", "differences"]
