//! Wildcard indexes: keys of paths and values, and what a query sees of them.
//!
//! Source: the manual, "Wildcard Indexes". Each value that is no document or array has a key of two
//! components: its path and itself. An array's elements have its path; an empty document, an empty
//! array (as `undefined`) and an array in an array stand for themselves. For a query on a path the
//! index looks like one on `$_path` and that path: see [`view_for_path`].

use std::rc::Rc;

use super::keys::{KeyEntry, KeySet};
use super::spec::{FieldKind, IndexField, IndexSpec, is_wildcard};
use super::store::Index;
use crate::error::{Error, Result};
use crate::keystring::{Edge, KeyWriter};
use crate::sorting::sort;
use crate::value::path::evaluate_parts;
use crate::value::{ArrayRef, DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// Which paths a wildcard index holds.
#[derive(Clone)]
pub struct Wildcard {
    /// The wildcardProjection as it was written.
    pub source: Option<DocumentBuf>,
    /// Whether the paths are the ones held, or the ones left out.
    includes: bool,
    paths: Vec<FieldPath>,
    holds_id: bool,
}

impl Wildcard {
    /// The paths that a key pattern names; `None` if it holds no wildcard.
    pub fn of_key(key: DocumentRef<'_>) -> Option<Wildcard> {
        let (name, _) = key.iter().find(|(name, _)| is_wildcard(name))?;
        let base = name.strip_suffix(".$**").map(FieldPath::new);
        Some(Wildcard {
            source: None,
            includes: base.is_some(),
            holds_id: base.as_ref().is_some_and(|base| base.first() == "_id"),
            paths: base.into_iter().collect(),
        })
    }

    /// `$**` with a projection, which was checked.
    pub fn new(key: DocumentRef<'_>, projection: DocumentRef<'_>) -> Result<Wildcard> {
        let mut own = Wildcard::of_key(key).ok_or_else(|| {
            Error::bad_value("wildcardProjection is only allowed with a wildcard index")
        })?;
        own.source = Some(projection.into());
        own.add_projection("", projection);
        let id = own.paths.iter().position(|path| path.as_str() == "_id");
        own.holds_id = false;
        if let Some(id) = id {
            own.paths.remove(id);
            own.holds_id = projection.get("_id").is_some_and(|value| value.is_truthy());
            if own.paths.is_empty() {
                own.includes = own.holds_id;
            }
        }
        Ok(own)
    }

    fn add_projection(&mut self, prefix: &str, projection: DocumentRef<'_>) {
        for (name, value) in projection.iter() {
            let path = match prefix {
                "" => name.to_owned(),
                prefix => format!("{prefix}.{name}"),
            };
            match value {
                ValueRef::Document(inner) => self.add_projection(&path, inner),
                _ => {
                    if path != "_id" {
                        self.includes = value.is_truthy();
                    }
                    self.paths.push(FieldPath::new(&path));
                }
            }
        }
    }

    /// A path of the projection that lies below another.
    pub fn collision(&self) -> Option<&FieldPath> {
        let is_below = |path: &&FieldPath| {
            self.paths
                .iter()
                .any(|own| own.is_prefix_of(path) && own != *path)
        };
        self.paths.iter().find(is_below)
    }

    /// Whether the values at a path are held.
    pub fn holds(&self, path: &FieldPath) -> bool {
        if path.first() == "_id" && (self.holds_id || !self.includes) {
            return self.holds_id;
        }
        let below = |own: &FieldPath| own == path || own.is_prefix_of(path);
        self.paths.iter().any(below) == self.includes
    }

    /// Whether everything below a path is held too.
    pub fn holds_below(&self, path: &FieldPath) -> bool {
        self.holds(path) && (self.includes || !self.paths.iter().any(|own| path.is_prefix_of(own)))
    }

    /// Whether something at or below a path is held.
    pub fn overlaps(&self, path: &FieldPath) -> bool {
        self.holds(path) || self.includes && self.paths.iter().any(|own| path.is_prefix_of(own))
    }
}

/// The keys of a document. One that has nothing the wildcard holds is kept by a key of `MinKey`
/// where other fields stand beside the wildcard.
///
/// Errors: 7246301 for an array in another field.
pub(super) fn collect(
    spec: &IndexSpec,
    wildcard: &Wildcard,
    document: DocumentRef<'_>,
    out: &mut KeySet,
) -> Result<()> {
    for field in &spec.fields {
        if field.kind != FieldKind::Wildcard && meets_array(document, field.path.parts()) {
            return Err(Error::new(
                7246301,
                "the fields beside the wildcard of an index must not hold arrays",
            ));
        }
    }
    let mut walk = Walk {
        spec,
        wildcard,
        document,
        is_multikey: false,
        entries: Vec::new(),
    };
    walk.fields(document, "");
    if walk.entries.is_empty() && spec.fields.len() > 1 {
        walk.emit(ValueRef::MinKey, ValueRef::MinKey);
    }
    out.entries = walk.entries;
    sort(&mut out.entries);
    out.entries.dedup_by(|one, two| one.key == two.key);
    if walk.is_multikey {
        out.multikey.resize(spec.fields.len(), 1);
    }
    Ok(())
}

fn meets_array(document: DocumentRef<'_>, parts: &[Box<str>]) -> bool {
    let mut value = ValueRef::Document(document);
    for part in parts {
        match value {
            ValueRef::Document(inner) => match inner.get(part) {
                Some(next) => value = next,
                None => return false,
            },
            _ => break,
        }
    }
    matches!(value, ValueRef::Array(_))
}

struct Walk<'a> {
    spec: &'a IndexSpec,
    wildcard: &'a Wildcard,
    document: DocumentRef<'a>,
    is_multikey: bool,
    entries: Vec<KeyEntry>,
}

