//! The shape of a query: what it asks, without the values it asks for.
//!
//! Queries of one shape share an index filter; explain shows the shape's hash.

use super::Filter;
use crate::matcher::{Node, Shape};
use crate::sorting::sort;
use crate::value::DocumentRef;

/// The shape as text: the filter's paths and operators, then sort, projection and collation as
/// they were written.
pub fn query_shape(filter: &Filter, rest: [Option<DocumentRef<'_>>; 3]) -> String {
    let mut out = String::new();
    write(filter.matcher().root(), &mut out);
    for (mark, part) in ["|s", "|p", "|c"].into_iter().zip(rest) {
        if let Some(part) = part.filter(|part| !part.is_empty()) {
            out.push_str(mark);
            out.push_str(&part.to_string());
        }
    }
    out
}

/// Eight hexadecimal digits that tell shapes apart.
pub fn shape_hash(shape: &str) -> String {
    let hash = shape.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    format!("{hash:08X}")
}

fn write(node: &Node, out: &mut String) {
    match node {
        Node::And(children) => list("an", children, out),
        Node::Or(children) => list("or", children, out),
        Node::Nor(children) => list("nr", children, out),
        Node::Not(child) => list("nt", std::slice::from_ref(child), out),
        Node::Field(field) => {
            let (name, inner) = operator(&field.predicate().shape());
            out.push_str(name);
            out.push_str(&field.path().as_str().replace(['|', '(', ')', ','], "\\"));
            if let Some(inner) = inner {
                list("", std::slice::from_ref(inner), out);
            }
        }
        Node::Expression(_) => out.push_str("ex"),
        Node::Schema(_) => out.push_str("js"),
        Node::Sample(_) => out.push_str("sa"),
    }
}

fn operator<'n>(shape: &Shape<'n>) -> (&'static str, Option<&'n Node>) {
    match *shape {
        Shape::Equal(_) => ("eq", None),
        Shape::Less(_) => ("lt", None),
        Shape::LessOrEqual(_) => ("le", None),
        Shape::Greater(_) => ("gt", None),
        Shape::GreaterOrEqual(_) => ("ge", None),
        Shape::In { patterns: [], .. } => ("in", None),
        Shape::In { .. } => ("ir", None),
        Shape::Exists => ("es", None),
        Shape::Pattern(_) => ("re", None),
        Shape::Kinds(_) => ("ty", None),
        Shape::Size(_) => ("sz", None),
        Shape::ElementDocument(inner) => ("eo", Some(inner)),
        Shape::ElementValue(inner) => ("ev", Some(inner)),
        _ => ("ot", None),
    }
}

/// The children in an order of their own: that of the filter does not count.
fn list(name: &str, children: &[Node], out: &mut String) {
    let mut parts: Vec<String> = children
        .iter()
        .map(|child| {
            let mut part = String::new();
            write(child, &mut part);
            part
        })
        .collect();
    sort(&mut parts);
    out.push_str(name);
    out.push('(');
    out.push_str(&parts.join(","));
    out.push(')');
}
