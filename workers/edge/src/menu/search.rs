//! `POST …/menu/search`: words from the index of this isolate, meaning from Vectorize, both in the
//! device's own way of searching.
//!
//! Invariant: limits, hours and marks are checked here on the published menu, never in Vectorize.
//! A model or an index that fails, or whose vectors are of another space, costs the meaning and
//! not the answer: the words answer alone, and `meta.reason` says why.

use super::document::key_of;
use super::live::{self, Menu};
use super::publisher::query_options;
use crate::ai::binding::Vectorize;
use crate::ai::embed::Embedder;
use crate::ai::fault::UpstreamError;
use crate::ai::upstream::{self, Cloud, Local, Said};
use crate::ai::{deadline_of, label, meta, micros_since, policy_of};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError};
use crate::http::{body, reply, time};
use crate::metrics;
use futures_util::FutureExt as _;
use futures_util::future::join;
use olympus_core::menu::attributes::Manner;
use olympus_core::menu::availability::LocalTime;
use olympus_core::route::{Ask, Confidence, Opinion, Policy, Reason, Task};
use olympus_menu::{Asked, Meaning, Overrides, Query};
use olympus_proto::vectorize::MAX_TOP_K;
use olympus_proto::{
    Ambiguous, Hit, ItemId, Path, SearchRequest, SearchResponse, SpaceId, StagesUs, Unstated,
};
use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;
use worker::{Env, Request};

/// Said where no vector took part.
const LEXICAL: &str = "lexical";
/// Queries whose vectors are remembered: 1.5 KB each.
const REMEMBERED: usize = 256;
/// Longer queries are rarely said twice.
const MAX_REMEMBERED_BYTES: usize = 512;

/// Queries and their vectors, the newest at the end.
type Memory = VecDeque<(String, Rc<[f32]>)>;

thread_local! {
    static MEMORY: RefCell<Memory> = const { RefCell::new(VecDeque::new()) };
}

/// All that a search rests on, fetched before it begins.
struct Setting {
    menu: Rc<Menu>,
    asked: Asked,
    overrides: Rc<Overrides>,
    now: LocalTime,
}

/// What was found.
struct Found {
    hits: Vec<Hit>,
    ambiguous: Option<Ambiguous>,
    unstated: Vec<Unstated>,
    /// The model of the vectors that took part, and their space.
    vectors: Option<(String, SpaceId)>,
    encode_us: u64,
}

pub(crate) async fn search(ctx: &Ctx, mut request: Request) -> Answer {
    let (deadline, forced) = (deadline_of(&request)?, policy_of(&request)?);
    let max = ctx.endpoint.route().class.max_body_bytes();
    let sent: SearchRequest = body::json(&mut request, max).await?;
    let mut asked = Asked::of(&sent)?;
    let embedder = Embedder::of(&ctx.env);
    let prefix = embedder.prefix();
    let (menu, overrides) = join(
        live::menu(&ctx.env, &ctx.location, &prefix),
        live::overrides(&ctx.env, &ctx.location),
    )
    .await;
    let menu = menu?.ok_or_else(super::none_published)?;
    asked.read(&menu.index, Manner::Search);
    let setting = Rc::new(Setting {
        overrides: overrides?,
        now: menu.now(),
        menu,
        asked,
    });
    let started = time::now_ms();
    let (found, reason) = if setting.asked.text.is_empty() {
        (setting.find(Meaning::None)?, Reason::LocalOnly)
    } else if setting.menu.pointer.prefix != prefix {
        (setting.find(Meaning::None)?, Reason::ParityClosed)
    } else {
        routed(ctx, &setting, embedder, deadline, forced).await?
    };
    respond(ctx, &setting, found, reason, started)
}

fn respond(ctx: &Ctx, setting: &Setting, found: Found, reason: Reason, started_ms: u64) -> Answer {
    let stages = StagesUs {
        encode: found.encode_us,
        search: micros_since(started_ms).saturating_sub(found.encode_us),
        ..StagesUs::default()
    };
    let live = &setting.menu.pointer.live;
    let (model, space) = match found.vectors {
        Some((model, space)) => (model, Some(space)),
        None => (LEXICAL.to_owned(), None),
    };
    let mut meta = meta(ctx, reason.as_str(), &model, stages);
    meta.menu_version = Some(live.version);
    meta.menu_digest = Some(live.digest.clone());
    meta.space = space;
    reply::json(&SearchResponse {
        hits: found.hits,
        parse: setting.asked.parse.clone(),
        ambiguous: found.ambiguous,
        unstated: found.unstated,
        meta,
    })
}

/// With vectors where that makes the deadline, else by words.
async fn routed(
    ctx: &Ctx,
    setting: &Rc<Setting>,
    embedder: Embedder,
    deadline: Option<std::time::Duration>,
    forced: Option<Policy>,
) -> Result<(Found, Reason), EdgeError> {
    let here = Rc::clone(setting);
    let local: Local<Found> = Box::new(move || {
        // Words alone are a stopgap and no opinion: any answer with vectors is the better one, and
        // the two are never compared.
        Some(Said {
            value: here.find(Meaning::None).ok()?,
            opinion: Opinion {
                says: None,
                confidence: Confidence::new(0.0),
            },
        })
    });
    let there = Rc::clone(setting);
    let (env, exec, embedder) = (ctx.env.clone(), ctx.exec.clone(), Rc::new(embedder));
    let location = ctx.location.clone();
    let cloud: Cloud<Found> = Rc::new(move || {
        let (env, setting, embedder) = (env.clone(), Rc::clone(&there), Rc::clone(&embedder));
        let (exec, location) = (exec.clone(), location.clone());
        async move {
            let found = setting.with_vectors(&env, &embedder).await;
            if matches!(&found, Err(error) if *error == nothing_found()) {
                metrics::count("edge_menu_vectors_missing", &[]);
                let pointer = setting.menu.pointer.clone();
                exec.wait_until(async move { live::missed(&env, &location, &pointer).await });
            }
            found
        }
        .boxed_local()
    });
    let ask = Ask {
        task: Task::Search,
        local: true,
        deadline,
        forced,
    };
    let routed = upstream::answer(ctx, ask, Some(local), cloud).await??;
    let reason = match (routed.path, routed.reason) {
        // There is one cloud; that its answer was taken needs no comparison to be named.
        (Path::Cloud, _) => Reason::CloudFirst,
        (Path::Local, reason) => reason,
    };
    Ok((routed.value, reason))
}

