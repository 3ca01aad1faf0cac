"""The store of a gateway: one database, one part for each kind of record."""

from gateway.stored import Audit
from gateway.stores.audit import SqlAudit
from gateway.stores.booking import Booking
from gateway.stores.connections import SqlConnections
from gateway.stores.database import Database
from gateway.stores.keys import SqlKeys
from gateway.stores.ledger import SqlLedger
from gateway.stores.outbox import SqlOutbox
from gateway.stores.tickets import SqlTickets


class SqlStore:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.keys = SqlKeys(database)
        self.connections = SqlConnections(database)
        self.tickets = SqlTickets(database)
        self.audit: Audit = SqlAudit(database)
        self.outbox = SqlOutbox(database)
        self.ledger = Booking(SqlLedger(database))
