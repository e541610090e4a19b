//! Canonical JSON: lower-case names in ascending order, no white space, Go's escapes (section 1).
