//! Reading menus: every format, every error, and bytes that are no menu at all.

mod errors;
mod good;
mod random;

use olympus_core::menu::import::{Format, ImportErrors, Limits, parse};
use olympus_proto::MenuItem;

fn read(text: &str, format: Format) -> Result<Vec<MenuItem>, ImportErrors> {
    parse(text.as_bytes(), format, &Limits::default())
}

fn json(text: &str) -> Result<Vec<MenuItem>, ImportErrors> {
    read(text, Format::Json)
}
