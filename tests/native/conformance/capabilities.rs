//! What the engine can do, by the names that vectors ask for it.

/// Capabilities that the engine has. Every other name is one that it lacks.
const PRESENT: [&str; 1] = ["unforced_compact"];

/// True if a vector with these requirements applies to the engine.
pub fn apply(requires: &[(String, bool)]) -> bool {
    requires
        .iter()
        .all(|(name, wanted)| PRESENT.contains(&name.as_str()) == *wanted)
}
