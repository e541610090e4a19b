//! An async TMTP client library, and tmtp, a command-line member client.
