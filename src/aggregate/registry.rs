//! Which stages there are: one line each, with where in a pipeline they may stand.

use super::stages::*;
use super::{Output, PipelineScope, PipelineStage, Place};
use crate::error::{Error, Result, codes};
use crate::value::ValueRef;

/// Reads a stage's specification; the first parameter is the stage's name.
pub type Parse = fn(&'static str, ValueRef<'_>, &PipelineScope<'_>) -> Result<Parsed>;

/// What a stage's specification comes to.
pub enum Parsed {
    /// The stage, or the simpler ones it stands for.
    Stages(Vec<PipelineStage>),
    /// `$out` and `$merge`: what becomes of the result.
    Output(Output),
}

impl From<PipelineStage> for Parsed {
    fn from(stage: PipelineStage) -> Parsed {
        Parsed::Stages(vec![stage])
    }
}

/// Where a stage may stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Position {
    /// Anywhere.
    Any,
    /// Anywhere, but not inside `$facet`.
    NotInFacet,
    /// Only at the beginning.
    First,
    /// Only at the beginning, of a pipeline without a collection.
    FirstWithoutCollection,
    /// Only at the end of a command's pipeline.
    Last,
}

/// A stage.
pub struct Registration {
    /// The stage's name, with its dollar.
    pub name: &'static str,
    pub position: Position,
    pub(super) parse: Parse,
}

const fn stage(name: &'static str, parse: Parse) -> Registration {
    Registration {
        name,
        position: Position::Any,
        parse,
    }
}

const fn at(position: Position, name: &'static str, parse: Parse) -> Registration {
    Registration {
        name,
        position,
        parse,
    }
}

/// Every stage, in the order of their names.
pub static STAGES: &[Registration] = &[
    stage("$addFields", add_fields::parse),
    stage("$bucket", bucket::parse),
    stage("$bucketAuto", bucket_auto::parse),
    at(Position::First, "$collStats", coll_stats::parse),
    stage("$count", count::parse),
    at(
        Position::FirstWithoutCollection,
        "$currentOp",
        current_op::parse,
    ),
    stage("$densify", densify::parse),
    at(
        Position::FirstWithoutCollection,
        "$documents",
        documents::parse,
    ),
    at(Position::NotInFacet, "$facet", facet::parse),
    stage("$fill", fill::parse),
    stage("$graphLookup", graph_lookup::parse),
    stage("$group", group::parse),
    at(Position::First, "$indexStats", index_stats::parse),
    stage("$limit", limit::parse),
    at(
        Position::FirstWithoutCollection,
        "$listClusterCatalog",
        list_cluster_catalog::parse,
    ),
    at(
        Position::FirstWithoutCollection,
        "$listLocalSessions",
        list_local_sessions::parse,
    ),
    at(
        Position::First,
        "$listSessions",
        list_local_sessions::parse_stored,
    ),
    stage("$lookup", lookup::parse),
    stage("$match", match_stage::parse),
    at(Position::Last, "$merge", merge::parse),
    at(Position::Last, "$out", out::parse),
    at(Position::First, "$planCacheStats", plan_cache_stats::parse),
    stage("$project", project::parse),
    at(
        Position::FirstWithoutCollection,
        "$querySettings",
        query_settings::parse,
    ),
    at(
        Position::FirstWithoutCollection,
        "$queryStats",
        query_stats::parse,
    ),
    at(Position::First, "$rankFusion", rank_fusion::parse),
    stage("$redact", redact::parse),
    stage("$replaceRoot", replace_root::parse),
    stage("$replaceWith", replace_root::parse_with),
    stage("$sample", sample::parse),
    stage("$score", score::parse),
    at(Position::First, "$scoreFusion", score_fusion::parse),
    stage("$set", add_fields::parse),
    stage("$setWindowFields", set_window_fields::parse),
    stage("$skip", skip::parse),
    stage("$sort", sort::parse),
    stage("$sortByCount", sort_by_count::parse),
    stage("$unionWith", union_with::parse),
    stage("$unset", unset::parse),
    stage("$unwind", unwind::parse),
];

