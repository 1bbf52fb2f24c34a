//! `POST …/image`: which dish of the menu a picture shows, by a vision model.
//!
//! Invariant: a picture is what its first bytes say, not what it is called; an answer names only
//! dishes of the menu in use that can be had now. No picture is kept.

use super::binding::Ai;
use super::fault::UpstreamError;
use super::intent::{model, readable};
use super::upstream::{self, Cloud, Said};
use super::{deadline_of, label, meta, micros_since, policy_of_model};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, header, reply, time};
use crate::menu::live::{self, Menu};
use crate::menu::none_published;
use futures_util::FutureExt as _;
use olympus_core::image::{self, ImageFormat, MAX_CHOICES, RemoteImage, Unreadable};
use olympus_core::menu::availability::{self, LocalTime};
use olympus_core::menu::filter::Filter;
use olympus_core::route::{Ask, Confidence, Opinion, Policy, Task};
use olympus_menu::{Meaning, Overrides, Query, Wishes};
use olympus_proto::edge::{ImageResponse, Recognised};
use olympus_proto::workers_ai::{ChatInput, ChatOutput};
use olympus_proto::{ErrorCode, Hit, ItemId, StagesUs, State};
use std::rc::Rc;
use worker::{Env, Request};

/// Used where `VISION_MODEL` is not set.
const DEFAULT_MODEL: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";

/// What a model saw, or why that is nothing.
#[derive(Debug, Clone)]
enum Seen {
    Picture(RemoteImage),
    Nothing(&'static str),
}

pub(crate) async fn recognise(ctx: &Ctx, mut request: Request) -> Answer {
    let (deadline, forced) = (deadline_of(&request)?, policy_of_model(&request)?);
    check_type(header(&request, "content-type").as_deref())?;
    let max = ctx.endpoint.route().class.max_body_bytes();
    let bytes = body::bytes(&mut request, max).await?;
    let format = image::sniff(&bytes).ok_or_else(not_a_picture)?;
    let prefix = super::embed::Embedder::of(&ctx.env).prefix();
    let menu = live::menu(&ctx.env, &ctx.location, &prefix).await?;
    let menu = menu.ok_or_else(none_published)?;
    let overrides = live::overrides(&ctx.env, &ctx.location).await?;
    let now = menu.now();
    let choices = Rc::new(choices(&menu, &overrides, now));
    let model = model(&ctx.env, "VISION_MODEL", DEFAULT_MODEL);
    let started = time::now_ms();
    let question = Question {
        chat: image::chat(&image::data_url(format, &bytes), &choices),
        choices,
        model,
    };
    let question = Rc::new(question);
    let (seen, reason) = routed(ctx, &question, deadline, forced).await?;
    let hits = hits(&menu, &overrides, now, &seen.recognised);
    let stages = StagesUs {
        classify: micros_since(started),
        ..StagesUs::default()
    };
    let mut meta = meta(ctx, reason, &question.model, stages);
    meta.menu_version = Some(menu.pointer.live.version);
    meta.menu_digest = Some(menu.pointer.live.digest.clone());
    reply::json(&ImageResponse {
        recognised: seen
            .recognised
            .into_iter()
            .filter(|one| hits.iter().any(|hit| hit.id == one.item))
            .collect(),
        seen: seen.seen,
        hits,
        meta,
    })
}

fn check_type(said: Option<&str>) -> Result<(), EdgeError> {
    let kind = said.unwrap_or_default().split(';').next();
    let kind = kind.unwrap_or_default().trim();
    let known = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Webp];
    match known
        .iter()
        .any(|one| kind.eq_ignore_ascii_case(one.media_type()))
    {
        true => Ok(()),
        false => Err(EdgeError::new(
            ErrorCode::UnsupportedMediaType,
            "send the picture as image/png, image/jpeg or image/webp",
        )),
    }
}

fn not_a_picture() -> EdgeError {
    EdgeError::invalid("the body is no PNG, JPEG or WebP picture")
}

/// The dishes that a model may choose from: the first ones of the menu that can be had now.
fn choices(menu: &Menu, overrides: &Overrides, now: LocalTime) -> Vec<(ItemId, String)> {
    let available = menu.index.items().iter().filter(|item| {
        let mark = overrides.get(&item.id).copied();
        availability::state(item, mark, now) == State::Available
    });
    available
        .take(MAX_CHOICES)
        .map(|item| (item.id.clone(), item.name.clone()))
        .collect()
}

fn hits(menu: &Menu, overrides: &Overrides, now: LocalTime, recognised: &[Recognised]) -> Vec<Hit> {
    let ranking: Vec<(ItemId, f32)> = recognised
        .iter()
        .map(|one| (one.item.clone(), one.confidence))
        .collect();
    let filter = Filter::default();
    let query = Query {
        text: "",
        meaning: Meaning::None,
        limit: ranking.len(),
        filter: &filter,
        as_you_type: false,
    };
    let wishes = Wishes::default();
    menu.index.ranked(&query, &wishes, &ranking, overrides, now)
}

struct Question {
    chat: ChatInput,
    choices: Rc<Vec<(ItemId, String)>>,
    model: String,
}

async fn routed(
    ctx: &Ctx,
    question: &Rc<Question>,
    deadline: Option<std::time::Duration>,
    forced: Option<Policy>,
) -> Result<(RemoteImage, String), EdgeError> {
    let (env, asked) = (ctx.env.clone(), Rc::clone(question));
    let cloud: Cloud<Seen> = Rc::new(move || {
        let (env, question) = (env.clone(), Rc::clone(&asked));
        async move { look(&env, &question).await.map(said) }.boxed_local()
    });
    let ask = Ask {
        task: Task::Image,
        local: false,
        deadline,
        forced,
    };
    let routed = upstream::answer(ctx, ask, None, cloud).await??;
    Ok(match routed.value {
        Seen::Picture(seen) => (seen, routed.reason.to_string()),
        Seen::Nothing(code) => {
            let nothing = RemoteImage {
                seen: String::new(),
                recognised: Vec::new(),
            };
            (nothing, format!("unreadable_{code}"))
        }
    })
}

fn said(seen: Seen) -> Said<Seen> {
    let best = match &seen {
        Seen::Picture(image) => image.recognised.first(),
        Seen::Nothing(_) => None,
    };
    Said {
        opinion: Opinion {
            says: best.map(|best| label(best.item.as_str())),
            confidence: Confidence::new(best.map_or(0.0, |best| best.confidence)),
        },
        value: seen,
    }
}

async fn look(env: &Env, question: &Question) -> Result<Seen, UpstreamError> {
    let ai = Ai::of(env)?;
    let run = ai.run::<ChatOutput<serde_json::Value>>(&question.model, &question.chat);
    let read = readable(run.await)?;
    Ok(
        match read.map(|output| image::read(&output.response, &question.choices)) {
            Ok(Ok(seen)) => Seen::Picture(seen),
            Ok(Err(unreadable)) => Seen::Nothing(Unreadable::code(unreadable)),
            Err(code) => Seen::Nothing(code),
        },
    )
}

#[cfg(test)]
mod tests {
    use super::check_type;

    #[test]
    fn three_types_are_read() {
        for said in ["image/png", "IMAGE/JPEG", "image/webp; q=1"] {
            assert_eq!(check_type(Some(said)), Ok(()), "{said}");
        }
        for said in [None, Some(""), Some("image/gif"), Some("application/json")] {
            assert!(check_type(said).is_err(), "{said:?}");
        }
    }
}
