//! tantivy: fields and posting lists, from which BM25 names the items worth judging.
//!
//! Invariant: one segment in RAM, documents in menu order, so a document's number is its item's
//! position. Never stores text: the items do that.

use crate::document::Draft;
use crate::error::MenuError;
use crate::top::TopK;
use crate::vocabulary::Field;
use std::sync::Arc;
use tantivy::directory::RamDirectory;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::query::Bm25Weight;
use tantivy::schema::{self, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{
    DocSet, Index, IndexReader, IndexSettings, InvertedIndexReader, ReloadPolicy, Searcher,
    SingleSegmentIndexWriter, TERMINATED, TantivyDocument,
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
    items: u32,
    fields: [Option<OfField>; Field::ALL.len()],
}

/// The posting lists of one field.
struct OfField {
    lists: Arc<InvertedIndexReader>,
    lengths: FieldNormReader,
    /// Terms in a document.
    average: f32,
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
            let terms: Vec<(Field, &str)> = draft.terms().collect();
            for (field, target) in Field::ALL.into_iter().zip(fields) {
                let of_field = line(terms.iter().filter(|(of, _)| *of == field));
                if !of_field.is_empty() {
                    document.add_text(target, of_field);
                }
            }
            writer.add_document(document)?;
        }
        let reader = writer.finalize()?.reader_builder();
        let reader: IndexReader = reader.reload_policy(ReloadPolicy::Manual).try_into()?;
        Self::read(&reader.searcher(), &fields)
    }

    fn read(searcher: &Searcher, fields: &[schema::Field]) -> tantivy::Result<Self> {
        let mut read = Self {
            items: 0,
            fields: Default::default(),
        };
        // Without an item there is no segment.
        let Some(segment) = searcher.segment_readers().first() else {
            return Ok(read);
        };
        read.items = segment.max_doc();
        for (of_field, &field) in read.fields.iter_mut().zip(fields) {
            let lists = segment.inverted_index(field)?;
            #[expect(clippy::cast_precision_loss, reason = "an average")]
            let average = lists.total_num_tokens() as f32 / read.items as f32;
            *of_field = Some(OfField {
                lengths: segment.get_fieldnorms_reader(field)?,
                lists,
                average,
            });
        }
        Ok(read)
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
        let mut sums = Sums::new(self.items as usize);
        for wanted in words {
            for wanted in wanted {
                self.count(wanted, &mut sums)
                    .map_err(|error| MenuError::SearchIndex(error.into()))?;
            }
            sums.finish_word();
        }
        let mut top = TopK::new(limit);
        for &item in &sums.found {
            top.offer(item, sums.all[item as usize], || admits(item));
        }
        Ok(top.into_positions())
    }

    /// The items that have `term` in `field`; all where the index cannot be read, since who asks looks
    /// at each of them.
    pub(crate) fn with_term(&self, term: &str, field: Field) -> Vec<u32> {
        let mut items = Vec::new();
        let found = self.for_each(term, field, |_, _, postings| items.push(postings.doc()));
        found.map_or_else(|_| (0..self.items).collect(), |()| items)
    }

    /// Offers what each item with the term scores by it.
    fn count(&self, wanted: &Wanted<'_>, sums: &mut Sums) -> std::io::Result<()> {
        let mut bm25 = None;
        self.for_each(wanted.term, wanted.field, |field, with_term, postings| {
            let bm25 = bm25.get_or_insert_with(|| {
                let (with_term, all) = (u64::from(with_term), u64::from(self.items));
                Bm25Weight::for_one_term_without_explain(with_term, all, field.average)
                    .boost_by(wanted.weight)
            });
            let length = field.lengths.fieldnorm_id(postings.doc());
            sums.offer(postings.doc(), bm25.score(length, postings.term_freq()));
        })
    }

    /// Hands out each posting of `term` in `field`, with how many there are.
    fn for_each(
        &self,
        term: &str,
        field: Field,
        mut found: impl FnMut(&OfField, u32, &SegmentPostings),
    ) -> std::io::Result<()> {
        let Some(field) = &self.fields[field as usize] else {
            return Ok(());
        };
        let Some(term) = field.lists.terms().get(term)? else {
            return Ok(());
        };
        let with_counts = IndexRecordOption::WithFreqs;
        let mut postings = field
            .lists
            .read_postings_from_terminfo(&term, with_counts)?;
        while postings.doc() != TERMINATED {
            found(field, term.doc_freq, &postings);
            postings.advance();
        }
        Ok(())
    }
}

/// Scores by item while they are summed: no heap of iterators, since a menu fits in the cache.
struct Sums {
    /// Of the words so far.
    all: Vec<f32>,
    /// Of the word at hand, by its best term.
    best: Vec<f32>,
    /// Whose `best` is above 0.
    touched: Vec<u32>,
    /// Whose sum is above 0.
    found: Vec<u32>,
}

impl Sums {
    fn new(items: usize) -> Self {
        Self {
            all: vec![0.0; items],
            best: vec![0.0; items],
            touched: Vec::new(),
            found: Vec::new(),
        }
    }

    fn offer(&mut self, item: u32, score: f32) {
        let best = &mut self.best[item as usize];
        if score > *best {
            if *best == 0.0 {
                self.touched.push(item);
            }
            *best = score;
        }
    }

    fn finish_word(&mut self) {
        for item in self.touched.drain(..) {
            let best = std::mem::take(&mut self.best[item as usize]);
            let sum = &mut self.all[item as usize];
            if *sum == 0.0 {
                self.found.push(item);
            }
            *sum += best;
        }
    }
}

fn line<'a>(terms: impl Iterator<Item = &'a (Field, &'a str)>) -> String {
    let mut line = String::new();
    for (_, term) in terms {
        line.push_str(term);
        line.push(' ');
    }
    line
}
