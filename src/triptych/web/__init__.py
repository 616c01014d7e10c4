"""The web: staff site, participant site, API. Pages parse, call the two doors and render; nothing is decided here."""
