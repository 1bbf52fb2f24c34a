//! Puts the lexicon's files together: all of them, deflated, for devices; for the Worker, which is packed as a whole and
//! has no room for more, those of its first folder as they are.

use std::fs;
use std::io::Result;
use std::path::Path;

/// Where two files have a name, the first counts. Those of `more` follow by name.
const SOURCES: [&str; 9] = [
    "mediterranean.tsv",
    "japan_china.tsv",
    "southeast_mainland.tsv",
    "southeast_islands.tsv",
    "south_asia.tsv",
    "middle_east_africa.tsv",
    "americas.tsv",
    "europe_drinks.tsv",
    "plain_english.tsv",
];

fn main() -> Result<()> {
    let folder = Path::new("src/menu/lexicon");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut text = Vec::new();
    for name in SOURCES {
        text.extend(fs::read(folder.join(name))?);
    }
    let out = std::env::var_os("OUT_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    write(&folder.join("more"), text, Path::new(&out))
}

#[cfg(feature = "whole-lexicon")]
fn write(more: &Path, mut text: Vec<u8>, out: &Path) -> Result<()> {
    use std::io::Write as _;

    let files = fs::read_dir(more)?.map(|file| Ok(file?.path()));
    let mut files = files.collect::<Result<Vec<_>>>()?;
    files.sort();
    for file in files {
        text.extend(fs::read(file)?);
    }
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&text)?;
    fs::write(out.join("lexicon.deflate"), packed.finish()?)
}

#[cfg(not(feature = "whole-lexicon"))]
fn write(_more: &Path, text: Vec<u8>, out: &Path) -> Result<()> {
    fs::write(out.join("lexicon.tsv"), text)
}
