"""What the data means: one `.sql` file per table; files that begin with an underscore are machinery."""
