//! The documents of another collection by equality of a field: from an index, else from a hash
//! table that is filled once.
//!
//! Equality is that of queries: null is missing too, an array is each of its elements and itself.

use std::cell::RefCell;
use std::rc::Rc;

use crate::aggregate::key_table::KeyTable;
use crate::aggregate::{ListStream, Pipeline, Source, stages::match_stage};
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::limits;
use crate::matcher::{Leaf, Node, Path, Predicate, Run};
use crate::plan::{self, BoxStream, Document, Filter, Probe, drain};
use crate::value::{DocumentBuf, DocumentRef, Value, ValueRef};

/// Reads the values of a local field that a document is joined by: of an array its elements, of
/// nothing null.
pub struct LocalReader {
    node: Node,
    values: Rc<RefCell<Vec<Value<'static>>>>,
}

impl LocalReader {
    /// Of the field at a path.
    pub fn new(path: &Path) -> LocalReader {
        let values: Rc<RefCell<Vec<Value<'static>>>> = Rc::default();
        LocalReader {
            node: Node::field(path, Local(values.clone())),
            values,
        }
    }

    /// The values in a document, at least one.
    pub fn read(
        &self,
        document: DocumentRef<'_>,
        context: &Context,
    ) -> Result<Vec<Value<'static>>> {
        self.node.matches(document, Run::new(context))?;
        let mut values = self.values.take();
        if values.is_empty() {
            values.push(Value::NULL);
        }
        Ok(values)
    }
}

