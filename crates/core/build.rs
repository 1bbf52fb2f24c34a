//! Packs the whole lexicon for devices, whose binary it would otherwise fill with 4 MB of text.

/// In the order of `src/menu/lexicon/mod.rs`; then those of `more`.
#[cfg(feature = "whole-lexicon")]
const FIRST: [&str; 9] = [
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

#[cfg(feature = "whole-lexicon")]
fn main() -> std::io::Result<()> {
    use std::io::Write as _;
    use std::path::Path;

    let folder = Path::new("src/menu/lexicon");
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut packed = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let more = std::fs::read_dir(folder.join("more"))?.map(|file| Ok(file?.path()));
    let mut more = more.collect::<std::io::Result<Vec<_>>>()?;
    more.sort();
    let first = FIRST.into_iter().map(|name| folder.join(name));
    for file in first.chain(more) {
        packed.write_all(&std::fs::read(file)?)?;
    }
    let out = std::env::var_os("OUT_DIR").ok_or(std::io::ErrorKind::NotFound)?;
    std::fs::write(Path::new(&out).join("lexicon.deflate"), packed.finish()?)
}

#[cfg(not(feature = "whole-lexicon"))]
fn main() {
    println!("cargo:rerun-if-changed=build.rs");
}
