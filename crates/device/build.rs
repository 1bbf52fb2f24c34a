//! Lists the files of `web/`, so that each is embedded and none is forgotten; tells the linker to keep
//! one of functions that are alike.

use std::fmt::Write;
use std::path::Path;

fn main() {
    fold_alike();
    println!("cargo::rerun-if-changed=web");
    let root = std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let web = Path::new(&root).join("web");
    let mut names: Vec<String> = std::fs::read_dir(&web)
        .expect("crates/device/web is there")
        .map(|entry| entry.expect("can be listed"))
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    let mut table = String::from("pub(crate) const FILES: &[(&str, &[u8])] = &[\n");
    for name in names {
        // By where this package lies when it is compiled: the table may be of a copy of it that shares
        // the target folder.
        let path = format!("concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/web/{name}\")");
        writeln!(table, "    ({name:?}, include_bytes!({path})),").expect("a String grows");
    }
    table.push_str("];\n");
    let out = std::env::var("OUT_DIR").expect("cargo sets it");
    std::fs::write(Path::new(&out).join("web.rs"), table).expect("can be written");
}

/// Takes 0.8 MB off the binary. Only where the toolchain brings a linker that can, which is lld.
fn fold_alike() {
    let of = |name| std::env::var(name).unwrap_or_default();
    if of("TARGET") == "x86_64-unknown-linux-gnu" && of("PROFILE") == "release" {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}