/// Stages that a server knows and one of its own refuses, with its codes.
const REFUSED: &[(&str, i32, &str)] = &[
    ("$changeStream", 40573, "change streams"),
    ("$listSampledQueries", codes::ILLEGAL_OPERATION, "a cluster"),
    ("$listSearchIndexes", codes::SEARCH_NOT_ENABLED, SEARCH),
    ("$search", codes::SEARCH_NOT_ENABLED, SEARCH),
    ("$searchMeta", codes::SEARCH_NOT_ENABLED, SEARCH),
    ("$shardedDataDistribution", 6_789_100, "a cluster"),
    ("$vectorSearch", codes::SEARCH_NOT_ENABLED, SEARCH),
];
const SEARCH: &str = "the service of search indexes";

/// The stage with this name.
///
/// Errors: 40324, those of stages that are refused.
pub(super) fn find(name: &str) -> Result<&'static Registration> {
    let found = STAGES.iter().find(|row| row.name == name);
    found.ok_or_else(|| match REFUSED.iter().find(|row| row.0 == name) {
        Some((_, code, needs)) => Error::new(
            *code,
            format_args!("{name} needs {needs}, which is not there"),
        ),
        None => Error::new(
            40324,
            format_args!("Unrecognized pipeline stage name: '{name}'"),
        ),
    })
}

impl Registration {
    /// Checks that the stage has no collection where it must have none.
    ///
    /// Errors: `InvalidNamespace` (73), 9621301.
    pub(super) fn check_namespace(&self, scope: &PipelineScope<'_>) -> Result<()> {
        if self.position != Position::FirstWithoutCollection || !scope.has_collection {
            return Ok(());
        }
        let code = match self.name {
            "$listClusterCatalog" => 9_621_301,
            _ => codes::INVALID_NAMESPACE,
        };
        Err(Error::new(
            code,
            format_args!(
                "{} can only be run with {{aggregate: 1}}, or inside a stage without a collection",
                self.name
            ),
        ))
    }

    /// Checks that the stage may stand here.
    ///
    /// Errors: 40602 and 10170100 (not first), 40601 (not last), 40600 (in `$facet`), 51047 (in `$lookup`),
    /// 31441 (in `$unionWith`), `OptionNotSupportedOnView` (167).
    pub(super) fn check_position(
        &self,
        is_first: bool,
        is_last: bool,
        scope: &PipelineScope<'_>,
    ) -> Result<()> {
        let refuse =
            |code: i32, why: &str| Err(Error::new(code, format_args!("{} {why}", self.name)));
        if scope.place == Place::Facet && self.position != Position::Any {
            return refuse(40600, "is not allowed to be used within a $facet stage");
        }
        match self.position {
            Position::Any | Position::NotInFacet => Ok(()),
            Position::First if !is_first && self.name.ends_with("Fusion") => {
                refuse(10_170_100, "is only valid as the first stage in a pipeline")
            }
            Position::First | Position::FirstWithoutCollection if !is_first => {
                refuse(40602, "is only valid as the first stage in a pipeline")
            }
            Position::First | Position::FirstWithoutCollection => Ok(()),
            Position::Last => match scope.place {
                Place::Lookup => refuse(51047, "is not allowed within a $lookup's sub-pipeline"),
                Place::UnionWith => {
                    refuse(31441, "is not allowed within a $unionWith's sub-pipeline")
                }
                Place::View => refuse(
                    codes::OPTION_NOT_SUPPORTED_ON_VIEW,
                    "is not allowed in the pipeline of a view",
                ),
                Place::Command | Place::Facet if !is_last => {
                    refuse(40601, "can only be the final stage in the pipeline")
                }
                Place::Command | Place::Facet => Ok(()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted() {
        assert!(STAGES.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
