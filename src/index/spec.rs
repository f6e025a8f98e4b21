//! What an index is: its key pattern, name and properties.

use std::rc::Rc;

use super::partial::PartialFilter;
use super::wildcard::Wildcard;
use crate::value::{DocumentBuf, DocumentRef, FieldPath, ValueRef};

/// One field of a key pattern.
#[derive(Clone, PartialEq, Eq)]
pub struct IndexField {
    pub path: FieldPath,
    pub descending: bool,
    pub kind: FieldKind,
}

/// What a component of a key says of its field.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub enum FieldKind {
    /// Its value.
    #[default]
    Value,
    /// Its value's hash.
    Hashed,
    /// `$**`: a path below, and in the next component the value there.
    Wildcard,
    /// The path that belongs to the next component, in a view of a wildcard index (see `wildcard`).
    WildcardPath,
}

impl IndexField {
    /// A field that is indexed by its value.
    pub fn new(path: FieldPath, descending: bool) -> IndexField {
        IndexField {
            path,
            descending,
            kind: FieldKind::Value,
        }
    }
}

/// An index as it was asked for.
#[derive(Clone)]
pub struct IndexSpec {
    /// Unique within its collection; `a_1_b_-1` if none was given.
    pub name: String,
    /// The key pattern as it was written.
    pub key: DocumentBuf,
    /// The key pattern, taken apart.
    pub fields: Vec<IndexField>,
    pub unique: bool,
    pub sparse: bool,
    /// Kept up to date but not used by the planner.
    pub hidden: bool,
    /// Takes no new duplicates, on the way to being unique.
    pub prepare_unique: bool,
    /// Only documents that meet this filter have keys.
    pub partial: Option<Rc<PartialFilter>>,
    /// Documents expire so many seconds after the date in the field.
    pub expire_after_seconds: Option<i32>,
    /// The order in which the collection keeps its documents, and no index of its own.
    pub clustered: bool,
    /// Of a wildcard index: which paths it holds.
    pub wildcard: Option<Rc<Wildcard>>,
}

impl IndexSpec {
    /// A plain index on a key pattern of directions.
    pub fn on(key: &DocumentBuf) -> IndexSpec {
        IndexSpec {
            name: key_pattern_name(key.as_ref()),
            key: key.clone(),
            fields: fields(key.as_ref()),
            unique: false,
            sparse: false,
            hidden: false,
            prepare_unique: false,
            partial: None,
            expire_after_seconds: None,
            clustered: false,
            wildcard: Wildcard::of_key(key.as_ref()).map(Rc::new),
        }
    }

    /// The index on `_id` that every collection has.
    pub fn on_id() -> IndexSpec {
        let mut key = DocumentBuf::new();
        key.append("_id", 1);
        IndexSpec {
            name: "_id_".to_owned(),
            unique: true,
            ..IndexSpec::on(&key)
        }
    }

    /// The index on `_id` of a collection with the option `clusteredIndex`, or without.
    pub fn of_options(options: DocumentRef<'_>) -> IndexSpec {
        let mut spec = IndexSpec::on_id();
        if let Some(clustered) = options
            .get("clusteredIndex")
            .and_then(|value| value.as_document())
        {
            spec.clustered = true;
            if let Some(name) = clustered.get("name").and_then(|value| value.as_str()) {
                name.clone_into(&mut spec.name);
            }
        }
        spec
    }

    /// An index that the database keeps for itself, shown nowhere and named by nobody: "*" is no
    /// name that users may give.
    pub fn internal(field: &str) -> IndexSpec {
        let mut key = DocumentBuf::new();
        key.append(field, 1);
        IndexSpec {
            name: "*".to_owned(),
            ..IndexSpec::on(&key)
        }
    }

    /// True for [`IndexSpec::internal`].
    pub fn is_internal(&self) -> bool {
        self.name == "*"
    }

    /// True for the index on `_id`.
    pub fn is_id(&self) -> bool {
        self.clustered || self.name == "_id_"
    }

    /// Which components of a key are descending, for decoding.
    pub fn descending(&self) -> Vec<bool> {
        let mut out = Vec::with_capacity(self.fields.len() + 1);
        for field in &self.fields {
            if field.kind == FieldKind::Wildcard {
                out.push(false);
            }
            out.push(field.descending);
        }
        out
    }

    /// True if new documents must not have keys that others have.
    pub fn refuses_duplicates(&self) -> bool {
        self.unique || self.prepare_unique
    }

