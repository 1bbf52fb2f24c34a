//! `POST …/intent`: what an utterance means, by a text model.
//!
//! Invariant: a model's word is read strictly; what cannot be read is `unknown`, and `meta.reason`
//! says why. No text of a customer is kept: an answer is cached under a hash of what was asked.

use super::binding::Ai;
use super::fault::UpstreamError;
use super::flight::{Flights, Part, Slot};
use super::upstream::{self, Cloud, NoAnswer, Said};
use super::{deadline_of, label, meta, micros_since, policy_of_model};
use crate::http::ctx::Ctx;
use crate::http::error::{Answer, EdgeError, log};
use crate::http::{body, ids, reply, time, var};
use crate::metrics;
use futures_util::FutureExt as _;
use olympus_core::intent::remote::{self, RemoteIntent, Unreadable};
use olympus_core::route::{Ask, Confidence, Opinion, Policy, Reason, Task};
use olympus_menu::checked_text;
use olympus_proto::workers_ai::{ChatInput, ChatOutput};
use olympus_proto::{Intent, IntentAnswer, IntentRequest, IntentResponse, StagesUs};
use sha2::{Digest as _, Sha256};
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use worker::{Delay, Env, Request};

/// Used where `INTENT_MODEL` is not set.
const DEFAULT_MODEL: &str = "@cf/meta/llama-4-scout-17b-16e-instruct";
/// A model that is less sure abstains.
const MIN_CONFIDENCE: f32 = 0.5;
/// How long an answer is kept.
const CACHE_S: u64 = 600;
/// How often a follower looks for the leader's answer.
const LOOK_EVERY: Duration = Duration::from_millis(4);
/// Said where the answer was kept from before.
const CACHED: &str = "cached";

/// What was found out, and the code that says how.
#[derive(Debug, Clone)]
struct Decided {
    answer: IntentAnswer,
    reason: String,
}

type Outcome = Result<Decided, NoAnswer>;

thread_local! {
    static FLIGHTS: RefCell<Flights<Outcome>> = const { RefCell::new(Flights::new()) };
}

/// What a model said, or why that is nothing.
#[derive(Debug, Clone, Copy)]
enum Heard {
    Intent(RemoteIntent),
    Nothing(&'static str),
}

/// The question, checked.
struct Question {
    text: String,
    expected: Vec<Intent>,
    model: String,
    key: String,
}

pub(crate) async fn ask(ctx: &Ctx, mut request: Request) -> Answer {
    let (deadline, forced) = (deadline_of(&request)?, policy_of_model(&request)?);
    let max = ctx.endpoint.route().class.max_body_bytes();
    let sent: IntentRequest = body::json(&mut request, max).await?;
    let question = Question::of(&sent, model(&ctx.env, "INTENT_MODEL", DEFAULT_MODEL))?;
    let started = time::now_ms();
    let known = cached(&ctx.env, &question.key).await;
    metrics::cache("intent", known.is_some());
    let decided = match known {
        Some(answer) => Decided {
            answer,
            reason: CACHED.to_owned(),
        },
        None => shared(ctx, &question, deadline, forced).await??,
    };
    let stages = StagesUs {
        classify: micros_since(started),
        ..StagesUs::default()
    };
    reply::json(&IntentResponse {
        answer: decided.answer,
        meta: meta(ctx, decided.reason, &question.model, stages),
    })
}

/// A model's id by its var.
pub(super) fn model(env: &Env, name: &str, default: &str) -> String {
    match var(env, name) {
        set if set.is_empty() => default.to_owned(),
        set => set,
    }
}

impl Question {
    fn of(sent: &IntentRequest, model: String) -> Result<Self, EdgeError> {
        let text = checked_text(&sent.text)?;
        let context = sent.context.as_ref();
        let mut expected = context.map_or_else(Vec::new, |context| context.expected.clone());
        expected.sort_unstable();
        expected.dedup();
        let names: Vec<&str> = expected.iter().map(|intent| intent.as_str()).collect();
        let asked = [model.as_str(), &names.join(","), &text.to_lowercase()].join("\0");
        let key = format!("intent:{}", ids::hex(&Sha256::digest(asked)));
        Ok(Self {
            text,
            expected,
            model,
            key,
        })
    }

