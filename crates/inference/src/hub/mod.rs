//! Where other models come from.