    /// True if the keys hold the values of the fields, and nothing else.
    pub fn holds_values(&self) -> bool {
        self.fields
            .iter()
            .all(|field| field.kind == FieldKind::Value)
    }

    /// The index as `listIndexes` shows it and as it is stored.
    pub fn describe(&self) -> DocumentBuf {
        let mut out = DocumentBuf::new();
        out.append("v", 2);
        out.append("key", &self.key);
        out.append("name", self.name.as_str());
        if self.unique && (self.clustered || !self.is_id()) {
            out.append("unique", true);
        }
        if self.sparse {
            out.append("sparse", true);
        }
        if let Some(partial) = &self.partial {
            out.append("partialFilterExpression", &partial.source);
        }
        if let Some(seconds) = self.expire_after_seconds {
            out.append("expireAfterSeconds", seconds);
        }
        if let Some(projection) = self.wildcard.as_ref().and_then(|own| own.source.as_ref()) {
            out.append("wildcardProjection", projection);
        }
        if self.prepare_unique {
            out.append("prepareUnique", true);
        }
        if self.hidden {
            out.append("hidden", true);
        }
        if self.clustered {
            out.append("clustered", true);
        }
        out
    }

    /// The opposite of [`IndexSpec::describe`], for specifications that were checked before.
    pub fn from_description(description: DocumentRef<'_>) -> Option<IndexSpec> {
        let key = DocumentBuf::from(description.get("key")?.as_document()?);
        let name = description.get("name")?.as_str()?.to_owned();
        if name.contains('\0') {
            return None;
        }
        let flag = |name| description.get(name).is_some_and(|value| value.is_truthy());
        let mut spec = IndexSpec {
            name,
            ..IndexSpec::on(&key)
        };
        spec.clustered = flag("clustered");
        spec.unique = flag("unique") || spec.is_id();
        spec.sparse = flag("sparse");
        spec.hidden = flag("hidden");
        spec.prepare_unique = flag("prepareUnique");
        let document = |name| description.get(name).and_then(|value| value.as_document());
        if let Some(filter) = document("partialFilterExpression") {
            spec.partial = Some(Rc::new(PartialFilter::parse(filter).ok()?));
        }
        if let Some(projection) = document("wildcardProjection") {
            spec.wildcard = Some(Rc::new(Wildcard::new(key.as_ref(), projection).ok()?));
        }
        let seconds = description.get("expireAfterSeconds");
        let seconds = seconds.and_then(|value| value.to_i64_exact());
        spec.expire_after_seconds = seconds.and_then(|seconds| i32::try_from(seconds).ok());
        Some(spec)
    }
}

fn fields(key: DocumentRef<'_>) -> Vec<IndexField> {
    key.iter()
        .map(|(name, direction)| IndexField {
            path: FieldPath::new(name),
            descending: direction.to_f64().is_some_and(|number| number < 0.0),
            kind: match direction {
                ValueRef::String(_) => FieldKind::Hashed,
                _ if is_wildcard(name) => FieldKind::Wildcard,
                _ => FieldKind::Value,
            },
        })
        .collect()
}

/// True for `{_id: 1}`.
pub fn is_order_by_id(key: DocumentRef<'_>) -> bool {
    let mut fields = key.iter();
    let first = fields.next();
    first.is_some_and(|(name, value)| name == "_id" && value.to_f64() == Some(1.0))
        && fields.next().is_none()
}

/// True for `$**` and `a.b.$**`.
pub fn is_wildcard(name: &str) -> bool {
    name == "$**" || name.ends_with(".$**")
}

/// The name an index gets when none is given: fields and directions joined by `_`.
pub fn key_pattern_name(key: DocumentRef<'_>) -> String {
    let mut name = String::new();
    for (field, direction) in key.iter() {
        if !name.is_empty() {
            name.push('_');
        }
        name.push_str(field);
        name.push('_');
        match (direction, direction.to_i64_exact()) {
            (_, Some(number)) => name.push_str(&number.to_string()),
            (ValueRef::String(text), _) => name.push_str(text),
            _ => name.push_str(&direction.to_string()),
        }
    }
    name
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_description_is_read_back() {
        let mut key = DocumentBuf::new();
        key.append("a.b", 1);
        key.append("c", -1.0);
        let spec = IndexSpec {
            unique: true,
            sparse: true,
            ..IndexSpec::on(&key)
        };
        assert_eq!(spec.name, "a.b_1_c_-1");
        let read = IndexSpec::from_description(spec.describe().as_ref()).unwrap();
        assert_eq!(read.describe(), spec.describe());
        assert_eq!(read.descending(), [false, true]);
    }
}
