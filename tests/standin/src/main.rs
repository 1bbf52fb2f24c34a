//! `olympus-standin`: the stand-in as a process.

use clap::Parser as _;
use olympus_standin::Options;
use std::io::Write as _;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let standin = olympus_standin::start(options).await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", standin.address())?;
    out.flush()?;
    tokio::signal::ctrl_c().await?;
    Ok(())
}
