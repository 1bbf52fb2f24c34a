//! The bindings of Workers AI and Vectorize, as far as they are used here.
//!
//! `worker` has no Vectorize and no run options, and checks the class of a binding, which a local
//! one may not have. Invariant: what goes in is a plain JavaScript object (an ES `Map` would be
//! sent as `{}`), what comes out is read into a type of `olympus_proto` or is an error.

use super::fault::UpstreamError;
use js_sys::Promise;
use olympus_proto::vectorize::{Matches, Mutation, QueryOptions, Vector};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use worker::{Env, EnvBinding};

#[wasm_bindgen]
extern "C" {
    #[derive(Debug, Clone)]
    type AiBinding;

    #[wasm_bindgen(structural, method, catch)]
    fn run(
        this: &AiBinding,
        model: &str,
        input: JsValue,
        options: JsValue,
    ) -> Result<Promise, JsValue>;

    #[derive(Debug, Clone)]
    type VectorizeBinding;

    #[wasm_bindgen(structural, method, catch)]
    fn query(
        this: &VectorizeBinding,
        vector: JsValue,
        options: JsValue,
    ) -> Result<Promise, JsValue>;

    #[wasm_bindgen(structural, method, catch)]
    fn upsert(this: &VectorizeBinding, vectors: JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(structural, method, catch, js_name = getByIds)]
    fn get_by_ids(this: &VectorizeBinding, ids: JsValue) -> Result<Promise, JsValue>;

    #[wasm_bindgen(structural, method, catch, js_name = deleteByIds)]
    fn delete_by_ids(this: &VectorizeBinding, ids: JsValue) -> Result<Promise, JsValue>;
}

impl EnvBinding for AiBinding {
    const TYPE_NAME: &'static str = "Ai";

    fn get(value: JsValue) -> worker::Result<Self> {
        Ok(value.unchecked_into())
    }
}

impl EnvBinding for VectorizeBinding {
    const TYPE_NAME: &'static str = "VectorizeIndexImpl";

    fn get(value: JsValue) -> worker::Result<Self> {
        Ok(value.unchecked_into())
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct RunOptions {
    /// Told at once that there is no capacity, instead of waiting for it.
    reject_if_busy: bool,
}

/// Workers AI.
#[derive(Debug, Clone)]
pub(crate) struct Ai(AiBinding);

impl Ai {
    pub(crate) fn of(env: &Env) -> Result<Self, UpstreamError> {
        let binding = env.get_binding::<AiBinding>("AI");
        binding.map(Self).map_err(|error| missing(&error))
    }

    /// Runs a model. What is busy says so at once.
    pub(crate) async fn run<R: DeserializeOwned>(
        &self,
        model: &str,
        input: &impl Serialize,
    ) -> Result<R, UpstreamError> {
        let options = RunOptions {
            reject_if_busy: true,
        };
        read(self.0.run(model, plain(input)?, plain(&options)?)).await
    }
}

/// A Vectorize index.
#[derive(Debug, Clone)]
pub(crate) struct Vectorize(VectorizeBinding);

impl Vectorize {
    pub(crate) fn of(env: &Env) -> Result<Self, UpstreamError> {
        let binding = env.get_binding::<VectorizeBinding>("VECTORS");
        binding.map(Self).map_err(|error| missing(&error))
    }

    pub(crate) async fn query(
        &self,
        vector: &[f32],
        options: &QueryOptions,
    ) -> Result<Matches, UpstreamError> {
        read(self.0.query(plain(&vector)?, plain(options)?)).await
    }

    pub(crate) async fn upsert(&self, vectors: &[Vector]) -> Result<Mutation, UpstreamError> {
        read(self.0.upsert(plain(&vectors)?)).await
    }

    /// Those of `ids` that show, in any order.
    pub(crate) async fn get_by_ids(&self, ids: &[String]) -> Result<Vec<Kept>, UpstreamError> {
        read(self.0.get_by_ids(plain(&ids)?)).await
    }

    pub(crate) async fn delete_by_ids(&self, ids: &[String]) -> Result<Mutation, UpstreamError> {
        read(self.0.delete_by_ids(plain(&ids)?)).await
    }
}

/// A vector that shows.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(crate) struct Kept {
    pub(crate) id: String,
    pub(crate) values: Vec<f32>,
}

fn missing(error: &worker::Error) -> UpstreamError {
    UpstreamError::Refused(format!("the binding is missing: {error}"))
}

fn plain(value: &impl Serialize) -> Result<JsValue, UpstreamError> {
    value
        .serialize(&serde_wasm_bindgen::Serializer::json_compatible())
        .map_err(|error| UpstreamError::Refused(error.to_string()))
}

async fn read<R: DeserializeOwned>(called: Result<Promise, JsValue>) -> Result<R, UpstreamError> {
    let answered = match called {
        Ok(promise) => JsFuture::from(promise).await,
        Err(thrown) => Err(thrown),
    };
    let value = answered.map_err(|thrown| UpstreamError::thrown(&told(&thrown)))?;
    serde_wasm_bindgen::from_value(value)
        .map_err(|error| UpstreamError::Unreadable(error.to_string()))
}

/// What a thrown value says.
fn told(thrown: &JsValue) -> String {
    let error = thrown.dyn_ref::<js_sys::Error>();
    error.map_or_else(
        || format!("{thrown:?}"),
        |error| String::from(error.message()),
    )
}
