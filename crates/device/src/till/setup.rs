//! How a till is set up: who it is, by what it sells, and where its file is.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use olympus_core::pos::Rules;
use olympus_core::sync::client::ClientConfig;
use olympus_proto::LocationId;
use olympus_proto::grant::TerminalId;
use olympus_store::TillConfig;
use std::io;
use std::path::{Path, PathBuf};

/// The file in the data folder.
pub(crate) const FILE: &str = "till.db";
/// Where no restaurant is named: nothing of it leaves this device.
const NOWHERE: &str = "local";

/// One till.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Where its file is kept; `None` is a temporary folder that goes when the till ends.
    pub data_dir: Option<PathBuf>,
    /// Which restaurant.
    pub location: LocationId,
    /// Which terminal this device is.
    pub terminal: TerminalId,
    /// Currency and tax.
    pub rules: Rules,
    /// The restaurant's time zone.
    pub zone: TimeZone,
    /// When its business day starts.
    pub day_starts: Time,
    /// What stands on its receipts.
    pub receipt: ReceiptSetup,
    /// Caps of what waits to be sent.
    pub sync: ClientConfig,
    /// Somebody takes what is to be sent.
    pub has_cloud: bool,
}

/// What stands on a receipt beside its order.
#[derive(Debug, Clone, Default)]
pub struct ReceiptSetup {
    /// The restaurant's name.
    pub name: String,
    /// Its address, a line each.
    pub address: Vec<String>,
    /// Its number with the tax office.
    pub tax_id: Option<String>,
}

impl Setup {
    /// A till of its own, in a temporary folder.
    #[must_use]
    pub fn temporary() -> Self {
        Self {
            data_dir: None,
            location: LocationId(NOWHERE.to_owned()),
            terminal: TerminalId::from("till-1"),
            rules: Rules {
                currency: "USD".to_owned(),
                tax_basis_points: 0,
                tax_included: false,
            },
            zone: TimeZone::system(),
            day_starts: Time::constant(4, 0, 0, 0),
            receipt: ReceiptSetup::default(),
            sync: ClientConfig::default(),
            has_cloud: false,
        }
    }

    pub(super) fn config(&self) -> TillConfig {
        TillConfig {
            location: self.location.clone(),
            terminal: self.terminal.clone(),
            rules: self.rules.clone(),
            sync: ClientConfig {
                // Two calls over HTTP overtake each other, and the later one is refused as a gap:
                // one after the other is faster.
                most_in_flight: 1,
                ..match self.has_cloud {
                    true => self.sync.clone(),
                    false => without_caps(&self.sync),
                }
            },
        }
    }

    /// Room on the disk of the file, where that can be told.
    pub(crate) fn free_bytes(&self) -> Option<u64> {
        let temporary = std::env::temp_dir();
        let dir = self.data_dir.as_ref().unwrap_or(&temporary);
        #[cfg(unix)]
        {
            let stat = rustix::fs::statvfs(dir).ok()?;
            Some(stat.f_bavail.saturating_mul(stat.f_frsize))
        }
        #[cfg(not(unix))]
        {
            let _ = dir;
            None
        }
    }

    /// The file, and the folder that goes with the till.
    pub(super) fn place(&self) -> io::Result<(PathBuf, Option<tempfile::TempDir>)> {
        match &self.data_dir {
            Some(dir) => {
                crate::files::create_private_dir(dir)?;
                let path = dir.join(FILE);
                // What is wrong with the disk is told by the till, which tries again.
                if let Err(error) = make_private(&path) {
                    tracing::warn!(%error, path = %path.display(), "others may be able to read the till's file");
                }
                Ok((path, None))
            }
            None => {
                let temporary = tempfile::Builder::new().prefix("olympus-till-").tempdir();
                Ok(match temporary {
                    Ok(dir) => (dir.path().join(FILE), Some(dir)),
                    // The demo also runs where nothing can be written; it sells nothing then.
                    Err(_) => (
                        std::env::temp_dir().join("no-olympus-till").join(FILE),
                        None,
                    ),
                })
            }
        }
    }
}

/// A file that its owner alone can read; SQLite takes what is empty for new, and gives its log the
/// same mode.
fn make_private(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options.open(path).map(drop)
}

/// Where there is no cloud, nothing is late and nothing is too much.
fn without_caps(sync: &ClientConfig) -> ClientConfig {
    ClientConfig {
        soft_age: std::time::Duration::MAX,
        hard_age: std::time::Duration::MAX,
        most_operations: usize::MAX,
        most_value: olympus_proto::Cents(i64::MAX),
        ..sync.clone()
    }
}
