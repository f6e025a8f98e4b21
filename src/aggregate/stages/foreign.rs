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
use crate::keystring::encode_one;
use crate::limits;
use crate::matcher::{Leaf, Node, Path, Predicate, Run};
use crate::plan::{BoxStream, Document};
use crate::value::{DocumentBuf, DocumentRef, Value, ValueRef};

/// The values of a local field that a document is joined by: of an array its elements, of nothing
/// null.
pub fn local_values(
    path: &Path,
    document: DocumentRef<'_>,
    context: &Context,
) -> Result<Vec<Value<'static>>> {
    let values: Rc<RefCell<Vec<Value<'static>>>> = Rc::default();
    let node = Node::field(path, Local(values.clone()));
    node.matches(document, Run::new(context))?;
    let mut values = values.take();
    if values.is_empty() {
        values.push(Value::NULL);
    }
    Ok(values)
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

/// Collects the keys of all values that equality would compare.
struct Keys(Rc<RefCell<Vec<Vec<u8>>>>);

impl Predicate for Keys {
    fn test(&self, value: Option<ValueRef<'_>>, _run: Run<'_>) -> Result<bool> {
        self.0
            .borrow_mut()
            .push(encode_one(value.unwrap_or(ValueRef::Null)));
        Ok(false)
    }
}

/// The other collection and its field.
pub struct Foreign {
    source: Source,
    field: Path,
    by_index: bool,
    table: Option<Table>,
}

impl Foreign {
    /// Equality with `field` in what `source` gives.
    pub fn new(source: &Source, field: &Path) -> Foreign {
        let indexed = |collection: &Rc<crate::catalog::Collection>| {
            collection.indexes.iter().any(|index| {
                let first = index.spec.fields.first();
                first.is_some_and(|first| first.path == *field.field())
                    && !index.spec.hidden
                    && !index.spec.sparse
            })
        };
        let by_index = source.prefix.is_empty() && source.collection.as_ref().is_some_and(indexed);
        Foreign {
            source: source.clone(),
            field: field.clone(),
            by_index,
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
        if self.by_index {
            let filter = filter(self.field.field().as_str(), values);
            let stage = match_stage::stage("$match", filter.as_ref(), &ParseScope::new())?;
            let filtered = pipeline.behind(stage);
            return Ok(filtered.open(self.source.collection.clone(), None)?.stream);
        }
        if self.table.is_none() {
            let stream = self
                .source
                .prefix
                .open(self.source.collection.clone(), None)?
                .stream;
            self.table = Some(Table::new(stream, &self.field));
        }
        let documents = match &mut self.table {
            Some(table) => table.get(values, context)?,
            None => Rc::default(),
        };
        pipeline.open_over(Box::new(ListStream::new(documents)))
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

/// All foreign documents by the keys of the field.
struct Table {
    /// What is still to be read.
    stream: Option<BoxStream>,
    /// Reads a document's keys into `found`.
    reader: Node,
    found: Rc<RefCell<Vec<Vec<u8>>>>,
    keys: KeyTable,
    /// Per key the documents that have it, ascending.
    lists: Vec<Vec<u32>>,
    documents: Vec<Document>,
    bytes: usize,
}

impl Table {
    fn new(stream: BoxStream, field: &Path) -> Table {
        let found: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
        Table {
            stream: Some(stream),
            reader: Node::field(field, Keys(found.clone())),
            found,
            keys: KeyTable::default(),
            lists: Vec::new(),
            documents: Vec::new(),
            bytes: 0,
        }
    }

    fn fill(&mut self, context: &Context) -> Result<()> {
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        while let Some(row) = stream.next(context)? {
            self.reader
                .matches(row.document.as_ref(), Run::new(context))?;
            let number = self.documents.len() as u32;
            for key in self.found.borrow_mut().drain(..) {
                let (at, is_new) = self.keys.insert(&key);
                if is_new {
                    self.lists.push(Vec::new());
                }
                if let Some(list) = self
                    .lists
                    .get_mut(at)
                    .filter(|list| list.last() != Some(&number))
                {
                    list.push(number);
                }
            }
            self.bytes += row.document.owned_bytes() + 64;
            if self.bytes + self.keys.memory_bytes() > limits::STAGE_MEMORY_BYTES_MAX {
                return Err(Error::new(
                    codes::QUERY_EXCEEDED_MEMORY_LIMIT_NO_DISK_USE_ALLOWED,
                    "Exceeded memory limit for $lookup, and there is no disk to use",
                ));
            }
            self.documents.push(row.document);
        }
        self.stream = None;
        Ok(())
    }

    /// The documents with one of the values, each once, in their order.
    fn get(&mut self, values: &[Value<'static>], context: &Context) -> Result<Rc<[Document]>> {
        self.fill(context)?;
        let mut numbers: Vec<u32> = Vec::new();
        for value in values {
            if let Some(at) = self.keys.get(&encode_one(value.as_ref())) {
                numbers.extend_from_slice(&self.lists[at]);
            }
        }
        if values.len() > 1 {
            numbers.sort_unstable();
            numbers.dedup();
        }
        Ok(numbers
            .iter()
            .map(|&number| self.documents[number as usize].clone())
            .collect())
    }
}
