//! The store on SQLite: one process, one file.
