"""Every endpoint as it is, in one OpenAPI 3.1 document."""

from gateway.openapi.document import document
from gateway.openapi.entry import Entry
from gateway.openapi.fields import CORS, HSTS
from gateway.openapi.problems import explanations
from gateway.openapi.served import served

__all__ = ["CORS", "HSTS", "Entry", "document", "explanations", "served"]
