//! A filter, or what an index has left of it.

use std::rc::Rc;

use super::predicates::conjuncts;
use crate::error::Result;
use crate::expression::Context;
use crate::matcher::{Matcher, Run};
use crate::value::{DocumentBuf, DocumentRef};

/// A filter of which some conjuncts may be known to hold.
#[derive(Clone)]
pub struct Filter {
    matcher: Matcher,
    /// The conjuncts to test; all if `None`.
    only: Option<Rc<[usize]>>,
    source: Rc<DocumentBuf>,
}

impl Filter {
    /// The whole filter, with the document it was parsed from.
    pub fn new(matcher: Matcher, source: Rc<DocumentBuf>) -> Filter {
        Filter {
            matcher,
            only: None,
            source,
        }
    }

    /// The filter without the conjuncts in `known`; `None` if nothing is left.
    pub fn without(&self, known: &[usize]) -> Option<Filter> {
        if known.is_empty() {
            return Some(self.clone());
        }
        let count = conjuncts(&self.matcher).len();
        let only: Rc<[usize]> = (0..count).filter(|at| !known.contains(at)).collect();
        (!only.is_empty()).then(|| Filter {
            only: Some(only),
            ..self.clone()
        })
    }

    /// Whether a document passes.
    #[inline]
    pub fn matches(&self, document: DocumentRef<'_>, context: &Context) -> Result<bool> {
        let Some(only) = &self.only else {
            return self.matcher.matches(document, context);
        };
        let conjuncts = conjuncts(&self.matcher);
        for &at in only.iter() {
            if !conjuncts[at].matches(document, Run::new(context))? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The matcher of the whole filter.
    pub fn matcher(&self) -> &Matcher {
        &self.matcher
    }

    /// The filter as it was written.
    pub fn source(&self) -> &DocumentBuf {
        &self.source
    }
}
