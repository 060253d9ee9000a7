"""How plans are said: as text for people, as JSON for programs."""