fn said(found: Found) -> Said<Found> {
    let best = found.hits.first().map_or("", |hit| hit.id.as_str());
    Said {
        opinion: Opinion {
            says: Some(label(best)),
            confidence: Confidence::new(1.0),
        },
        value: found,
    }
}

impl Setting {
    fn find(&self, meaning: Meaning<'_>) -> Result<Found, EdgeError> {
        let asked = &self.asked;
        let query = Query {
            text: &asked.text,
            meaning,
            limit: asked.limit,
            filter: &asked.filter,
            as_you_type: asked.as_you_type,
        };
        let index = &self.menu.index;
        let (wishes, overrides, now) = (&asked.wishes, &self.overrides, self.now);
        let hits = index.search_wishing(&query, wishes, overrides, now);
        let hits = hits.map_err(EdgeError::internal)?;
        let unstated = index.unstated(&query, wishes, overrides, now, &hits);
        let ambiguous = match asked.wishes.alone() {
            true => None,
            false => index.ambiguous(&asked.text, &hits),
        };
        Ok(Found {
            hits,
            ambiguous,
            unstated: unstated.map_err(EdgeError::internal)?,
            vectors: None,
            encode_us: 0,
        })
    }

    async fn with_vectors(
        &self,
        env: &Env,
        embedder: &Embedder,
    ) -> Result<Said<Found>, UpstreamError> {
        let started = time::now_ms();
        let vector = vector(env, embedder, &self.asked.text).await?;
        let encode_us = micros_since(started);
        let space = embedder.space(vector.len());
        let menu = &self.menu;
        if space != menu.pointer.live.space {
            return Err(UpstreamError::Refused(format!(
                "the query is in the space {space}, the menu in {}",
                menu.pointer.live.space
            )));
        }
        let options = query_options(menu.names.location(), &menu.names.tag, MAX_TOP_K);
        let matches = Vectorize::of(env)?.query(&vector, &options).await?;
        let mut near: HashMap<ItemId, f32> = HashMap::new();
        for found in &matches.matches {
            let Some(item) = key_of(&found.id).and_then(|key| menu.owner(key)) else {
                continue;
            };
            let best = near.entry(item.clone()).or_insert(found.score);
            *best = best.max(found.score);
        }
        if near.is_empty() && !menu.index.items().is_empty() {
            // Nearness of all 0 would say that nothing is near, which nobody knows.
            return Err(nothing_found());
        }
        let found = self.find(Meaning::Items(&near));
        let found = found.map_err(|error| UpstreamError::Refused(error.message))?;
        let found = Found {
            vectors: Some((embedder.model.clone(), space)),
            encode_us,
            ..found
        };
        Ok(said(found))
    }
}

/// The index is asked for the nearest vectors of a menu, however far, and has none.
fn nothing_found() -> UpstreamError {
    UpstreamError::Refused("the index has no vector of this menu".to_owned())
}

/// The vector of a query, remembered from before or made.
async fn vector(env: &Env, embedder: &Embedder, text: &str) -> Result<Rc<[f32]>, UpstreamError> {
    let key = [&embedder.prefix(), text].join("\0");
    let known = MEMORY.with_borrow(|memory| recall(memory, &key));
    if let Some(vector) = known {
        return Ok(vector);
    }
    let rows = embedder.embed(env, &[text.to_owned()]).await?;
    let row = rows.into_iter().next();
    let row: Rc<[f32]> = row
        .ok_or_else(|| UpstreamError::Unreadable("there is no vector".to_owned()))?
        .into();
    MEMORY.with_borrow_mut(|memory| remember(memory, key, &row));
    Ok(row)
}

fn recall(memory: &Memory, key: &str) -> Option<Rc<[f32]>> {
    let found = memory.iter().find(|(known, _)| known == key);
    found.map(|(_, vector)| Rc::clone(vector))
}

fn remember(memory: &mut Memory, key: String, vector: &Rc<[f32]>) {
    if key.len() > MAX_REMEMBERED_BYTES || recall(memory, &key).is_some() {
        return;
    }
    if memory.len() >= REMEMBERED {
        memory.pop_front();
    }
    memory.push_back((key, Rc::clone(vector)));
}

#[cfg(test)]
mod tests {
    use super::{MAX_REMEMBERED_BYTES, Memory, REMEMBERED, recall, remember};
    use std::rc::Rc;

    #[test]
    fn vectors_are_remembered_up_to_a_number() {
        let mut memory = Memory::new();
        let vector: Rc<[f32]> = vec![1.0].into();
        for n in 0..=REMEMBERED {
            remember(&mut memory, n.to_string(), &vector);
        }
        remember(&mut memory, "x".repeat(MAX_REMEMBERED_BYTES + 1), &vector);
        assert_eq!(memory.len(), REMEMBERED);
        assert!(recall(&memory, "0").is_none() && recall(&memory, "1").is_some());
    }
}
