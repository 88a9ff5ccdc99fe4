//! Keys, sealing and the document container; no I/O, no clock, no database.