    fn decide(&self, heard: Heard) -> IntentAnswer {
        let remote = match heard {
            Heard::Intent(remote) => remote,
            Heard::Nothing(_) => RemoteIntent {
                intent: Intent::Unknown,
                confidence: 0.0,
            },
        };
        remote::answer(remote, MIN_CONFIDENCE, &self.expected)
    }
}

/// An answer from before; a cache that fails is an empty one.
async fn cached(env: &Env, key: &str) -> Option<IntentAnswer> {
    env.kv("CACHE").ok()?.get(key).json().await.ok().flatten()
}

/// Asks, or waits for who already asks the same.
async fn shared(
    ctx: &Ctx,
    question: &Question,
    deadline: Option<Duration>,
    forced: Option<Policy>,
) -> Result<Outcome, EdgeError> {
    let time_left = match deadline {
        Some(deadline) => deadline,
        None => upstream::deadline(&ctx.env, Task::Intent)?,
    };
    let now = time::now_ms();
    let by = now.saturating_add(u64::try_from(time_left.as_millis()).unwrap_or(u64::MAX));
    let part = FLIGHTS.with_borrow_mut(|flights| flights.join(&question.key, now, by));
    match part {
        Part::Lead(slot) => {
            let outcome = routed(ctx, question, deadline, forced).await;
            if let Ok(outcome) = &outcome {
                *slot.borrow_mut() = Some(outcome.clone());
            }
            FLIGHTS.with_borrow_mut(|flights| flights.land(&question.key, &slot));
            outcome
        }
        Part::Follow(slot, lead_by) => match followed(&slot, lead_by).await {
            // The leader's time was the shorter: this one may still be answered.
            Some(Err(none)) if none.reason == Reason::DeadlineExceeded => {
                routed(ctx, question, deadline, forced).await
            }
            Some(outcome) => Ok(outcome),
            None => routed(ctx, question, deadline, forced).await,
        },
        Part::Alone => routed(ctx, question, deadline, forced).await,
    }
}

async fn followed(slot: &Slot<Outcome>, lead_by_ms: u64) -> Option<Outcome> {
    loop {
        let seen = slot.borrow().clone();
        if seen.is_some() || time::now_ms() > lead_by_ms {
            return seen;
        }
        Delay::from(LOOK_EVERY).await;
    }
}

async fn routed(
    ctx: &Ctx,
    question: &Question,
    deadline: Option<Duration>,
    forced: Option<Policy>,
) -> Result<Outcome, EdgeError> {
    let chat = Rc::new(remote::chat(&question.text, &question.expected));
    let env = ctx.env.clone();
    let model = question.model.clone();
    let cloud: Cloud<Heard> = Rc::new(move || {
        let (env, model, chat) = (env.clone(), model.clone(), Rc::clone(&chat));
        async move { hear(&env, &model, &chat).await.map(said) }.boxed_local()
    });
    let ask = Ask {
        task: Task::Intent,
        local: false,
        deadline,
        forced,
    };
    let routed = match upstream::answer(ctx, ask, None, cloud).await? {
        Ok(routed) => routed,
        Err(none) => return Ok(Err(none)),
    };
    let answer = question.decide(routed.value);
    let reason = match routed.value {
        Heard::Intent(_) => {
            keep(ctx, &question.key, &answer);
            routed.reason.to_string()
        }
        Heard::Nothing(code) => format!("unreadable_{code}"),
    };
    Ok(Ok(Decided { answer, reason }))
}

fn said(heard: Heard) -> Said<Heard> {
    let opinion = match heard {
        Heard::Intent(remote) => Opinion {
            says: (remote.intent != Intent::Unknown).then(|| label(remote.intent.as_str())),
            confidence: Confidence::new(remote.confidence),
        },
        Heard::Nothing(_) => Opinion {
            says: None,
            confidence: Confidence::new(0.0),
        },
    };
    Said {
        value: heard,
        opinion,
    }
}

async fn hear(env: &Env, model: &str, chat: &ChatInput) -> Result<Heard, UpstreamError> {
    let ai = Ai::of(env)?;
    let run = ai.run::<ChatOutput<serde_json::Value>>(model, chat);
    let read = readable(run.await)?.map(|output| remote::read(&output.response));
    Ok(match read {
        Ok(Ok(intent)) => Heard::Intent(intent),
        Ok(Err(unreadable)) => Heard::Nothing(Unreadable::code(unreadable)),
        Err(code) => Heard::Nothing(code),
    })
}

/// Parts what a model said from what it failed at: a model that does not keep to JSON has
/// answered, only to no use.
pub(super) fn readable<T>(
    answer: Result<T, UpstreamError>,
) -> Result<Result<T, &'static str>, UpstreamError> {
    match answer {
        Ok(output) => Ok(Ok(output)),
        Err(UpstreamError::Unreadable(_)) => Ok(Err("no_response")),
        Err(UpstreamError::Failed(message)) if message.contains("JSON Mode") => {
            Ok(Err("json_mode"))
        }
        Err(error) => Err(error),
    }
}

