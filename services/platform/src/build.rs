//! Which build this is. An image or package sets the variable `TMTP_COMMIT` when it builds; elsewhere nobody says.

use std::sync::LazyLock;

/// The version, as in `0.1.0`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The commit that was built, or `unknown`.
pub const COMMIT: &str = match option_env!("TMTP_COMMIT") {
    Some(commit) if !commit.is_empty() => commit,
    _ => "unknown",
};

/// Both, for `--version`: `0.1.0 (commit 1a2b3c)`.
pub fn version() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| format!("{VERSION} (commit {COMMIT})"));
    &TEXT
}
