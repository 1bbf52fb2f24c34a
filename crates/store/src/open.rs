//! Opening the file.

/// How sure a commit is of its disk.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub enum Synchronous {
    /// Each commit is on the disk before it is told.
    #[default]
    Full,
    /// A power cut may take commits back that were told. Only for the test that shows it.
    #[cfg(feature = "lower-durability")]
    Normal,
}

/// How to open the file.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct OpenOptions {
    /// The name of a registered SQLite VFS; absent is the system's. Where one is named, that one
    /// sees to it that there is one owner.
    pub vfs: Option<String>,
    /// How sure a commit is.
    pub synchronous: Synchronous,
}
