# Nothing is declared: the generic table is written into a real MariaDB.
{ }
