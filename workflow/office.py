"""Everything a process works with (办公室): database, procedures, calendar, clock. Built once, passed along."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from states.calendar import Calendar
from states.decide import Setting
from states.loading import Catalogue
from states.machine import Rulebook
from states.procedure import Procedure
from workflow import clock
from workflow.settings import Settings
from workflow.unit_of_work import Database
from workflow.virus import Scanner
from workflow.years_kept import SharedCalendar


class Office:
    """``now`` is the clock in use; ``setting`` the calendar and the hash of the trail.

    The calendar is asked for anew as time goes by: a year that was loaded anywhere is in force here within a second.
    """

    def __init__(
        self, database: Database, catalogue: Catalogue, rulebook: Rulebook, setting: Setting, now: clock.Now
    ) -> None:
        self.database, self.catalogue, self.rulebook, self.now = database, catalogue, rulebook, now
        self.years = SharedCalendar(database, setting.calendar)
        self._setting = setting
        #: looks for viruses in uploads
        self.scanner = Scanner()

    @property
    def setting(self) -> Setting:
        """The calendar in force and the hash of the trail. Take it once for a piece of work that belongs together."""
        calendar = self.years.changed()
        if calendar is not None:
            self._setting = replace(self._setting, calendar=calendar)
        return self._setting

    @setting.setter
    def setting(self, setting: Setting) -> None:
        self._setting = setting

    @classmethod
    def open(cls, settings: Settings, now: clock.Now = clock.now) -> Office:
        """Opens the database and loads procedures and calendar.

        Raises states.loading.InvalidProcedure or states.calendar.CalendarFaults for files with faults: a mistake stops
        the program at its start, not somebody's hiring in June.
        """
        catalogue = Catalogue.load(settings.procedure_folder)
        calendar = Calendar.load(settings.calendar_folder)
        database = Database(settings.database_url)
        office = cls(database, catalogue, Rulebook(catalogue.get), Setting(calendar, settings.audit_hash), now)
        office.rulebook = Rulebook(office.procedure)
        office.scanner = Scanner.of(settings)
        return office

    def procedure(self, key: str) -> Procedure:
        """The procedure version ``id@version``: from the files, or as it was kept when a hire first began under it.

        A kept version is only read, not judged again: a stricter check of a later release must not strand old hires.

        Raises KeyError if it is in neither.
        """
        try:
            return self.catalogue.get(key)
        except KeyError:
            with self.database.reading() as connection:
                found = connection.exec_driver_sql(
                    self._sql("SELECT body FROM procedure_version WHERE key = ?"), (key,)
                )
                body = found.scalar()
            if body is None:
                raise
            return Procedure.model_validate_json(str(body))

    def every_procedure(self, connection: Connection) -> tuple[Procedure, ...]:
        """Every version that a hire may stand under: those of the files, and those kept from earlier ones."""
        known = {procedure.key: procedure for procedure in self.catalogue.all()}
        kept = connection.exec_driver_sql("SELECT key FROM procedure_version").scalars().all()
        return (*known.values(), *(self.rulebook.rules(key).procedure for key in kept if key not in known))

    def keep_procedure(self, connection: Connection, procedure: Procedure, at: datetime) -> None:
        """Keeps the text of a procedure version beside the hires that begin under it. Does nothing the second time."""
        body = procedure.model_dump_json(by_alias=True, exclude_defaults=True)
        connection.exec_driver_sql(
            self._sql(
                "INSERT INTO procedure_version (key, body, digest, kept_at) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (key) DO NOTHING"
            ),
            (procedure.key, body, hashlib.sha256(body.encode()).hexdigest(), self.moment(at)),
        )

    def moment(self, at: datetime) -> str | datetime:
        """A UTC moment as the database stores it in driver-level statements."""
        from workflow.reading import sqlite_moment

        return sqlite_moment(at) if self.database.is_sqlite else at

    def _sql(self, statement: str) -> str:
        return statement if self.database.is_sqlite else statement.replace("?", "%s")