/// Keeps an answer, after it was given.
fn keep(ctx: &Ctx, key: &str, answer: &IntentAnswer) {
    let (env, key, answer) = (ctx.env.clone(), key.to_owned(), answer.clone());
    ctx.exec.wait_until(async move {
        if let Err(error) = put(&env, &key, &answer).await {
            log(&format!("an intent could not be cached: {error}"));
        }
    });
}

async fn put(env: &Env, key: &str, answer: &IntentAnswer) -> Result<(), String> {
    let text = serde_json::to_string(answer).map_err(|error| error.to_string())?;
    let kv = env.kv("CACHE").map_err(|error| error.to_string())?;
    let put = kv.put(key, text).map_err(|error| error.to_string())?;
    let written = put.expiration_ttl(CACHE_S).execute().await;
    written.map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::{Heard, Question, readable};
    use crate::ai::fault::UpstreamError;
    use olympus_proto::{Context, ErrorCode, Intent, IntentReason, IntentRequest};

    fn question(text: &str, expected: &[Intent]) -> Question {
        let sent = IntentRequest {
            text: text.to_owned(),
            context: Some(Context {
                expected: expected.to_vec(),
            }),
        };
        Question::of(&sent, "m".to_owned()).expect("passes")
    }

    #[test]
    fn the_same_question_has_the_same_key_and_no_word_of_it() {
        use Intent::{Cancel, Order};
        let key = question("Two  burgers", &[Order, Cancel]).key;
        assert_eq!(question(" two burgers ", &[Cancel, Order, Order]).key, key);
        assert_ne!(question("two burgers", &[Order]).key, key);
        assert_ne!(question("two burgers!", &[Order, Cancel]).key, key);
        assert!(!key.contains("burgers"));
    }

    #[test]
    fn texts_are_checked_as_on_the_device() {
        for (text, code) in [
            (" \n".to_owned(), ErrorCode::EmptyText),
            ("x".repeat(8_193), ErrorCode::TextTooLong),
        ] {
            let sent = IntentRequest {
                text,
                context: None,
            };
            let refused = Question::of(&sent, String::new()).map(|_| ());
            assert_eq!(refused.map_err(|error| error.code), Err(code));
        }
    }

    #[test]
    fn what_cannot_be_read_is_unknown() {
        let answer = question("x", &[]).decide(Heard::Nothing("not_json"));
        assert_eq!(answer.intent, Intent::Unknown);
        assert_ne!(answer.reason, IntentReason::Confident);
        let json = UpstreamError::thrown("5024: JSON Mode couldn't be met");
        assert_eq!(readable::<()>(Err(json)), Ok(Err("json_mode")));
        assert_eq!(
            readable::<()>(Err(UpstreamError::TimedOut)),
            Err(UpstreamError::TimedOut)
        );
    }
}
