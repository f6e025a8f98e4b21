//! A command as it came in: its name, database and context.

use crate::catalog::{Namespace, check_collection_name, check_database_name};
use crate::engine::Engine;
use crate::error::{Error, Result, codes};
use crate::expression::{Context, ParseScope};
use crate::value::{DocumentRef, Value, ValueRef};

/// A command.
pub struct Request<'a> {
    pub name: &'a str,
    /// What stands after the name: a collection's name, or 1.
    pub target: ValueRef<'a>,
    pub database: &'a str,
    pub document: DocumentRef<'a>,
    pub context: Context,
}

impl<'a> Request<'a> {
    /// Reads the name and `$db`.
    ///
    /// Errors: `CommandNotFound` (59) for an empty document, 40414 without `$db`,
    /// `InvalidNamespace` (73) for a database's name that is not allowed.
    pub fn new(document: DocumentRef<'a>, engine: &Engine) -> Result<Request<'a>> {
        let first = document
            .first()
            .ok_or_else(|| Error::new(codes::COMMAND_NOT_FOUND, "no such command: ''"))?;
        let database = match document.get("$db") {
            Some(ValueRef::String(name)) => name,
            Some(other) => {
                return Err(Error::type_mismatch(format!(
                    "$db must be a string, not {other}"
                )));
            }
            None => return Err(Error::new(40571, "OP_MSG requests require a $db argument")),
        };
        check_database_name(database)?;
        Ok(Request {
            name: first.name,
            target: first.value(),
            database,
            document,
            context: Context::new(engine.env.clone()),
        })
    }

    /// The collection that the command is about.
    ///
    /// Errors: `InvalidNamespace` (73).
    pub fn namespace(&self) -> Result<Namespace> {
        match self.target {
            ValueRef::String(name) => {
                check_collection_name(self.database, name)?;
                Ok(Namespace::new(self.database, name))
            }
            other => Err(Error::new(
                codes::INVALID_NAMESPACE,
                format!("collection name has invalid type {}", other.kind().alias()),
            )),
        }
    }

    /// The context with the variables of `let`, which are expressions without fields.
    ///
    /// Errors: those of expressions.
    pub fn context_with_let(&self) -> Result<Context> {
        let Some(ValueRef::Document(variables)) = self.document.get("let") else {
            return Ok(self.context.clone());
        };
        let mut context = self.context.clone();
        for (name, value) in variables.iter() {
            crate::expression::check_variable_name(name)?;
            let scope = ParseScope::of(&context);
            let expression = crate::expression::Expression::parse(value, &scope)?;
            let found = expression
                .evaluate(&crate::expression::Scope::new(DocumentRef::EMPTY, &context))?
                .map(Value::into_owned);
            context = context.with_variable(name, found);
        }
        Ok(context)
    }
}
