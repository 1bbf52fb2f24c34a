//! Brings the menu in use to the cloud and watches it arrive.

use super::super::{Usage, say, say_json};
use super::status::stage;
use super::{Cloud, PATIENCE, asking, cloud, short};
use crate::cli::Global;
use crate::cloud::{CloudError, menu_digest, sending_time};
use crate::config::Config;
use crate::service::stored_menu;
use indicatif::{ProgressBar, ProgressStyle};
use olympus_proto::edge::{LiveMenu, PublishRequest, PublishStage, PublishStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For one step of the way.
const STEP: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_secs(1);
/// Faults in a row after which it is given up.
const MOST_FAULTS: u32 = 5;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Use --anew where parity is closed: the model's vectors changed under its name, so that those of the
menu that is in use fit its questions no more. The menu answers meanwhile, and those before are
deleted when it is switched to.")]
pub(crate) struct Args {
    /// Embed and write the menu anew, also where it is in use already
    #[arg(long)]
    anew: bool,
    /// Return as soon as it is on its way; for a Worker, which goes on by itself
    #[arg(long)]
    no_wait: bool,
    /// Seconds until it is given up; it can be gone on with later
    #[arg(long, default_value_t = 900)]
    timeout: u64,
}

pub(super) async fn run(global: &Global, args: &Args) -> anyhow::Result<()> {
    let data_dir = global.data_dir();
    let config = Config::load(&data_dir)?;
    let cloud = cloud(global, &config)?;
    let (version, items) = stored_menu(&data_dir)?.ok_or_else(|| {
        Usage("there is no menu yet; `olympus-edge menu import FILE` makes one".to_owned())
    })?;
    let menu = Arc::new(PublishRequest {
        version,
        digest: menu_digest(&items),
        timezone: config.timezone.clone(),
        anew: args.anew,
        items,
    });
    let wanted = Wanted {
        replaces: match args.anew {
            true => in_use(&cloud, &menu.digest).await?,
            false => None,
        },
        menu,
    };
    let status = if args.no_wait {
        let time = sending_time(&wanted.menu);
        let ask = asking(time, Arc::clone(&wanted.menu));
        cloud.api.publish(&ask).await?
    } else {
        bring(&cloud, &wanted, Duration::from_secs(args.timeout)).await?
    };
    if global.json {
        return say_json(&status);
    }
    let digest = short(&wanted.menu.digest);
    say(&match wanted.is_live(&status) {
        Some(live) => format!("menu {digest}: in use in the cloud, {} items", live.items),
        None => format!("menu {digest}: on its way; `olympus-edge cloud status` shows how far"),
    })
}

/// The menu to be in use.
struct Wanted {
    menu: Arc<PublishRequest>,
    /// Since when the same menu is in use that is to be written anew.
    replaces: Option<u64>,
}

impl Wanted {
    /// The menu in use, where it is this one and not the writing that it replaces.
    fn is_live<'a>(&self, status: &'a PublishStatus) -> Option<&'a LiveMenu> {
        let live = status.live.as_ref()?;
        let is_it = live.digest == self.menu.digest && Some(live.since_ms) != self.replaces;
        is_it.then_some(live)
    }
}

/// Since when a menu is in use, where it is.
async fn in_use(cloud: &Cloud, digest: &str) -> anyhow::Result<Option<u64>> {
    let status = cloud.api.publish_status(&asking(PATIENCE, ())).await?;
    let live = status.live.filter(|live| live.digest == digest);
    Ok(live.map(|live| live.since_ms))
}

/// Goes on until the menu is in use, nothing helps any more, or the time is over.
async fn bring(cloud: &Cloud, wanted: &Wanted, most: Duration) -> anyhow::Result<PublishStatus> {
    let until = Instant::now() + most;
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} passages, {msg}") {
        bar.set_style(style);
    }
    let (mut sent, mut faults) = (false, 0);
    let outcome = loop {
        let told = if sent {
            cloud.api.publish_on(&asking(STEP, ())).await
        } else {
            let time = sending_time(&wanted.menu);
            let ask = asking(time, Arc::clone(&wanted.menu));
            cloud.api.publish(&ask).await
        };
        let pause = match told {
            Ok(status) => {
                (sent, faults) = (true, 0);
                show(&bar, &status);
                if let Some(done) = ended(&status, wanted) {
                    break done.map(|()| status);
                }
                POLL
            }
            Err(error) => match wait(&error, faults) {
                Some(pause) => {
                    faults += 1;
                    pause
                }
                None => break Err(error.into()),
            },
        };
        if Instant::now() + pause > until {
            break Err(anyhow::anyhow!(
                "it is not in use after {} s; `olympus-edge cloud publish` goes on with it, and \
                 `cloud status` says how far it is",
                most.as_secs()
            ));
        }
        tokio::time::sleep(pause).await;
    };
    bar.finish_and_clear();
    outcome
}

fn show(bar: &ProgressBar, status: &PublishStatus) {
    if let Some(next) = &status.publishing {
        bar.set_length(next.total as u64);
        bar.set_position(next.done as u64);
        bar.set_message(stage(next.stage));
    }
}

/// Whether it ended, and how.
fn ended(status: &PublishStatus, wanted: &Wanted) -> Option<anyhow::Result<()>> {
    if wanted.is_live(status).is_some() {
        return Some(Ok(()));
    }
    let next = status.publishing.as_ref()?;
    let failed = next.digest == wanted.menu.digest && next.stage == PublishStage::Failed;
    failed.then(|| {
        let why = next
            .error
            .as_deref()
            .unwrap_or("the cloud does not say why");
        Err(anyhow::anyhow!("the menu was not published: {why}"))
    })
}

/// How long to wait after a fault; `None` where waiting does not help.
fn wait(error: &CloudError, faults: u32) -> Option<Duration> {
    let passes = match error {
        CloudError::Unreachable(_) | CloudError::TimedOut(_) | CloudError::Busy { .. } => true,
        CloudError::Refused { status, .. } => *status >= 500,
        _ => false,
    };
    let told = match error {
        CloudError::Busy { retry_after } => *retry_after,
        _ => None,
    };
    let backoff = POLL * 2_u32.pow(faults.min(MOST_FAULTS));
    (passes && faults < MOST_FAULTS).then(|| told.unwrap_or(backoff))
}

#[cfg(test)]
mod tests {
    use super::{MOST_FAULTS, POLL, wait};
    use crate::cloud::CloudError;
    use std::time::Duration;

    #[test]
    fn what_passes_is_waited_for_a_few_times() {
        let busy = |seconds: Option<u64>| CloudError::Busy {
            retry_after: seconds.map(Duration::from_secs),
        };
        assert_eq!(wait(&busy(Some(9)), 0), Some(Duration::from_secs(9)));
        assert_eq!(wait(&busy(None), 2), Some(POLL * 4));
        assert_eq!(wait(&busy(None), MOST_FAULTS), None);
        let refused = |status| CloudError::Refused {
            status,
            code: String::new(),
            message: String::new(),
        };
        assert_eq!(wait(&refused(502), 0), Some(POLL));
        assert_eq!(wait(&refused(400), 0), None);
        assert_eq!(wait(&CloudError::WrongMenu { found: None }, 0), None);
    }
}
