//! From when to when a token is good.

/// How far the clocks of whoever signs and of this process may be apart.
pub const SKEW_MS: i64 = 60_000;

/// When a token has ended for good; `None` when it has, or when it begins later. Times of tokens are seconds.
pub fn end_ms(begins: i64, ends: i64, now_ms: i64) -> Option<i64> {
    let ends_ms = ends.checked_mul(1_000)?.checked_add(SKEW_MS)?;
    let has_begun = begins.checked_mul(1_000)? <= now_ms.checked_add(SKEW_MS)?;
    (has_begun && now_ms < ends_ms).then_some(ends_ms)
}
