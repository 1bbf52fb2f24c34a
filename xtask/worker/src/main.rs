//! Makes an ES module of the Worker's wasm, the way workerd wants it, without any other tool:
//! the same wasm-bindgen as the crate's, as a library, and an entry that this file writes.
//!
//! Usage: `xtask-worker WASM OUT [CLASS…]`, the classes of Durable Objects. Never writes outside
//! of OUT.

use anyhow::{Context as _, bail};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use wasm_bindgen_cli_support::Bindgen;

/// What Cloudflare takes of a free plan, gzipped.
const MAX_GZIPPED: usize = 3 * 1024 * 1024;
const STEM: &str = "index";

fn main() -> anyhow::Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(wasm), Some(out)) = (args.next(), args.next()) else {
        bail!("usage: xtask-worker WASM OUT [CLASS…]");
    };
    let classes: Vec<String> = args.map(|name| name.display().to_string()).collect();
    if out.exists() {
        fs::remove_dir_all(&out).with_context(|| format!("emptying {}", out.display()))?;
    }
    fs::create_dir_all(&out)?;
    Bindgen::new()
        .input_path(&wasm)
        .out_name(STEM)
        .bundler(true)?
        .typescript(false)
        .keep_debug(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(&out)
        .with_context(|| format!("binding {}", wasm.display()))?;
    // What the bundler would start the module with; ours follows.
    fs::remove_file(out.join(format!("{STEM}.js")))?;
    let glue = fs::read_to_string(out.join(format!("{STEM}_bg.js")))?;
    fs::write(out.join("worker.js"), entry(&glue, &classes)?)?;
    report(&out)
}

/// The module that workerd starts.
fn entry(glue: &str, classes: &[String]) -> anyhow::Result<String> {
    for class in classes {
        if !glue.contains(&format!("export class {class} ")) {
            bail!("the Worker has no Durable Object `{class}`");
        }
    }
    let mut entry = format!(
        "// Written by `cargo xtask worker build`.\n\
         import * as glue from \"./{STEM}_bg.js\";\n\
         import module from \"./{STEM}_bg.wasm\";\n\
         \n\
         const instance = new WebAssembly.Instance(module, {{ \"./{STEM}_bg.js\": glue }});\n\
         glue.__wbg_set_wasm(instance.exports);\n\
         instance.exports.__wbindgen_start?.();\n\
         \n\
         export default {{ fetch: (request, env, context) => glue.fetch(request, env, context) }};\n"
    );
    if !classes.is_empty() {
        entry.push_str(&format!(
            "export {{ {} }} from \"./{STEM}_bg.js\";\n",
            classes.join(", ")
        ));
    }
    Ok(entry)
}

/// Says the size, and refuses what Cloudflare would refuse.
fn report(out: &Path) -> anyhow::Result<()> {
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
    if gzipped > MAX_GZIPPED {
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
    use super::entry;

    #[test]
    fn the_entry_names_every_object_or_none_is_made() {
        let glue = "export class RateLimiter {\n}\n";
        let text = entry(glue, &["RateLimiter".to_owned()]).unwrap();
        assert!(text.contains("export { RateLimiter } from"));
        assert!(entry(glue, &["Cart".to_owned()]).is_err());
        assert!(!entry(glue, &[]).unwrap().contains("export {  }"));
    }
}
