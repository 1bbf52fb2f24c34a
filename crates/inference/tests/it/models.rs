//! Loading and running models: the embedded one, and small random ones written to folders.

use candle_core::{Device, Tensor};
use olympus_inference::bert::{Batch, pool};
use olympus_inference::head::tensor_shapes;
use olympus_inference::{
    Encoder, EncoderConfig, Engine, InferenceError, IntentHead, Pooling, Texts, Weights,
};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

const HIDDEN: usize = 32;
const WIDE: usize = 64;
const WORDS: [&str; 12] = [
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "two", "tacos", "no", "onions", "please", "a",
    "coke",
];

fn config() -> Value {
    json!({
        "model_type": "bert", "vocab_size": WORDS.len(), "hidden_size": HIDDEN,
        "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": WIDE,
        "max_position_embeddings": 40, "hidden_act": "gelu", "layer_norm_eps": 1e-12
    })
}

fn tokenizer() -> Value {
    let vocab: HashMap<&str, usize> = WORDS.iter().enumerate().map(|(i, w)| (*w, i)).collect();
    let special = |id: usize| {
        json!({"id": id, "content": WORDS[id], "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false, "special": true})
    };
    let piece = |name: &str| json!({"SpecialToken": {"id": name, "type_id": 0}});
    json!({
        "version": "1.0", "truncation": null, "padding": null,
        "added_tokens": [special(0), special(1), special(2), special(3), special(4)],
        "normalizer": {"type": "BertNormalizer", "clean_text": true,
            "handle_chinese_chars": true, "strip_accents": null, "lowercase": true},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "TemplateProcessing",
            "single": [piece("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, piece("[SEP]")],
            "pair": [piece("[CLS]"), {"Sequence": {"id": "A", "type_id": 0}}, piece("[SEP]"),
                     {"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
            "special_tokens": {
                "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": true},
        "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100, "vocab": vocab}
    })
}

/// Fixed pseudo-random values: the tests must not depend on a generator's version.
fn values(count: usize, salt: usize) -> Vec<f32> {
    (0..count)
        .map(|i| ((i * 7_919 + salt * 104_729) % 2_003) as f32 / 1_001.5 - 1.0)
        .map(|v| v * 0.3)
        .collect()
}

fn tensors() -> HashMap<String, Tensor> {
    let mut shapes: Vec<(String, Vec<usize>)> = vec![
        (
            "embeddings.word_embeddings.weight".into(),
            vec![WORDS.len(), HIDDEN],
        ),
        (
            "embeddings.position_embeddings.weight".into(),
            vec![40, HIDDEN],
        ),
        (
            "embeddings.token_type_embeddings.weight".into(),
            vec![2, HIDDEN],
        ),
        ("embeddings.LayerNorm.weight".into(), vec![HIDDEN]),
        ("embeddings.LayerNorm.bias".into(), vec![HIDDEN]),
    ];
    for layer in 0..2 {
        let at = format!("encoder.layer.{layer}");
        for (name, output, input) in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", WIDE, HIDDEN),
            ("output.dense", HIDDEN, WIDE),
        ] {
            shapes.push((format!("{at}.{name}.weight"), vec![output, input]));
            shapes.push((format!("{at}.{name}.bias"), vec![output]));
        }
        for name in ["attention.output.LayerNorm", "output.LayerNorm"] {
            shapes.push((format!("{at}.{name}.weight"), vec![HIDDEN]));
            shapes.push((format!("{at}.{name}.bias"), vec![HIDDEN]));
        }
    }
    for (name, shape) in tensor_shapes(HIDDEN) {
        shapes.push((name.to_owned(), shape));
    }
    shapes
        .into_iter()
        .enumerate()
        .map(|(salt, (name, shape))| {
            let flat = values(shape.iter().product(), salt);
            let tensor = Tensor::from_vec(flat, shape, &Device::Cpu).expect("a tensor");
            (name, tensor)
        })
        .collect()
}

struct Folder {
    dir: tempfile::TempDir,
    config: Value,
    tokenizer: Value,
    pooling: Option<Value>,
    tensors: HashMap<String, Tensor>,
}

impl Folder {
    fn new() -> Self {
        let mut tensors = tensors();
        tensors.retain(|name, _| !name.starts_with("intent."));
        Self {
            dir: tempfile::tempdir().expect("a folder"),
            config: config(),
            tokenizer: tokenizer(),
            pooling: Some(json!({"word_embedding_dimension": HIDDEN,
                "pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})),
            tensors,
        }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }

    fn load(&self) -> Result<Engine, InferenceError> {
        let write = |name: &str, value: &Value| {
            std::fs::write(self.path().join(name), value.to_string()).expect("written");
        };
        write("config.json", &self.config);
        write("tokenizer.json", &self.tokenizer);
        if let Some(pooling) = &self.pooling {
            std::fs::create_dir_all(self.path().join("1_Pooling")).expect("a folder");
            write("1_Pooling/config.json", pooling);
        }
        candle_core::safetensors::save(&self.tensors, self.path().join("model.safetensors"))
            .expect("written");
        Engine::from_dir(self.path())
    }

    fn refusal(&self) -> String {
        self.load().expect_err("must be refused").to_string()
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

#[test]
fn a_folder_of_the_hubs_layout_encodes_to_unit_vectors_without_intents() {
    let engine = Folder::new().load().expect("loads");
    assert!(!engine.info().has_intent_head);
    assert_eq!(engine.info().dim, HIDDEN);
    let done = engine
        .analyse(&["two tacos", "", "two tacos"])
        .expect("runs");
    assert_eq!(done[0], done[2]);
    assert_ne!(done[0].embedding, done[1].embedding);
    for analysis in &done {
        assert!((cosine(&analysis.embedding, &analysis.embedding) - 1.0).abs() < 1e-5);
        assert!(analysis.logits.is_none());
    }
    // [CLS] two tacos [SEP], and [CLS] [SEP]
    assert_eq!((done[0].tokens, done[1].tokens), (4, 2));
}

#[test]
fn padding_in_a_batch_changes_no_answer() {
    let engine = Folder::new().load().expect("loads");
    let texts = [
        "a coke",
        "two tacos no onions please",
        "no",
        "please please a coke no",
    ];
    let together = engine.embed(&texts).expect("runs");
    for (text, batched) in texts.iter().zip(&together) {
        let alone = engine.embed(&[text]).expect("runs");
        assert!((cosine(&alone[0], batched) - 1.0).abs() < 1e-5, "{text}");
    }
}

#[test]
fn a_text_longer_than_the_model_is_cut_not_refused() {
    let engine = Folder::new().load().expect("loads");
    let long = "two tacos no onions ".repeat(500);
    let done = engine.analyse(&[&long]).expect("runs");
    assert_eq!(done[0].tokens, engine.info().max_tokens);
}

#[test]
fn fused_and_differentiable_operations_agree() {
    let config = EncoderConfig::from_json("test", config().to_string().as_bytes()).expect("fits");
    let weights = Weights::new("test", tensors());
    let encoder = Encoder::take(&weights, &config).expect("fits");
    let head = IntentHead::take(&weights, HIDDEN).expect("fits");
    let rows: [&[u32]; 2] = [&[2, 5, 6, 7, 8, 3], &[2, 11, 3]];
    let batch = Batch::of(&rows).expect("a batch");
    let states = encoder.forward(&batch).expect("runs");
    let mask = batch.mask.as_ref();
    let padded = [
        head.forward(&states, mask).expect("runs"),
        pool(&states, mask, Pooling::Mean).expect("pools"),
    ];
    let texts = Texts::of(&rows).expect("texts");
    let states = encoder.differentiable(&texts).expect("runs");
    let packed = [
        head.differentiable_features(&states, &texts)
            .and_then(|features| head.differentiable(&features))
            .expect("runs"),
        texts.unit_means(&states).expect("pools"),
    ];
    for (padded, packed) in padded.iter().zip(&packed) {
        let gap = (padded - packed).and_then(|gap| gap.abs()?.max_all()?.to_scalar::<f32>());
        let gap = gap.expect("of one shape");
        assert!(gap < 1e-4, "{gap}");
    }
}

#[test]
fn what_does_not_fit_is_refused_and_named() {
    let mut other = Folder::new();
    other.config["model_type"] = json!("roberta");
    assert!(other.refusal().contains("roberta"), "{}", other.refusal());

    let mut heads = Folder::new();
    heads.config["num_attention_heads"] = json!(5);
    assert!(heads.refusal().contains("num_attention_heads"));

    let mut wider = Folder::new();
    wider.config["intermediate_size"] = json!(128);
    let refusal = wider.refusal();
    assert!(refusal.contains("intermediate.dense") && refusal.contains("128"));

    let mut missing = Folder::new();
    missing.tensors.remove("encoder.layer.1.output.dense.bias");
    assert!(
        missing
            .refusal()
            .contains("encoder.layer.1.output.dense.bias")
    );

    let mut unpooled = Folder::new();
    unpooled.pooling = None;
    assert!(unpooled.refusal().contains("1_Pooling"));

    let mut both = Folder::new();
    both.pooling = Some(json!({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": true}));
    assert!(both.refusal().contains("pooling"));

    let mut narrow = Folder::new();
    narrow.pooling =
        Some(json!({"word_embedding_dimension": 768, "pooling_mode_mean_tokens": true}));
    assert!(narrow.refusal().contains("768"));

    let mut vocabulary = Folder::new();
    vocabulary.tokenizer["model"]["vocab"]["ramen"] = json!(900);
    assert!(
        vocabulary.refusal().contains("900"),
        "{}",
        vocabulary.refusal()
    );

    let mut unframed = Folder::new();
    unframed.tokenizer["post_processor"] = Value::Null;
    assert!(
        unframed.refusal().contains("special tokens"),
        "{}",
        unframed.refusal()
    );
}

#[test]
fn damaged_files_are_refused_without_a_panic() {
    let folder = Folder::new();
    folder.load().expect("loads while whole");
    let path = folder.path().join("model.safetensors");
    let whole = std::fs::read(&path).expect("read");
    for length in [0, 7, 100, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..length]).expect("written");
        assert!(
            Engine::from_dir(folder.path()).is_err(),
            "{length} bytes loaded"
        );
    }
    std::fs::write(&path, &whole).expect("written");
    std::fs::write(folder.path().join("tokenizer.json"), b"{\"model\":").expect("written");
    assert!(Engine::from_dir(folder.path()).is_err());
    std::fs::remove_file(folder.path().join("tokenizer.json")).expect("removed");
    let missing = Engine::from_dir(folder.path()).expect_err("no tokenizer");
    assert!(missing.to_string().contains("tokenizer.json"), "{missing}");
    std::fs::write(
        folder.path().join("tokenizer.json"),
        tokenizer().to_string(),
    )
    .expect("written");
    std::fs::write(folder.path().join("model.gguf"), b"GGUF nonsense").expect("written");
    assert!(Engine::from_dir(folder.path()).is_err());
}

#[test]
fn the_embedded_model_tells_plain_cases_apart_and_batches_alike() {
    use olympus_core::intent::{Costs, decide};
    use olympus_proto::Intent;
    let engine = Engine::embedded().expect("the artifact in models/ fits this code");
    engine.warm_up().expect("warms up");
    // Hashed when it was built in.
    let gguf = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../models/olympus-minilm-v1/model.gguf"
    );
    let gguf = std::fs::read(gguf).expect("is there");
    assert_eq!(
        engine.info().sha256,
        olympus_inference::artifact::sha256_hex(&gguf)
    );
    let cases = [
        ("two cheeseburgers and a large coke please", Intent::Order),
        ("how many calories are in the lasagna?", Intent::Question),
        (
            "my food arrived cold and an hour late, this is awful",
            Intent::Complaint,
        ),
        (
            "actually make that burger without onions instead",
            Intent::Modification,
        ),
        ("cancel my order please", Intent::Cancel),
        ("what is the capital of australia", Intent::Unknown),
    ];
    let texts = cases.map(|(text, _)| text);
    let together = engine.analyse(&texts).expect("runs");
    let calibration = engine.calibration().expect("it has a head");
    calibration
        .check()
        .expect("a calibration that a fit can make");
    for ((text, intent), batched) in cases.iter().zip(together) {
        let logits = batched.logits.expect("it has a head");
        assert_eq!(
            decide(logits, calibration, &Costs::EVEN, &[]).intent,
            *intent,
            "{text}"
        );
        let alone = engine.analyse(&[text]).expect("runs");
        assert!((cosine(&alone[0].embedding, &batched.embedding) - 1.0).abs() < 1e-4);
    }
}
