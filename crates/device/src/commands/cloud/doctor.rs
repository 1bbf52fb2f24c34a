//! The doctor's row about the cloud half.

use super::super::doctor::{Finding, broken, note, ok};
use super::status::{Status, look};
use super::{cloud, on_a_runtime, short};
use crate::cli::Global;
use crate::cloud::menu_digest;
use crate::config::Config;
use crate::routing::remembered_parity;
use crate::service::stored_menu;
use olympus_core::route::Parity;
use std::time::Duration;

const WHAT: &str = "cloud";
/// For one question: who asks the doctor waits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether a cloud half is set up, answers, and has this menu. Without one, or with one that is not
/// reached, this device answers alone: that is no fault of its own.
pub(in super::super) fn finding(global: &Global, config: &Config) -> Finding {
    match config.cloud() {
        Ok(Some(_)) => {}
        Ok(None) => {
            let text =
                "not set up: this device answers alone; `olympus-edge cloud --help` shows how";
            return note(WHAT, text);
        }
        Err(error) => return broken(WHAT, error.to_string()),
    }
    let looked = on_a_runtime(async {
        let cloud = cloud(global, config)?;
        let here = stored_menu(&global.data_dir())?;
        let here = here.map(|(_, items)| menu_digest(&items));
        Ok(look(&cloud, here, PATIENCE).await)
    });
    match looked {
        Ok(status) => judged(&status, remembered_parity(&global.data_dir())),
        Err(error) => broken(WHAT, format!("{error:#}")),
    }
}

fn judged(status: &Status, parity: Option<Parity>) -> Finding {
    let place = format!("{} {}", status.way, status.address);
    if let Some(error) = &status.error {
        return match (status.key_refused, status.answer_ms) {
            (true, _) => broken(WHAT, format!("{place}: {error}")),
            (false, Some(_)) => note(WHAT, format!("{place} is reached: {error}")),
            (false, None) => note(
                WHAT,
                format!(
                    "{place}: {error}; this device answers alone meanwhile. Look at the line, and at \
                     `olympus-edge config list`"
                ),
            ),
        };
    }
    let millis = status.answer_ms.unwrap_or_default();
    let reached = format!("{place}, reached in {millis:.0} ms");
    let said = match (&status.menu_digest, &status.menu.live) {
        (None, _) => return note(WHAT, format!("{reached}; there is no menu to bring to it")),
        (Some(_), Some(live)) if status.in_step => {
            format!("{reached}, has this menu, {} items", live.items)
        }
        (Some(here), live) => {
            let live = live.as_ref().map(|live| short(&live.digest));
            let there = live.map_or_else(|| "no menu".to_owned(), |it| format!("menu {it}"));
            return note(
                WHAT,
                format!(
                    "{reached}, has {there} and not {}; a running server brings it, or \
                     `olympus-edge cloud publish`",
                    short(here)
                ),
            );
        }
    };
    if let Some(fault) = &status.menu.fault {
        return note(
            WHAT,
            format!("{said}; searched there by words alone: {fault}"),
        );
    }
    match parity {
        Some(Parity::Closed) => note(
            WHAT,
            format!(
                "{said}; parity closed: it embeds otherwise than when the menu was published, and \
                 search stays here; `olympus-edge cloud publish --anew`"
            ),
        ),
        Some(Parity::Open) => ok(WHAT, format!("{said}, parity open")),
        None => ok(WHAT, format!("{said}, parity not looked at yet")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::doctor::Verdict;
    use super::{Parity, Status, judged};
    use olympus_proto::edge::{LiveMenu, PublishStatus};
    use olympus_proto::{MenuVersion, SpaceId};

    fn status() -> Status {
        Status {
            location: "loc-7".to_owned(),
            way: "worker",
            address: "https://edge.example".to_owned(),
            reachable: true,
            error: None,
            key_refused: false,
            answer_ms: Some(12.3),
            menu_digest: Some("d1".to_owned()),
            in_step: true,
            menu: PublishStatus {
                live: Some(LiveMenu {
                    digest: "d1".to_owned(),
                    version: MenuVersion(1),
                    items: 3,
                    space: SpaceId::from("m/cls/3"),
                    since_ms: 1,
                }),
                publishing: None,
                fault: None,
            },
        }
    }

    fn check(status: &Status, parity: Option<Parity>, verdict: Verdict, says: &str) {
        let found = judged(status, parity);
        assert_eq!(found.verdict, verdict, "{found:?}");
        assert!(found.detail.contains(says), "{found:?}");
    }

    #[test]
    fn what_is_amiss_is_told_with_what_to_do() {
        let open = Some(Parity::Open);
        check(
            &status(),
            open,
            Verdict::Ok,
            "in 12 ms, has this menu, 3 items, parity open",
        );
        check(&status(), None, Verdict::Ok, "not looked at yet");
        check(
            &status(),
            Some(Parity::Closed),
            Verdict::Note,
            "cloud publish --anew",
        );
        let other = Status {
            in_step: false,
            ..status()
        };
        check(&other, open, Verdict::Note, "`olympus-edge cloud publish`");
        let none = Status {
            menu_digest: None,
            ..other
        };
        check(&none, open, Verdict::Note, "no menu to bring");
        let mut by_words = status();
        by_words.menu.fault = Some("no model".to_owned());
        check(&by_words, open, Verdict::Note, "words alone: no model");
        let failed = Status {
            error: Some("failed".to_owned()),
            ..status()
        };
        check(&failed, open, Verdict::Note, "is reached: failed");
        let refused = Status {
            key_refused: true,
            ..failed
        };
        check(&refused, open, Verdict::Broken, "failed");
        let lost = Status {
            key_refused: false,
            answer_ms: None,
            reachable: false,
            ..refused
        };
        check(&lost, open, Verdict::Note, "answers alone");
    }
}
