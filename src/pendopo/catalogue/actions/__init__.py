"""All writes of the catalogue: loading a city, closing what has ended, noting searches that found nothing, writing it back out."""

from pendopo.catalogue.actions.endings import close_ended
from pendopo.catalogue.actions.loading import check, export, load, notes
from pendopo.catalogue.actions.purposes import version_for
from pendopo.catalogue.actions.searching import note_miss

__all__ = ["check", "close_ended", "export", "load", "note_miss", "notes", "version_for"]