/// Collects values and never matches, so that it sees all.
struct Local(Rc<RefCell<Vec<Value<'static>>>>);

impl Predicate for Local {
    fn test(&self, value: Option<ValueRef<'_>>, _run: Run<'_>) -> Result<bool> {
        let mut values = self.0.borrow_mut();
        match value {
            None => {}
            Some(ValueRef::Array(array)) => values.extend(array.iter().map(Value::copy_of)),
            Some(value) => values.push(Value::copy_of(value)),
        }
        Ok(false)
    }

    fn leaf(&self) -> Leaf {
        Leaf::Whole
    }
}

/// Collects all values that equality would compare.
struct Keys(Rc<RefCell<Vec<Value<'static>>>>);

impl Predicate for Keys {
    fn test(&self, value: Option<ValueRef<'_>>, _run: Run<'_>) -> Result<bool> {
        self.0
            .borrow_mut()
            .push(Value::copy_of(value.unwrap_or(ValueRef::Null)));
        Ok(false)
    }
}

/// A look-up by index, with its planning, costs as much as filling a table with so many documents.
const INDEX_COST: u64 = 16;
/// One that needs no planning, as much as so many.
const PROBE_COST: u64 = 2;
/// Larger collections are not put into a table if there is an index.
const TABLE_DOCUMENTS_MAX: u64 = 200_000;

/// The other collection and its field.
pub struct Foreign {
    source: Source,
    field: Path,
    /// What a foreign document must pass besides, if nothing else is asked of it first.
    filter: Option<Filter>,
    by_index: bool,
    probe: Option<Probe>,
    /// What the last probe found.
    found: Vec<Document>,
    /// What look-ups by index cost so far, and those that are sure to come, as documents in a table.
    cost: u64,
    table: Option<Table>,
}

impl Foreign {
    /// Equality with `field` in what `source` gives and `filter` lets through, for so many documents
    /// at least. `is_probed` if they are looked for with [`Foreign::probe`] first.
    pub fn new(
        source: &Source,
        field: &Path,
        filter: Option<Filter>,
        rows: u64,
        is_probed: bool,
    ) -> Foreign {
        let indexed = |collection: &Rc<crate::catalog::Collection>| {
            collection.indexes.iter().any(|index| {
                let first = index.spec.fields.first();
                first.is_some_and(|first| first.path == *field.field())
                    && !index.spec.hidden
                    && !index.spec.sparse
            })
        };
        let indexed = source.collection.as_ref().filter(|it| indexed(it));
        let indexed = indexed.filter(|_| source.prefix.is_empty());
        let probe = indexed.filter(|_| is_probed);
        let probe = probe.and_then(|it| Probe::new(it, field.field()));
        Foreign {
            source: source.clone(),
            field: field.clone(),
            filter,
            by_index: indexed.is_some(),
            cost: rows * probe.as_ref().map_or(INDEX_COST, |_| PROBE_COST),
            probe,
            found: Vec::new(),
            table: None,
        }
    }

    /// The documents that have one of the values, through a pipeline.
    pub fn open(
        &mut self,
        values: &[Value<'static>],
        pipeline: &Pipeline,
        context: &Context,
    ) -> Result<BoxStream> {
        if self.is_by_index() {
            let equality = filter(self.field.field().as_str(), values);
            let stage = match_stage::stage("$match", equality.as_ref(), &ParseScope::new())?;
            let filtered = pipeline.behind(stage);
            let stream = filtered.open(self.source.collection.clone(), None)?.stream;
            self.cost += INDEX_COST;
            return Ok(match &self.filter {
                Some(filter) => Box::new(plan::Select::new(stream, filter.clone())),
                None => stream,
            });
        }
        if self.table.is_none() {
            self.make_table()?;
        }
        let documents = match &mut self.table {
            Some(table) => table.get(values, context)?,
            None => Rc::default(),
        };
        pipeline.open_over(Box::new(ListStream::new(documents)))
    }

    /// The first link of the documents with a value, if the table answers or an index that needs no
    /// plan: for a look-up that asks nothing else. Links are followed by [`Foreign::follow`].
    pub fn probe(&mut self, value: ValueRef<'_>, context: &Context) -> Result<Option<u32>> {
        if self.is_by_index() {
            let Some(probe) = &mut self.probe else {
                return Ok(None);
            };
            if !probe.find(value, context, &mut self.found)? {
                return Ok(None);
            }
            if let Some(filter) = &self.filter {
                let mut kept = Vec::new();
                for document in self.found.drain(..) {
                    if filter.matches(document.as_ref(), context)? {
                        kept.push(document);
                    }
                }
                self.found = kept;
            }
            self.cost += PROBE_COST;
            return Ok(Some(0));
        }
        if self.table.is_none() {
            self.make_table()?;
        }
        match &mut self.table {
            Some(table) => table.probe(value, context).map(Some),
            None => Ok(None),
        }
    }

    /// A link's document and the next link; `None` at the end.
    pub fn follow(&self, link: u32) -> Option<(&Document, u32)> {
        let Some(table) = &self.table else {
            return Some((self.found.get(link as usize)?, link + 1));
        };
        let &(number, next) = table.links.get(link as usize)?;
        Some((table.documents.get(number as usize)?, next))
    }

    fn make_table(&mut self) -> Result<()> {
        let source = &self.source;
        let mut stream = source.prefix.open(source.collection.clone(), None)?.stream;
        if let Some(filter) = &self.filter {
            stream = Box::new(plan::Select::new(stream, filter.clone()));
        }
        self.table = Some(Table::new(stream, &self.field));
        Ok(())
    }

    /// Whether the index answers the next look-up: it does until a table would have cost less.
    fn is_by_index(&self) -> bool {
        let count = match &self.source.collection {
            Some(collection) if self.by_index => collection.records.len(),
            _ => return false,
        };
        self.table.is_none() && (count > TABLE_DOCUMENTS_MAX || self.cost <= count)
    }
}

/// `{field: {$in: values}}`; regular expressions are values here, not patterns.
fn filter(field: &str, values: &[Value<'static>]) -> DocumentBuf {
    let mut out = DocumentBuf::new();
    let is_pattern = |value: &Value<'_>| matches!(value.as_ref(), ValueRef::Regex(_));
    match values {
        [one] => out.append_document(field, |condition| condition.append("$eq", one)),
        many if !many.iter().any(is_pattern) => out.append_document(field, |condition| {
            let mut list = condition.array("$in");
            many.iter().for_each(|value| list.push(value));
        }),
        many => out.append_array("$or", |list| {
            for value in many {
                let mut branch = list.document();
                branch.document(field).append("$eq", value);
            }
        }),
    }
    out
}

const NO_LINK: u32 = u32::MAX;

/// All foreign documents by the keys of the field.
struct Table {
    /// What is still to be read.
    stream: Option<BoxStream>,
    /// Reads a document's values into `found`.
    reader: Node,
    found: Rc<RefCell<Vec<Value<'static>>>>,
    keys: KeyTable,
    /// Per key the first and the last of its links.
    ends: Vec<(u32, u32)>,
    /// A document that has a key, ascending, and the next link of the key or [`NO_LINK`].
    links: Vec<(u32, u32)>,
    documents: Vec<Document>,
    bytes: usize,
}

impl Table {
    fn new(stream: BoxStream, field: &Path) -> Table {
        let found: Rc<RefCell<Vec<Value<'static>>>> = Rc::default();
        Table {
            stream: Some(stream),
            reader: Node::field(field, Keys(found.clone())),
            found,
            keys: KeyTable::default(),
            ends: Vec::new(),
            links: Vec::new(),
            documents: Vec::new(),
            bytes: 0,
        }
    }

    fn fill(&mut self, context: &Context) -> Result<()> {
        let Some(mut stream) = self.stream.take() else {
            return Ok(());
        };
        let filled = drain(stream.as_mut(), context, &mut |document| {
            self.add(document, context)
        });
        if filled.is_err() {
            self.stream = Some(stream);
        }
        filled
    }

    /// Errors: `QueryExceededMemoryLimitNoDiskUseAllowed` (292).
    fn add(&mut self, document: &Document, context: &Context) -> Result<()> {
        self.reader.matches(document.as_ref(), Run::new(context))?;
        let number = self.documents.len() as u32;
        for value in self.found.borrow_mut().drain(..) {
            let (at, is_new) = self.keys.insert_value(value.as_ref());
            let link = self.links.len() as u32;
            if is_new {
                self.ends.push((link, link));
            } else {
                let last = self.ends[at].1;
                if self.links[last as usize].0 == number {
                    continue;
                }
                self.links[last as usize].1 = link;
                self.ends[at].1 = link;
            }
            self.links.push((number, NO_LINK));
        }
        self.bytes += document.owned_bytes() + 64;
        if self.bytes + self.keys.memory_bytes() > limits::STAGE_MEMORY_BYTES_MAX {
            return Err(Error::new(
                codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                "Exceeded memory limit for $lookup, and there is no disk to use",
            ));
        }
        self.documents.push(document.clone());
        Ok(())
    }

    fn probe(&mut self, value: ValueRef<'_>, context: &Context) -> Result<u32> {
        if self.stream.is_some() {
            self.fill(context)?;
        }
        let found = self.keys.get_value(value);
        Ok(found.map_or(NO_LINK, |at| self.ends[at].0))
    }

    /// The documents with one of the values, each once, in their order.
    fn get(&mut self, values: &[Value<'static>], context: &Context) -> Result<Rc<[Document]>> {
        self.fill(context)?;
        let mut numbers: Vec<u32> = Vec::new();
        for value in values {
            let found = self.keys.get_value(value.as_ref());
            let mut link = found.map_or(NO_LINK, |at| self.ends[at].0);
            while let Some(&(number, next)) = self.links.get(link as usize) {
                numbers.push(number);
                link = next;
            }
        }
        if values.len() > 1 {
            crate::sorting::sort(&mut numbers);
            numbers.dedup();
        }
        Ok(numbers
            .iter()
            .map(|&number| self.documents[number as usize].clone())
            .collect())
    }
}
