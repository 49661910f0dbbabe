"""One transaction with every repository in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from storage.keyring import Keyring
from storage.repositories.arrivals import SqlArrivals, SqlLeases
from storage.repositories.audit import SqlAudit
from storage.repositories.choices import SqlChoices
from storage.repositories.codes import SqlCodes
from storage.repositories.consents import SqlConsents
from storage.repositories.deliveries import SqlDeliveries
from storage.repositories.digests import SqlDigests
from storage.repositories.enrolments import SqlEnrolments
from storage.repositories.entries import SqlEntries
from storage.repositories.groups import SqlGroups
from storage.repositories.history import SqlReadMarks
from storage.repositories.identities import SqlIdentities, SqlViewings
from storage.repositories.images import SqlImages
from storage.repositories.inbox import SqlInbox
from storage.repositories.incidents import SqlIncidents, SqlSent
from storage.repositories.jobs import SqlJobs
from storage.repositories.key_slices import SqlKeySlices
from storage.repositories.links import SqlLinks
from storage.repositories.members import SqlMembers
from storage.repositories.objects import SqlObjects
from storage.repositories.pages import SqlPages
from storage.repositories.panels import SqlPanels
from storage.repositories.parked import SqlParked
from storage.repositories.phones import SqlFeeds, SqlPhones
from storage.repositories.questions import SqlQuestions
from storage.repositories.rooms import SqlRooms
from storage.repositories.rotas import SqlRotas
from storage.repositories.search import SqlSearch
from storage.repositories.surge import SqlSurge
from storage.repositories.text_blocks import SqlTextBlocks
from storage.repositories.troubles import SqlTroubles
from storage.repositories.uploads import SqlUploads
from storage.repositories.waiting import SqlWaiting
from storage.repositories.web import SqlWeb


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What repositories need beside a connection."""

    keyring: Keyring
    clock: Callable[[], datetime]


class UnitOfWork:
    """The `Transaction` port on one connection; `has_erased` tells that the erasure log has to follow."""

    def __init__(self, connection: sa.Connection, surroundings: Surroundings) -> None:
        self.connection = connection
        self.has_erased = False
        self.inbox = SqlInbox(connection, surroundings.keyring)
        self.jobs = SqlJobs(connection, surroundings.clock)
        self.members = SqlMembers(connection)
        self.panels = SqlPanels(connection, surroundings.clock)
        self.pages = SqlPages(connection)
        self.surge = SqlSurge(connection)
        self.groups = SqlGroups(connection)
        self.questions = SqlQuestions(connection)
        self.entries = SqlEntries(connection)
        self.images = SqlImages(connection)
        self.key_slices = SqlKeySlices(connection)
        self.objects = SqlObjects(connection, surroundings.clock, self._note_erasure)
        self.uploads = SqlUploads(connection)
        self.deliveries = SqlDeliveries(connection)
        self.choices = SqlChoices(connection)
        self.identities = SqlIdentities(connection)
        self.viewings = SqlViewings(connection)
        self.audit = SqlAudit(connection)
        self.search = SqlSearch(connection)
        self.consents = SqlConsents(connection)
        self.digests = SqlDigests(connection)
        self.web = SqlWeb(connection)
        self.rotas = SqlRotas(connection)
        self.rooms = SqlRooms(connection)
        self.phones = SqlPhones(connection)
        self.feeds = SqlFeeds(connection)
        self.codes = SqlCodes(connection)
        self.enrolments = SqlEnrolments(connection)
        self.channel_links = SqlLinks(connection)
        self.incidents = SqlIncidents(connection, self._note_erasure)
        self.sent = SqlSent(connection)
        self.waiting = SqlWaiting(connection)
        self.arrivals = SqlArrivals(connection)
        self.parked = SqlParked(connection, surroundings.keyring)
        self.leases = SqlLeases(connection)
        self.troubles = SqlTroubles(connection)
        self.read_marks = SqlReadMarks(connection)
        self.text_blocks = SqlTextBlocks(connection)

    def _note_erasure(self) -> None:
        self.has_erased = True
