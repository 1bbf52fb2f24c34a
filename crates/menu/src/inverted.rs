//! tantivy: fields and posting lists, from which BM25 names the items worth judging.
//!
//! Invariant: one segment in RAM, documents in menu order, so a document's number is its item's
//! position. Never stores text: the items do that.

use crate::document::Draft;
use crate::error::MenuError;
use crate::top::TopK;
use crate::vocabulary::Field;
use tantivy::directory::RamDirectory;
use tantivy::query::{
    BooleanQuery, BoostQuery, DisjunctionMaxQuery, EnableScoring, Occur, Query, TermQuery,
};
use tantivy::schema::{self, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    Index, IndexReader, IndexSettings, ReloadPolicy, Searcher, SingleSegmentIndexWriter,
    TantivyDocument, Term,
};

/// Hash tables of the writer while it builds; freed afterwards.
const WRITER_BYTES: usize = 15_000_000;

/// One term to look for, with the weight of its evidence.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    pub(crate) term: &'a str,
    pub(crate) field: Field,
    pub(crate) weight: f32,
}

/// The index of one menu.
pub(crate) struct Inverted {
    searcher: Searcher,
    fields: [schema::Field; Field::ALL.len()],
}

impl Inverted {
    pub(crate) fn build(drafts: &[Draft]) -> Result<Self, MenuError> {
        Self::try_build(drafts).map_err(MenuError::BuildIndex)
    }

    fn try_build(drafts: &[Draft]) -> Result<Self, tantivy::TantivyError> {
        let mut schema = Schema::builder();
        let fields = Field::ALL.map(|field| {
            // Terms are cut already and hold no white space.
            let indexing = TextFieldIndexing::default()
                .set_tokenizer("whitespace")
                .set_index_option(IndexRecordOption::WithFreqs);
            let options = TextOptions::default().set_indexing_options(indexing);
            schema.add_text_field(&format!("{field:?}").to_lowercase(), options)
        });
        let mut writer: SingleSegmentIndexWriter = Index::builder()
            .schema(schema.build())
            .settings(IndexSettings {
                // No text is stored, so there is nothing to compress; and the Worker has no threads.
                docstore_compress_dedicated_thread: false,
                ..IndexSettings::default()
            })
            .single_segment_index_writer(RamDirectory::create(), WRITER_BYTES)?;
        for draft in drafts {
            let mut document = TantivyDocument::default();
            let terms: Vec<(Field, String)> = draft.terms().collect();
            for (field, target) in Field::ALL.into_iter().zip(fields) {
                let of_field = line(terms.iter().filter(|(of, _)| *of == field));
                if !of_field.is_empty() {
                    document.add_text(target, of_field);
                }
            }
            writer.add_document(document)?;
        }
        let reader: IndexReader = writer
            .finalize()?
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()?;
        let searcher = reader.searcher();
        Ok(Self { searcher, fields })
    }

    /// The `limit` best items by BM25 among those that `admits` lets through, in no particular
    /// order. `words` are the wanted terms of each word of the query: a word counts once, by
    /// its best evidence.
    pub(crate) fn candidates(
        &self,
        words: &[Vec<Wanted<'_>>],
        limit: usize,
        admits: impl Fn(u32) -> bool,
    ) -> Result<Vec<u32>, MenuError> {
        let clauses = words
            .iter()
            .filter(|wanted| !wanted.is_empty())
            .map(|wanted| {
                let terms = wanted.iter().map(|wanted| self.clause(wanted)).collect();
                let word: Box<dyn Query> = Box::new(DisjunctionMaxQuery::new(terms));
                (Occur::Should, word)
            });
        let query = BooleanQuery::new(clauses.collect());
        let mut top = TopK::new(limit);
        self.collect(&query, &mut |document, score| {
            top.offer(document, score, || admits(document));
        })
        .map_err(MenuError::SearchIndex)?;
        Ok(top
            .into_sorted()
            .into_iter()
            .map(|scored| scored.position)
            .collect())
    }

    fn clause(&self, wanted: &Wanted<'_>) -> Box<dyn Query> {
        let field = self.fields[wanted.field as usize];
        let term = Term::from_field_text(field, wanted.term);
        let query = TermQuery::new(term, IndexRecordOption::WithFreqs);
        Box::new(BoostQuery::new(Box::new(query), wanted.weight))
    }

    fn collect(
        &self,
        query: &BooleanQuery,
        offer: &mut dyn FnMut(u32, f32),
    ) -> Result<(), tantivy::TantivyError> {
        let weight = query.weight(EnableScoring::enabled_from_searcher(&self.searcher))?;
        for segment in self.searcher.segment_readers() {
            weight.for_each(segment, offer)?;
        }
        Ok(())
    }
}

fn line<'a>(terms: impl Iterator<Item = &'a (Field, String)>) -> String {
    let mut line = String::new();
    for (_, term) in terms {
        line.push_str(term);
        line.push(' ');
    }
    line
}
