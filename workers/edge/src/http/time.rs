//! The clock. In production it stands still during CPU work: only waiting moves it.

/// Milliseconds since 1970.
#[cfg(target_arch = "wasm32")]
pub(crate) fn now_ms() -> u64 {
    worker::Date::now().as_millis()
}

/// Milliseconds since 1970.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn now_ms() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| {
            u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
        })
}