impl Walk<'_> {
    fn fields(&mut self, document: DocumentRef<'_>, prefix: &str) {
        for (name, value) in document.iter() {
            // No path of a query leads there.
            if name.is_empty() || name.contains('.') {
                continue;
            }
            let path = match prefix {
                "" => name.to_owned(),
                prefix => format!("{prefix}.{name}"),
            };
            if self.wildcard.overlaps(&FieldPath::new(&path)) {
                self.value(value, &path, false);
            }
        }
    }

    fn value(&mut self, value: ValueRef<'_>, path: &str, is_element: bool) {
        match value {
            ValueRef::Document(inner) if !inner.is_empty() => self.fields(inner, path),
            ValueRef::Array(array) if !is_element => self.elements(array, path),
            _ => self.emit_at(path, value),
        }
    }

    fn elements(&mut self, array: ArrayRef<'_>, path: &str) {
        self.is_multikey = true;
        if array.is_empty() {
            self.emit_at(path, ValueRef::Undefined);
        }
        array
            .iter()
            .for_each(|element| self.value(element, path, true));
    }

    fn emit_at(&mut self, path: &str, value: ValueRef<'_>) {
        if self.wildcard.holds(&FieldPath::new(path)) {
            self.emit(ValueRef::String(path), value);
        }
    }

    fn emit(&mut self, path: ValueRef<'_>, value: ValueRef<'_>) {
        let mut writer = KeyWriter::new();
        for field in &self.spec.fields {
            if field.kind == FieldKind::Wildcard {
                writer.append(path, false);
                writer.append(value, field.descending);
                continue;
            }
            let own = evaluate_parts(self.document, field.path.parts());
            let own = own.as_ref().map_or(ValueRef::Null, |own| own.as_ref());
            writer.append(own, field.descending);
        }
        writer.close(Edge::Exact);
        let types = writer.types().to_vec();
        self.entries.push(KeyEntry {
            key: writer.into_bytes(),
            types,
        });
    }
}

/// A wildcard index as a query on this path sees it: the fields `$_path` and `path` in the place of
/// the wildcard. `None` when the index does not hold the path.
pub fn view_for_path(index: &Index, path: &FieldPath) -> Option<Index> {
    let wildcard = index.spec.wildcard.as_ref()?;
    if !wildcard.holds(path) {
        return None;
    }
    Some(view(index, path))
}

/// As [`view_for_path`], for a query that names only fields beside the wildcard.
pub fn view_without_path(index: &Index) -> Index {
    view(index, &FieldPath::new("$_value"))
}

fn view(index: &Index, path: &FieldPath) -> Index {
    let mut spec = index.spec.as_ref().clone();
    let mut fields = Vec::with_capacity(spec.fields.len() + 1);
    let mut multikey = Vec::new();
    let mut key = DocumentBuf::new();
    for (field, (name, direction)) in spec.fields.iter().zip(index.spec.key.as_ref().iter()) {
        if field.kind != FieldKind::Wildcard {
            key.append(name, direction);
            fields.push(field.clone());
            multikey.push(0);
            continue;
        }
        key.append("$_path", 1);
        key.append(path.as_str(), direction);
        fields.push(IndexField {
            path: FieldPath::new("$_path"),
            descending: false,
            kind: FieldKind::WildcardPath,
        });
        fields.push(IndexField::new(path.clone(), field.descending));
        // Which paths have arrays is not known one by one.
        multikey.extend([0, u64::MAX]);
    }
    spec.fields = fields;
    spec.key = key;
    Index {
        spec: Rc::new(spec),
        tree: index.tree.clone(),
        multikey: match index.is_multikey() {
            true => Rc::new(multikey),
            false => index.multikey.clone(),
        },
        uses: index.uses.clone(),
    }
}
