//! The command line says what it does not know, and gives nothing away.
