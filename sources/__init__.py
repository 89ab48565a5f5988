"""Where data comes from: one file per source; files that begin with an underscore are machinery."""
