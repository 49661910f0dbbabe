"""Calendars: public holidays, and rotas as iCalendar in and out. The rules of who is on call are in domain."""
