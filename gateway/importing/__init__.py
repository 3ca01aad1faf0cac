"""Vendors' own documents become endpoints: OpenAPI 3.0 and 3.1 and Google's discovery documents, one operation a time.

Knows nothing of files other than the document's own, nor of integrations.yaml but the shape of an endpoint.
"""

from gateway.importing.bodies import Converters
from gateway.importing.document import Document, Offered, server_address
from gateway.importing.endpoints import Imported, imported
from gateway.importing.faults import NotCarried, NotUnderstood, Unreadable
from gateway.importing.naming import endpoint_name, snake_case
from gateway.importing.picking import is_one, pick, spellings
from gateway.importing.reading import text_of, values_of
from gateway.importing.security import suggested_credential

__all__ = [
    "Converters",
    "Document",
    "Imported",
    "NotCarried",
    "NotUnderstood",
    "Offered",
    "Unreadable",
    "endpoint_name",
    "imported",
    "is_one",
    "pick",
    "server_address",
    "snake_case",
    "spellings",
    "suggested_credential",
    "text_of",
    "values_of",
]
