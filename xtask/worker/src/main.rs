//! Makes an ES module of the Worker's wasm, the way workerd wants it, without any other tool:
//! the same wasm-bindgen as the crate's, as a library, and an entry that this file writes.
//!
//! Usage: `xtask-worker [--dev] WASM OUT [CLASS…]`, the classes of Durable Objects. With `--dev` it
//! may be larger than what can be deployed. Never writes outside of OUT.

use anyhow::{Context as _, bail};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// What Cloudflare takes of a free plan, gzipped.
const MAX_GZIPPED: usize = 3 * 1024 * 1024;
const STEM: &str = "index";
const ENTRY: &str = include_str!("entry.js");

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from).peekable();
    let dev = args.next_if(|arg| arg.as_os_str() == "--dev").is_some();
    let (Some(wasm), Some(out)) = (args.next(), args.next()) else {
        bail!("usage: xtask-worker [--dev] WASM OUT [CLASS…]");
    };
    let classes: Vec<String> = args.map(|name| name.display().to_string()).collect();
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("emptying {}", out.display()))?;
    }
    fs::create_dir_all(&out)?;
    Bindgen::new()
        .input_path(&wasm)
        .out_name(STEM)
        .module(true)?
        .reset_state_function(true)
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .with_context(|| format!("binding {}", wasm.display()))?;
    let file = out.join(format!("{STEM}.js"));
    let glue = for_workerd(&fs::read_to_string(&file)?)?;
    fs::write(&file, &glue)?;
    fs::write(out.join("worker.js"), entry(&glue, &classes)?)?;
    report(&out, dev)
}

/// workerd gives a compiled module to a plain import, and knows no import in the source phase.
fn for_workerd(glue: &str) -> anyhow::Result<String> {
    let (by_source, plain) = ("import source wasmModule ", "import wasmModule ");
    if !glue.contains(by_source) {
        bail!("wasm-bindgen imports the module in another way than this program knows");
    }
    Ok(glue.replacen(by_source, plain, 1))
}

/// The module that workerd starts.
fn entry(glue: &str, classes: &[String]) -> anyhow::Result<String> {
    let mut entry = ENTRY.to_owned();
    for class in classes {
        if !glue.contains(&format!("export class {class} ")) {
            bail!("the Worker has no Durable Object `{class}`");
        }
        writeln!(entry, "export const {class} = lasting(glue.{class});")?;
    }
    Ok(entry)
}

/// Says the size, and refuses what Cloudflare would refuse.
fn report(out: &Path, dev: bool) -> anyhow::Result<()> {
    let (mut raw, mut gzipped) = (0, 0);
    for file in fs::read_dir(out)? {
        let path = file?.path();
        if path.is_file() {
            let bytes = fs::read(&path)?;
            raw += bytes.len();
            gzipped += gzip(&bytes)?;
        }
    }
    println!(
        "{}: {} KiB, {} KiB gzipped of {} KiB",
        out.display(),
        raw / 1024,
        gzipped / 1024,
        MAX_GZIPPED / 1024
    );
    if gzipped > MAX_GZIPPED && !dev {
        bail!("the Worker is larger than what Cloudflare takes");
    }
    Ok(())
}

fn gzip(bytes: &[u8]) -> anyhow::Result<usize> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    encoder.write_all(bytes)?;
    Ok(encoder.finish()?.len())
}

#[cfg(test)]
mod tests {
    use super::{entry, for_workerd};

    #[test]
    fn the_entry_names_every_object_or_none_is_made() {
        let glue = "export class RateLimiter {\n}\n";
        let text = entry(glue, &["RateLimiter".to_owned()]).unwrap();
        assert!(text.ends_with("export const RateLimiter = lasting(glue.RateLimiter);\n"));
        assert!(entry(glue, &["Cart".to_owned()]).is_err());
    }

    #[test]
    fn only_the_known_import_is_rewritten() {
        let glue = "import source wasmModule from \"./index_bg.wasm\";";
        let rewritten = for_workerd(glue).unwrap();
        assert_eq!(rewritten, "import wasmModule from \"./index_bg.wasm\";");
        assert!(for_workerd("import * as wasm from \"./index_bg.wasm\";").is_err());
    }
}
