//! How much one file may hold. Each limit gives a `limit-exceeded` diagnostic, never a crash, and is the same in every
//! build and thread: whoever walks the tree by recursion relies on it.

/// How deep brackets, bodies, conditions and chains of operators may nest.
pub const MAX_NESTING: u32 = 64;

/// The size of a file, in bytes.
pub const MAX_FILE: usize = 4 * 1024 * 1024;

/// The length of one string as written, in bytes.
pub const MAX_STRING: usize = 64 * 1024;

/// How many mistakes of one file are reported.
pub const MAX_MESSAGES: usize = 200;
