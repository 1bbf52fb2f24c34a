//! What need not stay in memory. Reading the embedded model brings all of it into memory, and afterwards only
//! the word table is read where it lies: the other pages are let go once they are packed.

/// Tells the system that `bytes` will hardly be read again. They stay what they are: pages that
/// are read after all come back from the binary's file.
#[cfg(target_os = "linux")]
#[expect(unsafe_code, reason = "advice on a range of addresses")]
pub(crate) fn let_go(bytes: &'static [u8]) {
    use rustix::mm::{Advice, madvise};
    let page = rustix::param::page_size();
    let before = bytes.as_ptr().align_offset(page);
    let whole = bytes.len().saturating_sub(before) / page * page;
    let Some(inside) = bytes.get(before..before + whole) else {
        return;
    };
    // SAFETY: whole pages of a constant. The binary's constants are mapped from its file and
    // nothing may write them, so dropping the pages loses nothing.
    let advised = unsafe {
        madvise(
            inside.as_ptr().cast_mut().cast(),
            inside.len(),
            Advice::LinuxDontNeed,
        )
    };
    // No more than advice: where the system declines, the pages stay.
    let _ = advised;
}

/// Other systems find out by themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn let_go(_bytes: &'static [u8]) {}

/// Gives memory back to the system that was freed: an allocator keeps what a large piece of work let go,
/// such as a menu that was replaced. Takes some milliseconds.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "a call of the C library without arguments to get wrong"
)]
pub fn give_back() {
    // SAFETY: glibc's own function, of any thread at any time; it touches free memory alone.
    let _ = unsafe { libc::malloc_trim(0) };
}

/// Other systems find out by themselves.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub fn give_back() {}

#[cfg(all(test, feature = "embedded"))]
mod tests {
    #[test]
    fn a_model_that_was_let_go_says_the_same() {
        let engine = crate::Engine::embedded().expect("loads");
        let before = engine.embed(&["two zucchini fritters"]).expect("encodes");
        let again = crate::Engine::embedded().expect("loads once more");
        assert_eq!(engine.info().sha256, again.info().sha256);
        assert_eq!(
            before,
            again.embed(&["two zucchini fritters"]).expect("encodes")
        );
    }
}
