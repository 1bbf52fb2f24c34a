//! The fast path against Candle in f32 over the same weights, on the project's own texts.

use candle_core::IndexOp as _;
use olympus_core::intent::{Costs, decide};
use olympus_inference::bert::{Batch, pool};
use olympus_inference::{
    Cores, Encoder, EncoderConfig, Engine, IntentHead, Kernel, Phrases, TextTokenizer, Weights,
};
use serde_json::Value;
use std::borrow::Cow;
use std::path::PathBuf;

fn at_root(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(path)
}

/// Utterances and menu queries of the evaluation sets.
fn texts() -> Vec<String> {
    let files = [
        ("intent_own", "text"),
        ("search_demo", "query"),
        ("orders_demo", "text"),
    ];
    let texts = files.iter().flat_map(|(file, field)| {
        let path = at_root(&format!("eval/data/{file}.jsonl"));
        let lines = std::fs::read_to_string(path).expect("an evaluation set");
        let rows = lines.lines().map(|line| {
            let row: Value = serde_json::from_str(line).expect("JSON");
            row[field].as_str().map(str::to_owned)
        });
        rows.flatten().collect::<Vec<_>>()
    });
    texts.collect()
}

/// Candle's f32 forward pass over the embedded model's weights.
struct Reference {
    encoder: Encoder,
    head: IntentHead,
    phrases: Option<Phrases>,
    tokenizer: TextTokenizer,
}

impl Reference {
    fn load(max_tokens: usize) -> Self {
        let dir = at_root("models/olympus-minilm-v1");
        let read = |name: &str| std::fs::read(dir.join(name)).expect("a file of the artifact");
        let card: Value = serde_json::from_slice(&read("card.json")).expect("JSON");
        let config = card["manifest"]["config"].to_string();
        let config = EncoderConfig::from_json("card", config.as_bytes()).expect("fits");
        let gguf = Cow::Owned(read("model.gguf"));
        let weights = Weights::from_gguf("reference", gguf).expect("reads");
        let json = read("tokenizer.json");
        Self {
            encoder: Encoder::take(&weights, &config).expect("fits"),
            head: IntentHead::take(&weights, config.hidden_size).expect("fits"),
            phrases: Phrases::take(&weights).expect("fits"),
            tokenizer: TextTokenizer::from_json("card", &json, &config, max_tokens).expect("fits"),
        }
    }

    fn run(&self, engine: &Engine, text: &str) -> (Vec<f32>, [f32; 6]) {
        let ids = self.tokenizer.ids(text).expect("tokenizes");
        let batch = Batch::of(&[&ids]).expect("a batch");
        let states = self.encoder.forward(&batch).expect("runs");
        assert!(engine.space().0.contains("/mean/"));
        let pooled = pool(&states, None, olympus_inference::Pooling::Mean).expect("pools");
        let logits = self.head.forward(&states, None).expect("runs");
        let logits: Vec<f32> = logits.i(0).and_then(|row| row.to_vec1()).expect("f32");
        let vector = pooled.i(0).and_then(|row| row.to_vec1()).expect("f32");
        let mut logits = logits.try_into().expect("six");
        if let Some(phrases) = &self.phrases {
            phrases.add(&ids, &mut logits);
        }
        (vector, logits)
    }
}

#[test]
fn bytes_say_what_candle_says_in_f32() {
    let engine = Engine::embedded().expect("loads");
    let reference = Reference::load(engine.info().max_tokens);
    let calibration = engine.calibration().expect("it has a head");
    assert!(reference.phrases.is_some(), "the artifact hears phrases");
    let texts = texts();
    assert!(texts.len() >= 1_000, "only {} texts", texts.len());
    let (mut least, mut sum, mut other) = (1f32, 0.0, Vec::new());
    for text in &texts {
        let ours = engine.analyse(&[text]).expect("runs").remove(0);
        let (vector, logits) = reference.run(&engine, text);
        let cosine: f32 = ours.embedding.iter().zip(&vector).map(|(a, b)| a * b).sum();
        least = least.min(cosine);
        sum += f64::from(cosine);
        let decide = |logits| decide(logits, calibration, &Costs::EVEN, &[]).intent;
        let (a, b) = (decide(ours.logits.expect("a head")), decide(logits));
        if a != b {
            other.push((text, a, b));
        }
    }
    let mean = sum / texts.len() as f64;
    println!(
        "{} texts: cosine at least {least}, mean {mean}; other intents: {other:?}",
        texts.len()
    );
    assert!(mean > 0.9995, "mean cosine {mean}");
    assert!(least > 0.998, "least cosine {least}");
    assert!(other.len() * 500 <= texts.len(), "other intents: {other:?}");
}

#[test]
fn every_kernel_and_every_batch_gives_the_same_bits() {
    let texts = [
        "hi",
        "two cheeseburgers, no onions, and a large coke please",
        "",
        "what is in the laksa?",
    ];
    let best = Engine::embedded()
        .expect("loads")
        .analyse(&texts)
        .expect("runs");
    for kernel in Kernel::available() {
        let engine = Engine::embedded().expect("loads").with_kernel(kernel);
        assert_eq!(engine.analyse(&texts).expect("runs"), best, "{kernel}");
        for (text, together) in texts.iter().zip(&best) {
            let alone = engine.analyse(&[text]).expect("runs");
            assert_eq!(&alone[0], together, "{kernel}: {text}");
            let (apart, _) = engine.analyse_timed(&[text], Cores::Two).expect("runs");
            assert_eq!(&apart[0], together, "{kernel}: {text}, on two cores");
        }
        let many: Vec<&str> = texts.iter().copied().cycle().take(200).collect();
        let many = engine.analyse(&many).expect("runs");
        assert!(
            many.iter().zip(best.iter().cycle()).all(|(a, b)| a == b),
            "{kernel}"
        );
    }
}

#[test]
fn two_cores_say_what_one_says_of_texts_of_any_length() {
    let engine = Engine::embedded().expect("loads");
    for words in 1..60 {
        let text = vec!["taco"; words].join(" ");
        let one = engine.analyse(&[&text]).expect("runs");
        let (two, _) = engine.analyse_timed(&[&text], Cores::Two).expect("runs");
        assert_eq!(one, two, "{words} words");
    }
    // A text as long as the model reads.
    let long = "two tacos and a cola ".repeat(400);
    let one = engine.analyse(&[&long]).expect("runs");
    let (two, _) = engine.analyse_timed(&[&long], Cores::Two).expect("runs");
    assert_eq!(one, two);
}
