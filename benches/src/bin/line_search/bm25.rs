//! Tantivy as it comes: one text field with its default analysis, any word may match.

use crate::{LIMIT, Search};
use serde_json::Value;
use tantivy::collector::TopDocs;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{IndexRecordOption, STORED, STRING, Schema, TEXT, Value as _};
use tantivy::{Index, TantivyDocument, Term, doc};

pub(crate) fn search(menu: &[u8]) -> anyhow::Result<Search> {
    let mut schema = Schema::builder();
    let (id, text) = (
        schema.add_text_field("id", STRING | STORED),
        schema.add_text_field("text", TEXT),
    );
    let index = Index::create_in_ram(schema.build());
    let mut writer = index.writer_with_num_threads(1, 32 << 20)?;
    for line in std::str::from_utf8(menu)?.lines() {
        let item: Value = serde_json::from_str(line)?;
        let of = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let said = format!("{} {}", of("name"), of("description"));
        writer.add_document(doc!(id => of("id"), text => said))?;
    }
    writer.commit()?;
    let searcher = index.reader()?.searcher();
    let mut analysis = index.tokenizer_for_field(text)?;
    let _writer = writer;
    // The analyser keeps what it is reading, so each search takes a copy.
    analysis.token_stream("");
    Ok(Box::new(move |query| {
        let mut analysis = analysis.clone();
        let mut words: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        analysis.token_stream(query).process(&mut |token| {
            let term = Term::from_field_text(text, &token.text);
            let word = TermQuery::new(term, IndexRecordOption::WithFreqs);
            words.push((Occur::Should, Box::new(word)));
        });
        let best = TopDocs::with_limit(LIMIT).order_by_score();
        let found = searcher.search(&BooleanQuery::new(words), &best)?;
        found
            .into_iter()
            .map(|(_, address)| {
                let document: TantivyDocument = searcher.doc(address)?;
                let found = document.get_first(id).and_then(|value| value.as_str());
                Ok(found.unwrap_or_default().to_owned())
            })
            .collect()
    }))
}
